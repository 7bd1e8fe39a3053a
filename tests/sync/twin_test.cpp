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

TEST(Twin, RejectsASnapshotThatIsTooFarAhead) {
  Twin twin(two_machines(), {.largest_gap = 2h});
  twin.apply(at(twin, 100s, 1, "/e/w/l/m00", "Execute"));
  const State before = twin.state();
  const Snapshot ahead = at(twin, 100s + 2h + 1ns, 2, "/e/w/l/m00", "Execute");
  EXPECT_FALSE(twin.time_of(ahead).has_value());
  const MergeReport report = twin.apply(ahead);
  EXPECT_EQ(report.status, MergeReport::Status::rejected);
  ASSERT_EQ(report.conflicts.size(), 1U);
  EXPECT_EQ(
      to_text(report.conflicts[0]),
      "/ts: found 1970-01-01T02:01:40.000000001Z, expected an instant at most 2 h ahead of the twin, which stands "
      "at 1970-01-01T00:01:40Z");
  EXPECT_TRUE(equal(twin.model(), before, twin.state()));
  EXPECT_EQ(twin.apply(at(twin, 101s, 3, "/e/w/l/m00", "Execute")).status, MergeReport::Status::applied);
  twin.advance_to(Time{1h});  // the plant did stand still: the same message can come again
  EXPECT_EQ(twin.apply(ahead).status, MergeReport::Status::applied);
  EXPECT_THROW(Twin(two_machines(), {.largest_gap = -1s}), InvalidInput);
}

TEST(Twin, StopsOnTheWayWhenAsked) {
  Twin twin(two_machines()), other(two_machines());
  std::stop_source stop;
  EXPECT_EQ(twin.time_of(at(twin, 24h, 1, "/e/w/l/m00", "Execute")), Time{24h});
  EXPECT_TRUE(twin.advance_to(Time{24h}, stop.get_token()));
  stop.request_stop();
  EXPECT_FALSE(twin.advance_to(Time{48h}, stop.get_token()));
  EXPECT_LT(twin.time(), Time{48h});
  EXPECT_TRUE(twin.advance_to(Time{48h}));
  other.advance_to(Time{48h});
  EXPECT_TRUE(equal(twin.model(), twin.state(), other.state()));
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

// One mechanic, two machines that fail together: each repair takes 100 s, so that the second is down for 200 s.
TEST(Twin, DoesNotLearnTheWaitForACrewAsRepair) {
  PlantBuilder plant("shared");
  plant.crew("e", "w", {"mechanic", 1});
  auto line = plant.line("e", "w", "l");
  line.source("in", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"a"}});
  for (const char* name : {"a", "b"}) {
    Machine machine = test::failing(Distribution::constant(10.0), 3000.0, 100.0);
    machine.failure->crew = "mechanic";
    line.machine(name, machine, {{name[0] == 'a' ? "b" : "out"}});
  }
  line.sink("out");
  Twin twin(compile(plant.build()));
  std::uint64_t seq = 0;
  Duration t{0};
  const auto report = [&](Duration later, const char* a, const char* b) {
    t += later;
    Snapshot s = at(twin, t, ++seq, "/e/w/l/a", a);
    s.entities.push_back(s.entities[0]);
    s.entities[1].path = "/e/w/l/b";
    s.entities[1].state = b;
    for (EntityReading& reading : s.entities) reading.state_since.reset();
    twin.apply(s);
  };
  for (int i = 0; i < 40; ++i) {
    report(600s, "Execute", "Execute");
    report(2s, "Aborted", "Aborted");
    for (int k = 0; k < 9; ++k) report(10s, "Aborted", "Aborted");
    report(10s, "Execute", "Aborted");
    for (int k = 0; k < 9; ++k) report(10s, "Execute", "Aborted");
    report(10s, "Execute", "Execute");
  }
  // Which of the two is at the mechanic's hands the reports do not say; together they are right.
  const auto learnt_s = [&twin](const std::string& machine) {
    return get_number(twin.model(), twin.parameters(), "/e/w/l/" + machine + "/failure/time_to_repair");
  };
  EXPECT_NEAR(0.5 * (learnt_s("a") + learnt_s("b")), 100.0, 8.0);
}

// On shift from 08:00 to 16:00 of 1 January 1970, a Thursday, and of the Friday. Up at 06:00, 12:00 and 20:00, down
// from the Friday's 10:00: 4 + 4 + 2 hours at risk, of 28. The repair runs through the night.
TEST(Twin, LearnsFailuresByTheShiftsIfTheirClockRunsOnThem) {
  Machine machine = test::failing(Distribution::constant(10.0), 8 * 3600.0, 3600.0, FailureClock::on_shift);
  machine.calendar = "day";
  Calendar day;
  day.week.fill({{8h, 16h}});
  PlantBuilder plant("p");
  plant.calendar("day", day);
  plant.line("e", "w", "l")
      .source("inlet", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m00"}})
      .machine("m00", machine, {{"store"}})
      .sink("store");
  Twin twin(compile(plant.build()));
  twin.apply(at(twin, 6h, 1, "/e/w/l/m00", "Execute"));
  twin.apply(at(twin, 12h, 2, "/e/w/l/m00", "Execute"));
  twin.apply(at(twin, 20h, 3, "/e/w/l/m00", "Idle"));
  twin.apply(at(twin, 34h, 4, "/e/w/l/m00", "Aborted"));
  twin.apply(at(twin, 58h, 5, "/e/w/l/m00", "Execute"));
  RateLearner failures(Distribution::exponential(8 * 3600.0), {}), repairs(Distribution::exponential(3600.0), {});
  failures.observe_exposure(10 * 3600.0);
  failures.observe_event();
  repairs.observe_exposure(24 * 3600.0);
  repairs.observe_event();
  const auto mean_s = [&](const char* law) {
    return get_number(twin.model(), twin.parameters(), std::string("/e/w/l/m00/failure/") + law);
  };
  EXPECT_NEAR(mean_s("time_to_failure"), failures.mean(), 1e-6 * failures.mean());
  EXPECT_NEAR(mean_s("time_to_repair"), repairs.mean(), 1e-6 * repairs.mean());
}

Snapshot reading_of(const Twin& twin, Duration t, std::uint64_t seq, EntityReading reading) {
  Snapshot snapshot;
  snapshot.ts = twin.model().plant.clock.to_wall(Time{t});
  snapshot.source = "plc";
  snapshot.seq = seq;
  reading.path = "/e/w/l/m00";
  snapshot.entities.push_back(std::move(reading));
  return snapshot;
}

TEST(Twin, WhatWasLearntGoesBackToAVersionAndToThePlant) {
  Twin twin(two_machines());
  const std::string path = "/e/w/l/m00/cycle_time";
  const double plant = get_number(twin.model(), twin.parameters(), path);
  for (std::uint64_t i = 1; i <= 3; ++i)
    twin.apply(reading_of(twin, 40min * i, i, {.cycle_time_last_s = 10.0 + 10.0 * static_cast<double>(i)}));
  ASSERT_EQ(twin.learnt().versions().size(), 1U);  // an hour had passed at the third
  const double learnt = get_number(twin.model(), twin.parameters(), path);
  EXPECT_GT(learnt, plant);
  twin.apply(reading_of(twin, 121min, 4, {.cycle_time_last_s = 90.0}));
  EXPECT_GT(get_number(twin.model(), twin.parameters(), path), learnt);
  EXPECT_EQ(twin.learnt().rows()[0].provenance.observations, 4U);
  twin.put_back(1);
  EXPECT_EQ(get_number(twin.model(), twin.parameters(), path), learnt);
  EXPECT_TRUE(twin.reset(path));
  EXPECT_EQ(get_number(twin.model(), twin.parameters(), path), plant);
  EXPECT_EQ(get_law(twin.model(), twin.parameters(), path), get_law(twin.model(), twin.model().defaults, path));
}

TEST(Twin, CycleTimesAreLearntByProductWhereItIsSure) {
  Machine machine = test::machine_with(Distribution::lognormal(10.0, 0.3));
  machine.cycle_time.of = {{"b", Distribution::lognormal(30.0, 0.3)}};
  PlantBuilder plant("p");
  plant.product("a").product("b");
  plant.line("e", "w", "l")
      .source("inlet", {Source::Saturated{}, {{"a", 0.5}, {"b", 0.5}}, WithoutPlace::lost}, {{"m00"}})
      .machine("m00", machine, {{"store"}})
      .sink("store");
  Twin twin(compile(plant.build()));
  const auto says = [&](Duration t, std::uint64_t seq, const char* product, std::optional<double> seconds) {
    twin.apply(reading_of(
        twin, t, seq, {.in_process = std::vector<PartInProcess>{{.product = product}}, .cycle_time_last_s = seconds}));
  };
  says(1min, 1, "b", 44.0);  // of a part that nobody saw
  EXPECT_TRUE(twin.learnt().empty());
  says(2min, 2, "b", 45.0);
  says(3min, 3, "a", 46.0);  // the product has changed: of which of them is not sure
  says(4min, 4, "a", 12.0);
  ASSERT_EQ(twin.learnt().rows().size(), 2U);
  EXPECT_EQ(twin.learnt().find("/e/w/l/m00/cycle_time/b")->provenance.observations, 1U);
  EXPECT_EQ(twin.learnt().find("/e/w/l/m00/cycle_time")->provenance.observations, 1U);
}

TEST(Twin, SetUpsAreLearntFromStartingToExecute) {
  Machine machine = test::machine_with(Distribution::lognormal(10.0, 0.3));
  machine.load_time = LawByProduct{Distribution::lognormal(60.0, 0.5), {}};
  Twin twin(compile(test::serial_line({machine}, {})));
  const auto says = [&](Duration t, std::uint64_t seq, const char* state) {
    EntityReading reading{.state = state};
    reading.state_since = twin.model().plant.clock.to_wall(Time{t});
    twin.apply(reading_of(twin, t, seq, reading));
  };
  says(1min, 1, "Starting");
  says(3min, 2, "Execute");
  says(5min, 3, "Starting");
  says(6min, 4, "Stopped");  // given up
  says(8min, 5, "Execute");
  const LearntValue* const value = twin.learnt().find("/e/w/l/m00/load_time");
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(value->provenance.observations, 1U);
  EXPECT_GT(get_number(twin.model(), twin.parameters(), "/e/w/l/m00/load_time"), 60.0);
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
