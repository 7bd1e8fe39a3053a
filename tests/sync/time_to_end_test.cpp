// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/time_to_end.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <deque>

#include "sync/programs.hpp"

namespace takt {
namespace {

using test::dwells;
using test::operation;
using test::Run;

/// Runs of programs, one after the other, with their traces.
struct Shop {
  std::deque<Operation> operations;
  std::deque<ProgramTrace> traces;
  std::vector<const ProgramTrace*> past;
  ErrorLedger ledger;

  void add(const Operation& done) {
    ledger.add(done, past);
    operations.push_back(done);
    traces.push_back(trace_program(done, done.duration_s()));
    past.push_back(&traces.back());
  }
  EndEvidence evidence() const { return {past, ledger.entries(), {}, {}}; }
};

double median(const WeightedAtoms& law) { return law.quantiles(std::array{0.5}).front(); }

TEST(TimeToEnd, AProgramSeenBeforeEndsWhenItDidBefore) {
  Shop shop;
  const std::vector<double> dwell_s = dwells(200, 1);
  for (int i = 0; i < 10; ++i) shop.add(operation(dwell_s));
  const Operation running = operation(dwell_s);
  for (const double elapsed_s : {60.0, 600.0, 1500.0}) {
    const WeightedAtoms law = time_to_end(trace_program(running, elapsed_s), shop.evidence());
    EXPECT_NEAR(median(law), running.duration_s() - elapsed_s, 1.0);
    EXPECT_NEAR(law.weight(), 1.0, 0.01);
  }
}

TEST(TimeToEnd, AmongSeveralProgramsTheOneThatFitsIsFound) {
  Shop shop;
  for (int i = 0; i < 4; ++i)
    for (unsigned program = 1; program <= 4; ++program) shop.add(operation(dwells(50 + 50 * program, program)));
  for (unsigned program = 1; program <= 4; ++program) {
    const Operation running = operation(dwells(50 + 50 * program, program));
    const WeightedAtoms law = time_to_end(trace_program(running, 300.0), shop.evidence());
    EXPECT_NEAR(median(law), running.duration_s() - 300.0, 5.0) << program;
    double right = 0.0;
    for (const WeightedAtoms::Atom& atom : law.atoms)
      if (atom.cause != WeightedAtoms::kNoCause && atom.cause % 4 == program - 1) right += atom.weight;
    EXPECT_GT(right, 0.9) << program;
  }
}

TEST(TimeToEnd, WithoutAnythingLikeItPastDurationsTell) {
  const std::array past_s{1200.0, 1200.0};
  const WeightedAtoms law = time_to_end(trace_program(operation(dwells(200, 1)), 60.0), {{}, {}, past_s, {}});
  for (const WeightedAtoms::Atom& atom : law.atoms) EXPECT_EQ(atom.cause, WeightedAtoms::kNoCause);
  EXPECT_NEAR(median(law), 1140.0, 60.0);
  const WeightedAtoms nothing = time_to_end(trace_program(operation(dwells(200, 1)), 60.0), {});
  EXPECT_NEAR(nothing.weight(), 1.0, 1e-9);
}

TEST(TimeToEnd, AMachineThatStandsStillTakesLonger) {
  Shop shop;
  const std::vector<double> dwell_s = dwells(200, 1);
  for (int i = 0; i < 5; ++i) shop.add(operation(dwell_s));
  const Operation held = operation(dwell_s, {.hold_at = 50, .hold_s = 1000.0});
  const double block_s = held.trace[50].elapsed_s;
  const double moving = median(time_to_end(trace_program(held, block_s), shop.evidence()));
  const double standing = median(time_to_end(trace_program(held, block_s + 300.0), shop.evidence()));
  EXPECT_GT(standing, moving + 60.0);
}

TEST(EndCandidates, TheMoreRecentOfTwoEqualRunsWeighsMore) {
  Shop shop;
  shop.add(operation(dwells(200, 1)));
  shop.add(operation(dwells(200, 1)));
  const ProgramTrace running = trace_program(operation(dwells(200, 1)), 500.0);
  const std::vector<EndCandidate> candidates = end_candidates(running, shop.past);
  ASSERT_EQ(candidates.size(), 2U);
  EXPECT_NEAR(candidates[1].weight / candidates[0].weight, std::exp2(1.0 / EndOptions{}.half_life), 1e-9);
}

TEST(EndCandidates, ARunWithAHoldAheadAnswersWithAndWithoutIt) {
  Shop shop;
  shop.add(operation(dwells(200, 1), {.hold_at = 100, .hold_s = 120.0}));
  const ProgramTrace running = trace_program(operation(dwells(200, 1)), 300.0);
  const std::vector<EndCandidate> candidates = end_candidates(running, shop.past);
  ASSERT_EQ(candidates.size(), 2U);
  EXPECT_DOUBLE_EQ(candidates[0].weight, candidates[1].weight);
  EXPECT_NEAR(candidates[0].remaining_s - candidates[1].remaining_s, 100.0, 1e-6);
}

TEST(ErrorLedger, ForecastsEachOperationAsItWouldHaveBeen) {
  Shop shop;
  shop.add(operation(dwells(200, 1)));
  EXPECT_TRUE(shop.ledger.entries().empty());  // nothing was known before it
  const Operation next = operation(dwells(200, 1), {.pace = 1.1});
  shop.add(next);
  const auto entries = shop.ledger.entries();
  // At 60, 300, 900, 1500, ... s, while it ran.
  const auto expected = 2U + static_cast<std::size_t>((next.duration_s() - 300.0) / 600.0);
  ASSERT_EQ(entries.size(), expected);
  double sum = 0.0;
  for (const EndError& entry : entries) {
    EXPECT_GE(entry.log_error, 0.0);                   // it took longer than the past run said,
    EXPECT_LE(entry.log_error, std::log(1.1) + 1e-6);  // by no more than its pace
    EXPECT_FALSE(entry.had_held);
    sum += entry.weight;
  }
  EXPECT_NEAR(sum, 1.0, 1e-12);
}

TEST(ErrorLedger, WhatIsLearntLaterChangesNoEarlierForecast) {
  Shop shop;
  for (unsigned i = 0; i < 8; ++i) shop.add(operation(dwells(150, 1 + i % 2), {.pace = 1.0 + 0.02 * i}));
  const ProgramTrace running = trace_program(operation(dwells(150, 1)), 400.0);
  const WeightedAtoms before = time_to_end(running, shop.evidence());
  const std::size_t errors = shop.ledger.entries().size(), runs = shop.past.size();
  for (unsigned i = 0; i < 8; ++i) shop.add(operation(dwells(150, 1), {.pace = 1.5}));
  const EndEvidence then{std::span(shop.past).first(runs), shop.ledger.entries().first(errors), {}, {}};
  EXPECT_EQ(time_to_end(running, then), before);
  EXPECT_NE(time_to_end(running, shop.evidence()), before);
}

TEST(ErrorLedger, PastErrorsWidenTheLaw) {
  Shop sure, unsure;
  for (unsigned i = 0; i < 12; ++i) {
    sure.add(operation(dwells(200, 1)));
    unsure.add(operation(dwells(200, 1), {.hold_at = 190, .hold_s = i % 2 == 0 ? 0.0 : 300.0}));
  }
  const ProgramTrace running = trace_program(operation(dwells(200, 1)), 600.0);
  const auto width = [&](const Shop& shop) {
    const auto q = time_to_end(running, shop.evidence()).quantiles(std::array{0.1, 0.9});
    return q[1] - q[0];
  };
  EXPECT_GT(width(unsure), 2.0 * width(sure));
}

}  // namespace
}  // namespace takt
