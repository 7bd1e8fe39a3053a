// SPDX-License-Identifier: Apache-2.0
// Running statistics: moments that merge, time-weighted means, quantiles, intervals.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "takt/core/time.hpp"

namespace takt {

/// Count, mean and variance of a sample in one pass (Welford 1962; merged by Chan, Golub, LeVeque 1979).
class Moments {
 public:
  void add(double x);
  void merge(const Moments& other);
  std::uint64_t count() const { return n_; }
  double mean() const { return mean_; }
  double variance() const;  ///< unbiased; 0 below two values
  double standard_error() const;
  double min() const { return min_; }
  double max() const { return max_; }
  /// Half the width of the two-sided Student-t interval for the mean; NaN below two values.
  double half_width(double confidence = 0.95) const;
  friend bool operator==(const Moments&, const Moments&) = default;

 private:
  std::uint64_t n_ = 0;
  double mean_ = 0.0, m2_ = 0.0, min_ = 0.0, max_ = 0.0;
};

/// The mean of a quantity that jumps, weighted by how long it stood: set(t, x) at every jump, t not decreasing.
class TimeWeighted {
 public:
  explicit TimeWeighted(Time start = Time{}, double value = 0.0) : start_(start), last_(start), value_(value) {}
  void set(Time t, double value);
  double mean(Time end) const;      ///< over [start, end]; the value itself if they are equal
  double integral(Time end) const;  ///< value times seconds
  double value() const { return value_; }

 private:
  Time start_, last_;
  double value_, area_ = 0.0;
};

/// Quantiles of a sample that is kept whole: exact order statistics (type 7 of Hyndman & Fan 1996). NaN if the sample
/// is empty or p is not in [0, 1].
double quantile(std::span<const double> sorted, double p);

/// The p-quantile of Student's t with nu degrees of freedom, and of the standard normal; cdf of the normal.
/// Infinite at p = 0 and 1, NaN outside.
double student_t_quantile(double p, double nu);
double normal_quantile(double p);
double normal_cdf(double z);

}  // namespace takt
