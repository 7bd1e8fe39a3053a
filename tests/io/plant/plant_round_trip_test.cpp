// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "io/plant/random_plant.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io {
namespace {

TEST(PlantRoundTrip, ReadsEveryPlantBackAsItWas) {
  test::RandomPlants plants(20260302);
  for (int i = 0; i < 500; ++i) {
    const Plant plant = plants.next();
    const std::string text = to_json(plant);
    const Plant read = parse_plant(text);
    ASSERT_TRUE(read == plant) << "plant " << i << " read back as " << to_json(read) << "from " << text;
    ASSERT_EQ(to_json(read), text);
  }
}

TEST(PlantRoundTrip, KeepsEveryDigitOfEveryLaw) {
  test::RandomPlants plants(7);
  Plant plant;
  plant.name = "one";
  plant.enterprises = {
      {"e",
       {{"w",
         {{"l", {{"in", Source{}, {{"m", 1.0, {}}}}, {"m", Machine{}, {{"out", 1.0, {}}}}, {"out", Sink{}, {}}}}},
         {},
         {}}}}};
  for (int i = 0; i < 3000; ++i) {
    Distribution& law = std::get<Machine>(plant.enterprises[0].workshops[0].lines[0].equipment[1].is).cycle_time.law;
    law = plants.law();
    ASSERT_TRUE(parse_plant(to_json(plant)) == plant) << to_json(plant);
  }
}

// A file that was damaged says so or reads as a valid plant; it never does anything else.
TEST(PlantRoundTrip, RefusesDamagedFilesInOrder) {
  test::RandomPlants plants(3);
  std::mt19937_64 random(4);
  const std::string letters = "{}[]\",:0123456789.eE+-truefalsn \n\\u\x01\xff";
  int refused = 0;
  for (int i = 0; i < 1500; ++i) {
    std::string text = to_json(plants.next());
    for (std::uint64_t hits = 1 + random() % 3; hits > 0; --hits) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0: text.erase(at, 1 + random() % 20); break;
        case 1: text[at] = letters[random() % letters.size()]; break;
        default: text.insert(at, text.substr(random() % text.size(), random() % 40)); break;
      }
    }
    try {
      EXPECT_TRUE(validate(parse_plant(text)).empty());
    } catch (const InvalidInput& error) {
      ++refused;
      ASSERT_FALSE(error.faults().empty());
      for (const Fault& fault : error.faults()) {
        ASSERT_GE(fault.line, 1) << to_text(fault);
        ASSERT_FALSE(fault.expected.empty()) << to_text(fault);
      }
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace takt::io
