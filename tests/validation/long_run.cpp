// SPDX-License-Identifier: Apache-2.0
#include "long_run.hpp"

#include <algorithm>
#include <cmath>

#include "takt/core/statistics.hpp"
#include "threads.hpp"

namespace takt::validation {
namespace {

constexpr std::size_t kReplications = 64;
constexpr double kMostEventsForRare = 1.5e8;  // spent on seeing rare things often enough, though the bound is met
constexpr double kLongestRun = 4e9;           // simulated seconds: time itself ends at 9.2e9
constexpr double kPilotRelaxations = 20.0, kWarmUpRelaxations = 10.0;
constexpr double kPilotEvents = 3000.0;  // at least, in each replication

/// A share is rare if this many events of the whole run would not show it often.
constexpr double kRareHits = 200.0;

struct Replication {
  State state;
  KpiObserver observer;
  Totals from;
  std::uint64_t events = 0;
};

class Watch {
 public:
  Watch(const Case& from, const Watched& plant, const Settings& settings)
      : case_(from),
        unit_s_(plant.scale.unit_s()),
        relaxation_(plant.relaxation),
        threads_(settings.threads),
        model_(compile(plant.plant)),
        columns_(columns_of(model_)),
        readers_(readers_for(from, plant.readers)) {
    replications_.reserve(kReplications);
    for (std::uint32_t r = 0; r < kReplications; ++r) {
      State state = start(model_, model_.defaults, seed_of(from, settings), r);
      KpiObserver observer(model_, state);
      replications_.push_back({std::move(state), std::move(observer), {}});
    }
  }

  std::vector<Estimate> run() {
    warm_up();
    const double pilot = run_pilot();
    double length = length_after(pilot);
    begin_window();
    for (;;) {
      advance_by(length - measured_);
      std::vector<Estimate> estimates = estimate();
      const double excess = worst_excess(estimates);
      if (!(excess > 1.0) || length_left() < 0.01 * length) return estimates;
      length += std::min(length * (std::clamp(1.15 * excess * excess, 1.2, 3.0) - 1.0), length_left());
    }
  }

 private:
  // ---- time, in units of the case --------------------------------------------------------------------------------
  void advance_by(double units) {
    units = std::min(units, kLongestRun / unit_s_ - elapsed_);
    if (!(units > 0.0)) throw Error("too little happens in the longest run that there is time for");
    const Duration by = from_seconds(units * unit_s_);
    for_each_index(replications_.size(), threads_, [&](std::size_t r) {
      Replication& each = replications_[r];
      const Outcome outcome = advance(model_, model_.defaults, each.state, each.state.now + by, each.observer);
      each.events += outcome.events;
      if (outcome.status == Outcome::Status::done) return;
      throw Error("the plant got stuck" +
                  (outcome.circular_wait.empty() ? std::string() : ": " + outcome.circular_wait.front()));
    });
    elapsed_ += units;
    measured_ += units;
  }

  void begin_window() {
    for (Replication& each : replications_) each.from = each.observer.totals(model_, each.state);
    measured_ = 0.0;
  }

  double events() const {
    double sum = 0.0;
    for (const Replication& each : replications_) sum += static_cast<double>(each.events);
    return sum;
  }
  /// Events of all replications together in a unit of time.
  double event_rate() const { return events() / elapsed_; }

  void warm_up() {
    advance_by(relaxation_);
    while (events() < kReplications) advance_by(elapsed_);  // now the rate is known
    advance_by(std::min(kWarmUpRelaxations * relaxation_, 0.05 * kMostEvents / event_rate()));
  }

  double run_pilot() {
    const double least = kPilotEvents * kReplications / event_rate();
    double length = std::max(least, std::min(kPilotRelaxations * relaxation_, 0.1 * kMostEvents / event_rate()));
    begin_window();
    advance_by(length);
    const auto tells_nothing = [](const Moments& m) { return !std::isfinite(m.mean()); };
    while (std::ranges::any_of(sample(), tells_nothing) && events() < 0.2 * kMostEvents) {
      advance_by(length);
      length *= 2.0;
    }
    return measured_;
  }

  // ---- statistics ------------------------------------------------------------------------------------------------
  std::vector<Moments> sample() const {
    std::vector<Moments> moments(readers_.size());
    for (const Replication& each : replications_) {
      const Window window(columns_, model_, each.from, each.observer.totals(model_, each.state));
      for (std::size_t v = 0; v < readers_.size(); ++v) moments[v].add(readers_[v](window));
    }
    return moments;
  }

  static double half_width(const Moments& m) {
    return student_t_quantile(0.975, static_cast<double>(m.count() - 1)) * m.standard_error();
  }

  /// The length of window for which the half widths come to a part of what is allowed; less of it the cheaper it is.
  double length_after(double pilot) const {
    const std::vector<Moments> moments = sample();
    double hard = 0.0, soft = 0.0;  // length over pilot's
    for (std::size_t v = 0; v < moments.size(); ++v) {
      const Expected& expected = case_.expected[v];
      if (expected.value == 0.0) continue;
      const double half = half_width(moments[v]);
      hard = std::max(hard, half * half / (widest(expected) * widest(expected)));
      if (!expected.is_share()) continue;
      const double seen = 0.2 * std::abs(expected.value);  // about a hundred hits
      soft = std::max({soft, half * half / (seen * seen), kRareHits / (expected.value * pilot * event_rate())});
    }
    const auto length_for = [&](double part) { return pilot * std::max(1.0, hard / (part * part)); };
    const double cheap = 0.02 * kMostEvents / event_rate(), dear = 0.05 * kMostEvents / event_rate();
    double length = length_for(0.65);
    if (length > cheap) length = std::max(cheap, length_for(0.8));
    if (length > dear) length = std::max(dear, length_for(0.88));
    if (soft * pilot * event_rate() < kMostEventsForRare) length = std::max(length, soft * pilot);
    return std::min(length, length_left());
  }

  /// What the bounds on events and on simulated time leave.
  double length_left() const {
    return std::max(0.0, std::min((kMostEvents - events()) / event_rate(), kLongestRun / unit_s_ - elapsed_));
  }

  std::vector<Estimate> estimate() const {
    const std::vector<Moments> moments = sample();
    std::vector<Estimate> estimates;
    for (std::size_t v = 0; v < moments.size(); ++v) {
      Estimate& each = estimates.emplace_back();
      each.kind = Estimate::Kind::sampled;
      each.value = moments[v].mean();
      each.standard_error = moments[v].standard_error();
      each.half_width = half_width(moments[v]);
      const Expected& expected = case_.expected[v];
      if (!expected.is_share() || expected.value == 0.0) continue;
      // No replication may have seen what is rare: then the spread between them says nothing.
      const double hits = std::abs(expected.value) * measured_ * event_rate();
      each.rare = hits < kRareHits;
      if (each.rare) each.standard_error = std::max(each.standard_error, std::abs(expected.value) / std::sqrt(hits));
    }
    return estimates;
  }

  double worst_excess(const std::vector<Estimate>& estimates) const {
    double worst = 0.0;
    for (std::size_t v = 0; v < estimates.size(); ++v)
      if (case_.expected[v].value != 0.0) worst = std::max(worst, estimates[v].half_width / widest(case_.expected[v]));
    return worst;
  }

  const Case& case_;
  double unit_s_, relaxation_;
  unsigned threads_;
  Model model_;
  Window::Columns columns_;
  std::vector<Reader> readers_;
  std::vector<Replication> replications_;
  double elapsed_ = 0.0, measured_ = 0.0;
};

}  // namespace

std::uint64_t seed_of(const Case& from, const Settings& settings) {
  return mix64(mix64(settings.seed) ^ hash_path(from.id));
}

TimeScale::TimeScale(double shortest_mean) {
  if (!(shortest_mean > 0.0) || !std::isfinite(shortest_mean)) throw Error("a time or rate is not above 0");
  if (shortest_mean < 1e-3 || shortest_mean > 10.0) unit_s_ = std::pow(10.0, -std::round(std::log10(shortest_mean)));
}

void Watched::tell(const std::string& name, const std::string& entity, const std::string& kpi) {
  readers[name] = [entity, kpi](const Window& w) { return w.kpi(entity, kpi); };
}

void Watched::tell_time(const std::string& name, const std::string& entity, const std::string& kpi) {
  readers[name] = [entity, kpi, unit_s = scale.unit_s()](const Window& w) { return w.kpi(entity, kpi) / unit_s; };
}

void Watched::tell_rate(const std::string& name, const std::string& entity) {
  readers[name] = [entity, unit_s = scale.unit_s()](const Window& w) {
    return w.kpi(entity, "throughput_per_h") / 3600.0 * unit_s;
  };
}

Window::Columns columns_of(const Model& model) {
  Window::Columns columns;
  const std::vector<KpiName> names = kpi_names(model);
  for (std::size_t i = 0; i < names.size(); ++i) columns[{names[i].entity, names[i].kpi}] = i;
  return columns;
}

std::vector<Reader> readers_for(const Case& from, const Readers& readers) {
  std::vector<Reader> found;
  for (const Expected& expected : from.expected) {
    const auto reader = readers.find(expected.name);
    if (reader == readers.end()) throw Unsupported("the value " + expected.name + " is not known for this kind");
    found.push_back(reader->second);
  }
  return found;
}

std::vector<Estimate> watch(const Case& from, const Watched& plant, const Settings& settings) {
  return Watch(from, plant, settings).run();
}

std::vector<Estimate> watch_once(const Case& from, const Watched& plant, double horizon, const Settings& settings) {
  const Model model = compile(plant.plant);
  const std::vector<Reader> readers = readers_for(from, plant.readers);
  const Window::Columns columns = columns_of(model);
  State state = start(model, model.defaults, seed_of(from, settings));
  KpiObserver observer(model, state);
  const Totals begin = observer.totals(model, state);
  const Time end{from_seconds(plant.scale.seconds(horizon))};
  if (advance(model, model.defaults, state, end, observer).status != Outcome::Status::done)
    throw Error("the plant got stuck");
  const Window window(columns, model, begin, observer.totals(model, state));
  std::vector<Estimate> estimates;
  for (const Reader& reader : readers) estimates.push_back({.value = reader(window)});
  return estimates;
}

}  // namespace takt::validation
