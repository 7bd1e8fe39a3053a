// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/law_choice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "core/special.hpp"

namespace takt {
namespace {

/// Weighted times, in units of their geometric mean, so that no power of them overflows.
struct Times {
  struct Time {
    double value, log, weight;
  };
  std::vector<Time> ended, open;
  double weight = 0.0;                                 // of those ended
  double unit = 1.0;                                   // seconds
  double sum = 0.0, log_sum = 0.0, log_squares = 0.0;  // of those ended, weighted
};

Times weighted(const std::deque<std::pair<double, bool>>& times, double running, double half_life) {
  Times all;
  double weight = 1.0, logs = 0.0;
  const double fade = std::exp2(-1.0 / half_life);
  if (running > 0.0) all.open.push_back({running, std::log(running), 1.0});
  for (auto time = times.rbegin(); time != times.rend(); ++time, weight *= fade) {
    (time->second ? all.ended : all.open).push_back({time->first, std::log(time->first), weight});
    if (!time->second) continue;
    all.weight += weight;
    logs += weight * all.ended.back().log;
  }
  const double log_unit = all.weight > 0.0 ? logs / all.weight : 0.0;
  all.unit = std::exp(log_unit);
  for (auto* const list : {&all.ended, &all.open}) {
    for (Times::Time& time : *list) {
      time.value /= all.unit;
      time.log -= log_unit;
    }
  }
  for (const Times::Time& time : all.ended) {
    all.sum += time.weight * time.value;
    all.log_sum += time.weight * time.log;
    all.log_squares += time.weight * time.log * time.log;
  }
  return all;
}

/// Where a function with one maximum has it: golden section (Kiefer 1953).
template <class F>
double maximum_of(F f, double low, double high, double tolerance) {
  const double ratio = 1.0 / std::numbers::phi;
  double a = high - ratio * (high - low), b = low + ratio * (high - low);
  double at_a = f(a), at_b = f(b);
  while (high - low > tolerance) {
    if (at_a < at_b) {
      low = a;
      a = b;
      at_a = at_b;
      b = low + ratio * (high - low);
      at_b = f(b);
    } else {
      high = b;
      b = a;
      at_b = at_a;
      a = high - ratio * (high - low);
      at_a = f(a);
    }
  }
  return (low + high) / 2;
}

double bic_of(double log_likelihood, int numbers, double weight) {
  return numbers * std::log(weight) - 2.0 * log_likelihood;
}

FittedLaw fit_exponential(const Times& times) {
  double at_risk = times.sum;
  for (const Times::Time& time : times.open) at_risk += time.weight * time.value;
  const double mean = at_risk / times.weight;
  const double likelihood = -times.weight * (std::log(mean) + 1.0);
  return {Law::exponential, mean * times.unit, 0.0, bic_of(likelihood, 1, times.weight)};
}

// The scale follows from the shape: scale^shape is the mean of the powers (Cohen 1965, doi 10.2307/1266397).
FittedLaw fit_weibull(const Times& times) {
  const auto powers = [&](double shape) {
    double sum = 0.0;
    for (const Times::Time& time : times.ended) sum += time.weight * std::exp(shape * time.log);
    for (const Times::Time& time : times.open) sum += time.weight * std::exp(shape * time.log);
    return sum / times.weight;
  };
  const auto likelihood = [&](double log_shape) {
    const double shape = std::exp(log_shape);
    return times.weight * (log_shape - std::log(powers(shape)) - 1.0) + (shape - 1.0) * times.log_sum;
  };
  constexpr double kLowest = 0.1, kHighest = 200.0;
  const double log_shape = maximum_of(likelihood, std::log(kLowest), std::log(kHighest), 1e-5);
  const double shape = std::exp(log_shape);
  const double scale = std::exp(std::log(powers(shape)) / shape);
  return {Law::weibull, Distribution::weibull(scale * times.unit, shape).mean(), shape,
          bic_of(likelihood(log_shape), 2, times.weight)};
}

// Expectation and maximisation (Dempster, Laird & Rubin 1977): what open times come to, given that they last longer.
FittedLaw fit_lognormal(const Times& times) {
  double mean = times.log_sum / times.weight;
  double variance = std::max(times.log_squares / times.weight - mean * mean, 1e-12);
  constexpr int kRounds = 200;
  double all = times.weight;
  for (const Times::Time& time : times.open) all += time.weight;
  for (int round = 0; round < kRounds && !times.open.empty(); ++round) {
    const double sd = std::sqrt(variance);
    double sum = times.log_sum, squares = times.log_squares;
    for (const Times::Time& time : times.open) {
      const double z = (time.log - mean) / sd;
      const double mills =
          z > 0.0 ? takt::detail::mills_ratio(z)
                  : takt::detail::normal_survival(z) * std::sqrt(2 * std::numbers::pi) * std::exp(z * z / 2);
      const double excess = 1.0 / mills;  // E[Z | Z > z]
      const double first = mean + sd * excess;
      sum += time.weight * first;
      squares += time.weight * (mean * mean + 2 * mean * sd * excess + variance * (1.0 + z * excess));
    }
    const double next = sum / all;
    const double next_variance = std::max(squares / all - next * next, 1e-12);
    const bool is_there = std::abs(next - mean) + std::abs(next_variance - variance) < 1e-9;
    mean = next;
    variance = next_variance;
    if (is_there) break;
  }
  const double sd = std::sqrt(variance);
  double likelihood = -times.log_sum - times.weight * (std::log(sd) + 0.5 * std::log(2 * std::numbers::pi)) -
                      (times.log_squares - 2 * mean * times.log_sum + times.weight * mean * mean) / (2 * variance);
  for (const Times::Time& time : times.open) {
    likelihood += time.weight * std::log(takt::detail::normal_survival((time.log - mean) / sd));
  }
  return {Law::lognormal, std::exp(mean + variance / 2) * times.unit, std::sqrt(std::expm1(variance)),
          bic_of(likelihood, 2, times.weight)};
}

FittedLaw fit_gamma(const Times& times) {
  const auto likelihood = [&](double log_shape, double log_mean) {
    const double shape = std::exp(log_shape), rate = shape / std::exp(log_mean);
    double sum = times.weight * (shape * std::log(rate) - takt::detail::log_gamma(shape)) +
                 (shape - 1.0) * times.log_sum - rate * times.sum;
    for (const Times::Time& time : times.open) {
      sum += time.weight * std::log(std::max(takt::detail::gamma_q(shape, rate * time.value), 1e-300));
    }
    return sum;
  };
  const double log_mean = std::log(times.sum / times.weight);
  const double tolerance = times.open.empty() ? 1e-5 : 1e-3;  // each look at open times is dear
  const auto best_mean = [&](double log_shape) {
    if (times.open.empty()) return log_mean;  // whatever the shape
    constexpr double kFarthest = 5.0;         // open times only lengthen it
    return maximum_of([&](double log) { return likelihood(log_shape, log); }, log_mean, log_mean + kFarthest,
                      tolerance);
  };
  constexpr double kLowest = 0.05, kHighest = 1e4;
  const double log_shape = maximum_of([&](double log) { return likelihood(log, best_mean(log)); }, std::log(kLowest),
                                      std::log(kHighest), tolerance);
  const double mean = best_mean(log_shape);
  return {Law::gamma, std::exp(mean) * times.unit, std::exp(-log_shape / 2),
          bic_of(likelihood(log_shape, mean), 2, times.weight)};
}

}  // namespace

Distribution FittedLaw::distribution() const {
  switch (family) {
    case Law::lognormal: return Distribution::lognormal(mean, std::max(shape, 1e-5));
    case Law::gamma: return Distribution::gamma(mean, shape);
    case Law::weibull: return Distribution::weibull(1.0, shape).with("mean", mean);
    default: return Distribution::exponential(mean);
  }
}

LawChoice::LawChoice(Law in_force, LawChoiceOptions options) : options_(options), in_force_(in_force) {}

void LawChoice::observe(double seconds) {
  running_ = 0.0;
  add(seconds, true);
}

void LawChoice::censored(double seconds) {
  running_ = 0.0;
  add(seconds, false);
}

void LawChoice::running(double seconds) { running_ = seconds > 0.0 && std::isfinite(seconds) ? seconds : 0.0; }

void LawChoice::add(double seconds, bool has_ended) {
  if (!(seconds > 0.0) || !std::isfinite(seconds)) return;
  times_.emplace_back(seconds, has_ended);
  if (times_.size() > options_.kept) times_.pop_front();
  if (has_ended) {
    const double fade = std::exp2(-1.0 / options_.half_life);
    sum_ = fade * sum_ + seconds;
    weight_ = fade * weight_ + 1.0;
  }
  // A choice costs some hundred times what a value does: it is made again when a quarter of the values is new.
  if (4 * ++since_choice_ < times_.size()) return;
  choose();
}

std::vector<FittedLaw> LawChoice::evidence() const {
  const Times times = weighted(times_, running_, options_.half_life);
  if (times.ended.size() < options_.least) return {};
  // Times that are all the same to the last digits fit no law with a density.
  if (times.log_squares / times.weight < 1e-8) return {};
  std::vector<FittedLaw> fits{fit_exponential(times), fit_lognormal(times), fit_gamma(times), fit_weibull(times)};
  std::ranges::stable_sort(fits, {}, &FittedLaw::bic);
  return fits;
}

void LawChoice::choose() {
  const std::vector<FittedLaw> fits = evidence();
  if (fits.empty()) return;
  since_choice_ = 0;
  const auto now = std::ranges::find(fits, in_force_, &FittedLaw::family);
  const double least_gain = 2.0 * std::log(options_.odds);
  const bool stays = now != fits.end() && now->bic - fits.front().bic < least_gain;
  law_ = stays ? *now : fits.front();
  in_force_ = law_->family;
}

}  // namespace takt
