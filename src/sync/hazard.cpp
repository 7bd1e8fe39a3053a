// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/hazard.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <string>

#include "takt/core/error.hpp"

namespace takt {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

bool all_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

void check(const RiskTable& table, const HazardPrior& prior) {
  const std::size_t size = table.covariates + 1;
  if (prior.mean.size() != size || prior.sd.size() != size) {
    throw InvalidInput(Fault{.path = "prior",
                             .value = std::to_string(prior.mean.size()) + " means and " +
                                      std::to_string(prior.sd.size()) + " standard deviations",
                             .expected = std::to_string(size) + " of each: the constant and one a covariate"});
  }
  const bool is_good = all_finite(table.values) && all_finite(table.exposure) && all_finite(prior.mean) &&
                       all_finite(prior.sd) && std::ranges::all_of(prior.sd, [](double sd) { return sd > 0.0; }) &&
                       std::ranges::all_of(table.exposure, [](double time) { return time > 0.0; });
  if (!is_good) {
    throw InvalidInput(Fault{.path = "hazard",
                             .value = "a number that is not finite or not above 0",
                             .expected = "finite covariates, times at risk and standard deviations above 0"});
  }
}

double dot(const double* x, std::span<const double> coefficients) {
  double sum = coefficients[0];
  for (std::size_t i = 1; i < coefficients.size(); ++i) sum += coefficients[i] * x[i - 1];
  return sum;
}

/// The log posterior at one point, but for a constant, with its slope and (negated) curvature.
struct Posterior {
  double value = 0.0;
  VectorXd slope;
  MatrixXd curvature;
};

Posterior posterior_at(const VectorXd& at, const RiskTable& table, const HazardPrior& prior) {
  const auto size = static_cast<Index>(table.covariates + 1);
  Posterior p{0.0, VectorXd::Zero(size), MatrixXd::Zero(size, size)};
  const std::span<const double> coefficients(at.data(), static_cast<std::size_t>(size));
  VectorXd row(size);
  row[0] = 1.0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const double* const x = table.values.data() + i * table.covariates;
    const double log_rate = dot(x, coefficients);
    const double expected = table.exposure[i] * std::exp(log_rate);
    p.value += table.events[i] * log_rate - expected;
    for (Index j = 1; j < size; ++j) row[j] = x[j - 1];
    p.slope += (table.events[i] - expected) * row;
    for (Index j = 0; j < size; ++j) {  // indicators are mostly 0
      if (row[j] == 0.0) continue;
      const double weight = expected * row[j];
      for (Index k = 0; k <= j; ++k) p.curvature(j, k) += weight * row[k];
    }
  }
  for (Index j = 0; j < size; ++j) {
    const double sd = prior.sd[static_cast<std::size_t>(j)];
    const double off = at[j] - prior.mean[static_cast<std::size_t>(j)];
    p.value -= 0.5 * off * off / (sd * sd);
    p.slope[j] -= off / (sd * sd);
    p.curvature(j, j) += 1.0 / (sd * sd);
  }
  return p;
}

}  // namespace

void RiskTable::add(std::span<const double> x, double time, bool ended) {
  values.insert(values.end(), x.begin(), x.end());
  exposure.push_back(time);
  events.push_back(ended ? 1.0 : 0.0);
}

double HazardFit::log_rate(std::span<const double> x) const { return dot(x.data(), mean); }

double HazardFit::log_rate_variance(std::span<const double> x) const {
  const std::size_t size = mean.size();
  const auto value = [&](std::size_t i) { return i == 0 ? 1.0 : x[i - 1]; };
  double sum = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    if (value(i) == 0.0) continue;
    for (std::size_t j = 0; j < size; ++j) sum += value(i) * covariance[i * size + j] * value(j);
  }
  return sum;
}

double HazardFit::sd(std::size_t coefficient) const {
  return std::sqrt(covariance[coefficient * mean.size() + coefficient]);
}

HazardFit fit_hazard(const RiskTable& table, const HazardPrior& prior) {
  check(table, prior);
  const auto size = static_cast<Index>(table.covariates + 1);
  VectorXd at = Eigen::Map<const VectorXd>(prior.mean.data(), size);
  Posterior here = posterior_at(at, table, prior);
  // Newton's method on a concave function, its steps halved until they climb.
  constexpr int kMostSteps = 100, kMostHalvings = 40;
  constexpr double kSmallest = 1e-12;  // of what can still be gained, relative to what is there
  for (int i = 0; i < kMostSteps; ++i) {
    VectorXd step = here.curvature.selfadjointView<Eigen::Lower>().ldlt().solve(here.slope);
    if (here.slope.dot(step) <= kSmallest * (1.0 + std::abs(here.value))) break;
    Posterior next = posterior_at(at + step, table, prior);
    for (int half = 0; half < kMostHalvings && !(next.value >= here.value); ++half) {
      step *= 0.5;
      next = posterior_at(at + step, table, prior);
    }
    if (!(next.value >= here.value)) break;  // as near as the numbers can tell
    at += step;
    here = std::move(next);
  }
  const MatrixXd covariance =
      here.curvature.selfadjointView<Eigen::Lower>().ldlt().solve(MatrixXd::Identity(size, size));
  HazardFit fit;
  fit.mean.assign(at.data(), at.data() + size);
  fit.covariance.assign(covariance.data(), covariance.data() + size * size);  // symmetric, so rows are columns
  return fit;
}

}  // namespace takt
