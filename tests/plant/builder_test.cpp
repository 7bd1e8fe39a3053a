// SPDX-License-Identifier: Apache-2.0
#include "takt/plant/builder.hpp"

#include <gtest/gtest.h>

namespace takt {
namespace {

Machine machine_of(double seconds) {
  Machine machine;
  machine.cycle_time.law = Distribution::exponential(seconds);
  return machine;
}

TEST(PlantBuilder, BuildsThePlantThatIsWritten) {
  PlantBuilder plant("bottling");
  plant.product("bottle").clock({{}, "Europe/Paris"}).calendar("shifts", {}).crew("acme", "filling", {"mechanics", 2});
  auto line = plant.line("acme", "filling", "line_1");
  line.source("inlet", {}, {{"filler", 1.0, ""}})
      .machine("filler", machine_of(11.0), {{"tank", 1.0, ""}})
      .buffer("tank", {5, 0}, {{"capper", 1.0, ""}})
      .machine("capper", machine_of(9.0), {{"store", 1.0, ""}})
      .sink("store");
  plant.controller("acme", "filling", {"plc_1", {"line_1/filler"}});

  const Plant built = plant.build();
  EXPECT_EQ(built.name, "bottling");
  EXPECT_EQ(built.clock.zone, "Europe/Paris");
  ASSERT_EQ(built.enterprises.size(), 1U);
  ASSERT_EQ(built.enterprises[0].workshops.size(), 1U);
  const Workshop& filling = built.enterprises[0].workshops[0];
  EXPECT_EQ(filling.crews[0].size, 2U);
  EXPECT_EQ(filling.controllers[0].owns[0], "line_1/filler");
  ASSERT_EQ(filling.lines[0].equipment.size(), 5U);
  EXPECT_EQ(kind_of(filling.lines[0].equipment[2]), "buffer");
}

TEST(PlantBuilder, ReadsAsItsHeaderShows) {
  PlantBuilder plant("bottling");
  auto line = plant.line("acme", "filling", "line_1");
  line.source("inlet", {.supply = Source::Saturated{}}, {{"filler"}});
  line.machine("filler", {.cycle_time = {Distribution::exponential(11.0)}}, {{"store"}});
  line.sink("store");
  EXPECT_EQ(plant.build().enterprises[0].workshops[0].lines[0].equipment[1].to[0].to, "store");
}

TEST(PlantBuilder, FindsALineAgainByItsName) {
  PlantBuilder plant("two calls");
  plant.line("acme", "filling", "line_1").source("inlet", {}, {{"filler", 1.0, ""}});
  plant.line("acme", "filling", "line_1").machine("filler", machine_of(1.0), {{"store", 1.0, ""}}).sink("store");
  EXPECT_EQ(plant.build().enterprises[0].workshops[0].lines.size(), 1U);
}

TEST(PlantBuilder, ThrowsEveryFaultOfThePlant) {
  PlantBuilder plant("wrong");
  plant.line("acme", "filling", "line_1")
      .source("inlet", {}, {{"fillr", 1.0, ""}})
      .machine("filler", machine_of(1.0), {});
  try {
    plant.build();
    FAIL() << "nothing was thrown";
  } catch (const InvalidInput& error) {
    ASSERT_EQ(error.faults().size(), 2U);
    EXPECT_EQ(error.faults()[0].path, "/enterprises/acme/workshops/filling/lines/line_1/equipment/filler/to");
    EXPECT_EQ(error.faults()[1].nearest, "filler");
  }
}

}  // namespace
}  // namespace takt
