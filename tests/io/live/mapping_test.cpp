// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "takt/io/live/stream.hpp"

namespace takt::io {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;
using Role = StreamMapping::Role;

constexpr const char* kMapping = R"({
  "format": "takt-mapping/1",
  "streams": {
    "Hurco02": {
      "equipment": "/nist/milling/cell_1/hurco_02",
      "silence": "45 min",
      "items": {
        "Program_Status": {"role": "state", "states": {"ACTIVE": "Execute", "COMPLETED": "Complete"}},
        "Program_Name": {"role": "program"},
        "Part_Count": {"role": "part_count"},
        "Block_Number": {"role": "block"},
        "Feed_Rate": {"role": "feed_rate"},
        "Feed_Override": {"role": "override_percent"},
        "Spindle_Speed": {"role": "ignore"}
      }
    },
    "Hurco04": {"equipment": "/nist/milling/cell_1/hurco_04", "items": {}}
  }
})";

TEST(Mapping, ReadsEveryField) {
  const auto mappings = parse_mapping(kMapping);
  ASSERT_EQ(mappings.size(), 2U);
  const StreamMapping& mapping = mappings.at("Hurco02");
  EXPECT_EQ(mapping.equipment, "/nist/milling/cell_1/hurco_02");
  EXPECT_EQ(mapping.silence, 45min);
  ASSERT_EQ(mapping.items.size(), 7U);
  EXPECT_EQ(mapping.items.at("Program_Status"),
            (StreamMapping::Item{Role::state, {{"ACTIVE", "Execute"}, {"COMPLETED", "Complete"}}}));
  EXPECT_EQ(mapping.items.at("Program_Name").role, Role::program);
  EXPECT_EQ(mapping.items.at("Part_Count").role, Role::part_count);
  EXPECT_EQ(mapping.items.at("Block_Number").role, Role::block);
  EXPECT_EQ(mapping.items.at("Feed_Rate").role, Role::feed_rate);
  EXPECT_EQ(mapping.items.at("Feed_Override").role, Role::override_percent);
  EXPECT_EQ(mapping.items.at("Spindle_Speed").role, Role::ignore);
  EXPECT_EQ(mappings.at("Hurco04").silence, 30min) << "unless it is said";
}

TEST(Mapping, IsLoadedAsItsTextIs) {
  const auto file = std::filesystem::path(testing::TempDir()) / "mapping.json";
  std::ofstream(file) << kMapping;
  EXPECT_EQ(load_mapping(file), parse_mapping(kMapping));
  std::filesystem::remove(file);
  EXPECT_THROW(load_mapping(file), FileError);
}

TEST(Mapping, ReportsEveryFault) {
  try {
    parse_mapping(R"({"format": "takt-mapping/1", "streams": {
"a": {"equipment": "mill", "silence": 30, "items": {
  "x": {"role": "stat"},
  "y": {"role": "state", "states": {"ON": "Excecute"}},
  "z": {"role": "state"},
  "v": {"role": "block", "states": {}}}},
"b": {"silence": "-1 s", "itms": {}}}})",
                  "m.json");
    FAIL() << "nothing was thrown";
  } catch (const InvalidInput& error) {
    std::vector<std::string> messages;
    for (const Fault& fault : error.faults()) messages.push_back(to_text(fault));
    EXPECT_THAT(
        messages,
        ElementsAre(
            R"(m.json:2: /streams/a/equipment: found "mill", expected the path of a machine such as "/acme/milling/cell_1/mill")",
            R"(m.json:2: /streams/a/silence: found 30, expected a time with its unit in quotes, such as "30 s")",
            R"(m.json:3: /streams/a/items/x/role: found "stat", expected one of state, program, part_count, block, feed_rate, override_percent, ignore; did you mean state?)",
            R"(m.json:4: /streams/a/items/y/states/ON: found "Excecute", expected one of Idle, Starting, Execute, Completing, )"
            "Complete, Resetting, Holding, Held, Unholding, Suspending, Suspended, Unsuspending, Stopping, Stopped, "
            "Aborting, "
            "Aborted, Clearing; did you mean Execute?",
            "m.json:5: /streams/a/items/z/states: found nothing, expected an object with a PackML state for each value",
            "m.json:6: /streams/a/items/v/states: found an empty object, expected no states, as the role is not state",
            R"(m.json:7: /streams/b/itms: found "itms", expected one of equipment, silence, items; did you mean items?)",
            R"(m.json:7: /streams/b/equipment: found nothing, expected the path of a machine such as "/acme/milling/cell_1/mill")",
            R"(m.json:7: /streams/b/silence: found "-1 s", expected a time above 0 s)"));
  }
}

TEST(Mapping, RefusesAnotherFormat) { EXPECT_THROW(parse_mapping(R"({"format": "takt-plant/1"})"), InvalidInput); }

}  // namespace
}  // namespace takt::io
