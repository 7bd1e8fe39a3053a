// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/merge.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "core/number_text.hpp"
#include "sync/reconcile.hpp"
#include "sync/state_editor.hpp"

namespace takt {
namespace {

using takt::detail::number_text;

/// To a tenth of a second.
std::string seconds_text(double seconds) { return number_text(std::round(10.0 * seconds) / 10.0); }

constexpr double kModeRight = 0.98;  // confusion of sensed modes
constexpr double kLevelSd = 1.0;     // parts, of a level sensor against a counter
constexpr double kCounterSd = 0.05;  // counters are all but exact
constexpr double kMostParts = 1e7;   // in a buffer, as takt-snapshot/1 has it
// What counters alone may put into a buffer: more is a wrong counter, and the parts would take memory to make.
constexpr double kMostByCounters = 1e6;

/// What the merge takes from an entity; "" where it takes nothing.
const char* reported_by(Entity::Kind kind) {
  if (kind == Entity::Kind::machine) return "state, in_process, counters or cycle_time_last_s";
  return kind == Entity::Kind::buffer ? "level" : "";
}

const char* name_of(Entity::Kind kind) {
  switch (kind) {
    case Entity::Kind::machine: return "machine";
    case Entity::Kind::buffer: return "buffer";
    case Entity::Kind::source: return "source";
    case Entity::Kind::sink: return "sink";
    case Entity::Kind::crew: return "crew";
    case Entity::Kind::controller: return "controller";
    case Entity::Kind::line: return "line";
    case Entity::Kind::workshop: return "workshop";
    case Entity::Kind::enterprise: break;
  }
  return "enterprise";
}

/// The fields of a reading that its entity cannot report: "state, counters".
std::string misplaced(const EntityReading& reading, Entity::Kind kind) {
  std::string fields;
  const auto add = [&fields](bool is_there, const char* name) {
    if (is_there) fields += (fields.empty() ? "" : ", ") + std::string(name);
  };
  const bool is_machine = kind == Entity::Kind::machine;
  add(!is_machine && reading.state, "state");
  add(!is_machine && reading.in_process, "in_process");
  add(!is_machine && reading.counters, "counters");
  add(kind != Entity::Kind::buffer && reading.level, "level");
  add(!is_machine && reading.cycle_time_last_s, "cycle_time_last_s");
  return fields;
}

std::string name_of(Condition condition, Activity activity) {
  if (condition == Condition::in_repair) return "down";
  if (condition == Condition::waiting_for_crew) return "waiting for a crew";
  if (condition == Condition::off_shift) return "off shift";
  switch (activity) {
    case Activity::working: return "working";
    case Activity::blocked: return "blocked";
    case Activity::setup: return "setup";
    default: return "starved";
  }
}

/// One snapshot going into one state.
class Merge {
 public:
  Merge(const Model& model, const Parameters& parameters, State& state, const Snapshot& snapshot, CounterBook& book)
      : model_(model),
        snapshot_(snapshot),
        book_(book),
        editor_(model, parameters, state, message_hash(snapshot)),
        view_(model, state) {}

  MergeReport run() {
    for (const EntityReading& reading : snapshot_.entities) {
      if (reading.quality == "bad") continue;
      const Entity& entity = model_.entity(reading.path);
      check_kind(reading, entity.kind);
      if (entity.kind == Entity::Kind::machine) machine(reading, entity.index);
      if (entity.kind == Entity::Kind::buffer) note_level(reading, entity.index);
    }
    balance();
    return std::move(report_);
  }

 private:
  static std::uint64_t message_hash(const Snapshot& s) { return mix64(mix64(hash_path(s.source) ^ s.epoch) ^ s.seq); }

  void change(const std::string& path, const char* what, std::string before, std::string after) {
    ++report_.cells;
    if (before != after) report_.corrected.push_back({path, what, std::move(before), std::move(after)});
  }
  void conflict(const std::string& path, std::string value, std::string expected) {
    report_.conflicts.push_back({path, std::move(value), std::move(expected), "", "", 0});
  }

  void check_kind(const EntityReading& reading, Entity::Kind kind) {
    std::string fields = misplaced(reading, kind);
    if (fields.empty()) return;
    const std::string whose = std::string(" of a ") + name_of(kind);
    const std::string known = reported_by(kind);
    conflict(reading.path, std::move(fields),
             known.empty() ? "no reading" + whose : "a reading" + whose + ": " + known);
  }

  // ---- machines --------------------------------------------------------------------------------------------------
  void machine(const EntityReading& reading, std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    if (reading.counters) note_counters(reading, m);
    if (!reading.state) return;
    const ReportedMode reported = mode_of(*reading.state);
    if (reported == ReportedMode::down && (spec.flags & kHasFailure) == 0) {
      conflict(reading.path, *reading.state, "a state other than down: this machine has no failure law in the plant");
      return;
    }
    const ServerState& first = view_.servers[spec.first_server];
    const std::string before = name_of(view_.machines[m].condition(), first.activity);
    weigh_mode(reported, m);
    if (reported != ReportedMode::down)
      editor_.set_up(m);
    else if (view_.machines[m].down == 0 || reading.state_since)
      editor_.set_down(m, elapsed_s(reading.state_since));  // else nothing new: the pending repair has run on
    parts_in_process(reading, reported, m);
    change(reading.path, "state", before, name_of(view_.machines[m].condition(), first.activity));
  }

  double elapsed_s(const std::optional<WallClock::Instant>& since) const {
    return since ? std::max(0.0, to_seconds(snapshot_.ts - *since)) : 0.0;
  }

  void weigh_mode(ReportedMode reported, std::uint32_t m) {
    const MachineState& ms = view_.machines[m];
    const ReportedMode model = ms.down != 0                                      ? ReportedMode::down
                               : ms.working != 0 || ms.busy > blocked_servers(m) ? ReportedMode::working
                                                                                 : ReportedMode::idle;
    report_.log_evidence += std::log(model == reported ? kModeRight : 1.0 - kModeRight);
  }
  std::uint32_t blocked_servers(std::uint32_t m) const {
    const MachineSpec& spec = model_.machines[m];
    return static_cast<std::uint32_t>(std::ranges::count(view_.servers.subspan(spec.first_server, spec.servers),
                                                         Activity::blocked, &ServerState::activity));
  }

  /// Which servers have a part, and how much of its work is done. Reported parts go to the servers in order.
  void parts_in_process(const EntityReading& reading, ReportedMode reported, std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    const std::size_t listed = reading.in_process ? reading.in_process->size() : 0;
    if (listed > spec.servers) {
      conflict(reading.path + "/in_process", std::to_string(listed) + " parts",
               "at most " + std::to_string(spec.servers));
      return;
    }
    for (std::uint32_t i = 0; i < spec.servers; ++i) {
      const std::uint32_t s = spec.first_server + i;
      const PartInProcess* part = i < listed ? &(*reading.in_process)[i] : nullptr;
      if (part != nullptr) {
        if (reported == ReportedMode::idle && !part->worked_s && !part->started_at)
          set_done(m, s, product_of(*part, reading.path));
        else
          work(reading, m, s, part);
      } else if (reading.in_process || reported == ReportedMode::idle) {
        let_go(m, s);
      } else if (reported == ReportedMode::working && i == 0) {
        work(reading, m, s, nullptr);
      }
    }
  }

  std::optional<std::uint32_t> product_of(const PartInProcess& part, const std::string& path) {
    if (part.product.empty()) return std::nullopt;
    const auto it = std::ranges::find(model_.products, part.product);
    if (it != model_.products.end()) return static_cast<std::uint32_t>(it - model_.products.begin());
    report_.conflicts.push_back({path + "/in_process", part.product, "a product of the plant",
                                 nearest_name(part.product, model_.products), "", 0});
    return std::nullopt;
  }

  void work(const EntityReading& reading, std::uint32_t m, std::uint32_t s, const PartInProcess* part) {
    const ServerState& server = view_.servers[s];
    const std::optional<std::uint32_t> product = part != nullptr ? product_of(*part, reading.path) : std::nullopt;
    const bool was_working = server.activity == Activity::working;
    double worked = was_working ? editor_.worked_s(m, s) : 0.0;
    bool told = false;
    if (part != nullptr && part->worked_s) {
      worked = *part->worked_s;
      told = true;
    } else if (part != nullptr && part->started_at) {
      worked = elapsed_s(part->started_at);
      told = true;
    } else if (!was_working && reading.state_since) {
      worked = elapsed_s(reading.state_since);
    }
    const bool same_product = !product || server.part.product == *product;
    const double tolerance = 0.01 * editor_.mean_cycle_s(m, product.value_or(server.part.product));
    if (was_working && same_product && (!told || std::abs(worked - editor_.worked_s(m, s)) <= tolerance)) {
      ++report_.cells;
      return;  // nothing new: what is pending is a draw from the right law already
    }
    if (told && was_working)
      change(reading.path, "worked_s", seconds_text(editor_.worked_s(m, s)), seconds_text(worked));
    if (!editor_.set_working(m, s, worked, product)) report_.over_runs.push_back(reading.path);
  }

  void set_done(std::uint32_t m, std::uint32_t s, std::optional<std::uint32_t> product) {
    editor_.set_done(m, s, product);
    done_.insert(s);
  }

  /// The machine holds no part, or has nothing left to do on it: what the model still works on is done now.
  void let_go(std::uint32_t m, std::uint32_t s) {
    const Activity activity = view_.servers[s].activity;
    if (activity == Activity::starved || activity == Activity::blocked) return;
    set_done(m, s, std::nullopt);
    gone_.insert(s);
    report_.inferred.push_back({model_.machine_path(m), "completion", "later", "now"});
  }

  // ---- levels and counters ---------------------------------------------------------------------------------------
  void note_level(const EntityReading& reading, std::uint32_t b) {
    if (!reading.level) return;
    const double most = std::min<double>(model_.buffers[b].capacity, kMostParts);
    if (!(*reading.level >= 0.0 && *reading.level <= most)) {
      conflict(reading.path + "/level", number_text(*reading.level), "a level from 0 to " + number_text(most));
      return;
    }
    const double off = (*reading.level - view_.buffers[b].level) / kLevelSd;
    report_.log_evidence -= 0.5 * off * off + std::log(kLevelSd * std::sqrt(2 * std::numbers::pi));
    levels_[b] = *reading.level;
  }

  /// What a machine finished since its base, by its counters; a reset starts a new base.
  void note_counters(const EntityReading& reading, std::uint32_t m) {
    const CounterReading& now = *reading.counters;
    const auto it = book_.machines.find(reading.path);
    if (it != book_.machines.end() && it->second.reading.reset_epoch == now.reset_epoch && now.good &&
        it->second.reading.good) {
      const CounterBase& base = it->second;
      if (*now.good < *base.reading.good) {
        conflict(reading.path + "/counters/good", std::to_string(*now.good),
                 "not less than before (" + std::to_string(*base.reading.good) + ") without a reset");
        return;
      }
      const std::uint64_t scrap =
          now.scrap && base.reading.scrap && *now.scrap >= *base.reading.scrap ? *now.scrap - *base.reading.scrap : 0;
      counted_[m] = {*now.good - *base.reading.good, scrap};
    }
    fresh_[m] = now;
  }

  struct Counted {
    std::uint64_t good = 0, scrap = 0;
  };

  /// The machines around a buffer, if every part in and out of it passes their counters.
  struct Sides {
    std::vector<std::uint32_t> in, out;
  };
  std::optional<Sides> counted_sides(std::uint32_t b) const { return sides_among(b, counted_); }
  template <class ByMachine>
  std::optional<Sides> sides_among(std::uint32_t b, const ByMachine& reported) const {
    Sides sides;
    const BufferSpec& spec = model_.buffers[b];
    for (std::uint32_t m = 0; m < model_.machines.size(); ++m) {
      const MachineSpec& machine = model_.machines[m];
      for (std::uint32_t r = machine.first_route; r < machine.first_route + machine.routes; ++r) {
        if (model_.routes[r].place != b) continue;
        if (machine.routes != 1 || !reported.contains(m)) return std::nullopt;
        sides.in.push_back(m);
      }
    }
    for (const SourceSpec& source : model_.sources)
      for (std::uint32_t r = source.first_route; r < source.first_route + source.routes; ++r)
        if (model_.routes[r].place == b) return std::nullopt;
    for (std::uint32_t i = spec.first_consumer; i < spec.first_consumer + spec.consumers; ++i) {
      const std::uint32_t m = model_.consumers[i];
      if (model_.machines[m].inputs != 1 || !reported.contains(m)) return std::nullopt;
      sides.out.push_back(m);
    }
    return sides;
  }

  /// Levels that follow from counters, and the reconciliation of those that contradict them.
  void balance() {
    std::vector<std::uint32_t> doubly;  // sensed and counted
    for (std::uint32_t b = 0; b < model_.buffers.size(); ++b) {
      if (model_.buffer_entity[b] == kNone) continue;
      const std::optional<Sides> sides = counted_sides(b);
      const bool base = book_.levels.contains(model_.buffer_path(b));
      if (sides && base && levels_.contains(b)) doubly.push_back(b);
      if (sides && base && !levels_.contains(b)) infer_level(b, *sides);
    }
    if (!doubly.empty()) reconcile_levels(doubly);
    for (const auto& [b, level] : levels_) apply_level(b, level);
    apply_counters();
    remember();
  }

  /// Parts that the counters say lie between their machines. A finished part that waits on its machine is counted but
  /// has not come; an unfinished one on the machine behind has gone but is not counted.
  double expected_level(std::uint32_t b, const Sides& sides) const {
    double level = book_.levels.at(model_.buffer_path(b));
    for (const std::uint32_t m : sides.in) {
      const CounterBase& base = book_.machines.at(model_.machine_path(m));
      level += static_cast<double>(counted_.at(m).good) - (static_cast<double>(finished_on(m)) - base.finished);
    }
    for (const std::uint32_t m : sides.out) {
      const CounterBase& base = book_.machines.at(model_.machine_path(m));
      level -= static_cast<double>(counted_.at(m).good + counted_.at(m).scrap) +
               (static_cast<double>(unfinished_on(m)) - base.unfinished);
    }
    return level;
  }
  std::uint32_t finished_on(std::uint32_t m) const {
    return parts_on(m, [this](std::uint32_t s) {
      return done_.contains(s) ||
             (view_.servers[s].activity == Activity::blocked && view_.servers[s].waits_to_start == 0);
    });
  }
  std::uint32_t unfinished_on(std::uint32_t m) const {
    return parts_on(m, [this](std::uint32_t s) {
      return !done_.contains(s) &&
             (view_.servers[s].activity == Activity::working || view_.servers[s].activity == Activity::setup);
    });
  }
  template <class Is>
  std::uint32_t parts_on(std::uint32_t m, Is is) const {
    const MachineSpec& spec = model_.machines[m];
    std::uint32_t parts = 0;
    for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s)
      parts += !gone_.contains(s) && is(s) ? 1U : 0U;
    return parts;
  }

  void infer_level(std::uint32_t b, const Sides& sides) {
    const double most = std::min<double>(model_.buffers[b].capacity, kMostByCounters);
    const double expected = expected_level(b, sides);
    if (most == kMostByCounters && expected > most) {
      conflict(model_.buffer_path(b) + "/level", number_text(expected) + " by the counters around it",
               "at most " + number_text(most) + " where no sensor tells the level");
      return;
    }
    const double level = std::clamp(expected, 0.0, most);
    const std::uint32_t before = view_.buffers[b].level;
    editor_.set_level(b, static_cast<std::uint32_t>(level));
    if (before != view_.buffers[b].level)
      report_.inferred.push_back(
          {model_.buffer_path(b), "level", std::to_string(before), std::to_string(view_.buffers[b].level)});
  }

  void reconcile_levels(const std::vector<std::uint32_t>& buffers) {
    std::map<std::uint32_t, Eigen::Index> column;  // machine -> column of its counter
    const auto rows = static_cast<Eigen::Index>(buffers.size());
    for (const std::uint32_t b : buffers) {
      const Sides sides = *counted_sides(b);
      for (const auto* side : {&sides.in, &sides.out})
        for (const std::uint32_t m : *side) column.try_emplace(m, rows + static_cast<Eigen::Index>(column.size()));
    }
    const Eigen::Index n = rows + static_cast<Eigen::Index>(column.size());
    Eigen::VectorXd z(n), variance(n), rhs(rows);
    Eigen::MatrixXd a = Eigen::MatrixXd::Zero(rows, n);
    for (const auto& [m, k] : column) {
      z(k) = static_cast<double>(counted_.at(m).good);
      variance(k) = kCounterSd * kCounterSd;
    }
    for (Eigen::Index i = 0; i < rows; ++i) {
      const std::uint32_t b = buffers[static_cast<std::size_t>(i)];
      const Sides sides = *counted_sides(b);
      z(i) = levels_.at(b);
      variance(i) = kLevelSd * kLevelSd;
      a(i, i) = 1.0;
      for (const std::uint32_t m : sides.in) a(i, column.at(m)) = -1.0;
      for (const std::uint32_t m : sides.out) a(i, column.at(m)) = 1.0;
      rhs(i) = (a.row(i) * z)(0) + expected_level(b, sides) - levels_.at(b);
    }
    const Eigen::VectorXd x = detail::reconcile(z, variance, a, rhs);
    for (Eigen::Index i = 0; i < rows; ++i) {
      const std::uint32_t b = buffers[static_cast<std::size_t>(i)];
      const double most = std::min<double>(model_.buffers[b].capacity, std::max(kMostByCounters, levels_.at(b)));
      const double level = std::clamp(std::round(x(i)), 0.0, most);
      if (level != levels_.at(b))
        conflict(model_.buffer_path(b) + "/level", number_text(levels_.at(b)),
                 number_text(level) + ", reconciled with the counters around it");
      levels_[b] = level;
    }
  }

  void apply_level(std::uint32_t b, double level) {
    const std::string before = std::to_string(view_.buffers[b].level);
    editor_.set_level(b, static_cast<std::uint32_t>(std::lround(level)));
    change(model_.buffer_path(b), "level", before, std::to_string(view_.buffers[b].level));
  }

  /// The model's own totals become those counted, so that its KPIs are the plant's.
  void apply_counters() {
    for (const auto& [m, counted] : counted_) {
      MachineState& ms = view_.machines[m];
      const CounterBase& base = book_.machines.at(model_.machine_path(m));
      const std::uint64_t good_before = ms.completions - ms.scrapped - (base.completions - base.scrapped);
      change(model_.machine_path(m), "good", std::to_string(good_before), std::to_string(counted.good));
      // Differences of counters are taken as whole numbers that wrap round, so that none can overflow.
      const auto missing =
          static_cast<std::int64_t>(counted.good + counted.scrap - (ms.completions - base.completions));
      const auto missing_scrap = static_cast<std::int64_t>(counted.scrap - (ms.scrapped - base.scrapped));
      ms.completions += static_cast<std::uint64_t>(missing);
      ms.scrapped += static_cast<std::uint64_t>(missing_scrap);
      ComponentState& component = view_.components[model_.machines[m].component];
      correct_books(component, missing_scrap);
      const MachineSpec& spec = model_.machines[m];
      if (spec.routes == 1 && model_.routes[spec.first_route].place >= model_.buffers.size()) {
        const std::int64_t good_missing = missing - missing_scrap;
        view_.sinks[model_.routes[spec.first_route].place - model_.buffers.size()] +=
            static_cast<std::uint64_t>(good_missing);
        correct_books(component, good_missing);
      }
    }
  }

  /// Parts that left without the model's knowing came in too; parts that did not leave after all are taken out.
  static void correct_books(ComponentState& component, std::int64_t left) {
    (left > 0 ? component.parts : component.removed) += static_cast<std::uint64_t>(std::abs(left));
  }

  /// Levels are remembered with the counters around them, so that both speak of one instant.
  void remember() {
    for (const auto& [m, reading] : fresh_)
      book_.machines[model_.machine_path(m)] = {reading, view_.machines[m].completions, view_.machines[m].scrapped,
                                                finished_on(m), unfinished_on(m)};
    for (std::uint32_t b = 0; b < model_.buffers.size(); ++b)
      if (model_.buffer_entity[b] != kNone && sides_among(b, fresh_))
        book_.levels[model_.buffer_path(b)] = view_.buffers[b].level;
  }

  const Model& model_;
  const Snapshot& snapshot_;
  CounterBook& book_;
  detail::StateEditor editor_;
  StateView view_;
  MergeReport report_;
  std::map<std::uint32_t, double> levels_;
  std::map<std::uint32_t, Counted> counted_;
  std::map<std::uint32_t, CounterReading> fresh_;
  std::set<std::uint32_t> done_, gone_;  // servers whose work was made to end now; those whose part had gone before
};

}  // namespace

MergeReport merge(const Model& model, const Parameters& parameters, State& state, const Snapshot& snapshot,
                  CounterBook& book) {
  State next = state;
  CounterBook next_book = book;
  MergeReport report = Merge(model, parameters, next, snapshot, next_book).run();
  settle(model, parameters, next);
  const std::vector<Fault> broken = check_invariants(model, next);
  if (!broken.empty()) {
    report.status = MergeReport::Status::rejected;
    report.conflicts.insert(report.conflicts.end(), broken.begin(), broken.end());
    return report;
  }
  state = std::move(next);
  book = std::move(next_book);
  return report;
}

}  // namespace takt
