// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/pace.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "takt/core/byte_stream.hpp"

namespace {

using namespace std::chrono_literals;
using Instant = takt::WallClock::Instant;

const Instant kStart = takt::parse_instant("2026-03-02T06:00:00Z");

TEST(Pace, IsThatOfRecentTime) {
  takt::PaceLedger ledger({.prior_s = 60.0, .half_life_h = 2.0, .other_products_h = 0.1});
  EXPECT_DOUBLE_EQ(ledger.pace("press", "cup"), 1.0 / 60.0);
  for (int hour = 1; hour <= 20; ++hour) ledger.observe("press", "cup", 120.0, 3600.0, kStart + hour * 1h);
  EXPECT_NEAR(ledger.pace("press", "cup"), 120.0 / 3600.0, 0.001);
  for (int hour = 21; hour <= 30; ++hour) ledger.observe("press", "cup", 90.0, 3600.0, kStart + hour * 1h);
  EXPECT_NEAR(ledger.pace("press", "cup"), 90.0 / 3600.0, 0.001);  // the old pace fades by 2^-5
}

TEST(Pace, OfANewProductIsFirstThatOfTheOthers) {
  takt::PaceLedger ledger({.prior_s = 60.0, .other_products_h = 0.5});
  for (int hour = 1; hour <= 20; ++hour) ledger.observe("press", "cup", 120.0, 3600.0, kStart + hour * 1h);
  EXPECT_NEAR(ledger.pace("press", "lid"), 120.0 / 3600.0, 0.001);
  ledger.observe("press", "lid", 30.0, 1800.0, kStart + 21h);
  // Half an hour at 60 an hour and half an hour's weight of the pace of all, which is hardly less than 120.
  EXPECT_NEAR(ledger.pace("press", "lid"), 90.0 / 3600.0, 0.002);
}

TEST(Pace, ErrorsAreThoseOfWhatWasTold) {
  takt::PaceLedger ledger({.half_life_h = 1000.0, .block_h = 1.0, .error_half_life_d = 1000.0, .prior_errors = 1e-9});
  for (int hour = 1; hour <= 400; ++hour)
    ledger.observe("press", "cup", hour % 2 == 0 ? 110.0 : 90.0, 3600.0, kStart + hour * 1h);
  const takt::WeightedAtoms errors = ledger.errors("press", kStart + 400h);
  EXPECT_NEAR(errors.weight(), 1.0, 1e-12);
  const std::vector<double> quantiles = errors.quantiles(std::vector{0.25, 0.75});
  EXPECT_NEAR(quantiles[0], 0.9, 0.01);
  EXPECT_NEAR(quantiles[1], 1.1, 0.01);
}

TEST(Pace, OfNoRunningTimeTeachesNothing) {
  takt::PaceLedger ledger;
  ledger.observe("press", "cup", 5.0, 0.0, kStart);
  EXPECT_EQ(takt::to_bytes_of(ledger), takt::to_bytes_of(takt::PaceLedger()));
}

TEST(Pace, GoesOverIntoBytesAndBack) {
  takt::PaceLedger ledger, other;
  for (int hour = 1; hour <= 5; ++hour) ledger.observe("press", "cup", 100.0 + hour, 3600.0, kStart + hour * 1h);
  takt::from_bytes_of(takt::to_bytes_of(ledger), other);
  EXPECT_EQ(ledger.pace("press", "cup"), other.pace("press", "cup"));
  EXPECT_EQ(ledger.errors("press", kStart + 6h), other.errors("press", kStart + 6h));
}

}  // namespace
