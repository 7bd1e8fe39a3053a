// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/hazard.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "takt/core/byte_stream.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

// `events` of `rows` unit stretches with one covariate end.
void add_rows(RiskTable& table, double x, int rows, int events, double time = 1.0) {
  for (int i = 0; i < rows; ++i) table.add(std::array{x}, time, i < events);
}

TEST(Hazard, WithoutAPriorTheRateIsEventsOverTimeAtRisk) {
  RiskTable table;
  for (int i = 0; i < 40; ++i) table.add({}, 2.5, i < 7);
  const HazardFit fit = fit_hazard(table, {.mean = {0.0}, .sd = {1e4}});
  EXPECT_NEAR(fit.log_rate({}), std::log(7.0 / 100.0), 1e-6);
  EXPECT_NEAR(fit.log_rate_variance({}), 1.0 / 7.0, 1e-6);  // of a Poisson count's logarithm
}

TEST(Hazard, AnIndicatorTellsTwoGroupsApart) {
  RiskTable table{.covariates = 1, .values = {}, .exposure = {}, .events = {}};
  add_rows(table, 0.0, 100, 5);
  add_rows(table, 1.0, 50, 20, 0.5);
  const HazardFit fit = fit_hazard(table, {.mean = {0.0, 0.0}, .sd = {1e4, 1e4}});
  EXPECT_NEAR(fit.log_rate(std::array{0.0}), std::log(0.05), 1e-6);
  EXPECT_NEAR(fit.log_rate(std::array{1.0}), std::log(0.8), 1e-6);
  EXPECT_NEAR(fit.sd(1), std::sqrt(1.0 / 5.0 + 1.0 / 20.0), 1e-6);
}

TEST(Hazard, AGrowingHazardKeepsItsSlope) {
  RiskTable table{.covariates = 1, .values = {}, .exposure = {}, .events = {}};
  for (int x = 0; x <= 10; ++x)
    add_rows(table, x, 2000, static_cast<int>(std::lround(2000 * 0.01 * std::exp(0.2 * x))));
  const HazardFit fit = fit_hazard(table, {.mean = {0.0, 0.0}, .sd = {10.0, 10.0}});
  EXPECT_NEAR(fit.mean[0], std::log(0.01), 0.02);  // counts are rounded
  EXPECT_NEAR(fit.mean[1], 0.2, 0.003);
}

TEST(Hazard, ThePriorHoldsWhereThereIsLittleToSee) {
  const HazardPrior prior{.mean = {-3.0, 0.5}, .sd = {1.0, 0.25}};
  RiskTable table{.covariates = 1, .values = {}, .exposure = {}, .events = {}};
  const HazardFit none = fit_hazard(table, prior);
  EXPECT_EQ(none.mean, prior.mean);
  EXPECT_NEAR(none.log_rate_variance(std::array{1.0}), 1.0 + 0.0625, 1e-12);
  add_rows(table, 1.0, 3, 0);  // three stretches at exp(-2.5) without an event: the mode moves a little
  const HazardFit few = fit_hazard(table, prior);
  EXPECT_LT(few.mean[0], -3.0);
  EXPECT_GT(few.mean[0], -3.25);
  EXPECT_GT(few.mean[1], 0.45);
}

TEST(Hazard, RatesFarFromThePriorAreFound) {
  RiskTable table;
  for (int i = 0; i < 1000; ++i) table.add({}, 1e-4, true);
  EXPECT_NEAR(fit_hazard(table, {.mean = {-20.0}, .sd = {100.0}}).mean[0], std::log(1e4), 1e-3);
}

TEST(Hazard, WhatMakesNoSenseIsRefused) {
  RiskTable table{.covariates = 1, .values = {}, .exposure = {}, .events = {}};
  add_rows(table, 1.0, 3, 1);
  EXPECT_THROW(fit_hazard(table, {.mean = {0.0}, .sd = {1.0}}), InvalidInput);
  EXPECT_THROW(fit_hazard(table, {.mean = {0.0, 0.0}, .sd = {1.0, 0.0}}), InvalidInput);
  add_rows(table, std::nan(""), 1, 1);
  EXPECT_THROW(fit_hazard(table, {.mean = {0.0, 0.0}, .sd = {1.0, 1.0}}), InvalidInput);
}

TEST(Hazard, IsWrittenAsBytesAndTakenUpAgain) {
  RiskTable table;
  for (int i = 0; i < 40; ++i) table.add({}, 2.5, i < 7);
  const HazardFit fit = fit_hazard(table, {.mean = {0.0}, .sd = {1.0}});
  HazardFit again;
  from_bytes_of(to_bytes_of(fit), again);
  EXPECT_EQ(again, fit);
}

}  // namespace
}  // namespace takt
