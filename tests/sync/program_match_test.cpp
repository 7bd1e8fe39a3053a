// SPDX-License-Identifier: Apache-2.0
// Made-up programs whose alignment is known: what is left of a run is the sum of the dwells not yet done.
#include "takt/sync/program_match.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "sync/programs.hpp"

namespace takt {
namespace {

using test::dwells;
using test::operation;

constexpr std::size_t kBlocks = 200;

ProgramTrace whole(const Operation& operation) { return trace_program(operation, operation.duration_s()); }

TEST(ProgramMatch, TheSameTraceIsWhollySimilarAndItsRemainderExact) {
  const Operation past = operation(dwells(kBlocks, 1));
  const ProgramTrace template_ = whole(past);
  for (const double elapsed_s : {30.0, 60.0, 299.5, 1000.0, past.duration_s() - 1.0}) {
    const ProgramMatch match = match_program(trace_program(past, elapsed_s), template_);
    EXPECT_DOUBLE_EQ(match.similarity, 1.0);
    EXPECT_NEAR(match.pace, 1.0, 1e-12);
    EXPECT_NEAR(match.remaining_s, past.duration_s() - elapsed_s, 1e-6);
    EXPECT_DOUBLE_EQ(match.holds_ahead_s, 0.0);
  }
}

TEST(ProgramMatch, APaceOfOneFifthSlowerIsRecovered) {
  const std::vector<double> dwell_s = dwells(kBlocks, 1);
  const ProgramTrace past = whole(operation(dwell_s));
  const Operation slower = operation(dwell_s, {.pace = 1.2});
  const double elapsed_s = 800.0;
  const ProgramTrace running = trace_program(slower, elapsed_s);

  MatchOptions sure;
  sure.pace_prior_s = 0.0;
  const ProgramMatch exact = match_program(running, past, sure);
  EXPECT_NEAR(exact.pace, 1.2, 1e-9);
  EXPECT_NEAR(exact.similarity, 1.0, 1e-9);
  EXPECT_NEAR(exact.remaining_s, slower.duration_s() - elapsed_s, 1e-6);

  // With the prior, W seconds of past run in common count W / (W + 60) of the logarithm.
  const std::size_t last = running.checkpoints.back();
  const double common_s = (running.net_s[last] - running.net_s.front()) / 1.2;
  EXPECT_NEAR(match_program(running, past).pace, std::pow(1.2, common_s / (common_s + 60.0)), 1e-9);
}

TEST(ProgramMatch, ThePaceStaysWithinItsBounds) {
  const std::vector<double> dwell_s = dwells(kBlocks, 1);
  const ProgramTrace past = whole(operation(dwell_s));
  EXPECT_DOUBLE_EQ(match_program(whole(operation(dwell_s, {.pace = 5.0})), past).pace, 2.0);
  EXPECT_DOUBLE_EQ(match_program(whole(operation(dwell_s, {.pace = 0.1})), past).pace, 0.5);
}

TEST(ProgramMatch, AnotherProgramIsLessSimilarThanTheSameWithJitter) {
  const std::vector<double> dwell_s = dwells(kBlocks, 1);
  std::vector<double> jittered = dwell_s;
  for (std::size_t i = 0; i < jittered.size(); ++i) jittered[i] += i % 2 == 0 ? 0.5 : -0.5;
  const ProgramTrace past = whole(operation(dwell_s));
  const double same = match_program(whole(operation(jittered)), past).similarity;
  const double other = match_program(whole(operation(dwells(kBlocks, 2))), past).similarity;
  EXPECT_GT(same, 0.85);
  EXPECT_LT(other, 0.7);
}

TEST(ProgramMatch, BeyondThePastRunOrWithoutATraceThereIsNoMatch) {
  const ProgramTrace past = whole(operation(dwells(100, 1)));
  EXPECT_DOUBLE_EQ(match_program(whole(operation(dwells(101, 1))), past).similarity, 0.0);
  EXPECT_DOUBLE_EQ(match_program(trace_program(operation(dwells(100, 1)), 0.5), past).similarity, 0.0);
  EXPECT_DOUBLE_EQ(match_program(past, ProgramTrace{}).similarity, 0.0);
}

TEST(ProgramMatch, AHoldOfTheRunningProgramChangesNothingButTheClock) {
  const std::vector<double> dwell_s = dwells(kBlocks, 1);
  const ProgramTrace past = whole(operation(dwell_s));
  const Operation held = operation(dwell_s, {.hold_at = 20, .hold_s = 500.0});
  const double until_s = 1200.0;
  const ProgramMatch match = match_program(trace_program(held, until_s), past);
  EXPECT_GT(match.similarity, 0.95);  // the first 20 s of the hold count as work on that block
  EXPECT_NEAR(match.remaining_s, held.duration_s() - until_s, 0.01 * match.remaining_s);
}

// The past run stood for 120 s in block 100: 100 s beyond the 20 s that may be a tool change.
TEST(ProgramMatch, HoldsOfThePastRunAreAheadUntilTheirBlockIsPassed) {
  const std::vector<double> dwell_s = dwells(kBlocks, 1);
  const ProgramTrace past = whole(operation(dwell_s, {.hold_at = 100, .hold_s = 120.0}));
  const Operation running = operation(dwell_s);
  const double before_s = std::accumulate(dwell_s.begin(), dwell_s.begin() + 99, 0.0);
  const double after_s = std::accumulate(dwell_s.begin(), dwell_s.begin() + 105, 0.0);
  EXPECT_NEAR(match_program(trace_program(running, before_s), past).holds_ahead_s, 100.0, 1e-5);
  EXPECT_NEAR(match_program(trace_program(running, after_s), past).holds_ahead_s, 0.0, 1e-5);
}

TEST(ProgramMatch, WhatComesLaterChangesNoEarlierMatch) {
  const ProgramTrace past = whole(operation(dwells(kBlocks, 1)));
  OperationTracker tracker;
  double last_s = 0.0;
  std::vector<std::pair<double, ProgramMatch>> made;
  for (const MachineObservation& seen :
       test::observations(dwells(kBlocks, 1), {.pace = 1.1, .hold_at = 60, .hold_s = 90.0})) {
    const double now_s = to_seconds(seen.time - test::at(0.0));
    if (tracker.running() && now_s > last_s + 97.0) {  // just before this observation
      made.emplace_back(now_s, match_program(trace_program(*tracker.running(), now_s), past));
      last_s = now_s;
    }
    tracker.observe(seen);
  }
  ASSERT_GT(made.size(), 10U);
  const Operation known_later = tracker.take_closed().front();
  for (const auto& [now_s, match] : made) {
    // A block reached at that very instant was not known yet.
    const ProgramMatch again = match_program(trace_program(known_later, std::nextafter(now_s, 0.0)), past);
    EXPECT_NEAR(again.similarity, match.similarity, 1e-9);
    EXPECT_NEAR(again.remaining_s, match.remaining_s, 1e-6);
    EXPECT_NEAR(again.holds_ahead_s, match.holds_ahead_s, 1e-6);
  }
}

}  // namespace
}  // namespace takt
