// SPDX-License-Identifier: Apache-2.0
// The exponential function by plain arithmetic, so that every processor and every number of lanes gives the same bits
// (the system's picks a variant by the processor). Wrong by less than one unit in the last place.
//
// exp(x) = 2^k exp(r), |r| <= ln(2)/2, with ln 2 in two parts (Cody and Waite 1980); exp(r) by its series to r^13 /
// 13!, whose rest is below 4e-18.
#pragma once

#include <array>
#include <cstddef>

namespace takt::detail {

struct ExpConstants {
  static constexpr double kMost = 700.0;  ///< beyond, in either direction, the system's is taken
  static constexpr double kLog2e = 0x1.71547652b82fep+0;
  static constexpr double kRound = 0x1.8p52;  ///< added, it leaves a whole number in the lowest bits
  static constexpr double kLn2High = 0x1.62e42feep-1, kLn2Low = 0x1.a39ef35793c76p-33;
  /// 1/2!, 1/4!, ... and 1/3!, 1/5!, ...
  static constexpr std::array<double, 6> kEven{1.0 / 479001600.0, 1.0 / 3628800.0, 1.0 / 40320.0,
                                               1.0 / 720.0,       1.0 / 24.0,      1.0 / 2.0};
  static constexpr std::array<double, 6> kOdd{1.0 / 6227020800.0, 1.0 / 39916800.0, 1.0 / 362880.0,
                                              1.0 / 5040.0,       1.0 / 120.0,      1.0 / 6.0};
};

double exp_of(double x);

}  // namespace takt::detail
