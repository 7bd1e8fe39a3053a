// SPDX-License-Identifier: Apache-2.0
// The laws that the tests of Distribution go through, and how a sample is held against its law.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "takt/core/distribution.hpp"

namespace takt::law_checks {

struct Case {
  std::string name;
  Distribution law;
};

inline void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

inline const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"Constant", Distribution::constant(12.5)},
      {"Exponential", Distribution::exponential(3.0)},
      {"Uniform", Distribution::uniform(2.0, 5.0)},
      {"Triangular", Distribution::triangular(1.0, 2.0, 6.0)},
      {"TriangularWithModeLow", Distribution::triangular(1.0, 1.0, 4.0)},
      {"TriangularWithModeHigh", Distribution::triangular(0.0, 4.0, 4.0)},
      {"NormalHardlyCut", Distribution::normal(10.0, 2.0, 0.0, std::numeric_limits<double>::infinity())},
      {"NormalCutBothSides", Distribution::normal(1.0, 1.0, 0.0, 3.0)},
      {"NormalNarrow", Distribution::normal(10.0, 5.0, 9.0, 12.0)},
      {"NormalAboveItsMean", Distribution::normal(10.0, 5.0, 13.0, 100.0)},
      {"NormalUpperTail", Distribution::normal(10.0, 1.0, 50.0, 60.0)},
      {"NormalUpperSliver", Distribution::normal(10.0, 1.0, 12.0, 12.1)},
      {"NormalLowerTail", Distribution::normal(100.0, 5.0, 0.0, 20.0)},
      {"Lognormal", Distribution::lognormal(3.0, 0.5)},
      {"LognormalTight", Distribution::lognormal(60.0, 0.05)},
      {"Gamma", Distribution::gamma(2.0, 0.5)},
      {"GammaSmallShape", Distribution::gamma(2.0, 1.6)},
      {"Erlang3", Distribution::gamma(5.0, 1.0 / std::sqrt(3.0))},
      {"Weibull", Distribution::weibull(2.0, 1.5)},
      {"WeibullHeavy", Distribution::weibull(2.0, 0.7)},
      {"Beta", Distribution::beta(2.0, 3.0, 1.0, 5.0)},
      {"BetaArcsine", Distribution::beta(0.5, 0.5, 0.0, 2.0)},
      {"BetaTight", Distribution::beta(40.0, 60.0, 10.0, 20.0)},
      {"Empirical", Distribution::empirical({4.0, 1.0, 2.5, 9.0, 2.5, 3.0, 7.0})},
      {"Discrete", Distribution::discrete({5.0, 1.0, 3.0}, {1.0, 2.0, 7.0})},
      {"Mixture", Distribution::mixture({Distribution::exponential(1.0), Distribution::normal(20.0, 2.0, 0.0, 40.0),
                                         Distribution::constant(5.0)},
                                        {0.5, 0.3, 0.2})},
  };
  return all;
}

// Elapsed times from before the support to far out in the tail, all with something left.
inline std::vector<double> elapsed_times(const Distribution& law) {
  std::vector<double> times{0.0, 0.5 * law.quantile(0.0)};
  for (const double p : {0.01, 0.3, 0.6, 0.95, 1.0 - 1e-6}) times.push_back(law.quantile(p));
  const double end = law.quantile(1.0);
  times.push_back(std::isinf(end) ? 40.0 * law.quantile(0.9) : end - 1e-6 * (end - law.quantile(0.0)));
  std::erase_if(times, [end](double e) { return !(e < end); });
  return times;
}

// A sample of n values by `draw_one`, one Draw a value, from the stream named by `key`.
inline std::vector<double> sample_of(std::size_t n, std::uint64_t key, const std::function<double(Draw&)>& draw_one) {
  std::vector<double> sample(n);
  for (std::size_t i = 0; i < n; ++i) {
    Draw draw(StreamKey{mix64(key), 7}, i);
    sample[i] = draw_one(draw);
  }
  return sample;
}

// The Kolmogorov-Smirnov distance of a sample to a cdf that may have jumps, times sqrt(n). Jumps make it smaller.
inline double ks_statistic(std::vector<double> sample, const std::function<double(double)>& cdf) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double distance = 0.0;
  for (std::size_t first = 0; first < sample.size();) {
    std::size_t end = first + 1;
    while (end < sample.size() && sample[end] == sample[first]) ++end;
    const bool tie = end - first > 1;
    const double at = cdf(sample[first]);
    const double before = tie ? cdf(std::nextafter(sample[first], -1.0)) : at;
    distance = std::max({distance, static_cast<double>(end) / n - at, at - static_cast<double>(end) / n,
                         before - static_cast<double>(first) / n, static_cast<double>(first) / n - before});
    first = end;
  }
  return distance * std::sqrt(n);
}

// Exceeded by a correct sample with probability 2 exp(-2 x^2) = 1e-6 (Kolmogorov's limit law).
inline constexpr double kKsCritical = 2.6933;

}  // namespace takt::law_checks
