// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/parameters.hpp"

#include <gtest/gtest.h>

#include "engine/plants.hpp"

namespace takt {
namespace {

using Numbers = std::vector<std::pair<std::string, std::string>>;

Machine quick() { return test::machine_with(Distribution::constant(1.0)); }

/// A machine with three ways out, one of them into another line.
PlantBuilder three_ways() {
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("s", {Source::Saturated{}, {}, {}}, {{"m"}})
      .machine("m", quick(), {{"a", 0.5}, {"b", 0.3}, {"/e/w/l2/a", 0.2}})
      .sink("a")
      .sink("b");
  plant.line("e", "w", "l2").sink("a");
  return plant;
}

std::string fault_of(const Model& model, const Numbers& numbers) {
  Parameters parameters = model.defaults;
  try {
    set_numbers(model, parameters, numbers);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return {};
}

TEST(Parameters, WaysSetTogetherAreWhatWasAskedFor) {
  const Model model = compile(three_ways().build());
  Parameters parameters = model.defaults;
  set_numbers(model, parameters, Numbers{{"/e/w/l/m/to/b", "60 %"}, {"/e/w/l/m/to/e/w/l2/a", "10 %"}});
  EXPECT_DOUBLE_EQ(get_number(model, parameters, "/e/w/l/m/to/b"), 0.6);
  EXPECT_DOUBLE_EQ(get_number(model, parameters, "/e/w/l/m/to/e/w/l2/a"), 0.1);
}

TEST(Parameters, WaysNotGivenShareWhatIsLeftAsBefore) {
  const Model model = compile(three_ways().build());
  Parameters parameters = model.defaults;
  set_number(model, parameters, "/e/w/l/m/to/b", "65 %");
  EXPECT_DOUBLE_EQ(get_number(model, parameters, "/e/w/l/m/to/a"), 0.25);
  EXPECT_DOUBLE_EQ(get_number(model, parameters, "/e/w/l/m/to/e/w/l2/a"), 0.1);
}

TEST(Parameters, WaysThatCannotBeAreToldAllAtOnce) {
  const Model model = compile(three_ways().build());
  EXPECT_EQ(fault_of(model, {{"/e/w/l/m/to/b", "60 %"}, {"/e/w/l/m/to/a", "60 %"}, {"/e/w/l/m/cycle_time", "-1 s"}}),
            "/e/w/l/m/cycle_time: found \"-1 s\", expected a finite number, 0 or above\n"
            "/e/w/l/m/to/a: found 120 % for all ways given, expected at most 100 %");
}

TEST(Model, HashTellsPlantsApartThatDifferInOneThing) {
  const auto by_product = [](const char* product, bool way) {
    PlantBuilder plant("p");
    plant.product("a").product("b").product("c");
    Machine machine = quick();
    if (!way) machine.cycle_time.of[product] = Distribution::constant(5.0);
    std::vector<Output> ways{{"k"}};
    if (way) ways.push_back({"k2", 1.0, product});
    plant.line("e", "w", "l")
        .source("s", {Source::Saturated{}, {{"a", 1.0}, {"b", 1.0}, {"c", 1.0}}, {}}, {{"m"}})
        .machine("m", machine, ways)
        .sink("k")
        .sink("k2");
    return compile(plant.build()).hash();
  };
  EXPECT_NE(by_product("b", false), by_product("c", false));
  EXPECT_NE(by_product("b", true), by_product("c", true));
  EXPECT_EQ(by_product("b", true), by_product("b", true));
}

}  // namespace
}  // namespace takt
