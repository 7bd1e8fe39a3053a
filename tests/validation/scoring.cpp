// SPDX-License-Identifier: Apache-2.0
#include "scoring.hpp"

#include <algorithm>
#include <cmath>

#include "takt/core/statistics.hpp"

namespace takt::validation {
namespace {

/// Where the number of decimals says less than it seems: 12.5 beside 12.76041667 means 12.50000000.
int decimals_of_case(const Case& from) {
  constexpr int kLong = 6;
  int fewest_of_long = 100, most = 0;
  for (const Expected& expected : from.expected) {
    if (expected.significant >= kLong && expected.decimals > 0)
      fewest_of_long = std::min(fewest_of_long, expected.decimals);
    most = std::max(most, expected.decimals);
  }
  return fewest_of_long < 100 ? fewest_of_long : most;
}

/// Whether a value is the printed number once it is rounded to as many digits.
bool has_printed_digits(double value, const Expected& expected, int decimals_of_others) {
  const bool is_long = expected.significant >= 6 && expected.decimals > 0;
  const int decimals = is_long ? expected.decimals : std::max(expected.decimals, decimals_of_others);
  constexpr double kRounding = 1e-12;  // of the double that holds the value
  return std::abs(value - expected.value) <= 0.5001 * std::pow(10.0, -decimals) + kRounding * std::abs(expected.value);
}

/// The normal quantile of a count that is about Poisson, half of the probability of the count itself on either side.
double z_of_few(double hits, double mean) {
  constexpr double kLeast = 1e-300;
  double term = std::exp(-mean), below = 0.0;
  for (double k = 1.0; k <= hits; ++k) {
    below += term;
    term *= mean / k;
  }
  if (below + 0.5 * term <= 0.5) return normal_quantile(std::max(below + 0.5 * term, kLeast));
  double above = 0.0, next = term;  // summed, as 1 - below is nothing but rounding where it matters
  for (double k = hits + 1.0; next > 1e-20 * term; ++k) above += next *= mean / k;
  return -normal_quantile(std::max(above + 0.5 * term, kLeast));
}

double z_of(double difference, double standard_error) {
  if (difference == 0.0) return 0.0;
  return std::clamp(difference / standard_error, -kHopelessZ, kHopelessZ);
}

void score_exact(const Expected& expected, int decimals, ValueResult& result) {
  if (has_printed_digits(result.simulated, expected, decimals)) return;
  result.z = std::copysign(kHopelessZ, result.simulated - expected.value);
}

void score_counted(const Expected& expected, double runs, ValueResult& result) {
  const double p = expected.value;
  result.half_width = counted_half_width(p, runs);
  const bool is_few = p <= 0.5;
  const double mean = (is_few ? p : 1.0 - p) * runs;
  if (mean < kFewestCounts) {  // of the hits, or of the misses
    const double hits = std::round(result.simulated * runs);
    result.z = is_few ? z_of_few(hits, mean) : -z_of_few(runs - hits, mean);
    return;
  }
  result.in_seed_test = true;
  result.z = z_of(result.simulated - p, counted_error(p, runs));
}

void score_sampled(const Expected& expected, double tolerance, const Estimate& estimate, ValueResult& result) {
  result.half_width = estimate.half_width;
  result.in_seed_test = tolerance == 0.0 && estimate.standard_error > 0.0 && !estimate.rare;
  const double allowed = tolerance * std::abs(expected.value);
  const double nearer_end = std::clamp(estimate.value, expected.value - allowed, expected.value + allowed);
  const double difference = estimate.value - nearer_end;
  if (std::abs(difference) <= 1e-9 * std::abs(expected.value)) return;  // the expected value has ten digits
  result.z = z_of(difference, std::max(estimate.standard_error, 1e-300));
}

ValueResult score_value(const Case& from, const Expected& expected, const Estimate& estimate, int decimals) {
  ValueResult result{expected.name, expected.value, estimate.value};
  const bool is_zero = expected.value == 0.0 && estimate.kind != Estimate::Kind::exact;
  if (!std::isfinite(estimate.value)) {
    result.simulated = 0.0;
    result.z = kHopelessZ;
  } else if (is_zero) {
    result.half_width = estimate.half_width;
    result.z = estimate.value == 0.0 ? 0.0 : std::copysign(kHopelessZ, estimate.value);
  } else if (estimate.kind == Estimate::Kind::exact) {
    score_exact(expected, decimals, result);
  } else if (estimate.kind == Estimate::Kind::counted) {
    score_counted(expected, estimate.runs, result);
  } else {
    score_sampled(expected, from.tolerance, estimate, result);
  }
  result.passed = std::abs(result.z) <= kWorstZ && result.half_width <= widest(expected);
  return result;
}

/// Half the sum of the differences, of what lies beyond the listed values too.
double total_variation(const Case& from, const CaseResult& result) {
  double sum = 0.0, expected_beyond = 1.0, simulated_beyond = 1.0;
  bool any = false;
  for (std::size_t i = 0; i < from.expected.size(); ++i) {
    if (from.expected[i].family != "distribution") continue;
    any = true;
    const ValueResult& value = result.values[i];
    sum += std::abs(value.simulated - value.expected);
    expected_beyond -= value.expected;
    simulated_beyond -= value.simulated;
  }
  return any ? 0.5 * (sum + std::abs(simulated_beyond - expected_beyond)) : 0.0;
}

}  // namespace

std::string to_text(CaseResult::Status status) {
  switch (status) {
    case CaseResult::Status::passed: return "passed";
    case CaseResult::Status::failed: return "failed";
    case CaseResult::Status::unsupported: break;
  }
  return "unsupported";
}

double widest(const Expected& expected) {
  return std::max(0.005 * std::abs(expected.value), expected.is_share() ? 0.0005 : 0.0);
}

double counted_error(double share, double runs) { return std::sqrt(share * (1.0 - share) / runs); }

double counted_half_width(double share, double runs) { return normal_quantile(0.975) * counted_error(share, runs); }

double expected_variation(std::span<const Expected> expected, double runs) {
  constexpr double kMeanOfHalfNormal = 0.7978845608;  // sqrt(2 / pi)
  double sum = 0.0;
  for (const Expected& each : expected)
    if (each.family == "distribution") sum += counted_error(each.value, runs);
  return 0.5 * kMeanOfHalfNormal * sum;
}

CaseResult score(const Case& from, std::span<const Estimate> estimates) {
  CaseResult result{from.id, from.kind};
  const int decimals = decimals_of_case(from);
  bool passed = true;
  for (std::size_t i = 0; i < from.expected.size(); ++i) {
    result.values.push_back(score_value(from, from.expected[i], estimates[i], decimals));
    const ValueResult& value = result.values.back();
    result.worst_z = std::max(result.worst_z, std::abs(value.z));
    passed = passed && value.passed;
    if (!std::isfinite(estimates[i].value)) result.note = "the simulation gives no " + value.name;
  }
  if (const double variation = total_variation(from, result); variation > kMostVariation) {
    passed = false;
    result.note = "the distributions differ by a total variation of " + std::to_string(variation);
  }
  result.status = passed ? CaseResult::Status::passed : CaseResult::Status::failed;
  return result;
}

}  // namespace takt::validation
