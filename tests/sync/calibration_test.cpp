// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/calibration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "takt/core/byte_stream.hpp"
#include "takt/core/distribution.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

// Against the integral of (F - 1{x >= y})^2 by hand: members 1, 3 and y = 2 give 1/4 over [1, 3], less Ferro's 2/8.
TEST(Calibration, ScoresAnEnsembleByItsDistance) {
  EXPECT_DOUBLE_EQ(crps(std::array{1.0, 3.0}, 2.0), 0.0);
  EXPECT_DOUBLE_EQ(crps(std::array{1.0, 3.0}, 5.0), 2.0);
  EXPECT_DOUBLE_EQ(crps(std::array{2.0}, 5.0), 3.0);
}

// Counts that tie often: 20 members and what happened from one law. The mean of 4000 uniform ranks has a standard error
// of .0046, and the share below .05 one of .0034; without the random part both are far off.
TEST(Calibration, RanksAreUniformWhereTheForecastIsRight) {
  Moments ranks;
  int low = 0;
  const auto count = [](Draw& draw) { return std::floor(Distribution::exponential(2.0).sample(draw)); };
  for (std::uint64_t i = 0; i < 4000; ++i) {
    Draw draw({7, 0}, i);
    std::array<double, 20> members{};
    for (double& each : members) each = count(draw);
    const double observed = count(draw);
    const double u = randomised_pit(members, observed, draw.uniform());
    ranks.add(u);
    low += u < 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(ranks.mean(), 0.5, 0.014);
  EXPECT_NEAR(ranks.variance(), 1.0 / 12, 0.005);
  EXPECT_NEAR(low / 4000.0, 0.05, 0.011);
}

/// Windows of ten minutes in which the forecast is off by so many standard deviations, until it is called invalid.
int windows_until_invalid(double off, int most, std::uint64_t seed, Doubts& doubts) {
  Calibration calibration;
  for (int w = 0; w < most; ++w) {
    Draw draw({seed, 1}, static_cast<std::uint64_t>(w));
    std::array<double, 20> members{};
    for (double& each : members) each = std::floor(40.0 + 5.0 * Distribution::standard_normal(draw));
    std::ranges::sort(members);
    const double observed = std::floor(40.0 + 5.0 * (Distribution::standard_normal(draw) + off));
    calibration.score({.about = "/",
                       .horizon = 10min,
                       .members = members,
                       .observed = observed,
                       .uniform = draw.uniform(),
                       .at = WallClock::Instant{w * 10min}},
                      doubts);
    if (doubts.trust() == Trust::invalid) return w;
  }
  return most;
}

// False alarms of the bias alone are .4 % a shift of 48 windows: of 400 shifts' windows in a row fewer than 2 are
// expected.
TEST(Calibration, CallsABiasAndLeavesWhatIsRight) {
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Doubts doubts;
    alarms += windows_until_invalid(0.0, 480, seed, doubts) < 480 ? 1 : 0;
  }
  EXPECT_LE(alarms, 6);
  Doubts doubts;
  EXPECT_LT(windows_until_invalid(-1.0, 480, 1, doubts), 60);
  ASSERT_FALSE(doubts.list().empty());
  EXPECT_EQ(doubts.list()[0].check, "calibration");
  EXPECT_TRUE(
      doubts.list()[0].sentence.starts_with("Forecasts over 10 min for the whole plant have been too high for "))
      << doubts.list()[0].sentence;
}

// A random walk of standard normal steps with drift -delta / 2 in units of delta: Siegmund's formula without overshoot
// is on the safe side, by a factor of e^(1.166 delta) or 1.8 for delta = .5.
TEST(Cusum, GivesFewerFalseAlarmsThanItSays) {
  const double delta = 0.5, information = delta * delta / 2, rate = 0.005;
  const double threshold = cusum_threshold(information, rate);
  EXPECT_NEAR(std::exp(threshold) - threshold - 1.0, information / rate, 1e-6);
  int alarms = 0;
  constexpr int kSteps = 200'000;
  Cusum sum;
  for (int i = 0; i < kSteps; ++i) {
    Draw draw({11, 0}, static_cast<std::uint64_t>(i));
    sum.add(delta * Distribution::standard_normal(draw) - delta * delta / 2, 0.0, 0.0, 1e9, {});
    if (sum.sum() < threshold) continue;
    ++alarms;
    sum = {};
  }
  EXPECT_GT(alarms, kSteps * rate / 3);
  EXPECT_LT(alarms, kSteps * rate);
}

TEST(Calibration, GoesOnFromItsBytes) {
  Doubts doubts;
  Calibration calibration, copy;
  for (int w = 0; w < 3; ++w)
    calibration.score({.about = "/",
                       .horizon = 1h,
                       .members = std::array{1.0, 2.0, 3.0},
                       .observed = 2.0 + w,
                       .uniform = 0.3,
                       .at = {}},
                      doubts);
  from_bytes_of(to_bytes_of(calibration), copy);
  EXPECT_EQ(to_bytes_of(copy), to_bytes_of(calibration));
  EXPECT_EQ(copy.cells().at({"/", 1h}).windows, 3U);
}

}  // namespace
}  // namespace takt
