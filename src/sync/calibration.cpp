// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "takt/core/quantity.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

constexpr double kBand = 0.9;
constexpr std::size_t kLeastNaive = 5;  // errors that a naive forecast needs
constexpr double kSureLoss = 2.6;       // standard errors by which the naive forecast must be better
constexpr double kLooks = 4.0;          // 64 windows that slide count as so many of their own in a shift

/// P(X <= k) of n trials with probability p.
double binomial_cdf(std::uint64_t k, std::uint64_t n, double p) {
  double term = std::pow(1.0 - p, static_cast<double>(n)), sum = term;
  for (std::uint64_t i = 0; i < k; ++i) {
    term *= static_cast<double>(n - i) / static_cast<double>(i + 1) * p / (1.0 - p);
    sum += term;
  }
  return std::min(sum, 1.0);
}

std::string named(const std::string& about) { return about == "/" ? "the whole plant" : about; }

}  // namespace

double randomised_pit(std::span<const double> members, double observed, double uniform) {
  std::size_t below = 0, same = 0;
  for (const double each : members) {
    below += each < observed ? 1 : 0;
    same += each == observed ? 1 : 0;
  }
  return (static_cast<double>(below) + uniform * static_cast<double>(same + 1)) /
         static_cast<double>(members.size() + 1);
}

double crps(std::span<const double> sorted, double observed) {
  const auto n = static_cast<double>(sorted.size());
  double distance = 0.0, spread = 0.0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    distance += std::abs(sorted[i] - observed);
    spread += (2.0 * static_cast<double>(i) + 1.0 - n) * sorted[i];
  }
  return distance / n - (sorted.size() > 1 ? spread / (n * (n - 1.0)) : 0.0);
}

double CellCalibration::coverage() const {
  return windows == 0 ? kBand : static_cast<double>(std::popcount(covered)) / static_cast<double>(recent());
}

/// The whole plant has half of the false alarms, the other cells share the rest.
double Calibration::share_of(const std::string& about) const {
  std::size_t plant = 0;
  for (const auto& [key, cell] : cells_) {
    if (key.first != "/") break;  // it comes first
    ++plant;
  }
  const std::size_t others = cells_.size() - plant;
  if (plant == 0 || others == 0) return 1.0 / static_cast<double>(cells_.size());
  return 0.5 / static_cast<double>(about == "/" ? plant : others);
}

void Calibration::score(const Scored& scored, Doubts& doubts) {
  CellCalibration& cell = cells_[{scored.about, scored.horizon}];
  const double u = randomised_pit(scored.members, scored.observed, scored.uniform);
  const double z = normal_quantile(u);
  ++cell.windows;
  cell.sum_z += z;
  const bool inside = u > (1.0 - kBand) / 2 && u < (1.0 + kBand) / 2;
  cell.covered = cell.covered << 1 | (inside ? 1U : 0U);
  judge_bias(scored, cell, z, doubts);
  judge_coverage(scored, cell, doubts);
  judge_skill(scored, cell, crps(scored.members, scored.observed), doubts);
}

void Calibration::judge_bias(const Scored& scored, CellCalibration& cell, double z, Doubts& doubts) {
  const double delta = options_.shift;
  const double windows = to_seconds(options_.shift_length) / to_seconds(scored.horizon);
  const double share = share_of(scored.about) / 2, information = windows * delta * delta / 2;
  const AlarmLimits limits{cusum_threshold(information, options_.false_warning * share),
                           cusum_threshold(information, options_.false_invalid * share)};
  double mean = 0.0;
  for (const double each : scored.members) mean += each / static_cast<double>(scored.members.size());
  const Alarm before = std::max(cell.more, cell.less);
  cell.bias.more.add(delta * z - delta * delta / 2, scored.observed, mean, limits.most(), scored.at);
  cell.bias.less.add(-delta * z - delta * delta / 2, scored.observed, mean, limits.most(), scored.at);
  cell.more = limits.of(cell.bias.more.sum(), cell.more);
  cell.less = limits.of(cell.bias.less.sum(), cell.less);
  const Alarm worst = std::max(cell.more, cell.less);
  const std::string horizon = to_text(scored.horizon);
  if (worst == Alarm::none) {
    if (before != Alarm::none) doubts.clear("calibration", scored.about, horizon);
    return;
  }
  const Cusum& sum = cell.more >= cell.less ? cell.bias.more : cell.bias.less;
  doubts.raise({.trust = worst == Alarm::invalid ? Trust::invalid : Trust::warning,
                .check = "calibration",
                .about = scored.about,
                .value = sum.sum(),
                .limit = worst == Alarm::invalid ? limits.invalid : limits.warning,
                .since = scored.at,
                .sentence = fmt::format("Forecasts over {} for {} have been {} for {}: {:.0f} came where {:.0f} were "
                                        "forecast.",
                                        horizon, named(scored.about), cell.more >= cell.less ? "too low" : "too high",
                                        to_text(std::chrono::round<std::chrono::minutes>(scored.at - sum.since())),
                                        sum.observed(), sum.expected())},
               horizon);
}

void Calibration::judge_coverage(const Scored& scored, const CellCalibration& cell, Doubts& doubts) const {
  if (cell.windows < options_.least) return;
  const auto inside = static_cast<std::uint64_t>(std::popcount(cell.covered));
  const double p = binomial_cdf(inside, cell.recent(), kBand);
  const double share = share_of(scored.about) / kLooks;
  const double invalid = options_.false_invalid * share / 4, warning = options_.false_warning * share / 4;
  const std::string horizon = to_text(scored.horizon);
  const Doubt* standing = doubts.find("coverage", scored.about, horizon);
  if (p >= (standing != nullptr ? 0.05 : warning)) {  // what was doubted must be plainly inside again
    if (standing != nullptr) doubts.clear("coverage", scored.about, horizon);
    return;
  }
  const bool is_invalid = p < invalid || (standing != nullptr && standing->trust == Trust::invalid);
  doubts.raise(
      {.trust = is_invalid ? Trust::invalid : Trust::warning,
       .check = "coverage",
       .about = scored.about,
       .value = cell.coverage(),
       .limit = kBand,
       .since = scored.at,
       .sentence = fmt::format("The 90 % bands of forecasts over {} for {} held in {} of the last {} cases only.",
                               horizon, named(scored.about), inside, cell.recent())},
      horizon);
}

/// The naive forecast: as many as in the window before, give or take what that was wrong by so far.
void Calibration::judge_skill(const Scored& scored, CellCalibration& cell, double twin, Doubts& doubts) const {
  const double observed = scored.observed;
  if (cell.has_last) {
    if (cell.errors.size() >= kLeastNaive) {
      std::vector<double> naive(cell.errors.begin(), cell.errors.end());
      for (double& each : naive) each += cell.last;
      std::ranges::sort(naive);
      const double gain = takt::crps(naive, observed) - twin;
      const double rho = std::exp2(-1.0 / options_.half_life);
      for (double* sum : {&cell.crps, &cell.naive_crps, &cell.weight, &cell.gain, &cell.gain2}) *sum *= rho;
      cell.crps += twin;
      cell.naive_crps += twin + gain;
      cell.weight += 1.0;
      cell.gain += gain;
      cell.gain2 += gain * gain;
    }
    cell.errors.push_back(observed - cell.last);
    if (cell.errors.size() > options_.naive_members) cell.errors.pop_front();
  }
  cell.last = observed;
  cell.has_last = true;
  if (cell.weight < options_.least) return;
  const double mean = cell.gain / cell.weight;
  const double se = std::sqrt(std::max(cell.gain2 / cell.weight - mean * mean, 0.0) / cell.weight);
  const std::string horizon = to_text(scored.horizon);
  const bool stands = doubts.find("skill", scored.about, horizon) != nullptr;
  if (mean >= (stands ? 0.0 : -kSureLoss * se)) {
    if (stands) doubts.clear("skill", scored.about, horizon);
    return;
  }
  doubts.raise({.trust = Trust::warning,
                .check = "skill",
                .about = scored.about,
                .value = cell.skill(),
                .limit = 0.0,
                .since = scored.at,
                .sentence = fmt::format("Over {}, the last count tells more about {} than the twin's forecast.",
                                        horizon, named(scored.about))},
               horizon);
}

void Calibration::restart(Doubts& doubts) {
  for (auto& [key, cell] : cells_) {
    CellCalibration fresh;
    fresh.errors = std::move(cell.errors);
    fresh.last = cell.last;
    fresh.has_last = cell.has_last;
    cell = std::move(fresh);
  }
  for (const char* check : {"calibration", "coverage", "skill"}) doubts.clear_all(check);
}

}  // namespace takt
