// SPDX-License-Identifier: Apache-2.0
#include "takt/study/comparison.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "study/integrate.hpp"
#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

std::size_t replications_of(std::span<const double> values, std::size_t scenarios, double confidence) {
  if (scenarios < 2)
    throw InvalidInput(Fault{.path = "scenarios", .value = std::to_string(scenarios), .expected = "at least 2"});
  if (values.size() % scenarios != 0)
    throw InvalidInput(Fault{.path = "values",
                             .value = std::to_string(values.size()),
                             .expected = "as many for each of " + std::to_string(scenarios) + " scenarios"});
  if (!(confidence > 0.0 && confidence < 1.0))
    throw InvalidInput(Fault{.path = "confidence", .value = std::to_string(confidence), .expected = "between 0 and 1"});
  return values.size() / scenarios;
}

PairedDifference paired(std::span<const double> values, std::size_t n, std::size_t a, std::size_t b,
                        double confidence) {
  Moments moments;
  for (std::size_t r = 0; r < n; ++r) {
    const double d = values[a * n + r] - values[b * n + r];
    if (!std::isnan(d)) moments.add(d);
  }
  const double half = moments.half_width(confidence);
  return {a, b, {moments.mean(), moments.mean() - half, moments.mean() + half}};
}

}  // namespace

std::vector<PairedDifference> against_base(std::span<const double> values, std::size_t scenarios, std::size_t base,
                                           double confidence) {
  const std::size_t n = replications_of(values, scenarios, confidence);
  if (base >= scenarios)
    throw InvalidInput(
        Fault{.path = "base", .value = std::to_string(base), .expected = "below " + std::to_string(scenarios)});
  const double each = 1.0 - (1.0 - confidence) / static_cast<double>(scenarios - 1);
  std::vector<PairedDifference> differences;
  for (std::size_t s = 0; s < scenarios; ++s)
    if (s != base) differences.push_back(paired(values, n, s, base, each));
  return differences;
}

std::vector<PairedDifference> all_pairs(std::span<const double> values, std::size_t scenarios, double confidence) {
  const std::size_t n = replications_of(values, scenarios, confidence);
  const double pairs = 0.5 * static_cast<double>(scenarios * (scenarios - 1));
  std::vector<PairedDifference> differences;
  for (std::size_t a = 0; a < scenarios; ++a)
    for (std::size_t b = a + 1; b < scenarios; ++b)
      differences.push_back(paired(values, n, a, b, 1.0 - (1.0 - confidence) / pairs));
  return differences;
}

std::vector<PairedDifference> all_pairs_tukey(std::span<const double> values, std::size_t scenarios,
                                              double confidence) {
  const std::size_t n = replications_of(values, scenarios, confidence);
  if (n < 2) throw InvalidInput(Fault{.path = "replications", .value = std::to_string(n), .expected = "at least 2"});
  std::vector<double> means;
  double squares = 0.0;
  for (std::size_t s = 0; s < scenarios; ++s) {
    Moments moments;
    for (std::size_t r = 0; r < n; ++r) moments.add(values[s * n + r]);
    means.push_back(moments.mean());
    squares += moments.variance() / static_cast<double>(scenarios);
  }
  const double half = studentized_range_quantile(confidence, scenarios, static_cast<double>(scenarios * (n - 1))) *
                      std::sqrt(squares / static_cast<double>(n));
  std::vector<PairedDifference> differences;
  for (std::size_t a = 0; a < scenarios; ++a)
    for (std::size_t b = a + 1; b < scenarios; ++b) {
      const double d = means[a] - means[b];
      differences.push_back({a, b, {d, d - half, d + half}});
    }
  return differences;
}

double studentized_range_quantile(double p, std::size_t k, double nu) {
  const detail::Points normal = detail::normal_points(60), variance = detail::chi_square_points(nu, 50);
  std::vector<double> below;  // what lies below each point
  for (const double z : normal.at) below.push_back(normal_cdf(z));
  // P(range of k normals <= w) = k E[(Phi(Z) - Phi(Z - w))^(k-1)], Z the largest.
  const auto range_cdf = [&](double w) {
    double sum = 0.0;
    for (std::size_t i = 0; i < normal.at.size(); ++i)
      sum += normal.weight[i] * std::pow(below[i] - normal_cdf(normal.at[i] - w), static_cast<double>(k - 1));
    return static_cast<double>(k) * sum;
  };
  const auto cdf = [&](double q) {
    double sum = 0.0;
    for (std::size_t i = 0; i < variance.at.size(); ++i)
      sum += variance.weight[i] * range_cdf(q * std::sqrt(variance.at[i] / nu));
    return sum;
  };
  return detail::solve_increasing(cdf, p);
}

double variance_ratio(std::span<const double> a, std::span<const double> b) {
  Moments first, second, difference;
  for (std::size_t r = 0; r < a.size() && r < b.size(); ++r) {
    first.add(a[r]);
    second.add(b[r]);
    difference.add(a[r] - b[r]);
  }
  return (first.variance() + second.variance()) / difference.variance();
}

}  // namespace takt
