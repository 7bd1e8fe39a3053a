// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "engine/plants.hpp"
#include "engine/random_plant.hpp"
#include "takt/core/error.hpp"
#include "takt/engine/model.hpp"

namespace takt {
namespace {

/// The lines of many random plants of one product side by side, in one workshop with one crew.
Plant side_by_side(std::uint32_t lines) {
  Plant all;
  Workshop* hall = nullptr;
  for (std::uint64_t seed = 0; hall == nullptr || hall->lines.size() < lines; ++seed) {
    Plant plant = test::RandomPlant(seed).make();
    if (!plant.products.empty()) continue;
    Workshop& workshop = plant.enterprises[0].workshops[0];
    workshop.lines[0].name = "l" + std::to_string(seed);
    if (hall == nullptr) {
      all = plant;
      hall = &all.enterprises[0].workshops[0];
    } else {
      hall->lines.push_back(workshop.lines[0]);
    }
  }
  return all;
}

TEST(Compile, GivesTheSameModelOnAnyNumberOfThreads) {
  const Plant plant = side_by_side(600);  // more than one piece of work in every step
  ThreadPool alone(1);
  const Model model = compile(plant, {}, alone);
  ASSERT_GT(model.machines.size(), 2048U);
  for (const unsigned threads : {2U, 3U, 8U}) {
    ThreadPool pool(threads);
    const Model other = compile(plant, {}, pool);
    EXPECT_EQ(other.hash(), model.hash());
    EXPECT_EQ(other.defaults, model.defaults);
    EXPECT_EQ(other.machine_of_server, model.machine_of_server);
    EXPECT_EQ(other.machine_entity, model.machine_entity);
    EXPECT_EQ(other.flow_order, model.flow_order);
  }
}

TEST(Compile, ALineAmongManyIsAsItWouldBeAlone) {
  const Plant plant = side_by_side(600);
  const Model model = compile(plant);
  const Workshop& hall = plant.enterprises[0].workshops[0];
  for (std::size_t l = 0; l < hall.lines.size(); l += 37) {
    Plant one = plant;
    one.enterprises[0].workshops[0].lines = {hall.lines[l]};
    const Model alone = compile(one);
    for (const ParameterSlot& slot : slots_of(alone)) {
      const std::string path = slot_path(alone, slot);
      EXPECT_EQ(get_number(model, model.defaults, path), get_number(alone, alone.defaults, path)) << path;
    }
    for (std::uint32_t m = 0; m < alone.machines.size(); ++m) {
      const MachineSpec& here = alone.machines[m];
      const MachineSpec& there = model.machines[model.entity(alone.machine_path(m)).index];
      EXPECT_EQ(here.flags, there.flags);
      EXPECT_EQ(here.servers, there.servers);
      EXPECT_EQ(here.routes, there.routes);
      EXPECT_EQ(model.machine_of_server[there.first_server],
                static_cast<std::uint32_t>(&there - model.machines.data()));
    }
  }
}

TEST(Compile, TellsTheSameFaultsOnAnyNumberOfThreads) {
  Plant plant = side_by_side(200);
  std::vector<Line>& lines = plant.enterprises[0].workshops[0].lines;
  for (std::size_t l = 5; l < lines.size(); l += 50)
    for (Equipment& equipment : lines[l].equipment) {
      if (auto* machine = std::get_if<Machine>(&equipment.is)) machine->calendar = "shiftz";
      if (auto* buffer = std::get_if<Buffer>(&equipment.is)) buffer->capacity = 0;
    }
  lines[7].equipment.front().name = "not legal";
  const std::string expected = [&] {
    std::string text;
    for (const Fault& fault : validate(plant)) text += to_text(fault) + "\n";
    return text;
  }();
  ASSERT_NE(expected.find("shiftz"), std::string::npos);
  for (const unsigned threads : {1U, 2U, 5U}) {
    ThreadPool pool(threads);
    std::string text;
    try {
      compile(plant, {}, pool);
    } catch (const InvalidInput& error) {
      for (const Fault& fault : error.faults()) text += to_text(fault) + "\n";
    }
    EXPECT_EQ(text, expected);
  }
}

}  // namespace
}  // namespace takt
