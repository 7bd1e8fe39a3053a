// SPDX-License-Identifier: Apache-2.0
#include "takt/core/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/special.hpp"

namespace takt {
namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
}

void Moments::add(double x) {
  min_ = n_ == 0 ? x : std::min(min_, x);
  max_ = n_ == 0 ? x : std::max(max_, x);
  ++n_;
  const double from_old_mean = x - mean_;
  mean_ += from_old_mean / static_cast<double>(n_);
  m2_ += from_old_mean * (x - mean_);
}

void Moments::merge(const Moments& other) {
  if (other.n_ == 0) return;
  if (n_ == 0) {
    *this = other;
    return;
  }
  const auto mine = static_cast<double>(n_);
  const auto theirs = static_cast<double>(other.n_);
  const double apart = other.mean_ - mean_;
  mean_ += apart * (theirs / (mine + theirs));
  m2_ += other.m2_ + apart * apart * (mine * theirs / (mine + theirs));
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  n_ += other.n_;
}

double Moments::variance() const { return n_ < 2 ? 0.0 : m2_ / static_cast<double>(n_ - 1); }

double Moments::standard_error() const { return n_ < 2 ? 0.0 : std::sqrt(variance() / static_cast<double>(n_)); }

double Moments::half_width(double confidence) const {
  if (n_ < 2) return kNaN;
  return student_t_quantile(0.5 + 0.5 * confidence, static_cast<double>(n_ - 1)) * standard_error();
}

void TimeWeighted::set(Time t, double value) {
  area_ += value_ * to_seconds(t - last_);
  last_ = t;
  value_ = value;
}

double TimeWeighted::mean(Time end) const { return end == start_ ? value_ : integral(end) / to_seconds(end - start_); }

double TimeWeighted::integral(Time end) const { return area_ + value_ * to_seconds(end - last_); }

double quantile(std::span<const double> sorted, double p) {
  if (sorted.empty() || !(p >= 0.0 && p <= 1.0)) return kNaN;
  const double place = static_cast<double>(sorted.size() - 1) * p;
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double share = place - static_cast<double>(below);
  // Infinities may stand beside each other: no difference of them unless it is needed.
  return share == 0.0 ? sorted[below] : sorted[below] + share * (sorted[above] - sorted[below]);
}

double student_t_quantile(double p, double nu) { return detail::student_t_lower_quantile(p, nu); }

double normal_quantile(double p) { return -detail::normal_upper_quantile(p); }

double normal_cdf(double z) { return detail::normal_survival(-z); }

}  // namespace takt
