// SPDX-License-Identifier: Apache-2.0
#include "takt/study/sweep.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "takt/io/plant/plant_file.hpp"

namespace takt {
namespace {

std::vector<std::string> names(const std::vector<ScenarioPlan>& scenarios) {
  std::vector<std::string> names;
  for (const ScenarioPlan& each : scenarios) names.push_back(each.name);
  return names;
}

TEST(Axis, IsAListOrARange) {
  EXPECT_THAT(read_axis("/a", "9 s, 10 s,11 s").values, testing::ElementsAre("9 s", "10 s", "11 s"));
  EXPECT_THAT(read_axis("/a", "range(8 s, 12 s, 5)").values,
              testing::ElementsAre("8 s", "9 s", "10 s", "11 s", "12 s"));
  EXPECT_THAT(read_axis("/a", "range(30 s, 1 min, 3)").values, testing::ElementsAre("30 s", "45 s", "1 min"));
  EXPECT_THAT(read_axis("/a", "range(1, 4, 3)").values, testing::ElementsAre("1", "3", "4")) << "whole numbers stay so";
  EXPECT_THAT(read_axis("/a", "range(1, 2, 5)").values, testing::ElementsAre("1", "2")) << "each once";
  EXPECT_TRUE(read_axis("/a", "range(8 s, 12 s)").values.empty());
  for (const char* wrong : {"", "9 s,", "range()", "range(8 s)", "range(8 s, 12 kW, 3)", "range(8, 12 s, 3)",
                            "range(8 s, 12 s, 1)", "range(8 s, 12 s, 2.5)", "range(8 s, 12 s, 3, 4)"})
    EXPECT_THROW(read_axis("/a", wrong), InvalidInput) << wrong;
}

TEST(Sweep, GridHasEveryValueWithEveryOther) {
  const std::vector<Axis> axes{read_axis("/e/w/l/m/cycle_time", "1 s,2 s"), read_axis("/e/w/l/b/capacity", "3,4,5")};
  const auto scenarios = sweep(axes, {});
  ASSERT_EQ(scenarios.size(), 6U);
  EXPECT_EQ(scenarios[1].name, "m/cycle_time=1 s, b/capacity=4");
  EXPECT_EQ(scenarios[5].numbers[0], (std::pair<std::string, std::string>("/e/w/l/m/cycle_time", "2 s")));
}

TEST(Sweep, ListTakesValuesSideBySide) {
  const std::vector<Axis> axes{read_axis("/e/w/l/m/cycle_time", "1 s,2 s"),
                               read_axis("/e/w/k/m/cycle_time", "5 s,4 s")};
  EXPECT_THAT(names(sweep(axes, {.kind = Design::Kind::list})),
              testing::ElementsAre("/e/w/l/m/cycle_time=1 s, /e/w/k/m/cycle_time=5 s",
                                   "/e/w/l/m/cycle_time=2 s, /e/w/k/m/cycle_time=4 s"))
      << "two ends of paths are the same, so the whole paths tell them apart";
  const std::vector<Axis> uneven{axes[0], read_axis("/x", "1 s")};
  EXPECT_THROW(sweep(uneven, {.kind = Design::Kind::list}), InvalidInput);
}

TEST(Sweep, LatinHypercubeMeetsEveryStratumOnce) {
  const std::vector<Axis> axes{read_axis("/a/x", "range(0 s, 10 s)"), read_axis("/b/y", "range(100, 200)"),
                               read_axis("/c/z", "low,high")};
  const Design design{Design::Kind::latin_hypercube, 10, 3};
  const auto scenarios = sweep(axes, design);
  ASSERT_EQ(scenarios.size(), 10U);
  std::set<int> of_x;
  int low = 0;
  for (const ScenarioPlan& each : scenarios) {
    of_x.insert(static_cast<int>(parse_quantity(each.numbers[0].second, Dimension::time)));
    low += each.numbers[2].second == "low";
  }
  EXPECT_EQ(of_x.size(), 10U);
  EXPECT_EQ(low, 5) << "a list is cut into equal shares";
  EXPECT_EQ(names(scenarios), names(sweep(axes, design)));
  EXPECT_NE(names(scenarios), names(sweep(axes, {Design::Kind::latin_hypercube, 10, 4})));
  EXPECT_THROW(sweep(axes, {.kind = Design::Kind::latin_hypercube}), InvalidInput);
  EXPECT_THROW(sweep(axes, {}), InvalidInput) << "a range without steps has no grid";
}

TEST(Sweep, IsNotLargerThanAnybodyCanWant) {
  const std::vector<Axis> axes(4, read_axis("/a", "range(1 s, 2 s, 1000)"));
  EXPECT_THROW(sweep(axes, {}), InvalidInput);
}

TEST(Counts, GoIntoAPlantOfTheScenario) {
  const Plant plant = io::load_plant("examples/bottling/bottling.json");
  ScenarioPlan scenario{"larger",
                        {{"/acme/filling/line_1/filled/capacity", "99"},
                         {"/acme/filling/line_1/filler/cycle_time", "9 s"},
                         {"/acme/filling/line_1/filler/servers", "2"}},
                        {}};
  std::vector<Fault> faults;
  take_counts(scenario, plant, faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(scenario.numbers.size(), 1U);
  const Model model = compile(scenario.plant.value());
  EXPECT_EQ(model.buffers[model.buffer("/acme/filling/line_1/filled").value].capacity, 99U);
  EXPECT_EQ(model.machines[model.machine("/acme/filling/line_1/filler").value].servers, 2U);
}

TEST(Counts, OfNothingKnownNameTheNearest) {
  const Plant plant = io::load_plant("examples/bottling/bottling.json");
  ScenarioPlan scenario{
      "wrong", {{"/acme/filling/line_1/filed/capacity", "9"}, {"/acme/filling/line_1/filled/capacity", "9.5"}}, {}};
  std::vector<Fault> faults;
  take_counts(scenario, plant, faults);
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].nearest, "/acme/filling/line_1/filled/capacity");
  EXPECT_EQ(faults[1].value, "\"9.5\"");
}

}  // namespace
}  // namespace takt
