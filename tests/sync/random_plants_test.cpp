// SPDX-License-Identifier: Apache-2.0
// Whatever is reported of whatever plant, the state stays one that can go on.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/random_plant.hpp"
#include "takt/sync/merge.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

/// What sensors could say of an entity, true or not.
class RandomReadings {
 public:
  RandomReadings(const Model& model, std::uint64_t seed) : model_(model), draw_({seed, 7}, 0) {}

  Snapshot next(const State& state, std::uint64_t seq) {
    Snapshot snapshot;
    snapshot.ts = model_.plant.clock.to_wall(state.now);
    snapshot.source = "plc";
    snapshot.seq = seq;
    for (const Entity& entity : model_.entities) {
      if (!chance(0.4)) continue;
      if (entity.kind == Entity::Kind::machine) snapshot.entities.push_back(machine(entity));
      if (entity.kind == Entity::Kind::buffer) {
        snapshot.entities.emplace_back().path = entity.path;
        snapshot.entities.back().level = number(4);
      }
    }
    return snapshot;
  }

 private:
  bool chance(double p) { return draw_.uniform() < p; }
  std::uint32_t number(std::uint32_t below) { return static_cast<std::uint32_t>(draw_.bits() % below); }

  EntityReading machine(const Entity& entity) {
    EntityReading reading;
    reading.path = entity.path;
    const char* const states[] = {"Execute", "Idle", "Aborted", "Held", "Execute"};
    reading.state = states[number(5)];
    if (chance(0.5)) {
      reading.in_process.emplace();
      for (std::uint32_t i = number(model_.machines[entity.index].servers + 1); i > 0; --i) {
        PartInProcess part;
        if (model_.products.size() > 1 && chance(0.5)) part.product = model_.products[number(2)];
        if (chance(0.6)) part.worked_s = number(20);
        reading.in_process->push_back(part);
      }
    }
    return reading;
  }

  const Model& model_;
  Draw draw_;
};

TEST(RandomPlants, GoOnFromAnySnapshot) {
  std::uint64_t merged = 0, rejected = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make(), {seed % 2 == 0});
    State state = start(model, model.defaults, seed);
    CounterBook book;
    RandomReadings readings(model, seed);
    for (std::uint64_t seq = 1; seq <= 20; ++seq) {
      const Outcome outcome = advance(model, model.defaults, state, state.now + 3min);
      if (outcome.status != Outcome::Status::done) break;
      const MergeReport report = merge(model, model.defaults, state, readings.next(state, seq), book);
      ++merged;
      rejected += report.status == MergeReport::Status::rejected ? 1 : 0;
      const auto faults = check_invariants(model, state);
      ASSERT_TRUE(faults.empty()) << "seed " << seed << ", message " << seq << ": " << to_text(faults.front());
    }
  }
  EXPECT_GT(merged, 3000U);
  EXPECT_EQ(rejected, 0U);
}

TEST(BlockingBeforeService, MachineReportedAtWorkLetsItsPartOut) {
  PlantBuilder plant("p");
  Machine machine = test::machine_with(Distribution::constant(60.0));
  machine.blocking = Blocking::before_service;
  plant.line("e", "w", "l")
      .source("s", {Source::Renewal{Distribution::constant(1e6), std::nullopt}, {}, {}}, {{"m"}})
      .machine("m", machine, {{"b"}})
      .buffer("b", {1U, 1}, {{"slow"}})
      .machine("slow", test::machine_with(Distribution::constant(600.0)), {{"k"}})
      .sink("k");
  const Model model = compile(plant.build());
  State state = start(model, model.defaults);
  Snapshot snapshot;
  snapshot.ts = model.plant.clock.to_wall(state.now);
  snapshot.source = "plc";
  snapshot.seq = 1;
  snapshot.entities.emplace_back().path = "/e/w/l/m";
  snapshot.entities.back().state = "Execute";
  CounterBook book;
  merge(model, model.defaults, state, snapshot, book);
  advance(model, model.defaults, state, Time{20min});
  EXPECT_EQ(ConstStateView(model, state).machines[model.machine("/e/w/l/m").value].completions, 1U);
  EXPECT_TRUE(check_invariants(model, state).empty());
}

TEST(SensedLevel, OfSeveralProductsFollowsTheirShares) {
  PlantBuilder plant("p");
  plant.product("small").product("large");
  plant.line("e", "w", "l")
      .source("s", {Source::Saturated{}, {{"small", 3.0}, {"large", 1.0}}, {}}, {{"m"}})
      .machine("m", test::machine_with(Distribution::constant(1e6)), {{"b"}})
      .buffer("b", {2000U, 0}, {{"n"}})
      .machine("n", test::machine_with(Distribution::constant(1e6)), {{"k"}})
      .sink("k");
  const Model model = compile(plant.build());
  State state = start(model, model.defaults);
  Snapshot snapshot;
  snapshot.ts = model.plant.clock.to_wall(state.now);
  snapshot.source = "plc";
  snapshot.seq = 1;
  snapshot.entities.emplace_back().path = "/e/w/l/b";
  snapshot.entities.back().level = 1001;
  CounterBook book;
  merge(model, model.defaults, state, snapshot, book);
  std::size_t large = 0;
  for (const Part& part : parts_in_buffer(model, state, model.buffer("/e/w/l/b"))) large += part.product;
  EXPECT_NEAR(static_cast<double>(large), 250.0, 4.5 * std::sqrt(1000 * 0.25 * 0.75));
}

}  // namespace
}  // namespace takt
