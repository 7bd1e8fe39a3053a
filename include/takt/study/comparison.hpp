// SPDX-License-Identifier: Apache-2.0
// Which differences between scenarios are real, all intervals holding together. Values are paired by replication:
// common random numbers make the differences small to measure.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "takt/study/output_analysis.hpp"

namespace takt {

/// Scenario `a` less scenario `b`.
struct PairedDifference {
  std::size_t a = 0, b = 0;
  Interval difference;  ///< all intervals of one comparison hold together with its confidence
  bool clear() const { return difference.low > 0.0 || difference.high < 0.0; }
};

/// Every scenario less the base: paired Student intervals, each at (1 - confidence)/m (Bonferroni). `values` is
/// [scenario][replication]; a replication without a value (NaN) in either is left out of their pair. Throws
/// InvalidInput if sizes do not fit or there is no scenario beside the base.
std::vector<PairedDifference> against_base(std::span<const double> values, std::size_t scenarios, std::size_t base,
                                           double confidence = 0.95);

/// Every two scenarios, paired, by Bonferroni: valid under common random numbers.
std::vector<PairedDifference> all_pairs(std::span<const double> values, std::size_t scenarios,
                                        double confidence = 0.95);

/// Every two scenarios that were run independently of each other, with one variance: Tukey's intervals by the
/// studentised range. Narrower than Bonferroni's, but not valid under common random numbers. No value may be NaN.
std::vector<PairedDifference> all_pairs_tukey(std::span<const double> values, std::size_t scenarios,
                                              double confidence = 0.95);

/// The p-quantile of the studentised range of k means with nu degrees of freedom (by numerical integration, 1e-6).
double studentized_range_quantile(double p, std::size_t k, double nu);

/// How much common random numbers gain: the variance of the difference of independent runs, var a + var b, over that of
/// the paired difference. Infinite if the pairs always differ by the same.
double variance_ratio(std::span<const double> a, std::span<const double> b);

}  // namespace takt
