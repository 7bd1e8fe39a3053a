// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/migrate.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/random_plant.hpp"
#include "takt/core/statistics.hpp"
#include "takt/kpi/kpis.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

std::uint64_t parts_here(const Model& model, const State& state) { return parts_in_plant(model, state); }

TEST(Migrate, IntoTheSamePlantChangesNothing) {
  std::uint64_t same = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make(), {seed % 2 == 0});
    const bool reserves =
        std::ranges::any_of(model.machines, [](const MachineSpec& m) { return (m.flags & kBeforeService) != 0; });
    if (reserves) continue;  // places are asked for again, which leaves another trace
    State state = start(model, model.defaults, seed);
    if (advance(model, model.defaults, state, Time{40min}).status != Outcome::Status::done) continue;
    const Migrated migrated = migrate(model, state, model, model.defaults);
    ASSERT_TRUE(equal(model, state, migrated.state)) << "seed " << seed;
    ASSERT_EQ(migrated.report.kept, parts_here(model, state)) << "seed " << seed;
    ++same;
  }
  EXPECT_GT(same, 80U);
}

/// Any random plant into any other: most of their equipment has the same names. Every part is accounted for, and the
/// run goes on.
TEST(Migrate, BetweenRandomPlantsAccountsForEveryPart) {
  std::uint64_t kept = 0, moved = 0, dropped = 0, runs = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const bool identity = seed % 2 == 0;
    const Model from = compile(test::RandomPlant(seed).make(), {identity});
    const Model to = compile(test::RandomPlant(seed + 7919).make(), {identity});
    State state = start(from, from.defaults, seed);
    if (advance(from, from.defaults, state, Time{30min}).status != Outcome::Status::done) continue;
    const std::uint64_t before = parts_here(from, state);
    const Parameters numbers = carry_over(from, from.defaults, to);
    Migrated migrated = migrate(from, state, to, numbers);
    const MigrationReport& report = migrated.report;
    ASSERT_EQ(report.kept + report.moved + report.dropped, before) << "seed " << seed;
    auto faults = check_invariants(to, migrated.state);
    ASSERT_TRUE(faults.empty()) << "seed " << seed << ": " << to_text(faults.front());
    advance(to, numbers, migrated.state, Time{90min});
    faults = check_invariants(to, migrated.state);
    ASSERT_TRUE(faults.empty()) << "seed " << seed << " later: " << to_text(faults.front());
    kept += report.kept;
    moved += report.moved;
    dropped += report.dropped;
    ++runs;
  }
  EXPECT_GT(runs, 600U);
  EXPECT_GT(kept, 1000U);
  EXPECT_GT(moved, 100U);
  EXPECT_GT(dropped, 0U);
}

Plant line_with_fillers(bool two, std::uint32_t places) {
  PlantBuilder plant("bottling");
  auto line = plant.line("e", "w", "l");
  line.source("inlet", {Source::Renewal{Distribution::exponential(10.0), std::nullopt}, {}, WithoutPlace::held},
              {{"queue"}});
  std::vector<Output> fillers{{"filler"}};
  if (two) fillers.push_back({"filler_2"});
  line.buffer("queue", {places, 0}, fillers);
  Machine filler = test::failing(Distribution::exponential(11.0), 3600.0, 300.0);
  line.machine("filler", filler, {{"between"}});
  if (two) line.machine("filler_2", filler, {{"between"}});
  line.buffer("between", {10U, 0}, {{"capper"}});
  line.machine("capper", test::machine_with(Distribution::exponential(7.0)), {{"store"}});
  line.sink("store");
  return plant.build();
}

TEST(Migrate, KeepsWhatIsInHandWhenAMachineIsAdded) {
  const Model one = compile(line_with_fillers(false, 20), {true});
  const Model two = compile(line_with_fillers(true, 20), {true});
  State state = start(one, one.defaults, 5);
  advance(one, one.defaults, state, Time{2h});
  const Migrated migrated = migrate(one, state, two, two.defaults);
  EXPECT_EQ(migrated.report.added, std::vector<std::string>{"/e/w/l/filler_2"});
  EXPECT_TRUE(migrated.report.removed.empty());
  EXPECT_EQ(migrated.report.dropped + migrated.report.moved, 0U);
  const ConstStateView a(one, state), b(two, migrated.state);
  const auto at = [](const Model& model, const char* path) { return model.machine(path).value; };
  EXPECT_EQ(a.machines[at(one, "/e/w/l/filler")].completions, b.machines[at(two, "/e/w/l/filler")].completions);
  EXPECT_EQ(a.servers[at(one, "/e/w/l/capper")].due, b.servers[at(two, "/e/w/l/capper")].due);
  // The new filler took a part at once, as there was a queue.
  EXPECT_EQ(b.servers[two.machines[at(two, "/e/w/l/filler_2")].first_server].activity, Activity::working);
}

TEST(Migrate, ASmallerBufferGivesItsPartsOn) {
  const Model large = compile(line_with_fillers(false, 20), {true});
  const Model small = compile(line_with_fillers(false, 5), {true});
  State state = start(large, large.defaults, 5);
  while (ConstStateView(large, state).buffers[large.buffer("/e/w/l/queue").value].level < 20)
    advance(large, large.defaults, state, state.now + 1min);
  const std::uint64_t before = parts_here(large, state);
  const Migrated migrated = migrate(large, state, small, small.defaults);
  EXPECT_EQ(migrated.report.kept + migrated.report.moved + migrated.report.dropped, before);
  EXPECT_GT(migrated.report.moved + migrated.report.dropped, 10U);
  EXPECT_EQ(migrated.report.notes.size(), migrated.report.moved + migrated.report.dropped);
}

/// In the long run a plant with a filler added is the plant that was built with it.
TEST(Migrate, AddedAtNoonAgreesWithBuiltSoFromTheStart) {
  const Model one = compile(line_with_fillers(false, 20), {true});
  const Model two = compile(line_with_fillers(true, 20), {true});
  const auto throughput_after = [&](State state) {
    KpiObserver observer(two, state);
    advance(two, two.defaults, state, state.now + 8h);  // until the past is forgotten
    observer = KpiObserver(two, state);
    const Totals from = observer.totals(two, state);
    advance(two, two.defaults, state, state.now + 100h, observer);
    return static_cast<double>(observer.totals(two, state).sinks[0] - from.sinks[0]) / 100.0;
  };
  Moments added, built;
  for (std::uint32_t r = 0; r < 30; ++r) {
    State state = start(one, one.defaults, 11, r);
    advance(one, one.defaults, state, Time{12h});
    added.add(throughput_after(migrate(one, state, two, two.defaults).state));
    built.add(throughput_after(start(two, two.defaults, 12, r)));
  }
  const double error = std::sqrt((added.variance() + built.variance()) / 30.0);
  EXPECT_LT(std::abs(added.mean() - built.mean()), 4.5 * error) << added.mean() << " and " << built.mean();
  EXPECT_LT(error, 0.005 * built.mean());
}

}  // namespace
}  // namespace takt
