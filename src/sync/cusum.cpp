// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/cusum.hpp"

#include <algorithm>
#include <cmath>

namespace takt {

double cusum_threshold(double information, double rate) {
  if (!(information > 0.0) || !(rate > 0.0)) return 0.0;
  const double wanted = information / rate;
  double a = std::log1p(wanted) + 1.0;
  for (int i = 0; i < 100; ++i) {  // contracts: the slope is below 1 / (1 + a)
    const double next = std::log(1.0 + a + wanted);
    const bool is_there = std::abs(next - a) < 1e-9 * next;
    a = next;
    if (is_there) break;
  }
  return a;
}

Alarm AlarmLimits::of(double sum, Alarm before) const {
  constexpr double kOver = 0.2;  // of the warning's limit
  if (sum >= invalid) return Alarm::invalid;
  if (sum <= kOver * warning) return Alarm::none;
  if (sum >= warning) return before == Alarm::invalid ? Alarm::invalid : Alarm::warning;
  return before;
}

}  // namespace takt
