// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace takt::detail {

/// Linear between the points (x, y), x not decreasing, and constant outside; at a jump the later value.
inline double interpolate(double at, const std::vector<double>& x, const std::vector<double>& y) {
  const auto above = std::upper_bound(x.begin(), x.end(), at);
  if (above == x.begin()) return y.front();
  if (above == x.end()) return y.back();
  const auto i = static_cast<std::size_t>(above - x.begin());
  return y[i - 1] + (y[i] - y[i - 1]) / (x[i] - x[i - 1]) * (at - x[i - 1]);
}

}  // namespace takt::detail
