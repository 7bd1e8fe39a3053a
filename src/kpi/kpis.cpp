// SPDX-License-Identifier: Apache-2.0
#include "takt/kpi/kpis.hpp"

#include <cmath>
#include <limits>

#include "takt/kpi/time_elements.hpp"

namespace takt {
namespace {

double seconds(Int128 ns) { return static_cast<double>(ns) * 1e-9; }

/// A window's sums, and the functions that turn them into KPIs. `Tell` is called once a KPI, always in the same order.
template <class Tell>
class Window {
 public:
  Window(const Model& model, const Totals& from, const Totals& to, Tell tell)
      : model_(model),
        from_(from),
        to_(to),
        tell_(tell),
        span_(to_seconds(to.at - from.at)),
        levels_(model.entities.size()) {}

  void tell_all() {
    for (std::uint32_t e = 0; e < model_.entities.size(); ++e) {
      const Entity& entity = model_.entities[e];
      switch (entity.kind) {
        case Entity::Kind::machine: machine(entity); break;
        case Entity::Kind::buffer: buffer(entity); break;
        case Entity::Kind::source: source(entity); break;
        case Entity::Kind::sink: sink(entity); break;
        case Entity::Kind::crew: crew(entity); break;
        default: break;
      }
    }
    for (std::uint32_t b = 0; b < model_.buffers.size(); ++b) add_level_wip(b);
    for (std::uint32_t e = 0; e < model_.entities.size(); ++e) {
      const Entity::Kind kind = model_.entities[e].kind;
      if (kind == Entity::Kind::line || kind == Entity::Kind::workshop || kind == Entity::Kind::enterprise)
        rolled_up(e);
    }
    products();
    whole();
  }

 private:
  /// What a level above equipment adds up.
  struct Level {
    TimeElements time;
    double shares[kModes] = {};
    double servers = 0.0, wip = 0.0, scrapped = 0.0;
  };

  template <class Column>
  double count(Column Totals::*column, std::size_t i) const {
    return static_cast<double>((to_.*column)[i] - (from_.*column)[i]);
  }
  template <class Column>
  double area(Column Totals::*column, std::size_t i) const {
    return seconds((to_.*column)[i] - (from_.*column)[i]);
  }
  void out(const std::string& path, double parts) {
    tell_(path, "throughput_per_h", "1/h", parts / span_ * 3600.0);
    tell_(path, "parts_out", "parts", parts);
  }

  void machine(const Entity& entity) {
    const std::uint32_t m = entity.index;
    const double servers = model_.machines[m].servers;
    double shares[kModes];
    for (std::uint32_t k = 0; k < kModes; ++k)
      shares[k] = seconds(to_.mode[m * kModes + k] - from_.mode[m * kModes + k]) / (span_ * servers);
    TimeElements time;
    time.planned_busy = span_ * servers * (1.0 - condition_share(shares, Condition::off_shift));
    time.actual_production = span_ * servers * share(shares, Activity::working);
    time.actual_setup = span_ * servers * share(shares, Activity::setup);
    time.actual_delay = span_ * servers * (share(shares, Activity::starved) + share(shares, Activity::blocked));
    time.actual_down =
        span_ * servers *
        (condition_share(shares, Condition::in_repair) + condition_share(shares, Condition::waiting_for_crew));
    time.planned_production = seconds(to_.planned[m] - from_.planned[m]);
    time.good = count(&Totals::completions, m) - count(&Totals::scrapped, m);
    time.produced = count(&Totals::completions, m) + count(&Totals::spoiled, m);

    out(entity.path, time.good);
    tell_(entity.path, "scrap_parts", "parts", time.produced - time.good);
    tell_(entity.path, "wip", "parts", occupied(shares, m) * servers);
    tell_(entity.path, "utilisation", "1", share(shares, Activity::working));
    state_shares(entity.path, shares);
    const double failures = count(&Totals::breakdowns, m);
    tell_(entity.path, "failures", "1", failures);
    tell_(entity.path, "downtime_s", "s", time.actual_down / servers / failures);
    iso(entity.path, time);
    add_up(entity, shares, servers, time, occupied(shares, m) * servers);
  }

  static double share(const double* shares, Activity activity) { return shares[Mode{Condition::up, activity}.index()]; }
  static double condition_share(const double* shares, Condition condition) {
    double sum = 0.0;
    for (std::uint32_t a = 0; a < 4; ++a) sum += shares[Mode{condition, static_cast<Activity>(a)}.index()];
    return sum;
  }
  /// The share of time with a part on the server; blocked before service there is none.
  double occupied(const double* shares, std::uint32_t m) const {
    const bool before_service = (model_.machines[m].flags & kBeforeService) != 0;
    double sum = 0.0;
    for (std::uint32_t k = 0; k < kModes; ++k) {
      const auto activity = static_cast<Activity>(k % 4);
      if (activity != Activity::starved && !(before_service && activity == Activity::blocked)) sum += shares[k];
    }
    return sum;
  }

  void state_shares(const std::string& path, const double* shares) {
    tell_(path, "working_share", "1", share(shares, Activity::working));
    tell_(path, "starved_share", "1", share(shares, Activity::starved));
    tell_(path, "blocked_share", "1", share(shares, Activity::blocked));
    tell_(path, "setup_share", "1", share(shares, Activity::setup));
    const double waiting = condition_share(shares, Condition::waiting_for_crew);
    const double down = condition_share(shares, Condition::in_repair) + waiting;
    tell_(path, "down_share", "1", down);
    tell_(path, "waiting_for_crew_share", "1", waiting);
    tell_(path, "off_shift_share", "1", condition_share(shares, Condition::off_shift));
    tell_(path, "up_share", "1", 1.0 - down);
  }

  void iso(const std::string& path, const TimeElements& time) {
    tell_(path, "availability", "1", availability(time));
    tell_(path, "effectiveness", "1", effectiveness(time));
    tell_(path, "quality_ratio", "1", quality_ratio(time));
    tell_(path, "oee", "1", oee(time));
  }

  void add_up(const Entity& entity, const double* shares, double servers, const TimeElements& time, double wip) {
    for (std::uint32_t e = entity.parent; e != kNone; e = model_.entities[e].parent) {
      Level& level = levels_[e];
      for (std::uint32_t k = 0; k < kModes; ++k) level.shares[k] += shares[k] * servers;
      level.servers += servers;
      level.time += time;
      level.wip += wip;
      level.scrapped += time.produced - time.good;
    }
  }

  void add_level_wip(std::uint32_t b) {
    if (model_.buffer_entity[b] == kNone) return;
    for (std::uint32_t e = model_.entities[model_.buffer_entity[b]].parent; e != kNone; e = model_.entities[e].parent)
      levels_[e].wip += area(&Totals::level, b) / span_;
  }

  void buffer(const Entity& entity) {
    const std::uint32_t b = entity.index;
    const double taken = count(&Totals::taken, b);
    out(entity.path, taken);
    tell_(entity.path, "queue_length", "parts", area(&Totals::level, b) / span_);
    tell_(entity.path, "wait_s", "s", area(&Totals::level, b) / taken);
  }

  void source(const Entity& entity) {
    const std::uint32_t i = entity.index;
    const double released = count(&Totals::released, i), lost = count(&Totals::lost, i);
    out(entity.path, released);
    tell_(entity.path, "lost_parts", "parts", lost);
    tell_(entity.path, "loss_share", "1", lost / (released + lost));
    tell_(entity.path, "blocked_share", "1",
          model_.sources[i].kind == SourceSpec::Kind::saturated ? std::numeric_limits<double>::quiet_NaN()
                                                                : area(&Totals::held, i) / span_);
  }

  void sink(const Entity& entity) { out(entity.path, count(&Totals::sinks, entity.index)); }

  void crew(const Entity& entity) {
    const std::uint32_t c = entity.index;
    const double busy = area(&Totals::crew_busy, c) / span_, waiting = area(&Totals::crew_waiting, c);
    tell_(entity.path, "utilisation", "1", busy / model_.crews[c].size);
    tell_(entity.path, "busy", "1", busy);
    tell_(entity.path, "queue_length", "1", waiting / span_);
    tell_(entity.path, "wait_s", "s", waiting / count(&Totals::served, c));
  }

  void rolled_up(std::uint32_t e) {
    const std::string& path = model_.entities[e].path;
    Level& level = levels_[e];
    const double parts = count(&Totals::crossings, e);
    out(path, parts);
    tell_(path, "scrap_parts", "parts", level.scrapped);
    tell_(path, "wip", "parts", level.wip);
    tell_(path, "flow_time_s", "s", level.wip * span_ / (parts + level.scrapped));  // Little's law
    for (double& s : level.shares) s /= level.servers;
    state_shares(path, level.shares);
    iso(path, level.time);
  }

  void products() {
    if (model_.products.size() < 2) return;
    for (std::size_t p = 0; p < model_.products.size(); ++p) {
      const std::string path = "products/" + model_.products[p];
      const double parts = count(&Totals::product_out, p);
      out(path, parts);
      tell_(path, "flow_time_s", "s", area(&Totals::product_flow, p) / parts);
    }
  }

  void whole() {
    double parts = 0.0, scrapped = 0.0;
    for (std::size_t k = 0; k < to_.sinks.size(); ++k) parts += count(&Totals::sinks, k);
    for (std::size_t m = 0; m < to_.scrapped.size(); ++m)
      scrapped += count(&Totals::scrapped, m) + count(&Totals::spoiled, m);
    out("/", parts);
    tell_("/", "scrap_parts", "parts", scrapped);
    tell_("/", "wip", "parts", seconds(to_.wip - from_.wip) / span_);
    const Int128 flow =
        model_.keeps_parts() ? to_.flow - from_.flow : to_.wip - from_.wip;  // part by part, or by Little's law
    tell_("/", "flow_time_s", "s", seconds(flow) / (parts + scrapped));
  }

  const Model& model_;
  const Totals& from_;
  const Totals& to_;
  Tell tell_;
  double span_;
  std::vector<Level> levels_;
};

template <class Tell>
void tell_kpis(const Model& model, const Totals& from, const Totals& to, Tell tell) {
  Window<Tell>(model, from, to, tell).tell_all();
}

}  // namespace

std::vector<KpiName> kpi_names(const Model& model) {
  const State state = start(model, model.defaults);
  const Totals nothing = KpiObserver(model, state).totals(model, state);
  std::vector<KpiName> names;
  tell_kpis(model, nothing, nothing, [&names](const std::string& entity, const char* kpi, const char* unit, double) {
    names.push_back({entity, kpi, unit});
  });
  return names;
}

std::vector<double> kpi_values(const Model& model, const Totals& from, const Totals& to) {
  std::vector<double> values;
  tell_kpis(model, from, to,
            [&values](const std::string&, const char*, const char*, double value) { values.push_back(value); });
  return values;
}

double little_gap(const Model& model, const Totals& from, const Totals& to) {
  if (!model.keeps_parts()) return std::numeric_limits<double>::quiet_NaN();
  const Int128 integral = to.wip - from.wip;
  const Int128 sojourns = to.flow + to.open_flow - from.flow - from.open_flow;
  if (integral == sojourns) return 0.0;
  return std::abs(static_cast<double>(integral - sojourns)) / static_cast<double>(integral);
}

}  // namespace takt
