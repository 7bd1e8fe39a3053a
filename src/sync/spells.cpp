// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/spells.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <tuple>

#include "takt/core/local_time.hpp"

namespace takt {
namespace {

constexpr double kDay = 86400.0;  // seconds
constexpr double kYoungest = 15.0;
constexpr double kTimeStep = 600.0;   // between times of the day at which rates are kept
constexpr double kKernelReach = 4.0;  // standard deviations

// Ages by their logarithm: a bin is a tenth wide, the last is at 56 days; rates are kept at every fourth.
constexpr double kBinWidth = 0.1;
constexpr std::size_t kBins = 128, kBinsAnAge = 4, kAges = kBins / kBinsAnAge;

double bin_of(double age_s) { return std::log(std::max(age_s, kYoungest) / kYoungest) / kBinWidth; }

/// Two values between which a grid is read, and the weight of the second.
struct Between {
  std::size_t first, second;
  double weight;
  Between(double at, std::size_t count)
      : first(std::min(static_cast<std::size_t>(std::max(at, 0.0)), count - 1)),
        second(std::min(first + 1, count - 1)),
        weight(std::clamp(at - static_cast<double>(first), 0.0, 1.0)) {}
  double of(double a, double b) const { return a + weight * (b - a); }
};

double normal_kernel(double distance, double sd) {
  const double z = distance / sd;
  return std::abs(z) < kKernelReach ? std::exp(-0.5 * z * z) : 0.0;
}

/// A time on the clock on the wall; Monday is 0, and 1970-01-01 was a Thursday.
struct TimeOfDay {
  double seconds;
  int weekday;
  explicit TimeOfDay(double local_s)
      : seconds(local_s - kDay * std::floor(local_s / kDay)),
        weekday(static_cast<int>(std::fmod(std::floor(local_s / kDay) + 3.0, 7.0))) {}
  /// Apart from another, whatever the day.
  double distance_s(const TimeOfDay& other) const {
    const double apart = std::abs(seconds - other.seconds);
    return std::min(apart, kDay - apart);
  }
};

/// Steps of a spell within which its rate hardly changes.
double step_s(double age_s) { return std::clamp(0.2 * age_s, kYoungest, 300.0); }

}  // namespace

double SpellHazard::rate(double age_s, double after_s) const {
  const Between age(bin_of(age_s) / kBinsAnAge, kAges);
  const Between time(after_s / kTimeStep, times_);
  const auto at = [this](std::size_t i, std::size_t j) { return rates_[i * times_ + j]; };
  return age.of(time.of(at(age.first, time.first), at(age.first, time.second)),
                time.of(at(age.second, time.first), at(age.second, time.second)));
}

Distribution SpellHazard::law(double age_s, double after_s, double factor, double counted_s) const {
  std::vector<double> values, weights;
  double survives = 1.0;
  double gone_s = 0.0;
  constexpr double kLeast = 1e-6;
  while (after_s + gone_s < horizon_s_ && survives > kLeast) {
    const double age = age_s + gone_s;
    const double step = step_s(age);
    const double expected =
        rate(age + step / 2, after_s + gone_s + step / 2) * step * (age < recent_age_s_ ? factor : 1.0);
    const double ends = -std::expm1(-expected) * survives;
    values.push_back(counted_s + gone_s + step / 2);
    weights.push_back(ends);
    survives -= ends;
    gone_s += step;
  }
  values.push_back(counted_s + std::max(gone_s, 0.0) + horizon_s_ + kDay);
  weights.push_back(std::max(survives, kLeast));
  return Distribution::discrete(std::move(values), std::move(weights));
}

double SpellHazard::factor(double p) const {
  return Distribution::gamma(recent_events_ / recent_expected_, 1.0 / std::sqrt(recent_events_)).quantile(p);
}

std::uint32_t SpellHistory::number_of(std::map<std::string, std::uint32_t>& names, const std::string& name) {
  return names.try_emplace(name, static_cast<std::uint32_t>(names.size())).first->second;
}

double SpellHistory::local_s(WallClock::Instant at) const { return to_seconds(local_time(at, options_.zone)); }

void SpellHistory::observe(const SpellObservation& seen) {
  const std::uint32_t unit = number_of(units_, seen.unit);
  const std::uint32_t group = number_of(groups_, seen.group);
  const auto it = spells_.find(unit);
  if (it != spells_.end()) {
    RunningSpell& spell = it->second;
    if (seen.at < spell.from) return;
    if (spell.running == seen.running) {
      spell.seen = std::max(spell.seen, seen.at);
      spell.group = group;
      return;
    }
    end(unit, seen.at, true);
  }
  spells_[unit] = {.running = seen.running, .from = seen.at, .seen = seen.at, .group = group};
}

void SpellHistory::close(const std::string& unit, WallClock::Instant at) {
  const auto number = units_.find(unit);
  if (number == units_.end() || !spells_.contains(number->second)) return;
  end(number->second, at, false);
}

void SpellHistory::end(std::uint32_t unit, WallClock::Instant at, bool ends) {
  const RunningSpell spell = spells_.at(unit);
  add_cells(spell.running ? cells_.second : cells_.first, unit, spell, at, ends);
  spells_.erase(unit);
}

void SpellHistory::add_cells(std::vector<Cell>& cells, std::uint32_t unit, const RunningSpell& spell,
                             WallClock::Instant to, bool ends) const {
  const double length_s = to_seconds(to - spell.from);
  const double from_s = local_s(spell.from);
  for (double age_s = 0.0; age_s < length_s;) {
    const double step = std::min(step_s(age_s), length_s - age_s);
    cells.push_back({.at_s = from_s + age_s + step / 2,
                     .length_s = step,
                     .age = static_cast<std::uint32_t>(std::min(std::round(bin_of(age_s + step / 2)), kBins - 1.0)),
                     .ends = ends && age_s + step >= length_s,
                     .unit = unit,
                     .group = spell.group});
    age_s += step;
  }
}

std::optional<RunningSpell> SpellHistory::now(const std::string& unit) const {
  const auto number = units_.find(unit);
  if (number == units_.end()) return std::nullopt;
  const auto it = spells_.find(number->second);
  return it == spells_.end() ? std::nullopt : std::optional(it->second);
}

namespace {

/// Events and what was expected of them (or the exposure), by the age of the spell.
struct ByAge {
  std::array<double, kBins> events{}, expected{};

  void add(std::size_t bin, double event, double expects) {
    events[bin] += event;
    expected[bin] += expects;
  }
};

/// Sums over like ages.
class AgeKernel {
 public:
  explicit AgeKernel(double log_sd) {
    for (std::size_t d = 0; d < kBins; ++d) weight_[d] = normal_kernel(kBinWidth * static_cast<double>(d), log_sd);
  }
  double sum(const std::array<double, kBins>& values, std::size_t age) const {
    const std::size_t at = age * kBinsAnAge;
    double sum = 0.0;
    for (std::size_t b = 0; b < kBins; ++b) sum += weight_[b > at ? b - at : at - b] * values[b];
    return sum;
  }

 private:
  std::array<double, kBins> weight_{};
};

}  // namespace

/// The rates of one kind of spells, in the steps that the header names.
struct SpellHistory::Estimate {
  const SpellOptions& options;
  const std::vector<Cell>& cells;
  double now_s;
  std::vector<TimeOfDay> times{};  // by cell
  std::vector<double> weights{};   // by cell: how recent, and of whose group
  std::vector<double> expected{};  // by cell: events by the steps taken so far
  std::array<double, kAges> by_age{};

  void learn_ages(double mean_s, bool running) {
    ByAge seen;
    for (const Cell& cell : cells) {
      times.emplace_back(cell.at_s);
      weights.push_back(std::exp2((cell.at_s - now_s) / (options.half_life_d * kDay)));
      seen.add(cell.age, cell.ends ? weights.back() : 0.0, weights.back() * cell.length_s);
    }
    const AgeKernel kernel(options.age_log_sd);
    for (std::size_t i = 0; i < kAges; ++i) {
      // Running is assumed to end at random, standing to go on for as long again as it has.
      const double age_s = kYoungest * std::exp(kBinWidth * static_cast<double>(kBinsAnAge * i));
      const double assumed_s = running ? mean_s : std::max(mean_s, age_s);
      by_age[i] = (kernel.sum(seen.events, i) + options.age_events) /
                  (kernel.sum(seen.expected, i) + options.age_events * assumed_s);
    }
    for (const Cell& cell : cells) {
      const Between age(static_cast<double>(cell.age) / kBinsAnAge, kAges);
      expected.push_back(age.of(by_age[age.first], by_age[age.second]) * cell.length_s);
    }
  }

  /// The factor of a group on what its machines' ages let expect; every cell is multiplied by that of its own.
  double learn_groups(std::uint32_t asked) {
    std::map<std::uint32_t, std::pair<double, double>> sums;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      auto& [events, expects] = sums[cells[c].group];
      expects += weights[c] * expected[c];
      if (cells[c].ends) events += weights[c];
    }
    const auto factor_of = [&](std::uint32_t group) {
      const auto [events, expects] = sums[group];
      return (events + options.group_events) / (expects + options.group_events);
    };
    for (std::size_t c = 0; c < cells.size(); ++c) {
      expected[c] *= factor_of(cells[c].group);
      if (cells[c].group != asked) weights[c] *= options.other_groups;
    }
    return factor_of(asked);
  }

  /// Factors of a time of the day (and of that weekday), by age.
  std::array<double, kAges> learn_time(double at_s) const {
    ByAge any, same;
    const TimeOfDay asked(at_s);
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const double w = weights[c] * normal_kernel(times[c].distance_s(asked), options.clock_sd_s);
      if (!(w > 0.0)) continue;
      const double event = cells[c].ends ? w : 0.0;
      any.add(cells[c].age, event, w * expected[c]);
      if (times[c].weekday == asked.weekday) same.add(cells[c].age, event, w * expected[c]);
    }
    const AgeKernel kernel(options.clock_log_sd);
    std::array<double, kAges> factors{};
    for (std::size_t i = 0; i < kAges; ++i) {
      factors[i] =
          (kernel.sum(any.events, i) + options.clock_events) / (kernel.sum(any.expected, i) + options.clock_events);
      if (!options.weekday_events) continue;
      factors[i] *= (kernel.sum(same.events, i) + *options.weekday_events) /
                    (kernel.sum(same.expected, i) * factors[i] + *options.weekday_events);
    }
    return factors;
  }

  /// Events of a machine's young spells in the last hours, and how many were expected.
  std::pair<double, double> recent(std::uint32_t unit) const {
    double events = options.recent_events, expects = options.recent_events;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (cells[c].unit != unit || cells[c].age >= bin_of(options.recent_age_s)) continue;
      const double w = std::exp2((cells[c].at_s - now_s) / (3600.0 * options.recent_half_life_h));
      expects += w * expected[c];
      if (cells[c].ends) events += w;
    }
    return {events, expects};
  }
};

SpellHazard SpellHistory::hazard(const std::string& unit, const std::string& group, bool running, WallClock::Instant at,
                                 Duration horizon) const {
  constexpr std::uint32_t kUnknown = 0xffffffffU;
  const auto find = [](const std::map<std::string, std::uint32_t>& names, const std::string& name) {
    const auto it = names.find(name);
    return it == names.end() ? kUnknown : it->second;
  };
  std::vector<Cell> cells = running ? cells_.second : cells_.first;
  for (const auto& [number, spell] : spells_)
    if (spell.running == running && spell.from < at) add_cells(cells, number, spell, at, false);

  Estimate estimate{.options = options_, .cells = cells, .now_s = local_s(at)};
  estimate.learn_ages(running ? options_.mean_running_s : options_.mean_standing_s, running);
  const double level = estimate.learn_groups(find(groups_, group));

  SpellHazard hazard;
  hazard.horizon_s_ = to_seconds(horizon);
  hazard.times_ = static_cast<std::size_t>(std::ceil(hazard.horizon_s_ / kTimeStep)) + 1;
  hazard.rates_.resize(kAges * hazard.times_);
  for (std::size_t j = 0; j < hazard.times_; ++j) {
    const auto factors = estimate.learn_time(estimate.now_s + kTimeStep * static_cast<double>(j));
    for (std::size_t i = 0; i < kAges; ++i)
      hazard.rates_[i * hazard.times_ + j] = estimate.by_age[i] * level * factors[i];
  }
  hazard.recent_age_s_ = options_.recent_age_s;
  std::tie(hazard.recent_events_, hazard.recent_expected_) = estimate.recent(find(units_, unit));
  return hazard;
}

}  // namespace takt
