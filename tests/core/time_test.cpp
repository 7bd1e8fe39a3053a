// SPDX-License-Identifier: Apache-2.0
#include "takt/core/time.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace takt {
namespace {

using namespace std::chrono_literals;

TEST(FromSeconds, RoundsToTheNearestNanosecond) {
  EXPECT_EQ(from_seconds(1.5), 1500ms);
  EXPECT_EQ(from_seconds(1.4e-9), 1ns);
  EXPECT_EQ(from_seconds(1.6e-9), 2ns);
  EXPECT_EQ(from_seconds(86400.0), 24h);
}

TEST(FromSeconds, MakesNegativeValuesAndNaNZero) {
  EXPECT_EQ(from_seconds(-1.0), 0ns);
  EXPECT_EQ(from_seconds(std::nan("")), 0ns);
}

TEST(FromSeconds, CutsToTheLongestDuration) {
  const Duration longest = from_seconds(std::numeric_limits<double>::infinity());
  EXPECT_EQ(longest, from_seconds(kLongestSeconds));
  // Two of them may be added without passing the range.
  EXPECT_GT(longest.count(), 0);
  EXPECT_LT(longest, Duration::max() / 2);
}

TEST(ToSeconds, InvertsFromSeconds) {
  for (const double seconds : {1e-9, 0.25, 3.7, 1e6}) EXPECT_NEAR(to_seconds(from_seconds(seconds)), seconds, 1e-9);
}

TEST(Time, IsBeforeNever) { EXPECT_LT(Time{from_seconds(kLongestSeconds)}, kNever); }

TEST(Time, TakesChronoLiterals) {
  constexpr Time kNoon{12h};
  EXPECT_EQ(kNoon + 90min - Time{}, 13h + 30min);
}

}  // namespace
}  // namespace takt
