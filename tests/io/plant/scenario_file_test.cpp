// SPDX-License-Identifier: Apache-2.0
#include "takt/io/plant/scenario_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace takt::io {
namespace {

const Model& bottling() {
  static const Model model = compile(load_plant("examples/bottling/bottling.json"));
  return model;
}

std::vector<Scenario> read(const std::string& text) { return parse_scenarios(text, bottling(), "s.json"); }

/// Each fault as "line|path|value|nearest".
std::vector<std::string> faults(const std::string& text) {
  try {
    read(text);
  } catch (const InvalidInput& error) {
    std::vector<std::string> told;
    for (const Fault& f : error.faults())
      told.push_back(std::to_string(f.line) + "|" + f.path + "|" + f.value + "|" + f.nearest);
    return told;
  }
  return {};
}

TEST(Scenarios, ChangeNumbersCountsAndEquipment) {
  const auto scenarios = read(R"({"format": "takt-scenarios/1", "scenarios": {
    "as is": {},
    "faster": {"set": {"/acme/filling/line_1/filler/cycle_time": "9 s"}},
    "larger": {"set": {"/acme/filling/line_1/filled/capacity": 40}},
    "second filler": {"equipment": {
      "/acme/filling/line_1/filler_2": {"kind": "machine", "cycle_time": "12 s", "to": "filled"}}},
    "no buffer": {"equipment": {
      "/acme/filling/line_1/filler": {"to": "capper"},
      "/acme/filling/line_1/filled": null}}
  }})");
  ASSERT_EQ(scenarios.size(), 4U + 1U);
  EXPECT_EQ(scenarios[0].model, nullptr);
  EXPECT_EQ(scenarios[1].numbers.size(), 1U);
  ASSERT_TRUE(scenarios[2].model);
  EXPECT_EQ(scenarios[2].model->buffers[scenarios[2].model->buffer("/acme/filling/line_1/filled").value].capacity, 40U);
  EXPECT_NO_THROW(scenarios[3].model->machine("/acme/filling/line_1/filler_2"));
  EXPECT_EQ(scenarios[4].model->entity_at("/acme/filling/line_1/filled"), kNone);
}

TEST(Scenarios, SweepOverAxes) {
  const auto scenarios = read(R"json({"format": "takt-scenarios/1", "sweeps": {
    "speed": {"set": {"/acme/filling/line_1/filler/cycle_time/cv": "10 %"},
              "vary": {"/acme/filling/line_1/filler/cycle_time": ["9 s", "10 s"],
                       "/acme/filling/line_1/filled/capacity": "range(10, 30, 3)"}},
    "sample": {"vary": {"/acme/filling/line_1/filler/cycle_time": "range(8 s, 12 s)"},
               "design": "latin_hypercube", "points": 4, "seed": 2}
  }})json");
  ASSERT_EQ(scenarios.size(), 10U);
  EXPECT_EQ(scenarios[1].name, "speed: filler/cycle_time=9 s, filled/capacity=20");
  EXPECT_EQ(scenarios[1].numbers.size(), 2U) << "the count went into the plant";
  EXPECT_TRUE(scenarios[1].model);
  EXPECT_TRUE(scenarios[9].name.starts_with("sample: filler/cycle_time="));
}

constexpr const char* kWrong = R"json({"format": "takt-scenarios/1", "scenarios": {
    "a": {"set": {"/acme/filling/line_1/filer/cycle_time": "9 s"}},
    "b": {"set": {"/acme/filling/line_1/filler/cycle_time": "9 s",
                  "/acme/filling/line_1/filler/scrap": 7.5}},
    "c": {"sett": {}},
    "d": {"equipment": {"/acme/filling/line_2/x": {"kind": "sink"}}},
    "e": {"plant": "nowhere.json"},
    "f": {"set": {"/acme/filling/line_1/filed/capacity": 3}}
  }, "sweeps": {
    "g": {"vary": {"/acme/filling/line_1/filler/cycle_time": "range(8 s, 12 kW, 3)"}},
    "h": {"vary": {"/acme/filling/line_1/filler/cycle_tim": ["8 s", "9 s"]}},
    "i": {"design": "cube", "vary": {"/acme/filling/line_1/filler/cycle_time": ["8 s"]}}
  }})json";

TEST(Scenarios, TellEveryFaultWithItsLine) {
  EXPECT_THAT(faults(kWrong),
              testing::ElementsAre(
                  "2|/acme/filling/line_1/filer/cycle_time||/acme/filling/line_1/filler/cycle_time",
                  testing::StartsWith("4|/scenarios/b/set/"), testing::StartsWith("5|/scenarios/c/sett|"),
                  testing::StartsWith("6|/scenarios/d/equipment/"), testing::StartsWith("7|/scenarios/e/plant|"),
                  "8|/acme/filling/line_1/filed/capacity||/acme/filling/line_1/filled/capacity",
                  testing::StartsWith("10|/sweeps/g/vary/"),
                  "11|/acme/filling/line_1/filler/cycle_tim||/acme/filling/line_1/filler/cycle_time",
                  testing::StartsWith("12|/sweeps/i/design|")));
}

TEST(Scenarios, OfUnitsThatDoNotFitSayWhichWasFound) {
  EXPECT_THAT(faults(R"({"format": "takt-scenarios/1", "scenarios": {
    "b": {"set": {"/acme/filling/line_1/filler/cycle_time": "9 kW"}}}})"),
              testing::ElementsAre(testing::StartsWith("2|/acme/filling/line_1/filler/cycle_time|")));
}

TEST(Scenarios, OfAnEquipmentThatMakesNoPlantSayWhy) {
  const auto told = faults(R"({"format": "takt-scenarios/1", "scenarios": {
    "a": {"equipment": {"/acme/filling/line_1/capper": null}}}})");
  ASSERT_FALSE(told.empty());
  EXPECT_THAT(told[0], testing::HasSubstr("/scenarios/a/equipment: the plant's "));
  EXPECT_THAT(told[0], testing::HasSubstr("capper"));
}

TEST(Scenarios, OfAnotherFormatAreRefused) {
  EXPECT_EQ(faults(R"({"format": "takt-plant/1"})").size(), 1U);
  EXPECT_EQ(faults("[1, 2").size(), 1U);
}

// Found by the fuzzer: the last of two scenarios of one name has no such equipment.
TEST(ScenarioFile, TellsAScenarioThatStandsTwice) {
  const auto told = faults(R"({"format": "takt-scenarios/1", "scenarios": {
    "a": {"equipment": {"/acme/filling/line_1/filler": {"servers": 2}}},
    "a": {}}})");
  EXPECT_THAT(told, testing::Contains(testing::HasSubstr("/scenarios/a")));
}

}  // namespace
}  // namespace takt::io
