// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/drift.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "takt/core/quantity.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

constexpr double kLeastCv = 0.02;     // of a reference cycle time: no machine is more regular than that
constexpr double kAliasedCv = 0.15;   // below it, regular reports may see the same phase of the work again and again
constexpr double kHalfLife = 240.0;   // reports that the variance of the time worked is told from
constexpr double kPriorReports = 20;  // and as many are assumed to have been as uncertain as can be
constexpr double kFarthest = 4.0;     // standard deviations that one cycle time may count for

/// Mean and standard deviation of the logarithm of a law's values.
std::pair<double, double> log_moments(const Distribution& law, double mean, double cv) {
  if (law.law() == Law::lognormal || cv <= kLeastCv) {
    const double variance = std::log1p(cv * cv);
    return {std::log(mean) - variance / 2, std::sqrt(variance)};
  }
  constexpr int kPoints = 200;
  Moments moments;
  for (int i = 0; i < kPoints; ++i) moments.add(std::log(std::max(law.quantile((i + 0.5) / kPoints), 1e-9)));
  return {moments.mean(), std::sqrt(moments.variance())};
}

/// The cumulative hazard of a law between two ages.
double hazard(const Distribution& law, double from_s, double to_s) {
  constexpr double kMost = 20.0;
  if (law.law() == Law::exponential) return (to_s - from_s) / law.mean();
  const double before = law.survival(from_s), after = law.survival(to_s);
  return after > 0.0 && before > 0.0 ? std::min(std::log(before / after), kMost) : kMost;
}

/// The share of failures that a report a length later still sees: those whose repair lasts until then.
double seen_share(const Distribution& repair, double length_s) {
  constexpr int kPoints = 8;
  double sum = 0.0;
  for (int i = 0; i < kPoints; ++i) sum += repair.survival(length_s * (i + 0.5) / kPoints);
  return sum / kPoints;
}

bool is_on(const Model& model, const MachineSpec& spec, WallClock::Instant from, WallClock::Instant to) {
  if (spec.calendar == kNone) return true;
  const Calendar& calendar = model.calendars[spec.calendar];
  const std::string& zone = model.plant.clock.zone;
  return calendar.on_at(from, zone) && calendar.next_change(from, zone) >= to;
}

/// So many that the two ends, each a uniform share of a part, make a quarter of their variance.
double parts_weighed(double cv) {
  constexpr double kMost = 200.0;
  return std::min(kMost, std::ceil(4.0 / 6.0 / std::max(cv * cv, 1e-6)));
}

}  // namespace

const char* name_of(WatchedLaw law) {
  switch (law) {
    case WatchedLaw::cycle_time: return "cycle_time";
    case WatchedLaw::time_to_failure: return "failure/time_to_failure";
    case WatchedLaw::time_to_repair: break;
  }
  return "failure/time_to_repair";
}

void Drift::set_reference(const Model& model, const Parameters& reference, std::uint32_t m, Machine& machine) const {
  const MachineSpec& spec = model.machines[m];
  if ((spec.flags & kLawByProduct) != 0) return;
  const Distribution& law = reference.law(spec.cycle_law);
  machine.mean_s = law.mean();
  const double least = kLeastCv * machine.mean_s;
  machine.variance_s2 = std::max(law.variance(), least * least);
  if (machine.mean_s > 0.0)
    std::tie(machine.log_mean, machine.log_sd) =
        log_moments(law, machine.mean_s, std::sqrt(machine.variance_s2) / machine.mean_s);
}

Drift::Machine& Drift::machine_of(const Model& model, const Parameters& reference, std::uint32_t m) {
  const auto [it, is_new] = machines_.try_emplace(m);
  if (is_new) set_reference(model, reference, m, it->second);
  return it->second;
}

void Drift::restart(const Model& model, const Parameters& reference, Doubts& doubts) {
  for (auto& [m, machine] : machines_) {
    set_reference(model, reference, m, machine);
    machine.pending_s = 0.0;
    machine.pending_parts = 0;
  }
  watches_.clear();
  together_ = {};
  doubts.clear_all("drift");
}

/// The time worked since the last report. Of a mode that is told without since when, the two ends stand for half of it
/// each, which is right in the mean; and a change between them makes it uncertain.
Drift::Stretch Drift::stretch_to(Machine& machine, const EntityReading& reading, ReportedMode mode,
                                 WallClock::Instant at) const {
  Stretch stretch;
  stretch.length_s = to_seconds(at - machine.at);
  const double before = machine.mode == ReportedMode::working ? 1.0 : 0.0;
  const double after = mode == ReportedMode::working ? 1.0 : 0.0;
  double unsure_s = stretch.length_s;
  if (reading.state_since) {
    stretch.exact = true;
    const double since_s = std::clamp(to_seconds(at - *reading.state_since), 0.0, stretch.length_s);
    stretch.worked_s = since_s * after;
    unsure_s = stretch.length_s - since_s;
    // What came before a change is the mode before it; where that is the same, another one lay in between.
    stretch.worked_s += unsure_s * (machine.mode == mode ? 0.5 : before);
    if (machine.mode != mode) unsure_s = 0.0;
  } else {
    stretch.worked_s = unsure_s * (before + after) / 2;
    if (before == after) unsure_s = 0.0;
  }
  const double rho = std::exp2(-1.0 / kHalfLife);
  if (machine.worked_s <= 0.0 && !reading.state_since) {
    machine.spread_s2 = kPriorReports * stretch.length_s * stretch.length_s / 8;
    machine.worked_s = kPriorReports * stretch.length_s / 2;
  }
  machine.spread_s2 = rho * machine.spread_s2 + unsure_s * unsure_s / 2;
  machine.worked_s = rho * machine.worked_s + stretch.worked_s;
  return stretch;
}

void Drift::follow(const Model& model, const Parameters& reference, const State& state, const Snapshot& snapshot,
                   Doubts& doubts) {
  const ConstStateView view(model, state);
  for (const EntityReading& reading : snapshot.entities) {
    if (reading.quality != "good") continue;
    const Entity& entity = model.entity(reading.path);
    if (entity.kind != Entity::Kind::machine) continue;
    const std::uint32_t m = entity.index;
    Machine& machine = machine_of(model, reference, m);
    const ReportedMode mode = reading.state ? mode_of(*reading.state) : ReportedMode::unknown;
    if (mode != ReportedMode::unknown) {
      if (machine.seen && view.machines[m].off_shift == 0) {
        const Stretch stretch = stretch_to(machine, reading, mode, snapshot.ts);
        machine.pending_s += stretch.worked_s;
        const bool waits = view.machines[m].condition() == Condition::waiting_for_crew;
        if ((model.machines[m].flags & kHasFailure) != 0)
          follow_failures(model, reference, m, machine, stretch, mode, waits, snapshot.ts, doubts);
      } else {
        machine.entered = false;
      }
      machine.seen = true;
      machine.mode = mode;
      machine.at = snapshot.ts;
    }
    follow_cycles(model, m, machine, reading, snapshot.ts, doubts);
  }
}

void Drift::follow_cycles(const Model& model, std::uint32_t m, Machine& machine, const EntityReading& reading,
                          WallClock::Instant at, Doubts& doubts) {
  const MachineSpec& spec = model.machines[m];
  if (!(machine.mean_s > 0.0)) return;
  std::optional<std::uint64_t> parts;
  if (reading.counters && reading.counters->good) {
    const CounterReading& now = *reading.counters;
    const std::uint64_t total = *now.good + now.scrap.value_or(0);
    if (machine.counted && machine.reset_epoch == now.reset_epoch && total >= machine.parts)
      parts = total - machine.parts;
    if (!parts) {
      machine.pending_s = 0.0;
      machine.pending_parts = 0;
    }
    machine.pending_parts += parts.value_or(0);
    machine.parts = total;
    machine.reset_epoch = now.reset_epoch;
    machine.counted = true;
  }
  const double shift_s = to_seconds(options_.shift);
  if (reading.cycle_time_last_s && *reading.cycle_time_last_s > 0.0) {
    machine.by_cycle = true;
    const bool is_new = parts ? *parts > 0 : *reading.cycle_time_last_s != machine.last_cycle_s;
    machine.last_cycle_s = *reading.cycle_time_last_s;
    if (!is_new) return;
    const double delta = std::log1p(options_.cycle_shift) / machine.log_sd;
    const double z =
        std::clamp((std::log(machine.last_cycle_s) - machine.log_mean) / machine.log_sd, -kFarthest, kFarthest);
    add(model, m, WatchedLaw::cycle_time, {delta * z - delta * delta / 2, -delta * z - delta * delta / 2},
        machine.last_cycle_s, machine.mean_s, shift_s / machine.mean_s * delta * delta / 2, at, doubts);
    return;
  }
  const double cv = std::sqrt(machine.variance_s2) / machine.mean_s;
  const bool aliased = cv < kAliasedCv && !reading.state_since;
  const bool plain = spec.servers == 1 && (spec.flags & kHasLoad) == 0 && spec.on_failure == OnFailure::resume &&
                     (spec.scrap == kNone || model.defaults.probabilities[spec.scrap] == 0.0 ||
                      (reading.counters && reading.counters->scrap));
  if (!parts || !reading.state || machine.by_cycle || aliased || !plain || !machine.seen) return;
  // The parts in work at both ends are counted whole or not at all. Where the time worked is known exactly, that is all
  // the error there is: parts are weighed many at a time, so that it stays small beside their own scatter.
  if (reading.state_since && static_cast<double>(machine.pending_parts) < parts_weighed(cv)) return;
  // Worked less what the parts should have taken: a walk with no drift, and with this variance for a second worked.
  const double worked_s = machine.pending_s, needed_s = static_cast<double>(machine.pending_parts) * machine.mean_s;
  machine.pending_s = 0.0;
  machine.pending_parts = 0;
  const double ends_s2 = reading.state_since ? machine.mean_s * machine.mean_s / 6.0 : 0.0;
  const double variance = machine.variance_s2 / machine.mean_s + ends_s2 / std::max(worked_s, 1.0) +
                          machine.spread_s2 / std::max(machine.worked_s, 1.0);
  const double longer = options_.cycle_shift / (1.0 + options_.cycle_shift), shorter = options_.cycle_shift;
  const auto ratio = [&](double drift) {
    return (drift * (worked_s - needed_s) - drift * drift / 2 * worked_s) / variance;
  };
  add(model, m, WatchedLaw::cycle_time, {ratio(longer), ratio(-shorter)}, worked_s, needed_s,
      shorter * shorter / 2 * shift_s / variance, at, doubts);
}

void Drift::follow_failures(const Model& model, const Parameters& reference, std::uint32_t m, Machine& machine,
                            const Stretch& stretch, ReportedMode mode, bool waits, WallClock::Instant at,
                            Doubts& doubts) {
  const MachineSpec& spec = model.machines[m];
  const bool was_down = machine.mode == ReportedMode::down, is_down = mode == ReportedMode::down;
  const Distribution& failure = reference.law(spec.failure_law);
  const Distribution& repair = reference.law(spec.repair_law);
  const Distribution& law = was_down ? repair : failure;
  double at_risk_s = stretch.length_s;
  if (was_down == is_down) {
    if (!was_down && spec.clock == FailureClock::working) at_risk_s = stretch.worked_s;
  } else {
    at_risk_s = !was_down && spec.clock == FailureClock::working ? stretch.worked_s : stretch.length_s / 2;
  }
  if (!was_down && spec.clock == FailureClock::on_shift && !is_on(model, spec, machine.at, at)) at_risk_s = 0.0;
  if (was_down && waits) at_risk_s = 0.0;
  // The age of what was going on when it was first seen is not known; only an exponential law does not ask.
  if (machine.entered || law.law() == Law::exponential) {
    double risk = hazard(law, machine.age_s, machine.age_s + at_risk_s);
    if (!was_down && !is_down && !stretch.exact) risk *= seen_share(repair, stretch.length_s);
    const bool event = was_down != is_down;
    const double rho = options_.rate_factor;
    const double shift_s = to_seconds(options_.shift);
    const double events = shift_s / std::max(was_down ? failure.mean() + repair.mean() : failure.mean(), 1e-3);
    const double gained = event ? std::log(rho) : 0.0;
    add(model, m, was_down ? WatchedLaw::time_to_repair : WatchedLaw::time_to_failure,
        {(1.0 - 1.0 / rho) * risk - gained, gained - (rho - 1.0) * risk}, risk, event ? 1.0 : 0.0,
        events * (rho - 1.0 - std::log(rho)), at, doubts);
  }
  machine.age_s += at_risk_s;
  if (was_down != is_down) {
    machine.entered = true;
    machine.age_s = stretch.length_s / 2;
  }
}

AlarmLimits Drift::limits(double information, double share) const {
  return {cusum_threshold(information, options_.false_warning * share),
          cusum_threshold(information, options_.false_invalid * share)};
}

/// Half of the alarms are for the sums of all machines together, the rest for those of single laws.
void Drift::add(const Model& model, std::uint32_t m, WatchedLaw law, Ratios ratios, double observed, double expected,
                double information, WallClock::Instant at, Doubts& doubts) {
  LawWatch& watch = watches_[{m, law}];
  LawWatch& all = together_[static_cast<std::size_t>(law)];
  all.information += information - watch.information;
  watch.information = information;
  const auto to = [&](LawWatch& into, const AlarmLimits& limits, std::uint32_t machine) {
    ++into.observations;
    into.sums.more.add(ratios.more, observed, expected, limits.most(), at);
    into.sums.less.add(ratios.less, observed, expected, limits.most(), at);
    judge(model, into, machine, law, limits, at, doubts);
  };
  to(watch, limits(information, 0.5 / (2.0 * static_cast<double>(watches_.size()))), m);
  to(all, limits(all.information, 0.5 / (2.0 * kWatchedLaws)), kNone);
}

/// `machine` is kNone for the sums of all.
void Drift::judge(const Model& model, LawWatch& watch, std::uint32_t machine, WatchedLaw law, const AlarmLimits& limits,
                  WallClock::Instant at, Doubts& doubts) const {
  const Alarm before = std::max(watch.more, watch.less);
  watch.more = limits.of(watch.sums.more.sum(), watch.more);
  watch.less = limits.of(watch.sums.less.sum(), watch.less);
  const Alarm worst = std::max(watch.more, watch.less);
  if (worst == Alarm::none && before == Alarm::none) return;
  const std::string whose = machine == kNone ? "" : model.machine_path(machine);
  const std::string about = machine == kNone ? "/" : whose + "/" + name_of(law);
  const std::string detail = machine == kNone ? name_of(law) : "";
  if (worst == Alarm::none) {
    doubts.clear("drift", about, detail);
    return;
  }
  const Cusum& sum = watch.more >= watch.less ? watch.sums.more : watch.sums.less;
  const char* what = law == WatchedLaw::cycle_time        ? "the work on a part takes"
                     : law == WatchedLaw::time_to_failure ? "the time between failures is"
                                                          : "a repair takes";
  const Duration since = std::chrono::round<std::chrono::minutes>(at - sum.since());
  doubts.raise({.trust = worst == Alarm::invalid ? Trust::invalid : Trust::warning,
                .check = "drift",
                .about = about,
                .value = sum.sum(),
                .limit = worst == Alarm::invalid ? limits.invalid : limits.warning,
                .since = at,
                .sentence = fmt::format("{}, {} about {:.0f} % {} than the reference says, for {} now.",
                                        machine == kNone ? "Over all stations" : "At " + whose, what,
                                        100.0 * std::abs(sum.ratio() - 1.0), sum.ratio() > 1.0 ? "longer" : "shorter",
                                        to_text(since))},
               detail);
}

std::map<std::string, double> Drift::changes(const Model& model) const {
  std::map<std::string, double> changes;
  const auto is_doubted = [](const LawWatch& watch) { return std::max(watch.more, watch.less) != Alarm::none; };
  for (const auto& [key, watch] : watches_) {
    const LawWatch& all = together_[static_cast<std::size_t>(key.second)];
    if (!is_doubted(watch) && !is_doubted(all)) continue;
    const bool more = is_doubted(watch) ? watch.more >= watch.less : all.more >= all.less;
    const Cusum& sum = more ? watch.sums.more : watch.sums.less;
    if (sum.ratio() > 0.0) changes[model.machine_path(key.first) + "/" + name_of(key.second)] = sum.ratio();
  }
  return changes;
}

}  // namespace takt
