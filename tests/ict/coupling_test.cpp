// SPDX-License-Identifier: Apache-2.0
#include "takt/ict/coupling.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ict/small_plants.hpp"
#include "takt/engine/advance.hpp"

namespace takt {
namespace {

using namespace test;

const Machine& press(const Plant& plant) {
  return std::get<Machine>(plant.enterprises[0].workshops[0].lines[0].equipment[1].is);
}

Cyber with_effect(Effect effect, Duration deadline = 50ms) {
  Cyber cyber = one_link();
  cyber.loops[0].equipment = kPress;
  cyber.loops[0].effect = effect;
  cyber.loops[0].deadline = deadline;
  return cyber;
}

const Machine kFails{.cycle_time = {Distribution::constant(10.0), {}},
                     .failure = Failure{.time_to_failure = Distribution::exponential(3600.0),
                                        .time_to_repair = Distribution::exponential(600.0)},
                     .scrap = 0.1};

TEST(Coupled, AStopThatComesLateMakesScrap) {
  // Readings each 100 ms, 4.1 ms to the actuator: late where the reading is more than 45.9 ms away.
  const Plant plant = plant_with(with_effect({Effect::Kind::stop, 0.2, {}}), kFails);
  const CyberResult result = simulate_cyber(plant, {.horizon = 1000s});
  const double late = 1.0 - 0.0459 / 0.1;
  EXPECT_NEAR(result.loops[0].reaction_late, late, 1e-3);
  EXPECT_NEAR(press(coupled(plant, result)).scrap, 1.0 - 0.9 * (1.0 - 0.2 * late), 1e-3);
}

TEST(Coupled, AnAlarmThatComesLateMakesARepairLonger) {
  Cyber cyber = with_effect({Effect::Kind::alarm, 0.0, 120s});
  cyber.sensors[0].period = {};
  cyber.sensors[0].events = Distribution::exponential(10.0);
  cyber.links[0].loss = 0.25;
  cyber.loops[0].actuator = "edge";
  const Plant plant = plant_with(cyber, kFails);
  const CyberResult result = simulate_cyber(plant, {.horizon = 20000s});
  const Distribution repair = press(coupled(plant, result)).failure->time_to_repair;
  const double loss = result.loops[0].loss;
  EXPECT_NEAR(loss, 0.25, 4 * std::sqrt(0.25 * 0.75 / 2000));
  EXPECT_NEAR(repair.mean(), 600.0 + loss * 120.0 + (1.0 - loss) * 0.003, 1e-6);
  const double variance = 600.0 * 600.0 + loss * (1.0 - loss) * 120.0 * 120.0;
  EXPECT_NEAR(repair.variance(), variance, 1e-2 * variance);  // tabulated
  // P(repair > 10 min): that of the sum of an exponential and 0 or 120 s
  const double over = (1.0 - loss) * std::exp(-1.0) + loss * std::exp(-480.0 / 600.0);
  EXPECT_NEAR(repair.survival(600.0), over, 0.01);
}

TEST(Coupled, AReleaseIsWaitedForBeforeEachOperation) {
  Cyber cyber = with_effect({Effect::Kind::release, 0.0, 1s});
  cyber.sensors[0].period = {};
  cyber.sensors[0].events = Distribution::exponential(10.0);
  const Plant plant = plant_with(cyber);
  const Machine machine = press(coupled(plant, simulate_cyber(plant, {.horizon = 1000s})));
  ASSERT_TRUE(machine.load_time);
  EXPECT_NEAR(machine.load_time->law.mean(), 0.0041, 1e-6);
}

TEST(Coupled, LeavesTheRestOfThePlantAlone) {
  const Plant plant = plant_with(with_effect({Effect::Kind::stop, 0.2, {}}), kFails);
  Plant changed = coupled(plant, simulate_cyber(plant, {.horizon = 10s}));
  std::get<Machine>(changed.enterprises[0].workshops[0].lines[0].equipment[1].is) = press(plant);
  EXPECT_EQ(changed, plant);
  const Plant without = plant_with(one_link());
  EXPECT_EQ(coupled(without, simulate_cyber(without, {.horizon = 10s})), without);
}

TEST(Delayed, MovesEveryLatencyAndCountsDeadlinesAnew) {
  const Plant plant = plant_with(with_effect({Effect::Kind::stop, 0.2, {}}));
  const CyberResult result = simulate_cyber(plant, {.horizon = 100s});
  const LoopResult later = delayed(plant, result, 0.030).loops[0];
  EXPECT_NEAR(later.mean_s, result.loops[0].mean_s + 0.030, 1e-12);
  EXPECT_NEAR(later.reaction_late, 1.0 - (0.0459 - 0.030) / 0.1, 2e-3);
  EXPECT_EQ(delayed(plant, result, 1.0).loops[0].reaction_late, 1.0);
}

TEST(Stale, AnOldSnapshotWidensTheForecast) {
  // Parts made in the next hour, from a state that is known from now or from five hours ago.
  Machine machine = kFails;
  machine.cycle_time.law = Distribution::exponential(10.0);
  Present present = Present::of(compile(plant_with(one_link(), machine)), 3);
  present.state = start(*present.model, present.parameters, 3);
  advance(*present.model, present.parameters, *present.state, Time{10h});
  const auto spread = [](const Present& from, Duration horizon) {
    double sum = 0.0, squares = 0.0;
    constexpr std::uint32_t kRuns = 400;
    for (std::uint32_t r = 0; r < kRuns; ++r) {
      State state;
      from.begin(state, from.parameters, r);
      advance(*from.model, from.parameters, state, state.now + horizon);
      const auto made = static_cast<double>(ConstStateView(*from.model, state).sinks[0]);
      sum += made;
      squares += made * made;
    }
    return std::sqrt(squares / kRuns - sum / kRuns * (sum / kRuns));
  };
  const double fresh = spread(present, 1h), old = spread(stale(present, 5h), 1h);
  EXPECT_GT(old, 1.5 * fresh);
  EXPECT_EQ(stale(present, 0s).beginning, nullptr);
}

}  // namespace
}  // namespace takt
