// SPDX-License-Identifier: Apache-2.0
// Properties that hold in every plant, on random ones: merging, splitting, rework, several servers, crews, shifts,
// products, both kinds of blocking.
#include <gtest/gtest.h>

#include "engine/random_plant.hpp"
#include "takt/kpi/kpis.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

TEST(RandomPlants, KeepTheirPartsTheirTimeAndLittlesLaw) {
  std::uint64_t events = 0, deadlocks = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make(), {true});
    State state = start(model, model.defaults, seed);
    KpiObserver observer(model, state);
    const Totals before = observer.totals(model, state);
    const Outcome outcome = advance(model, model.defaults, state, Time{2h}, observer);
    events += outcome.events;
    const auto faults = check_invariants(model, state);
    ASSERT_TRUE(faults.empty()) << "seed " << seed << ": " << to_text(faults.front());
    if (outcome.status == Outcome::Status::deadlock) {
      ++deadlocks;
      continue;
    }
    ASSERT_EQ(outcome.status, Outcome::Status::done) << "seed " << seed;
    const Totals after = observer.totals(model, state);
    ASSERT_EQ(little_gap(model, before, after), 0.0) << "seed " << seed;
    for (std::size_t m = 0; m < model.machines.size(); ++m) {
      Int128 sum = 0;
      for (std::uint32_t k = 0; k < kModes; ++k) sum += after.mode[m * kModes + k] - before.mode[m * kModes + k];
      ASSERT_TRUE(sum == Int128{model.machines[m].servers} * Duration{2h}.count()) << "seed " << seed;
    }
  }
  EXPECT_GT(events, 500'000U);
  EXPECT_LT(deadlocks, 200U);
}

/// What moved so far: nothing more can move at this instant if settling once more leaves it as it is.
std::vector<std::uint64_t> moves(const Model& model, const State& state) {
  const ConstStateView view(model, state);
  std::vector<std::uint64_t> counts;
  for (const MachineState& m : view.machines) counts.insert(counts.end(), {m.starts, m.completions, m.scrapped});
  for (const BufferState& b : view.buffers) counts.insert(counts.end(), {b.taken, b.level});
  for (const SourceState& s : view.sources) counts.push_back(s.released);
  return counts;
}

/// Nobody stands idle who could work, nobody waits for a place that is free: the zero-time logic came to its fixed
/// point.
TEST(RandomPlants, AreSettledAfterEveryEvent) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make(), {true});
    State state = start(model, model.defaults, seed);
    for (int i = 0; i < 40; ++i) {
      if (advance(model, model.defaults, state, Time{2h}, 17).status == Outcome::Status::deadlock) break;
      State again = state;
      settle(model, model.defaults, again);
      ASSERT_EQ(moves(model, state), moves(model, again)) << "seed " << seed << " after " << 17 * (i + 1) << " events";
    }
  }
}

TEST(RandomPlants, ContinueACopyBitForBitAndIgnoreObservers) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make(), {seed % 2 == 0});
    State state = start(model, model.defaults, seed);
    advance(model, model.defaults, state, Time{10min});
    State copy = state, watched = state;
    const Outcome outcome = advance(model, model.defaults, state, Time{1h});
    advance(model, model.defaults, copy, Time{1h});
    std::uint64_t seen = 0;
    advance(model, model.defaults, watched, Time{1h}, [&seen](const Event&) { ++seen; });
    ASSERT_TRUE(equal(model, state, copy)) << "seed " << seed;
    ASSERT_TRUE(equal(model, state, watched)) << "seed " << seed;
    if (outcome.events > 100) {
      ASSERT_GT(seen, outcome.events / 2);
    }
  }
}

TEST(RandomPlants, ForkIntoWholeStates) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make(), {true});
    State state = start(model, model.defaults, seed);
    if (advance(model, model.defaults, state, Time{30min}).status != Outcome::Status::done) continue;
    State future = fork(model, model.defaults, state, 3);
    ASSERT_TRUE(check_invariants(model, future).empty()) << "seed " << seed;
    advance(model, model.defaults, future, Time{1h});
    ASSERT_TRUE(check_invariants(model, future).empty()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace takt
