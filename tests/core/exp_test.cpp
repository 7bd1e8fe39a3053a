// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "takt/core/distribution.hpp"

namespace takt::detail {
namespace {

/// Units in the last place between what exp_of gives and the function in more digits.
double error_in_ulp(double x) {
  const long double exact = std::exp(static_cast<long double>(x));
  const double near = static_cast<double>(exact);
  const double ulp = std::nextafter(near, std::numeric_limits<double>::infinity()) - near;
  return static_cast<double>(std::abs(static_cast<long double>(exp_of(x)) - exact) / static_cast<long double>(ulp));
}

TEST(ExpOf, IsWrongByLessThanOneUnitInTheLastPlace) {
  double worst = 0.0;
  for (const double width : {1e-3, 1.0, 20.0, 699.0})
    for (std::uint64_t n = 0; n < 200'000; ++n) {
      Draw draw({11, 0}, n);
      worst = std::max(worst, error_in_ulp(width * (2.0 * draw.uniform() - 1.0)));
    }
  EXPECT_LT(worst, 1.0);
  EXPECT_GT(worst, 0.4);  // else nothing was compared
}

TEST(ExpOf, IsTheSystemsWhereItEnds) {
  EXPECT_EQ(exp_of(0.0), 1.0);
  EXPECT_EQ(exp_of(-0.0), 1.0);
  EXPECT_EQ(exp_of(800.0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(exp_of(-800.0), 0.0);
  EXPECT_EQ(exp_of(705.0), std::exp(705.0));
  EXPECT_TRUE(std::isnan(exp_of(std::numeric_limits<double>::quiet_NaN())));
}

}  // namespace
}  // namespace takt::detail
