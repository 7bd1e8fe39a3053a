// SPDX-License-Identifier: Apache-2.0
// How soon something ends that has not ended yet, and what makes it end sooner: a hazard regression that takes the
// stretches of time at risk as they come, ended or not, so that nothing is lost by what still goes on.
//
//   takt::RiskTable table{.covariates = 2};
//   table.add(std::array{log_quantity, is_inspected}, 1.0, false);     // a day at risk, not ended
//   const takt::HazardFit fit = takt::fit_hazard(table, {.mean = {-3, 0, 0}, .sd = {1, 0.5, 0.5}});
//   std::exp(fit.log_rate(std::array{0.0, 1.0}));                      // ends a day
//
// The rate is exp(b0 + b x) within a stretch; its likelihood is that of Poisson counts with the time at risk as
// exposure (Laird & Olivier 1981, doi 10.1080/01621459.1981.10477634). Coefficients have normal priors; what is told
// is the mode and the normal law there (Laplace's approximation).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace takt {

/// Stretches of time at risk, each with what was known of it.
struct RiskTable {
  std::size_t covariates = 0;
  std::vector<double> values;    ///< covariates of a row after those of the one before
  std::vector<double> exposure;  ///< length of each stretch
  std::vector<double> events;    ///< 1 if it ended in the event, else 0

  /// `x` has as many values as there are covariates; `time` > 0.
  void add(std::span<const double> x, double time, bool ended);
  std::size_t rows() const { return exposure.size(); }
};

/// Normal priors of the coefficients, the constant first, then one a covariate; sd > 0.
struct HazardPrior {
  std::vector<double> mean, sd;
};

/// Coefficients, the constant first, and how sure they are.
struct HazardFit {
  std::vector<double> mean;
  std::vector<double> covariance;  ///< row after row

  double log_rate(std::span<const double> x) const;           ///< per unit of exposure
  double log_rate_variance(std::span<const double> x) const;  ///< of the estimate
  double sd(std::size_t coefficient) const;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(mean, covariance);
  }
  friend bool operator==(const HazardFit&, const HazardFit&) = default;
};

/// The prior itself for a table without rows. Throws InvalidInput where sizes differ or a number is not finite.
HazardFit fit_hazard(const RiskTable& table, const HazardPrior& prior);

}  // namespace takt
