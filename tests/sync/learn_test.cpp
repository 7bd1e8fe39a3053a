// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/learn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/plants.hpp"
#include "takt/core/byte_stream.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

using testing::ElementsAre;

const std::string kCycle = "/e/w/l/m00/cycle_time", kRepair = "/e/w/l/m00/failure/time_to_repair";
const std::string kScrap = "/e/w/l/m00/scrap", kWay = "/e/w/l/m00/to/m01";

// m00 sends nine of ten parts to m01, one to m02; it scraps 2 %.
Model forked() {
  Machine first = test::failing(Distribution::lognormal(10.0, 0.3), 500.0, 60.0);
  first.scrap = 0.02;
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("inlet", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m00"}})
      .machine("m00", first, {{"m01", 0.9}, {"m02", 0.1}})
      .machine("m01", test::machine_with(Distribution::constant(5.0)), {{"store"}})
      .machine("m02", test::machine_with(Distribution::constant(5.0)), {{"store"}})
      .sink("store");
  return compile(plant.build());
}

WallClock::Instant minute(int minutes) { return WallClock::Instant{std::chrono::minutes{minutes}}; }

double sampled(const Distribution& law, std::uint64_t i) {
  Draw draw({11, 0}, i);
  return law.sample(draw);
}

TEST(Learnt, SharesBecomeProbabilitiesThatSumToOne) {
  const Model model = forked();
  Learnt learnt;
  learnt.observe_scrap(model, kScrap, 6.0, 90.0);
  learnt.observe_ways(model, kWay, std::array{30.0, 66.0});
  const Parameters mean = learnt.mean(model, model.defaults);
  EXPECT_GT(get_number(model, mean, kScrap), 0.04);
  EXPECT_LT(get_number(model, mean, kScrap), 0.07);
  EXPECT_LT(get_number(model, mean, kWay), 0.5);
  EXPECT_NEAR(get_number(model, mean, kWay) + get_number(model, mean, "/e/w/l/m00/to/m02"), 1.0, 1e-12);
  const Parameters drawn = learnt.draw(model, model.defaults, 1, 7);
  EXPECT_NEAR(get_number(model, drawn, kWay) + get_number(model, drawn, "/e/w/l/m00/to/m02"), 1.0, 1e-12);
  EXPECT_NE(get_number(model, drawn, kScrap), get_number(model, mean, kScrap));
  const auto rows = learnt.shares(model);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].path, kScrap);
  EXPECT_EQ(rows[1].path, kWay);
  EXPECT_EQ(rows[2].path, "/e/w/l/m00/to/m02");
  for (const auto& row : rows) {
    EXPECT_LT(row.low, row.mean);
    EXPECT_GT(row.high, row.mean);
  }
  EXPECT_THROW(learnt.observe_ways(model, kWay, std::array{1.0}), InvalidInput);
  EXPECT_THROW(learnt.observe_ways(model, kScrap, std::array{1.0, 1.0}), InvalidInput);
}

TEST(Learnt, TheFamilyOfALawIsThatOfTheTimesSeen) {
  const Model model = forked();
  Learnt learnt({.half_life = 1e6});
  const Distribution cycle = Distribution::weibull(12.0, 6.0), repair = Distribution::weibull(60.0, 4.0);
  for (std::uint64_t i = 0; i < 400; ++i) {
    learnt.observe_time(model, kCycle, sampled(cycle, i));
    learnt.observe_exposure(model, kRepair, sampled(repair, 1000 + i), true);
  }
  const Parameters mean = learnt.mean(model, model.defaults);
  EXPECT_EQ(get_law(model, mean, kCycle).law(), Law::weibull);
  EXPECT_NEAR(get_law(model, mean, kCycle).mean(), cycle.mean(), 0.04 * cycle.mean());  // four standard errors
  EXPECT_EQ(get_law(model, mean, kRepair).law(), Law::weibull);
  EXPECT_NEAR(get_law(model, mean, kRepair).mean(), repair.mean(), 0.15 * repair.mean());  // the prior says 60 s
  const auto rows = learnt.rows();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].family, "weibull");
  EXPECT_LT(rows[0].low_s, rows[0].mean_s);
  EXPECT_GT(rows[0].high_s, rows[0].mean_s);
  // Futures differ in what is not known: the mean of 400 times is known to their cv over the root of 400.
  std::vector<double> means;
  for (std::uint32_t r = 0; r < 200; ++r)
    means.push_back(get_law(model, learnt.draw(model, model.defaults, 3, r), kCycle).mean());
  std::ranges::sort(means);
  const Distribution& learnt_cycle = get_law(model, mean, kCycle);
  const double expected = std::sqrt(learnt_cycle.variance() / 400);
  EXPECT_NEAR((means[190] - means[10]) / (2 * 1.645 * expected), 1.0, 0.3);  // four errors of 200 draws' range
}

TEST(Learnt, FewTimesKeepThePlantsFamily) {
  const Model model = forked();
  Learnt learnt;
  for (std::uint64_t i = 0; i < 15; ++i)
    learnt.observe_exposure(model, kRepair, sampled(Distribution::weibull(60.0, 4.0), i), true);
  EXPECT_EQ(get_law(model, learnt.mean(model, model.defaults), kRepair).law(), Law::exponential);
  EXPECT_EQ(learnt.rows()[0].family, "");
}

TEST(Learnt, EveryValueNamesTheDataItCameFrom) {
  const Model model = forked();
  Learnt learnt;
  learnt.observe_time(model, kCycle, 11.0, {.at = minute(3), .source = "plc"});
  learnt.observe_time(model, kCycle, 12.0, {.at = minute(1), .source = "mes"});
  EXPECT_EQ(learnt.keep(minute(5), "first hour"), 1U);
  learnt.observe_time(model, kCycle, 12.0, {.at = minute(7), .source = "plc"});
  learnt.observe_scrap(model, kScrap, 1.0, 9.0, {.at = minute(8), .source = "plc"});
  const Provenance cycle = learnt.rows()[0].provenance;
  EXPECT_EQ(cycle.version, 2U);
  EXPECT_EQ(cycle.observations, 3U);
  EXPECT_EQ(cycle.from, minute(1));
  EXPECT_EQ(cycle.to, minute(7));
  EXPECT_THAT(cycle.sources, ElementsAre("mes", "plc"));
  EXPECT_EQ(learnt.shares(model)[0].provenance.observations, 10U);
  ASSERT_EQ(learnt.versions().size(), 1U);
  EXPECT_EQ(learnt.versions()[0].why, "first hour");
  EXPECT_THAT(learnt.versions()[0].changed, ElementsAre(kCycle));
}

TEST(Learnt, GoesBackToAVersionToTheLastBitAndForthAgain) {
  const Model model = forked();
  Learnt learnt;
  std::vector<Parameters> kept{model.defaults};  // by version
  for (int version = 1; version <= 4; ++version) {
    for (int i = 0; i < 30; ++i) learnt.observe_time(model, kCycle, 8.0 + version + 0.1 * i);
    if (version >= 3) learnt.observe_scrap(model, kScrap, version, 5.0);
    EXPECT_EQ(learnt.keep(minute(version)), static_cast<std::uint64_t>(version));
    kept.push_back(learnt.mean(model, model.defaults));
  }
  learnt.observe_time(model, kCycle, 99.0);
  for (const std::uint64_t version : {2U, 4U, 0U, 3U, 1U}) {
    learnt.put_back(version);
    EXPECT_EQ(learnt.mean(model, model.defaults), kept[version]) << version;
    learnt.keep(minute(10));  // going back is a change of its own, and can be undone as well
  }
  EXPECT_EQ(learnt.find(kScrap), nullptr);
  EXPECT_EQ(learnt.find(kCycle)->provenance.version, 1U);
  EXPECT_THROW(learnt.put_back(learnt.version()), InvalidInput);
}

TEST(Learnt, OneNumberIsResetAlone) {
  const Model model = forked();
  Learnt learnt;
  learnt.observe_time(model, kCycle, 20.0);
  learnt.observe_scrap(model, kScrap, 5.0, 5.0);
  learnt.keep(minute(1));
  EXPECT_TRUE(learnt.reset(kCycle));
  EXPECT_FALSE(learnt.reset(kCycle));
  const Parameters mean = learnt.mean(model, model.defaults);
  EXPECT_EQ(get_law(model, mean, kCycle), get_law(model, model.defaults, kCycle));
  EXPECT_NE(get_number(model, mean, kScrap), 0.02);
  learnt.put_back(1);
  EXPECT_NE(learnt.find(kCycle), nullptr);
}

TEST(Learnt, OldVersionsGoAndAreToldSo) {
  const Model model = forked();
  Learnt learnt({.kept_versions = 3});
  for (int i = 1; i <= 10; ++i) {
    learnt.observe_time(model, kCycle, 10.0 + i);
    learnt.keep(minute(i));
    EXPECT_EQ(learnt.keep(minute(i)), static_cast<std::uint64_t>(i));  // nothing new: the same
  }
  ASSERT_EQ(learnt.versions().size(), 3U);
  EXPECT_NO_THROW(learnt.put_back(7));  // what 8 changed is known
  try {
    learnt.put_back(6);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults()[0].expected, "a version from 7 to 10");
  }
}

TEST(Learnt, WhatIsNotToBeKeptIsForgottenInAllVersions) {
  const Model model = forked();
  Learnt learnt;
  learnt.observe_time(model, kCycle, 20.0);
  learnt.observe_scrap(model, kScrap, 5.0, 5.0);
  learnt.keep(minute(1));
  learnt.observe_time(model, kCycle, 21.0);
  EXPECT_THAT(learnt.forget_unless([](const std::string& path) { return path == kScrap; }), ElementsAre(kCycle));
  learnt.put_back(1);
  EXPECT_EQ(learnt.find(kCycle), nullptr);
  EXPECT_NE(learnt.find(kScrap), nullptr);
}

TEST(Learnt, IsWrittenAsBytesAndTakenUpAgain) {
  const Model model = forked();
  Learnt learnt;
  for (std::uint64_t i = 0; i < 60; ++i) {
    learnt.observe_time(model, kCycle, sampled(Distribution::weibull(12.0, 6.0), i),
                        {.at = minute(1), .source = "plc"});
    learnt.observe_exposure(model, kRepair, 10.0 + static_cast<double>(i), i % 3 == 0);
    if (i % 20 == 0) learnt.keep(minute(2));
  }
  learnt.observe_ways(model, kWay, std::array{3.0, 1.0});
  Learnt again;
  from_bytes_of(to_bytes_of(learnt), again);
  EXPECT_EQ(to_bytes_of(again), to_bytes_of(learnt));
  learnt.put_back(2);
  again.put_back(2);
  EXPECT_EQ(again.draw(model, model.defaults, 5, 1), learnt.draw(model, model.defaults, 5, 1));
}

}  // namespace
}  // namespace takt
