// SPDX-License-Identifier: Apache-2.0
// What one long run, or many short ones, say about the steady state: the warm-up to leave out, means and quantiles with
// their intervals, and fewer runs for the same width. Pure functions of numbers; docs/choosing.md has the mathematics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace takt {

/// A value with its two-sided interval.
struct Interval {
  double value = 0.0, low = 0.0, high = 0.0;
  bool contains(double x) const { return low <= x && x <= high; }
  double half_width() const { return 0.5 * (high - low); }
};

/// How long the beginning of a run weighs on its mean.
struct WarmUp {
  std::size_t observations = 0;  ///< to be left out, a multiple of the batch
  bool is_enough = false;        ///< whether the run was long enough to tell: the cut lies in its first half
};

/// MSER-5 (White 1997; White, Cobb & Spratt 2000): observations averaged in batches of five; the cut d minimises the
/// squared standard error of what is left, sum over i > d of (X_i - mean)^2 / (n - d)^2. The last min(5, n/4) batches
/// are never left over alone, where the statistic is erratic. Needs ten batches, otherwise it is not enough.
WarmUp mser(std::span<const double> observations, std::size_t batch = 5);

/// The mean of independent values with Student's interval; NaN bounds below two values.
Interval mean_interval(std::span<const double> values, double confidence = 0.95);

/// The steady-state mean from one run, its warm-up already left out: the means of `batches` equal batches taken as
/// independent (Schmeiser 1982 finds 10 to 30 batches best). The observations that do not fill a batch are the first.
/// Throws InvalidInput if there are fewer observations than batches, or fewer than two batches.
Interval batch_means(std::span<const double> observations, std::size_t batches = 20, double confidence = 0.95);

/// The steady-state p-quantile from one run by the quantiles of its batches (Seila 1982).
Interval batch_quantiles(std::span<const double> observations, double p, std::size_t batches = 20,
                         double confidence = 0.95);

/// The p-quantile of independent values with an interval between two order statistics, np -+ z sqrt(np(1-p)) (Conover
/// 1999, section 3.2), rounded outwards. None where the sample is too small for the order statistics to exist. The
/// values need not be sorted.
std::optional<Interval> quantile_interval(std::span<const double> values, double p, double confidence = 0.95);

/// The mean of y helped by controls whose means are known: y less b (c - mean of c), b by least squares (Lavenberg &
/// Welch 1981), with the exact interval for jointly normal values on n - q - 1 degrees of freedom. `controls` is
/// [replication][control]. Throws InvalidInput if there are not at least q + 3 replications, or if sizes do not fit.
/// Controls that do not vary, or that others already say, are left out.
Interval with_controls(std::span<const double> y, std::span<const double> controls, std::span<const double> means,
                       double confidence = 0.95);

/// The mean from antithetic pairs: values 2i and 2i + 1 are of one pair, and pairs are independent. Throws InvalidInput
/// for an odd number of values.
Interval with_antithetic_pairs(std::span<const double> values, double confidence = 0.95);

}  // namespace takt
