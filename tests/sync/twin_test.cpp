// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/twin.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Model two_machines() {
  return compile(test::serial_line({test::failing(Distribution::lognormal(10.0, 0.3), 500.0, 60.0),
                                    test::failing(Distribution::lognormal(10.0, 0.3), 500.0, 60.0)},
                                   {4}));
}

Snapshot at(const Twin& twin, Duration t, std::uint64_t seq, std::string path, std::string state) {
  Snapshot snapshot;
  snapshot.ts = twin.model().plant.clock.to_wall(Time{t});
  snapshot.source = "plc";
  snapshot.seq = seq;
  EntityReading reading;
  reading.path = std::move(path);
  reading.state = std::move(state);
  reading.state_since = snapshot.ts;
  snapshot.entities.push_back(reading);
  return snapshot;
}

TEST(Twin, KnowsLateAndDuplicateMessages) {
  Twin twin(two_machines());
  EXPECT_EQ(twin.apply(at(twin, 100s, 1, "/e/w/l/m00", "Execute")).status, MergeReport::Status::applied);
  EXPECT_EQ(twin.apply(at(twin, 100s, 1, "/e/w/l/m00", "Execute")).status, MergeReport::Status::duplicate);
  const State before = twin.state();
  EXPECT_EQ(twin.apply(at(twin, 90s, 2, "/e/w/l/m00", "Aborted")).status, MergeReport::Status::late);
  EXPECT_TRUE(equal(twin.model(), before, twin.state()));
}

TEST(Twin, NamesPathsThatThePlantDoesNotHave) {
  Twin twin(two_machines());
  try {
    twin.apply(at(twin, 100s, 1, "/e/w/l/m0O", "Execute"));
    FAIL();
  } catch (const InvalidInput& error) {
    ASSERT_EQ(error.faults().size(), 1U);
    EXPECT_EQ(error.faults()[0].nearest, "/e/w/l/m00");
  }
}

TEST(Twin, LearnsCycleTimesFailuresAndRepairs) {
  Twin twin(two_machines());
  // 200 cycles of mean 14 s, not the plant's 10 s; 30 failures after 300 s, repaired in 100 s
  std::uint64_t seq = 0;
  Duration t{0};
  for (std::uint64_t i = 0; i < 30; ++i) {
    for (int k = 0; k < 7; ++k) {
      Snapshot s = at(twin, t += 42s, ++seq, "/e/w/l/m00", "Execute");
      s.entities[0].state_since.reset();
      Draw draw({seq, 0}, 0);
      s.entities[0].cycle_time_last_s = Distribution::lognormal(14.0, 0.2).sample(draw);
      twin.apply(s);
    }
    twin.apply(at(twin, t += 6s, ++seq, "/e/w/l/m00", "Aborted"));
    twin.apply(at(twin, t += 100s, ++seq, "/e/w/l/m00", "Execute"));
  }
  EXPECT_NEAR(get_number(twin.model(), twin.parameters(), "/e/w/l/m00/cycle_time"), 14.0, 0.6);
  EXPECT_NEAR(get_number(twin.model(), twin.parameters(), "/e/w/l/m00/failure/time_to_failure"), 300.0, 45.0);
  EXPECT_NEAR(get_number(twin.model(), twin.parameters(), "/e/w/l/m00/failure/time_to_repair"), 100.0, 12.0);
  EXPECT_EQ(get_number(twin.model(), twin.parameters(), "/e/w/l/m01/cycle_time"), 10.0);  // nothing was seen of it
  EXPECT_EQ(twin.learnt().rows().size(), 3U);
}

TEST(Learning, CountsTheRunningIntervalInTheMean) {
  // True mean 1000 s, watched for 900 s at a time: without the censored time the mean comes out far too short.
  RateLearner learner(Distribution::exponential(1000.0), {.half_life = 1e6, .prior_weight = 0.5});
  double completed = 0.0;
  int events = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    Draw draw({3, 0}, i);
    const double life = Distribution::exponential(1000.0).sample(draw);
    learner.observe_exposure(std::min(life, 900.0));
    if (life >= 900.0) continue;
    learner.observe_event();
    completed += life;
    ++events;
  }
  EXPECT_NEAR(learner.mean(), 1000.0, 4.5 * 1000.0 / std::sqrt(events));
  EXPECT_LT(completed / events, 500.0);
}

TEST(Learning, IntervalsOfTheMeanCoverTheTruth) {
  int covered = 0;
  constexpr int kTrials = 300;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    LogNormalLearner learner(Distribution::lognormal(20.0, 0.5), {.half_life = 1e6, .prior_weight = 0.1});
    for (std::uint64_t i = 0; i < 40; ++i) {
      Draw draw({trial, 9}, i);
      learner.observe(Distribution::lognormal(12.0, 0.3).sample(draw));
    }
    std::vector<double> means;
    for (std::uint64_t k = 0; k < 400; ++k) {
      Draw draw({trial, 10}, k);
      means.push_back(learner.draw_law(draw).mean());
    }
    std::ranges::sort(means);
    covered += means[20] < 12.0 && 12.0 < means[379] ? 1 : 0;
  }
  EXPECT_NEAR(covered / double{kTrials}, 0.90, 4.5 * std::sqrt(0.9 * 0.1 / kTrials));
}

TEST(Learning, ForgetsButNeverBelowThePrior) {
  LogNormalLearner learner(Distribution::lognormal(10.0, 0.3), {.half_life = 10.0, .prior_weight = 4.0});
  for (int i = 0; i < 500; ++i) learner.observe(20.0 + (i % 2));
  for (int i = 0; i < 60; ++i) learner.observe(10.0 + (i % 2));
  EXPECT_NEAR(learner.mean_law().mean(), 10.5, 1.0);
}

}  // namespace
}  // namespace takt
