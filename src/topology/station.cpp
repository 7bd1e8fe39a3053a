// SPDX-License-Identifier: Apache-2.0
#include "topology/station.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace takt::detail {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The mean of what the engine draws: it cuts longer times.
double mean_of(const Distribution& law) { return mean_up_to(law, kLongestSeconds); }

const Distribution& law_for(const Model& model, const Parameters& parameters, const MachineSpec& spec,
                            std::uint32_t law, std::uint32_t product) {
  return parameters.law((spec.flags & kLawByProduct) != 0 ? model.law_of[law + product] : law);
}

bool has_density(const Distribution& law) {
  if (law.law() == Law::mixture) return std::ranges::any_of(law.parts(), has_density);
  return law.law() != Law::constant && law.law() != Law::empirical && law.law() != Law::discrete;
}

/// Laws known to be "new better than used in expectation" in the strong sense of docs/topology.md: their hazard does
/// not fall. An operation broken off and begun anew cannot gain there.
bool hazard_does_not_fall(const Distribution& law) {
  switch (law.law()) {
    case Law::constant:
    case Law::exponential:
    case Law::uniform:
    case Law::triangular:
    case Law::normal: return true;
    case Law::gamma: return law.variance() <= law.mean() * law.mean();
    case Law::weibull: return law.number("shape") >= 1.0;
    case Law::beta: return law.number("alpha") >= 1.0 && law.number("beta") >= 1.0;
    default: return false;
  }
}

/// How a machine fails, in the long run.
struct Breakdowns {
  bool any = false;
  double up_mean = kInfinity, down_mean = 0.0;  ///< s
  double most_a_second = 0.0;                   ///< failures in a second of time
  double up_share() const { return any ? up_mean / (up_mean + down_mean) : 1.0; }
  double down_per_up() const { return any ? down_mean / up_mean : 0.0; }
};

Breakdowns breakdowns_of(const Parameters& parameters, const MachineSpec& spec, double on) {
  Breakdowns breakdowns;
  if ((spec.flags & kHasFailure) == 0) return breakdowns;
  breakdowns.any = true;
  breakdowns.up_mean = mean_of(parameters.law(spec.failure_law));
  breakdowns.down_mean = mean_of(parameters.law(spec.repair_law));
  const double clock_share = spec.clock == FailureClock::calendar ? 1.0 : on;
  breakdowns.most_a_second =
      std::min(clock_share / breakdowns.up_mean, 1.0 / (breakdowns.up_mean + breakdowns.down_mean));
  return breakdowns;
}

double share_on_of(const Model& model, const MachineSpec& spec, const CapacityOptions& options) {
  if (spec.calendar == kNone) return 1.0;
  return share_on(model.calendars[spec.calendar], model.plant.clock, options);
}

bool waits_for_crew(const Model& model, const MachineSpec& spec) {
  if (spec.crew == kNone) return false;
  return static_cast<std::uint64_t>(std::ranges::count(model.machines, spec.crew, &MachineSpec::crew)) >
         model.crews[spec.crew].size;
}

/// Up and on shift at once. Failures by the calendar fall on shifts as on any other time, but only if the times between
/// them forget where they began; else a repair may keep to the nights.
double share_up_and_on(const Model& model, const Parameters& parameters, const MachineSpec& spec,
                       const Breakdowns& breakdowns, double on) {
  if (!breakdowns.any || spec.clock == FailureClock::working) return on;
  const bool forgets = has_density(parameters.law(spec.failure_law)) || has_density(parameters.law(spec.repair_law));
  if (spec.clock == FailureClock::calendar && forgets && !waits_for_crew(model, spec))
    return on * breakdowns.up_share();
  return std::min(on, breakdowns.up_share());
}

/// The work times of a machine whose operations can be broken off: means cut at `longest`, and the server-seconds that
/// the operations broken off may have saved, in a second.
struct Work {
  std::vector<double> seconds;  ///< (products)
  double saved = 0.0;
};

Work cut_work(const Model& model, const Parameters& parameters, const MachineSpec& spec, double longest,
              double breaks_a_second) {
  Work work;
  double shortest = kInfinity;
  for (std::uint32_t p = 0; p < model.products.size(); ++p) {
    work.seconds.push_back(mean_up_to(law_for(model, parameters, spec, spec.cycle_law, p), longest));
    shortest = std::min(shortest, work.seconds.back());
  }
  work.saved = breaks_a_second * (longest - shortest);
  return work;
}

/// The product that a server can do fastest: a measure of how good a cut is.
double greatest_rate(const Work& work, double server_seconds) {
  double rate = 0.0;
  for (const double seconds : work.seconds)
    rate = std::max(rate, seconds > 0.0 ? (server_seconds + work.saved) / seconds : kInfinity);
  return rate;
}

Work work_of(const Model& model, const Parameters& parameters, const MachineSpec& spec, const Breakdowns& breakdowns) {
  bool is_safe = !breakdowns.any || spec.on_failure == OnFailure::resume;
  bool hazards = true;
  for (std::uint32_t p = 0; p < model.products.size(); ++p)
    hazards = hazards && hazard_does_not_fall(law_for(model, parameters, spec, spec.cycle_law, p));
  is_safe = is_safe || hazards;
  if (is_safe) return cut_work(model, parameters, spec, kLongestSeconds, 0.0);

  // Any cut gives a true limit; one near the far end of the law a sharp one.
  const double breaks = spec.servers * breakdowns.most_a_second;
  Work best;
  double best_rate = kInfinity;
  for (std::uint32_t p = 0; p < model.products.size(); ++p)
    for (const double quantile : {0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1.0}) {
      const double longest = law_for(model, parameters, spec, spec.cycle_law, p).quantile(quantile);
      if (!(longest > 0.0) || longest > kLongestSeconds) continue;
      Work work = cut_work(model, parameters, spec, longest, breaks);
      const double rate = greatest_rate(work, spec.servers);
      if (rate >= best_rate) continue;
      best = std::move(work);
      best_rate = rate;
    }
  return best.seconds.empty() ? Work{std::vector<double>(model.products.size(), 0.0), 0.0} : best;
}

double load_seconds(const Model& model, const Parameters& parameters, const MachineSpec& spec, std::uint32_t product) {
  return (spec.flags & kHasLoad) == 0 ? 0.0 : mean_of(law_for(model, parameters, spec, spec.load_law, product));
}

}  // namespace

double mean_up_to(const Distribution& law, double limit) {
  const double beyond = law.survival(limit);
  if (!(beyond > 0.0)) return law.mean();
  return std::max(0.0, law.mean() - beyond * law.residual_mean(limit));
}

double operation_seconds(const Model& model, const Parameters& parameters, std::uint32_t machine,
                         std::uint32_t product) {
  const MachineSpec& spec = model.machines[machine];
  return load_seconds(model, parameters, spec, product) +
         mean_of(law_for(model, parameters, spec, spec.cycle_law, product));
}

double share_on(const Calendar& calendar, const WallClock& clock, const CapacityOptions& options) {
  if (!options.window) {
    std::chrono::minutes on{0};
    for (const DaySpans& day : calendar.week)
      for (const DaySpan& span : day) on += span.to - span.from;
    return static_cast<double>(on.count()) / (7 * 24 * 60);
  }
  Duration on{0};
  for (Time t = options.window->from; t < options.window->to;) {
    const Time next = std::min(calendar.next_change(t, clock), options.window->to);
    if (calendar.on_at(t, clock)) on += next - t;
    t = next;
  }
  return to_seconds(on) / to_seconds(options.window->to - options.window->from);
}

double availability_of(const Model& model, const Parameters& parameters, std::uint32_t machine,
                       const CapacityOptions& options) {
  const MachineSpec& spec = model.machines[machine];
  const double on = share_on_of(model, spec, options);
  const Breakdowns breakdowns = breakdowns_of(parameters, spec, on);
  if (breakdowns.any && spec.clock == FailureClock::working) return std::min(on, breakdowns.up_share());
  return share_up_and_on(model, parameters, spec, breakdowns, on);
}

std::vector<StationLimit> station_limits(const Model& model, const Parameters& parameters, std::uint32_t machine,
                                         const CapacityOptions& options) {
  const MachineSpec& spec = model.machines[machine];
  const double servers = spec.servers;
  const double on = share_on_of(model, spec, options);
  const Breakdowns breakdowns = breakdowns_of(parameters, spec, on);
  const Work work = work_of(model, parameters, spec, breakdowns);
  const auto limit = [&](double per_work, double server_seconds) {
    StationLimit result{{}, server_seconds + per_work * work.saved};
    for (std::uint32_t p = 0; p < work.seconds.size(); ++p)
      result.seconds.push_back(load_seconds(model, parameters, spec, p) + per_work * work.seconds[p]);
    return result;
  };
  std::vector<StationLimit> limits{limit(1.0, servers * share_up_and_on(model, parameters, spec, breakdowns, on))};
  if (breakdowns.any && spec.clock == FailureClock::working)
    limits.push_back(limit(1.0 + breakdowns.down_per_up(), servers));
  return limits;
}

double station_rate(const std::vector<StationLimit>& limits, std::uint32_t product) {
  double rate = kInfinity;
  for (const StationLimit& limit : limits)
    if (limit.seconds[product] > 0.0) rate = std::min(rate, limit.server_seconds / limit.seconds[product]);
  return rate;
}

double greatest_station_rate(const Model& model, const Parameters& parameters, std::uint32_t machine,
                             const CapacityOptions& options) {
  const std::vector<StationLimit> limits = station_limits(model, parameters, machine, options);
  double rate = 0.0;
  for (std::uint32_t p = 0; p < model.products.size(); ++p) rate = std::max(rate, station_rate(limits, p));
  return rate;
}

double source_rate(const Model& model, const Parameters& parameters, const SourceSpec& source,
                   const CapacityOptions& options) {
  if (source.kind == SourceSpec::Kind::renewal) return 1.0 / mean_of(parameters.law(source.interval_law));
  if (source.kind == SourceSpec::Kind::saturated || !options.window) return kInfinity;
  const std::int64_t end = options.window->to.time_since_epoch().count();
  std::uint32_t due = 0;
  for (std::uint32_t i = 0; i < source.arrivals; ++i)
    due += model.timetable[source.first_arrival + i].at <= end ? 1U : 0U;
  return due / to_seconds(options.window->to - options.window->from);
}

}  // namespace takt::detail
