// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/operations.hpp"

#include <gtest/gtest.h>

#include "sync/programs.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using test::at;

MachineObservation state(double t, std::string_view name) { return {at(t), SignalRole::state, 0.0, name}; }
MachineObservation block(double t, double number) { return {at(t), SignalRole::block, number, {}}; }
MachineObservation feed(double t, double rate) { return {at(t), SignalRole::feed_rate, rate, {}}; }
MachineObservation other(double t) { return {at(t), SignalRole::other, 0.0, {}}; }

OperationTracker followed(const std::vector<MachineObservation>& seen) {
  OperationTracker tracker;
  for (const MachineObservation& each : seen) tracker.observe(each);
  return tracker;
}

TEST(OperationTracker, AnOperationIsOpenFromExecuteToComplete) {
  const OperationTracker tracker = followed({block(0, 5),
                                             {at(1), SignalRole::program, 0.0, "PLATE.NC"},
                                             state(10, "Execute"),
                                             block(11, 7),
                                             block(14.5, 9),
                                             state(20, "Complete"),
                                             block(21, 11)});
  ASSERT_EQ(tracker.closed().size(), 1U);
  const Operation& operation = tracker.closed().front();
  EXPECT_EQ(operation.start, at(10));
  EXPECT_EQ(operation.end, at(20));
  EXPECT_EQ(operation.outcome, OperationOutcome::completed);
  EXPECT_EQ(operation.program, "PLATE.NC");
  EXPECT_EQ(operation.trace, (std::vector<BlockReached>{{1.0, 7.0}, {4.5, 9.0}}));
  EXPECT_FALSE(tracker.running());
}

TEST(OperationTracker, StoppedAndAbortedEndItAsStopped) {
  for (const char* name : {"Stopping", "Stopped", "Aborting", "Aborted"}) {
    const OperationTracker tracker = followed({state(0, "Execute"), state(5, name)});
    ASSERT_EQ(tracker.closed().size(), 1U) << name;
    EXPECT_EQ(tracker.closed().front().outcome, OperationOutcome::stopped) << name;
  }
}

TEST(OperationTracker, AHoldAndASecondExecuteBelongToTheOperation) {
  const OperationTracker tracker = followed({state(0, "Execute"), state(5, "Held"), state(9, "Execute"), other(12)});
  EXPECT_TRUE(tracker.closed().empty());
  ASSERT_TRUE(tracker.running());
  EXPECT_EQ(tracker.running()->start, at(0));
  EXPECT_EQ(tracker.running()->end, at(12));
}

TEST(OperationTracker, GoingBackToAnEarlierBlockIsNoNews) {
  const OperationTracker tracker =
      followed({state(0, "Execute"), block(1, 10), block(2, 20), block(3, 10), block(4, 20), block(5, 30)});
  EXPECT_EQ(tracker.running()->trace, (std::vector<BlockReached>{{1.0, 10.0}, {2.0, 20.0}, {5.0, 30.0}}));
}

TEST(OperationTracker, SilenceEndsAnOperationAtItsLastWordAndIsKnownOnlyAfterIt) {
  OperationTracker tracker = followed({state(0, "Execute"), block(100, 10)});
  tracker.advance_to(at(100) + 30min);
  EXPECT_TRUE(tracker.running());
  tracker.advance_to(at(100) + 30min + 1ns);
  ASSERT_EQ(tracker.closed().size(), 1U);
  EXPECT_EQ(tracker.closed().front().outcome, OperationOutcome::silent);
  EXPECT_EQ(tracker.closed().front().end, at(100));
  tracker.observe(state(5000, "Execute"));
  EXPECT_EQ(tracker.running()->start, at(5000));
}

TEST(OperationTracker, AnObservationAfterASilenceBeginsAnew) {
  const OperationTracker tracker = followed({state(0, "Execute"), other(60), state(4000, "Execute")});
  ASSERT_EQ(tracker.closed().size(), 1U);
  EXPECT_EQ(tracker.closed().front().end, at(60));
  EXPECT_EQ(tracker.running()->start, at(4000));
}

TEST(OperationTracker, AnObservationThatComesTooLateIsCountedAndLeftOut) {
  const OperationTracker tracker = followed({state(10, "Execute"), block(20, 10), state(15, "Complete")});
  EXPECT_EQ(tracker.late(), 1U);
  EXPECT_TRUE(tracker.running());
}

TEST(OperationTracker, OnlyStandstillsLongerThanAToolChangeAreKept) {
  const OperationTracker tracker =
      followed({state(0, "Execute"), feed(1, 300), feed(5, 0), feed(15, 300), feed(20, 0.5), feed(30, 0.0),
                feed(50, 300), feed(60, 1.0), state(100, "Complete")});
  const std::vector<Standstill>& holds = tracker.closed().front().standstills;
  ASSERT_EQ(holds.size(), 2U);
  EXPECT_DOUBLE_EQ(holds[0].from_s, 20.0);
  EXPECT_DOUBLE_EQ(holds[0].to_s, 50.0);
  EXPECT_DOUBLE_EQ(holds[1].from_s, 60.0);
  EXPECT_DOUBLE_EQ(holds[1].to_s, 100.0);
}

TEST(OperationTracker, WhatHasClosedNeverChanges) {
  OperationTracker tracker;
  std::vector<Operation> seen;
  double start_s = 0.0;
  for (unsigned program = 1; program < 6; ++program, start_s += 3000.0) {
    for (const MachineObservation& each : test::observations(test::dwells(50, program), {.start_s = start_s})) {
      tracker.observe(each);
      ASSERT_TRUE(std::equal(seen.begin(), seen.end(), tracker.closed().begin()));
      seen = tracker.closed();
    }
  }
  EXPECT_EQ(tracker.take_closed().size(), 5U);
  EXPECT_TRUE(tracker.closed().empty());
}

// A hold from 100 to 160 s: the clock stops at 120 s, as the first 20 s might be a tool change, until 160 s.
TEST(NetClock, StopsOnceAStandstillHasBecomeAHold) {
  const OperationTracker tracker =
      followed({state(0, "Execute"), feed(100, 0), feed(160, 300), state(300, "Complete")});
  const NetClock clock(tracker.closed().front(), 300.0);
  for (const auto& [elapsed_s, net_s] : std::vector<std::pair<double, double>>{
           {0.0, 0.0}, {50.0, 50.0}, {120.0, 120.0}, {140.0, 120.0}, {160.0, 120.0}, {200.0, 160.0}, {300.0, 260.0}}) {
    EXPECT_DOUBLE_EQ(clock.net_s(elapsed_s), net_s);
  }
  EXPECT_DOUBLE_EQ(clock.elapsed_s(119.0), 119.0);
  EXPECT_DOUBLE_EQ(clock.elapsed_s(120.0), 160.0);
  EXPECT_DOUBLE_EQ(clock.elapsed_s(260.0), 300.0);
  EXPECT_DOUBLE_EQ(clock.held_s(), 40.0);
  EXPECT_DOUBLE_EQ(clock.net_length_s(), 260.0);
  EXPECT_DOUBLE_EQ(clock.standing_s(), 0.0);
}

TEST(NetClock, KnowsOfAHoldOnlyWhatHasPassed) {
  const OperationTracker tracker = followed({state(0, "Execute"), feed(100, 0), other(130)});
  const OperationTracker later =
      followed({state(0, "Execute"), feed(100, 0), other(130), feed(400, 300), state(500, "Complete")});
  for (const Operation& operation : {*tracker.running(), later.closed().front()}) {
    EXPECT_DOUBLE_EQ(NetClock(operation, 115.0).standing_s(), 0.0);  // may yet be a tool change
    const NetClock clock(operation, 130.0);
    EXPECT_DOUBLE_EQ(clock.standing_s(), 30.0);
    EXPECT_DOUBLE_EQ(clock.held_s(), 10.0);
    EXPECT_DOUBLE_EQ(clock.net_length_s(), 120.0);
    EXPECT_DOUBLE_EQ(clock.length_s(), 130.0);
  }
}

}  // namespace
}  // namespace takt
