// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/recalibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "takt/core/byte_stream.hpp"
#include "takt/core/statistics.hpp"

namespace {

/// The normal law as atoms.
takt::WeightedAtoms normal(double mean, double sd) {
  takt::WeightedAtoms law;
  for (int i = 0; i < 400; ++i)
    law.atoms.push_back({.value = mean + sd * takt::normal_quantile((i + 0.5) / 400), .weight = 1.0});
  return law;
}

/// A calibration that has seen `forecast` for truths from `truth`, at evenly spread levels in a mixed order.
takt::Recalibration taught(const takt::WeightedAtoms& forecast, double mean, double sd, int times) {
  takt::Recalibration calibration({.prior_places = 10.0, .half_life = 1e9, .width = 0.05});
  for (int i = 0; i < times; ++i) {
    const double p = std::fmod((i + 0.5) * 0.6180339887, 1.0);  // the golden ratio spreads them evenly
    calibration.add(takt::place_in(forecast, mean + sd * takt::normal_quantile(p)));
  }
  return calibration;
}

TEST(Recalibration, LeavesAForecastAloneBeforeAnyTruthIsKnown) {
  const takt::Recalibration calibration;
  for (const double p : {0.05, 0.5, 0.9}) EXPECT_NEAR(calibration.level_of(p), p, 1e-9);
  EXPECT_NEAR(calibration.apply(normal(5.0, 1.0)).mean(), 5.0, 0.01);
}

TEST(Recalibration, LeavesARightForecastAlone) {
  const takt::Recalibration calibration = taught(normal(0.0, 1.0), 0.0, 1.0, 500);
  for (const double p : {0.05, 0.25, 0.5, 0.75, 0.95}) EXPECT_NEAR(calibration.level_of(p), p, 0.01);
}

TEST(Recalibration, TakesAwayABias) {
  const takt::WeightedAtoms forecast = normal(0.0, 1.0);
  const takt::WeightedAtoms right = taught(forecast, 0.7, 1.0, 500).apply(forecast);
  // The truth's median is 0.7; the prior of ten in 510 and the width of places draw it by less than a tenth.
  EXPECT_NEAR(right.quantiles(std::vector{0.5})[0], 0.7, 0.1);
}

TEST(Recalibration, MakesABandThatIsTooWideNarrower) {
  const takt::WeightedAtoms forecast = normal(0.0, 2.0);
  const std::vector<double> band = taught(forecast, 0.0, 1.0, 500).apply(forecast).quantiles(std::vector{0.05, 0.95});
  EXPECT_NEAR(band[1] - band[0], 2 * 1.645, 0.5);  // of the truth; it was twice that
}

TEST(Recalibration, OfAFewForecastsSaysLittle) {
  const takt::Recalibration calibration = taught(normal(0.0, 1.0), 5.0, 0.1, 2);  // twice above all
  EXPECT_NEAR(calibration.level_of(0.5), 0.5, 0.12);  // 10 of 12 weights are the prior's: 0.6
  EXPECT_GT(calibration.level_of(0.5), 0.55);
}

TEST(Recalibration, KeepsLevelsInOrderAndShares) {
  const takt::Recalibration calibration = taught(normal(0.0, 1.0), 1.0, 0.3, 40);
  double last = 0.0;
  for (double level = 0.0; level <= 1.0; level += 0.01) {
    const double share = calibration.share_below(level);
    EXPECT_GE(share, last - 1e-12);
    last = share;
  }
  EXPECT_NEAR(calibration.share_below(0.0), 0.0, 1e-12);
  EXPECT_NEAR(calibration.share_below(1.0), 1.0, 1e-12);
}

TEST(Recalibration, PlacesWhatIsAsLikelyAsAnAtomInItsMiddle) {
  const takt::WeightedAtoms law{
      {{.value = 1.0, .weight = 1.0}, {.value = 2.0, .weight = 2.0}, {.value = 3.0, .weight = 1.0}}};
  EXPECT_DOUBLE_EQ(takt::place_in(law, 2.0), 0.5);
  EXPECT_DOUBLE_EQ(takt::place_in(law, 0.0), 0.0);
  EXPECT_DOUBLE_EQ(takt::place_in(law, 4.0), 1.0);
}

TEST(Recalibration, GoesOverIntoBytesAndBack) {
  const takt::Recalibration calibration = taught(normal(0.0, 1.0), 1.0, 0.3, 5);
  takt::Recalibration other;
  takt::from_bytes_of(takt::to_bytes_of(calibration), other);
  EXPECT_EQ(other.level_of(0.3), calibration.level_of(0.3));
}

}  // namespace
