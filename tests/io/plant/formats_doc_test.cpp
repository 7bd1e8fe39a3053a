// SPDX-License-Identifier: Apache-2.0
// Holds docs/formats.md to what the readers do: its examples are read, its keys are all of them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "takt/io/live/stream.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io {
namespace {

std::string page() {
#ifdef TAKT_SOURCE_DIR
  const std::filesystem::path root = TAKT_SOURCE_DIR;
#else
  const std::filesystem::path root = ".";  // tests run in the root of the sources
#endif
  std::ifstream in(root / "docs" / "formats.md", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The fenced blocks of one kind.
std::vector<std::string> blocks(const std::string& text, const std::string& kind) {
  std::vector<std::string> found;
  const std::string fence = "\n```" + kind + "\n";
  for (std::size_t at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1)) {
    const std::size_t from = at + fence.size();
    found.push_back(text.substr(from, text.find("\n```", from) + 1 - from));
  }
  return found;
}

TEST(FormatsPage, ShowsAPlantThatIsRead) {
  const auto json = blocks(page(), "json");
  ASSERT_EQ(json.size(), 2U);
  const Plant plant = parse_plant(json[0]);
  EXPECT_EQ(plant.enterprises.at(0).workshops.at(0).lines.at(0).equipment.size(), 8U);
  EXPECT_EQ(parse_plant(to_json(plant)), plant);
}

TEST(FormatsPage, ShowsSnapshotsThatAreRead) {
  const auto jsonl = blocks(page(), "jsonl");
  ASSERT_EQ(jsonl.size(), 1U);
  std::istringstream lines(jsonl[0]);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_EQ(parse_snapshot(to_json(parse_snapshot(line))), parse_snapshot(line));
  }
  EXPECT_EQ(count, 2);
}

TEST(FormatsPage, ShowsAMappingThatIsRead) {
  const auto json = blocks(page(), "json");
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(parse_mapping(json[1]).at("mill_2").items.size(), 7U);
}

// Every object of these texts has a key that is not known, so that each reader names those it knows.
constexpr const char* kPlant = R"({"format": "takt-plant/1", "?": 0, "clock": {"?": 0}, "semantics": {"?": 0},
"calendars": {"c": {"?": 0, "week": {"?": 0}}},
"enterprises": {"e": {"?": 0, "workshops": {"w": {"?": 0, "crews": {"c": {"?": 0}}, "controllers": {"c": {"?": 0}},
"lines": {"l": {"?": 0, "equipment": {
"a": {"kind": "source", "?": 0, "timetable": [{"?": 0}]},
"b": {"kind": "machine", "?": 0, "cycle_time": {"by_product": {}, "?": 0}, "failure": {"?": 0}, "to": [{"?": 0}]},
"c": {"kind": "buffer", "?": 0}, "d": {"kind": "sink", "?": 0}, "e": {"kind": "?"},
"f": {"kind": "machine", "blocking": "?", "cycle_time": {"law": "?"}, "failure": {"clock": "?", "on_failure": "?"}},
"g": {"kind": "source", "without_place": "?", "supply": "?"},
"h": {"kind": "machine", "cycle_time": {"law": "exponential", "?": 0}},
"i": {"kind": "machine", "cycle_time": {"law": "exponential", "rate": 0, "?": 0}},
"j": {"kind": "machine", "cycle_time": {"law": "triangular", "?": 0}},
"k": {"kind": "machine", "cycle_time": {"law": "normal", "?": 0}},
"l": {"kind": "machine", "cycle_time": {"law": "gamma", "?": 0}},
"m": {"kind": "machine", "cycle_time": {"law": "erlang", "?": 0}},
"n": {"kind": "machine", "cycle_time": {"law": "weibull", "?": 0}},
"o": {"kind": "machine", "cycle_time": {"law": "beta", "?": 0}},
"p": {"kind": "machine", "cycle_time": {"law": "discrete", "?": 0}},
"q": {"kind": "machine", "cycle_time": {"law": "mixture", "?": 0, "parts": [{"?": 0}]}}
}}}}}}}})";
constexpr const char* kSnapshot = R"({"?": 0, "orders": {"o": {"?": 0}}, "entities": {"/p": {"?": 0, "state": "?",
"quality": "?", "in_process": [{"?": 0}], "counters": {"?": 0}}}})";
constexpr const char* kMapping =
    R"({"format": "takt-mapping/1", "?": 0, "streams": {"s": {"?": 0, "items": {"i": {"?": 0},
"j": {"role": "?"}}}}})";

TEST(FormatsPage, NamesEveryKeyAndEveryChoice) {
  std::vector<Fault> faults;
  const auto gather = [&](const std::function<void()>& read) {
    try {
      read();
      ADD_FAILURE() << "nothing was thrown";
    } catch (const InvalidInput& error) {
      faults.insert(faults.end(), error.faults().begin(), error.faults().end());
    }
  };
  gather([] { parse_plant(kPlant); });
  gather([] { parse_snapshot(kSnapshot); });
  gather([] { parse_mapping(kMapping); });

  std::set<std::string> words;
  const std::regex word("[A-Za-z_]+");
  for (const Fault& fault : faults) {
    const std::string lead = "one of ";
    if (!fault.expected.starts_with(lead) || fault.value.find('?') == std::string::npos) continue;
    for (std::sregex_iterator
             at(fault.expected.begin() + static_cast<std::ptrdiff_t>(lead.size()), fault.expected.end(), word),
         end;
         at != end; ++at) {
      words.insert(at->str());
    }
  }
  EXPECT_GT(words.size(), 100U);
  const std::string text = page();
  for (const std::string& name : words) {
    const bool is_there =
        text.find("`" + name + "`") != std::string::npos || text.find("`\"" + name + "\"`") != std::string::npos;
    EXPECT_TRUE(is_there) << name;
  }
}

}  // namespace
}  // namespace takt::io
