// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/merge.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

/// Three failing machines with buffers of three places between them.
Plant three_machines() {
  return test::serial_line({test::failing(Distribution::uniform(10.0, 20.0), 500.0, 60.0),
                            test::failing(Distribution::uniform(10.0, 20.0), 500.0, 60.0),
                            test::failing(Distribution::uniform(10.0, 20.0), 500.0, 60.0)},
                           {3, 3});
}

struct Bench {
  explicit Bench(const Plant& plant) : model(compile(plant, {true})), state(start(model, model.defaults)) {}
  void to(Duration t) { advance(model, model.defaults, state, Time{t}); }
  MergeReport tell(std::vector<EntityReading> readings, std::uint64_t seq = 1) {
    Snapshot snapshot;
    snapshot.ts = model.plant.clock.to_wall(state.now);
    snapshot.source = "plc";
    snapshot.seq = seq;
    snapshot.entities = std::move(readings);
    return merge(model, model.defaults, state, snapshot, book);
  }
  const ServerState& server(std::size_t m) const { return ConstStateView(model, state).servers[m]; }
  const MachineState& machine(std::size_t m) const { return ConstStateView(model, state).machines[m]; }
  std::uint32_t level(const std::string& path) const {
    return ConstStateView(model, state).buffers[model.buffer(path).value].level;
  }
  double left_s(std::size_t m) const {
    return to_seconds(Duration{server(m).due - state.now.time_since_epoch().count()});
  }

  Model model;
  State state;
  CounterBook book;
};

EntityReading state_of(std::string path, std::string state, std::optional<double> worked_s = std::nullopt,
                       bool empty = false) {
  EntityReading reading;
  reading.path = std::move(path);
  reading.state = std::move(state);
  if (worked_s) reading.in_process = {{"", "", std::nullopt, worked_s}};
  if (empty) reading.in_process.emplace();
  return reading;
}
EntityReading level_of(std::string path, double level) {
  EntityReading reading;
  reading.path = std::move(path);
  reading.level = level;
  return reading;
}
EntityReading counted(std::string path, std::uint64_t good, std::uint64_t reset_epoch = 0) {
  EntityReading reading;
  reading.path = std::move(path);
  reading.counters = CounterReading{std::nullopt, good, std::nullopt, reset_epoch};
  return reading;
}

TEST(Merge, SetsEverySensedCell) {
  Bench bench(three_machines());
  const MergeReport report = bench.tell({state_of("/e/w/l/m00", "Execute", 3.0), state_of("/e/w/l/m01", "Aborted", 4.0),
                                         state_of("/e/w/l/m02", "Idle", std::nullopt, true), level_of("/e/w/l/b00", 2),
                                         level_of("/e/w/l/b01", 0)});
  ASSERT_EQ(report.status, MergeReport::Status::applied);
  EXPECT_TRUE(report.conflicts.empty());
  EXPECT_EQ(bench.server(0).activity, Activity::working);
  EXPECT_EQ(bench.machine(1).condition(), Condition::in_repair);
  EXPECT_EQ(bench.server(1).activity, Activity::working);  // it keeps its part
  EXPECT_EQ(bench.server(2).activity, Activity::starved);
  EXPECT_EQ(bench.level("/e/w/l/b00"), 2U);
  EXPECT_EQ(bench.level("/e/w/l/b01"), 0U);
  EXPECT_TRUE(check_invariants(bench.model, bench.state).empty());
  EXPECT_FALSE(report.corrected.empty());
}

// Uniform on [10, 20] after 12 s of work: what is left is uniform on [0, 8], whatever the model thought before.
TEST(Merge, GivesWorkInProcessWhatIsLeftOfItsLaw) {
  double sum = 0.0;
  constexpr int kTimes = 4000;
  for (int i = 0; i < kTimes; ++i) {
    Bench bench(three_machines());
    bench.tell({state_of("/e/w/l/m00", "Execute", 12.0)}, static_cast<std::uint64_t>(i));
    const double left = bench.left_s(0);
    ASSERT_GE(left, 0.0);
    ASSERT_LE(left, 8.0);
    sum += left;
  }
  EXPECT_NEAR(sum / kTimes, 4.0, 4.5 * 8.0 / std::sqrt(12.0 * kTimes));
}

TEST(Merge, LeavesAloneWhatItAgreesWith) {
  Bench bench(three_machines());
  bench.to(5s);
  const State before = bench.state;
  const MergeReport report = bench.tell({state_of("/e/w/l/m00", "Execute", 5.0)});
  EXPECT_TRUE(equal(bench.model, before, bench.state));
  EXPECT_TRUE(report.corrected.empty());
  EXPECT_NEAR(report.log_evidence, std::log(0.98), 1e-12);
}

TEST(Merge, SaysWhenWorkTakesLongerThanItsLawAllows) {
  Bench bench(three_machines());
  const MergeReport report = bench.tell({state_of("/e/w/l/m00", "Execute", 30.0)});
  ASSERT_EQ(report.over_runs, std::vector<std::string>{"/e/w/l/m00"});
  EXPECT_GT(bench.left_s(0), 0.0);
}

TEST(Merge, EndsARepairThatIsOver) {
  Bench bench(three_machines());
  bench.tell({state_of("/e/w/l/m00", "Aborted", 4.0)}, 1);
  ASSERT_EQ(bench.machine(0).condition(), Condition::in_repair);
  bench.tell({state_of("/e/w/l/m00", "Execute", 4.0)}, 2);
  EXPECT_EQ(bench.machine(0).condition(), Condition::up);
  EXPECT_EQ(bench.server(0).activity, Activity::working);
}

// A repair of 20 minutes that began at 10 min ends at 30 min, however often the machine says that it is down.
TEST(Merge, LetsARepairRunOnWhileItIsReported) {
  Machine machine = test::machine_with(Distribution::constant(60.0));
  machine.failure =
      Failure{Distribution::constant(1e6), Distribution::constant(1200.0), FailureClock::calendar, "", {}};
  Bench bench(test::serial_line({machine}, {}));
  for (int minute = 10; minute < 30; ++minute) {
    bench.to(minute * 1min);
    bench.tell({state_of("/e/w/l/m00", "Aborted")}, static_cast<std::uint64_t>(minute));
    ASSERT_EQ(bench.machine(0).breakdown, Duration{30min}.count()) << minute;
  }
  EntityReading since = state_of("/e/w/l/m00", "Aborted");
  since.state_since = bench.model.plant.clock.to_wall(Time{25min});  // now it is said, and another time
  bench.tell({since}, 30);
  EXPECT_EQ(bench.machine(0).breakdown, Duration{45min}.count());
}

TEST(Merge, InfersALevelFromTheCountersOnBothSides) {
  Bench bench(three_machines());
  bench.tell({state_of("/e/w/l/m00", "Execute", 1.0), state_of("/e/w/l/m01", "Execute", 1.0),
              counted("/e/w/l/m00", 100), counted("/e/w/l/m01", 90), level_of("/e/w/l/b00", 1)},
             1);
  bench.to(1s);
  const MergeReport report = bench.tell({counted("/e/w/l/m00", 102), counted("/e/w/l/m01", 91)}, 2);
  EXPECT_EQ(bench.level("/e/w/l/b00"), 2U);  // two came, one went
  ASSERT_EQ(report.inferred.size(), 1U);
  EXPECT_EQ(report.inferred[0].path, "/e/w/l/b00");
  EXPECT_TRUE(check_invariants(bench.model, bench.state).empty());
}

TEST(Merge, ReconcilesALevelThatContradictsItsCounters) {
  Bench bench(three_machines());
  bench.tell({state_of("/e/w/l/m00", "Execute", 1.0), state_of("/e/w/l/m01", "Execute", 1.0),
              counted("/e/w/l/m00", 100), counted("/e/w/l/m01", 90), level_of("/e/w/l/b00", 1)},
             1);
  bench.to(1s);
  const MergeReport report =
      bench.tell({counted("/e/w/l/m00", 102), counted("/e/w/l/m01", 91), level_of("/e/w/l/b00", 3)}, 2);
  EXPECT_EQ(bench.level("/e/w/l/b00"), 2U);  // counters are the better witnesses
  EXPECT_FALSE(report.conflicts.empty());
}

TEST(Merge, TakesACounterResetForANewBeginning) {
  Bench bench(three_machines());
  bench.tell({counted("/e/w/l/m00", 1000)}, 1);
  bench.to(60s);
  const std::uint64_t own = bench.machine(0).completions;
  const MergeReport reset = bench.tell({counted("/e/w/l/m00", 2, 1)}, 2);
  EXPECT_TRUE(reset.conflicts.empty());
  EXPECT_EQ(bench.machine(0).completions, own);
  const MergeReport backwards = bench.tell({counted("/e/w/l/m00", 1, 1)}, 3);
  EXPECT_EQ(backwards.conflicts.size(), 1U);
}

TEST(Merge, CorrectsTheModelsOwnCountsByTheCounters) {
  Bench bench(three_machines());
  bench.tell({counted("/e/w/l/m00", 10), counted("/e/w/l/m02", 5)}, 1);
  bench.to(10s);
  bench.tell({counted("/e/w/l/m00", 17), counted("/e/w/l/m02", 9)}, 2);
  EXPECT_EQ(bench.machine(0).completions, 7U);
  EXPECT_EQ(ConstStateView(bench.model, bench.state).sinks[0], 4U);
  EXPECT_TRUE(check_invariants(bench.model, bench.state).empty());
}

TEST(Merge, LeavesOutReadingsThatCannotBe) {
  Bench bench(three_machines());
  const MergeReport report = bench.tell({level_of("/e/w/l/b00", 7.0), level_of("/e/w/l/b01", 1.0)});
  EXPECT_EQ(report.status, MergeReport::Status::applied);
  ASSERT_EQ(report.conflicts.size(), 1U);
  EXPECT_EQ(report.conflicts[0].path, "/e/w/l/b00/level");
  EXPECT_EQ(bench.server(2).activity, Activity::working);  // took the one part of b01
}

TEST(Merge, SaysWhichReadingsAnEntityCannotHave) {
  Bench bench(three_machines());
  EntityReading machine = state_of("/e/w/l/m00", "Execute");
  machine.level = 3.0;
  EntityReading buffer = counted("/e/w/l/b00", 4);
  buffer.state = "Execute";
  buffer.level = 2.0;
  EntityReading line = state_of("/e/w/l", "Execute");
  EntityReading store;
  store.path = "/e/w/l/store";
  store.cycle_time_last_s = 3.0;
  EntityReading unread = level_of("/e/w/l/m01", 1.0);
  unread.quality = "bad";
  const MergeReport report = bench.tell({machine, buffer, line, store, unread});
  std::vector<std::string> conflicts;
  for (const Fault& fault : report.conflicts) conflicts.push_back(to_text(fault));
  EXPECT_EQ(conflicts, (std::vector<std::string>{
                           "/e/w/l/m00: found level, expected a reading of a machine: state, in_process, counters or "
                           "cycle_time_last_s",
                           "/e/w/l/b00: found state, counters, expected a reading of a buffer: level",
                           "/e/w/l: found state, expected no reading of a line",
                           "/e/w/l/store: found cycle_time_last_s, expected no reading of a sink",
                       }));
  EXPECT_EQ(bench.level("/e/w/l/b00"), 1U);  // what it can report was taken over, and m01 took one of the two
}

// The draws of a merge are keyed by message and cell: the same messages give the same state, others another one.
TEST(Merge, DependsOnTheMessageAlone) {
  Bench one(three_machines()), same(three_machines()), other(three_machines());
  one.tell({state_of("/e/w/l/m01", "Execute", 2.0)}, 5);
  same.tell({state_of("/e/w/l/m01", "Execute", 2.0)}, 5);
  other.tell({state_of("/e/w/l/m01", "Execute", 2.0)}, 6);
  EXPECT_TRUE(equal(one.model, one.state, same.state));
  EXPECT_NE(one.server(1).due, other.server(1).due);
}

// A thousand random complete snapshots: every one leaves a whole state from which the run goes on.
TEST(Merge, KeepsStatesWholeUnderAnySnapshot) {
  Bench bench(three_machines());
  const std::vector<std::string> states{"Execute", "Idle", "Suspended", "Aborted", "Held", "Stopped", "Complete"};
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    Draw draw({i, 0}, 0);
    bench.to(bench.state.now.time_since_epoch() + Duration{static_cast<std::int64_t>(draw.bits() % 40'000'000'000U)});
    std::vector<EntityReading> readings;
    for (const char* m : {"/e/w/l/m00", "/e/w/l/m01", "/e/w/l/m02"}) {
      if (draw.bits() % 3 == 0) continue;
      const std::uint64_t parts = draw.bits() % 3;
      readings.push_back(state_of(
          m, states[draw.bits() % states.size()],
          parts == 2 ? std::optional<double>(static_cast<double>(draw.bits() % 25)) : std::nullopt, parts == 1));
    }
    for (const char* b : {"/e/w/l/b00", "/e/w/l/b01"})
      if (draw.bits() % 2 == 0) readings.push_back(level_of(b, static_cast<double>(draw.bits() % 4)));
    const MergeReport report = bench.tell(readings, i);
    ASSERT_EQ(report.status, MergeReport::Status::applied)
        << i << ": " << (report.conflicts.empty() ? "" : to_text(report.conflicts.back()));
    ASSERT_TRUE(check_invariants(bench.model, bench.state).empty()) << i;
  }
}

}  // namespace
}  // namespace takt
