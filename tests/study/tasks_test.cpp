// SPDX-License-Identifier: Apache-2.0
#include "takt/study/tasks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "engine/plants.hpp"
#include "takt/study/precision_goal.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Model line_of(std::uint32_t capacity) {
  PlantBuilder plant("line");
  plant.line("e", "w", "l")
      .source("in", {Source::Saturated{}, {}, {}}, {{"a"}})
      .machine("a", test::failing(Distribution::exponential(10.0), 3600.0, 300.0), {{"b"}})
      .buffer("b", {capacity, 0}, {{"c"}})
      .machine("c", test::machine_with(Distribution::exponential(9.0)), {{"out"}})
      .sink("out");
  return compile(plant.build());
}

Study three_scenarios() {
  Study study(Present::of(line_of(3), 7), {.horizon = 2h, .warmup = 10min, .replications = 11, .threads = 2});
  study.add("as is");
  study.add("faster").set("/e/w/l/a/cycle_time", "8 s");
  study.add({"larger", {}, std::make_shared<const Model>(line_of(30))});
  return study;
}

std::vector<std::uint64_t> bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> bits;
  for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
  return bits;
}

TEST(Tasks, OfAnySizeAndOrderGiveTheResultOfTheStudy) {
  const Study study = three_scenarios();
  const StudyResult whole = study.run();
  const PreparedStudy prepared(study);
  for (const std::uint64_t size : {1U, 4U, 11U, 20U, 100U}) {
    Collector collector(prepared);
    std::vector<TaskRange> tasks = tasks_of(prepared.futures(), size);
    std::ranges::reverse(tasks);
    for (const TaskRange task : tasks) collector.add(prepared.run(task));
    const StudyResult result = std::move(collector).result();
    EXPECT_EQ(bits(result.values), bits(whole.values));
    EXPECT_EQ(result.events, whole.events);
    EXPECT_EQ(result.scenarios, whole.scenarios);
    EXPECT_EQ(result.bounds.size(), whole.bounds.size());
  }
}

TEST(Tasks, FewerReplicationsAreThoseOfAShorterStudy) {
  const PreparedStudy prepared(three_scenarios());
  Collector collector(prepared);
  for (std::uint64_t s = 0; s < 3; ++s) collector.add(prepared.run({s * 11, s * 11 + 4}));
  const StudyResult result = std::move(collector).result(4);
  Study shorter(prepared.present(), {.horizon = 2h, .warmup = 10min, .replications = 4});
  for (const Scenario& scenario : three_scenarios().scenarios()) shorter.add(scenario);
  EXPECT_EQ(bits(result.values), bits(shorter.run().values));
}

TEST(Collector, NamesWhatIsMissingAndWhatIsThereTwice) {
  const PreparedStudy prepared(three_scenarios());
  Collector collector(prepared);
  collector.add(prepared.run({5, 10}));
  EXPECT_THAT(collector.missing(), testing::ElementsAre(TaskRange{0, 5}, TaskRange{10, 33}));
  try {
    collector.add(prepared.run({9, 12}));
    FAIL() << "future 9 is there already";
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults()[0].value, "future 9 once more");
  }
  try {
    std::move(collector).result();
    FAIL() << "futures are missing";
  } catch (const InvalidInput& error) {
    ASSERT_EQ(error.faults().size(), 2U);
    EXPECT_EQ(error.faults()[0].path, "futures 0 to 4");
    EXPECT_EQ(error.faults()[1].path, "futures 10 to 32");
  }
  EXPECT_THROW(prepared.run({30, 34}), InvalidInput);
}

TEST(Collector, RefusesRowsOfAnotherShape) {
  const PreparedStudy prepared(three_scenarios());
  Collector collector(prepared);
  Rows rows = prepared.run({0, 2});
  rows.values.pop_back();
  EXPECT_THROW(collector.add(rows), InvalidInput);
  EXPECT_EQ(collector.done(), 0U);
}

TEST(Precision, IsReachedOnTheFirstReplicationsAlone) {
  const PreparedStudy prepared(three_scenarios());
  Collector collector(prepared);
  collector.add(prepared.run({0, prepared.futures()}));
  EXPECT_TRUE(is_reached({{"/", "throughput_per_h", 0.5}}, prepared, collector, 11));
  EXPECT_FALSE(is_reached({{"/", "throughput_per_h", 0.5}}, prepared, collector, 4)) << "five at least";
  EXPECT_FALSE(is_reached({{"/", "throughput_per_h", 1e-4}}, prepared, collector, 11));
  EXPECT_THROW(is_reached({{"/", "throughput", 0.1}}, prepared, collector, 11), InvalidInput);
}

TEST(Precision, IsWrittenAsAFigureAndARatio) {
  const PrecisionGoal plant = parse_precision("throughput_per_h=1 %");
  EXPECT_EQ(plant.entity, "/");
  EXPECT_EQ(plant.kpi, "throughput_per_h");
  EXPECT_DOUBLE_EQ(plant.relative, 0.01);
  EXPECT_EQ(parse_precision("/e/w/l/a/utilisation=2 %").entity, "/e/w/l/a");
  for (const char* wrong : {"throughput_per_h", "=1 %", "wip=1", "wip=1 s", "wip=0 %", "wip=100 %"})
    EXPECT_THROW(parse_precision(wrong), InvalidInput) << wrong;
}

}  // namespace
}  // namespace takt
