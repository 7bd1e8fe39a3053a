// SPDX-License-Identifier: Apache-2.0
#include "core/exp.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace takt::detail {

double exp_of(double x) {
  using C = ExpConstants;
  if (!(std::abs(x) < C::kMost)) return std::exp(x);
  const double shifted = x * C::kLog2e + C::kRound;
  const double k = shifted - C::kRound;
  const double r = (x - k * C::kLn2High) - k * C::kLn2Low;
  const double s = r * r;
  double even = C::kEven[0], odd = C::kOdd[0];
  for (std::size_t i = 1; i < C::kEven.size(); ++i) {
    even = even * s + C::kEven[i];
    odd = odd * s + C::kOdd[i];
  }
  const double power = 1.0 + (r + s * (even + r * odd));
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(power) + (std::bit_cast<std::uint64_t>(shifted) << 52));
}

}  // namespace takt::detail
