// SPDX-License-Identifier: Apache-2.0
#include "takt/plant/index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace takt {
namespace {

using testing::ElementsAre;

// Two workshops with a line_1 each, and a second line in the first.
Plant two_workshops() {
  const auto sink = [](std::string name) { return Equipment{std::move(name), Sink{}, {}}; };
  Plant plant;
  plant.enterprises = {{"acme",
                        {{"filling", {{"line_2", {sink("b"), sink("a")}}, {"line_1", {sink("a")}}}, {}, {{"crew", 1}}},
                         {"packing", {{"line_1", {sink("a")}}}, {}, {{"crew", 2}, {"night", 1}}}}}};
  return plant;
}

std::string path_of(const PlantIndex& index, std::optional<std::size_t> found) {
  return found ? index.equipment()[*found].path() : "nothing";
}

class Index : public testing::Test {
 protected:
  const PlantIndex::Place& at(const std::string& path) const {
    for (const auto& place : index_.equipment()) {
      if (place.path() == path) return place;
    }
    throw std::out_of_range(path);
  }

  Plant plant_ = two_workshops();
  PlantIndex index_{plant_};
};

TEST_F(Index, ListsEquipmentByPath) {
  std::vector<std::string> paths;
  for (const auto& place : index_.equipment()) paths.push_back(place.path());
  EXPECT_THAT(paths, ElementsAre("/acme/filling/line_1/a", "/acme/filling/line_2/a", "/acme/filling/line_2/b",
                                 "/acme/packing/line_1/a"));
  EXPECT_EQ(index_.equipment()[2].pointer(), "/enterprises/acme/workshops/filling/lines/line_2/equipment/b");
  EXPECT_EQ(index_.equipment()[2].equipment->name, "b");
}

TEST_F(Index, FindsANameBesideBeforeAnywhereElse) {
  const auto& from = at("/acme/filling/line_2/b");
  EXPECT_EQ(path_of(index_, index_.find_equipment("a", from)), "/acme/filling/line_2/a");
  EXPECT_EQ(path_of(index_, index_.find_equipment("line_1/a", from)), "/acme/filling/line_1/a");
  EXPECT_EQ(path_of(index_, index_.find_equipment("/acme/packing/line_1/a", from)), "/acme/packing/line_1/a");
  EXPECT_EQ(path_of(index_, index_.find_equipment("b", at("/acme/filling/line_1/a"))), "nothing");
  EXPECT_EQ(path_of(index_, index_.find_equipment("", from)), "nothing");
  EXPECT_EQ(path_of(index_, index_.find_equipment("packing/line_1/a", from)), "nothing");
}

TEST_F(Index, FindsFromAWorkshopWhereThereIsNoLine) {
  const Enterprise& acme = plant_.enterprises[0];
  const PlantIndex::Place from{.enterprise = &acme, .workshop = &acme.workshops[0]};
  EXPECT_EQ(path_of(index_, index_.find_equipment("line_2/b", from)), "/acme/filling/line_2/b");
  EXPECT_EQ(path_of(index_, index_.find_equipment("b", from)), "nothing");
}

TEST_F(Index, FindsCrewsOfTheWorkshopAndFromTheRoot) {
  const auto& from = at("/acme/filling/line_1/a");
  EXPECT_EQ(index_.crews()[index_.find_crew("crew", from).value()].path(), "/acme/filling/crew");
  EXPECT_EQ(index_.crews()[index_.find_crew("/acme/packing/crew", from).value()].crew->size, 2U);
  EXPECT_FALSE(index_.find_crew("night", from));
}

TEST_F(Index, GivesTheShortestNamesThatAreUnderstood) {
  const auto& from = at("/acme/filling/line_2/b");
  EXPECT_THAT(index_.equipment_names(from), ElementsAre("line_1/a", "a", "b", "/acme/packing/line_1/a"));
  EXPECT_THAT(index_.crew_names(from), ElementsAre("crew", "/acme/packing/crew", "/acme/packing/night"));
  for (const std::string& name : index_.equipment_names(from)) EXPECT_TRUE(index_.find_equipment(name, from)) << name;
  for (const std::string& name : index_.crew_names(from)) EXPECT_TRUE(index_.find_crew(name, from)) << name;
}

}  // namespace
}  // namespace takt
