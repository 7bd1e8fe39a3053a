// SPDX-License-Identifier: Apache-2.0
// Sensors that are exact contradict neither each other nor the plant, whatever the model thought in between.
#include <gtest/gtest.h>

#include "takt/engine/advance.hpp"
#include "takt/plant/builder.hpp"
#include "takt/sync/twin.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Plant two_machines() {
  PlantBuilder plant("two");
  auto line = plant.line("acme", "hall", "line");
  line.source("in", {.supply = Source::Saturated{}, .products = {}}, {{"m1"}});
  line.machine("m1", {.cycle_time = {Distribution::lognormal(10.0, 0.3), {}}}, {{"q"}});
  line.buffer("q", {.capacity = 5}, {{"m2"}});
  line.machine("m2", {.cycle_time = {Distribution::lognormal(10.0, 0.3), {}}}, {{"out"}});
  line.sink("out");
  return plant.build();
}

/// Machine state, part and counter, each exact. A finished part that waits is told without the time worked on it.
EntityReading exact(const Model& model, const State& real, std::uint32_t m) {
  const ConstStateView view(model, real);
  const ServerState& server = view.servers[model.machines[m].first_server];
  EntityReading reading;
  reading.path = model.machine_path(m);
  reading.state = server.activity == Activity::working ? "Execute" : "Suspended";
  reading.in_process.emplace();
  if (server.activity != Activity::starved) {
    PartInProcess& part = reading.in_process->emplace_back();
    if (server.activity == Activity::working)
      part.worked_s = to_seconds(Duration{server.total} - (Time{Duration{server.due}} - real.now));
  }
  reading.counters = CounterReading{std::nullopt, view.machines[m].completions, std::nullopt, 0};
  return reading;
}

EntityReading exact_level(const Model& model, const State& real) {
  EntityReading reading;
  reading.path = "/acme/hall/line/q";
  reading.level = ConstStateView(model, real).buffers[0].level;
  return reading;
}

struct Told {
  std::size_t conflicts = 0, wrong_levels = 0;
};

/// Eight hours of exact readings every minute; with or without the level, from one source or from two half a minute
/// apart.
Told follow(bool with_level, bool second_source) {
  const Model model = compile(two_machines());
  State real = start(model, model.defaults, 77);
  Twin twin(model, {.learn = false});
  Told told;
  Snapshot snapshot;
  for (Time t{1min}; t <= Time{8h}; t += 1min) {
    advance(model, model.defaults, real, t);
    snapshot.ts = model.plant.clock.to_wall(t);
    snapshot.source = "plc";
    ++snapshot.seq;
    snapshot.entities = {exact(model, real, 0), exact(model, real, 1)};
    if (with_level || snapshot.seq == 1) snapshot.entities.push_back(exact_level(model, real));
    told.conflicts += twin.apply(snapshot).conflicts.size();
    const auto level = [&model](const State& state) { return ConstStateView(model, state).buffers[0].level; };
    told.wrong_levels += level(twin.state()) != level(real) ? 1U : 0U;
    if (!second_source) continue;
    snapshot.ts += 30s;
    snapshot.source = "clock";
    snapshot.entities.clear();
    told.conflicts += twin.apply(snapshot).conflicts.size();
  }
  return told;
}

TEST(ExactSensors, AreNeverInConflict) {
  const Told told = follow(true, false);
  EXPECT_EQ(told.conflicts, 0U);
  EXPECT_EQ(told.wrong_levels, 0U);
}

TEST(ExactSensors, GiveTheLevelThatIsNotSensed) {
  const Told told = follow(false, false);
  EXPECT_EQ(told.conflicts, 0U);
  EXPECT_EQ(told.wrong_levels, 0U);
}

// What another source reports between two readings must not become the base of their differences.
TEST(ExactSensors, AreNotDisturbedByAnotherSource) {
  EXPECT_EQ(follow(true, true).conflicts, 0U);
  EXPECT_EQ(follow(false, true).wrong_levels, 0U);
}

}  // namespace
}  // namespace takt
