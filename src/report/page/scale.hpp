// SPDX-License-Identifier: Apache-2.0
// From values to places in a drawing, in steps of 1, 2 or 5 times a power of ten.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace takt::report::detail {

class Scale {
 public:
  /// `low` to `high`, widened to whole steps, over the places `from` to `to`.
  Scale(double low, double high, double from, double to) : from_(from), to_(to) {
    if (!(high > low)) {
      const double around = std::max(std::abs(high), 1.0) * 0.5;
      low -= around;
      high += around;
    }
    const double raw = (high - low) / 6.0, power = std::pow(10.0, std::floor(std::log10(raw)));
    step_ = power * (raw / power < 1.5 ? 1.0 : raw / power < 3.5 ? 2.0 : raw / power < 7.5 ? 5.0 : 10.0);
    low_ = std::floor(low / step_) * step_;
    high_ = std::ceil(high / step_) * step_;
  }

  double at(double value) const { return from_ + (value - low_) / (high_ - low_) * (to_ - from_); }

  std::vector<double> steps() const {
    std::vector<double> steps;
    const int count = static_cast<int>(std::lround((high_ - low_) / step_));
    for (int i = 0; i <= count; ++i) {
      const double value = low_ + i * step_;
      steps.push_back(std::abs(value) < step_ * 1e-9 ? 0.0 : value);
    }
    return steps;
  }

 private:
  double from_, to_, low_ = 0.0, high_ = 1.0, step_ = 1.0;
};

}  // namespace takt::report::detail
