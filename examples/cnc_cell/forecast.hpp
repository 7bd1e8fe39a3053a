// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace cnc {

inline constexpr std::array kQuantiles{0.05, 0.25, 0.5, 0.75, 0.95};

/// The quantiles of one future and the mean over all.
struct Forecast {
  std::array<double, kQuantiles.size()> quantiles{};
  double mean = 0.0;
};

}  // namespace cnc
