// SPDX-License-Identifier: Apache-2.0
// What schema_test.py cannot see: that the schemas know the units that quantities know.
#include "takt/io/plant/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "takt/core/quantity.hpp"

namespace takt::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Schemas, AreNamedByTheirFormats) {
  std::vector<std::string> names, titles;
  for (const Schema& schema : schemas()) {
    names.emplace_back(schema.format);
    titles.push_back(nlohmann::json::parse(schema.text).at("title"));
  }
  EXPECT_THAT(names, ElementsAre("takt-control/1", "takt-mapping/1", "takt-plant/1", "takt-results/1",
                                 "takt-scenarios/1", "takt-snapshot/1", "takt-sources/1", "takt-space/1"));
  EXPECT_EQ(titles, names);
}

// "(s|min|h)"
std::string alternatives(Dimension dimension) {
  std::string units = units_of(dimension);
  std::replace(units.begin(), units.end(), ' ', '|');
  return "(" + units + ")$";
}

TEST(Schemas, HaveTheUnitsOfEveryQuantity) {
  constexpr const char* kNumber = "[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)? ?";
  std::size_t quantities = 0;
  for (const Schema& schema : schemas()) {
    const auto document = nlohmann::json::parse(schema.text);
    for (const auto& [name, definition] : document.at("$defs").items()) {
      for (const auto& [prefix, dimension] :
           {std::pair("time", Dimension::time), {"rate", Dimension::rate}, {"ratio", Dimension::ratio}}) {
        if (name != prefix && !name.starts_with(prefix + std::string("_"))) continue;
        EXPECT_THAT(definition.at("pattern"), HasSubstr(kNumber + alternatives(dimension))) << schema.format;
        for (const auto& example : definition.at("examples")) {
          EXPECT_TRUE(parse_quantity(example.get<std::string>())) << example;
        }
        ++quantities;
      }
    }
  }
  EXPECT_EQ(quantities, 11U);
}

}  // namespace
}  // namespace takt::io
