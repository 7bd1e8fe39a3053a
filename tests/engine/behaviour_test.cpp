// SPDX-License-Identifier: Apache-2.0
// What stations do, on small plants whose course can be followed by hand.
#include <gtest/gtest.h>

#include "engine/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Distribution always(double seconds) { return Distribution::constant(seconds); }
Source every(double seconds, WithoutPlace without_place = WithoutPlace::lost) {
  return {Source::Renewal{always(seconds), std::nullopt}, {}, without_place};
}

/// A model and a state, with what tests ask of them.
struct PlantRun {
  explicit PlantRun(const PlantBuilder& plant, CompileOptions options = {})
      : model(compile(plant.build(), options)), state(start(model, model.defaults)) {}
  Outcome to(Duration t) { return advance(model, model.defaults, state, Time{t}); }
  MachineState machine(const std::string& path) const {
    return ConstStateView(model, state).machines[model.machine(path).value];
  }
  Activity activity(const std::string& path) const {
    return ConstStateView(model, state).servers[model.machines[model.machine(path).value].first_server].activity;
  }
  std::uint32_t level(const std::string& path) const {
    return ConstStateView(model, state).buffers[model.buffer(path).value].level;
  }
  std::uint64_t out() const { return ConstStateView(model, state).sinks[0]; }
  SourceState source() const { return ConstStateView(model, state).sources[0]; }

  Model model;
  State state;
};

TEST(Source, FirstArrivalComesAfterOneIntervalUnlessGiven) {
  for (const bool given : {false, true}) {
    PlantBuilder plant("p");
    auto line = plant.line("e", "w", "l");
    line.source("s",
                {Source::Renewal{always(10.0), given ? std::optional<Time>(Time{0s}) : std::nullopt},
                 {},
                 WithoutPlace::lost},
                {{"out"}})
        .sink("out");
    PlantRun run(plant);
    run.to(9s);
    EXPECT_EQ(run.out(), given ? 1U : 0U);
    run.to(30s);
    EXPECT_EQ(run.out(), given ? 4U : 3U);
  }
}

TEST(Source, LosesOrHoldsAnArrivalWithoutPlace) {
  for (const WithoutPlace rule : {WithoutPlace::lost, WithoutPlace::held}) {
    PlantBuilder plant("p");
    auto line = plant.line("e", "w", "l");
    line.source("s", every(1.0, rule), {{"b"}})
        .buffer("b", {1, 0}, {{"m"}})
        .machine("m", test::machine_with(always(10.0)), {{"out"}})
        .sink("out");
    PlantRun run(plant);
    run.to(10s);  // at 1 s on the machine, at 2 s in the buffer, at 3 s without a place
    if (rule == WithoutPlace::lost) {
      EXPECT_EQ(run.source().lost, 8U);
      EXPECT_EQ(run.source().released, 2U);
    } else {
      EXPECT_EQ(run.source().lost, 0U);
      EXPECT_EQ(run.source().holding, 1U);
      EXPECT_EQ(run.source().arrivals, 3U);
      run.to(11s);  // a place frees: the held part goes in and the next interval begins
      EXPECT_EQ(run.source().released, 3U);
      EXPECT_EQ(run.source().due, Time{12s}.time_since_epoch().count());
    }
  }
}

TEST(Source, TimetableBringsProductsAndQuantities) {
  PlantBuilder plant("p");
  plant.product("a").product("b");
  auto line = plant.line("e", "w", "l");
  line.source("s", {Source::Timetable{{{Time{5s}, "a", 2}, {Time{20s}, "b", 3}}}, {{"a", 1.0}}, WithoutPlace::lost},
              {{"q"}});
  line.buffer("q", {std::nullopt, 0}, {{"m"}});
  Machine machine;
  machine.cycle_time = {always(0.0), {{"a", always(1.0)}, {"b", always(2.0)}}};
  line.machine("m", machine, {{"out"}}).sink("out");
  PlantRun run(plant);
  run.to(7s);
  EXPECT_EQ(run.out(), 2U);
  run.to(25s);
  EXPECT_EQ(run.out(), 4U);
  run.to(26s);
  EXPECT_EQ(run.out(), 5U);
}

TEST(Machine, WithSeveralServersWorksOnSeveralParts) {
  PlantBuilder plant("p");
  auto line = plant.line("e", "w", "l");
  Machine machine = test::machine_with(always(10.0));
  machine.servers = 3;
  line.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m"}}).machine("m", machine, {{"out"}}).sink("out");
  PlantRun run(plant);
  run.to(100s);
  EXPECT_EQ(run.out(), 30U);
  EXPECT_EQ(run.machine("/e/w/l/m").working, 3U);
}

TEST(Machine, LoadsBeforeItWorks) {
  PlantBuilder plant("p");
  auto line = plant.line("e", "w", "l");
  Machine machine = test::machine_with(always(7.0));
  machine.load_time = LawByProduct{always(3.0), {}};
  line.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m"}}).machine("m", machine, {{"out"}}).sink("out");
  PlantRun run(plant);
  run.to(2s);
  EXPECT_EQ(run.activity("/e/w/l/m"), Activity::setup);
  run.to(3s);
  EXPECT_EQ(run.activity("/e/w/l/m"), Activity::working);
  run.to(100s);
  EXPECT_EQ(run.out(), 10U);
}

Machine failing_at(double up, double down, FailureClock clock, OnFailure on_failure = OnFailure::resume) {
  Machine machine = test::machine_with(always(10.0));
  machine.failure = Failure{always(up), always(down), clock, "", on_failure};
  return machine;
}

TEST(Failure, KeepsRestartsOrScrapsThePart) {
  // Fails at 14 s, 4 s into its second operation, repaired at 19 s.
  const auto second_done = [](OnFailure rule) {
    PlantBuilder plant("p");
    auto line = plant.line("e", "w", "l");
    line.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m"}})
        .machine("m", failing_at(14.0, 5.0, FailureClock::working, rule), {{"out"}})
        .sink("out");
    PlantRun run(plant);
    while (run.out() < 2) run.to(run.state.now.time_since_epoch() + 1s);
    EXPECT_EQ(run.machine("/e/w/l/m").spoiled, rule == OnFailure::scrap ? 1U : 0U);
    return run.state.now.time_since_epoch();
  };
  EXPECT_EQ(second_done(OnFailure::resume), 25s);
  EXPECT_EQ(second_done(OnFailure::restart), 29s);
  EXPECT_EQ(second_done(OnFailure::scrap), 29s);
}

TEST(Failure, WorkingClockStandsStillWhileTheMachineDoes) {
  const auto failures = [](FailureClock clock) {
    PlantBuilder plant("p");
    auto line = plant.line("e", "w", "l");
    line.source("s", every(20.0), {{"m"}})
        .machine("m", failing_at(25.0, 5.0, clock), {{"out"}})
        .sink("out");  // works half the time
    PlantRun run(plant);
    run.to(120s);
    return run.machine("/e/w/l/m").breakdowns;
  };
  EXPECT_EQ(failures(FailureClock::calendar), 4U);  // 25, 55, 85, 115
  EXPECT_EQ(failures(FailureClock::working), 2U);   // after 25 and 50 s of work: at 65 and at 120
}

TEST(Failure, CrewServesFirstComeFirstServed) {
  PlantBuilder plant("p");
  plant.crew("e", "w", {"crew", 1});
  auto line = plant.line("e", "w", "l");
  for (int i = 0; i < 3; ++i) {
    const std::string name = test::numbered("m", static_cast<std::size_t>(i));
    Machine machine = failing_at(30.0 - i, 10.0, FailureClock::calendar);
    machine.failure->crew = "crew";
    line.source("s" + name, {Source::Saturated{}, {}, WithoutPlace::lost}, {{name}}).machine(name, machine, {{"out"}});
  }
  line.sink("out");
  PlantRun run(plant);
  run.to(31s);  // m02 failed at 28, m01 at 29, m00 at 30
  const auto condition = [&](const char* path) { return run.machine(path).condition(); };
  EXPECT_EQ(condition("/e/w/l/m02"), Condition::in_repair);
  EXPECT_EQ(condition("/e/w/l/m01"), Condition::waiting_for_crew);
  run.to(38s);
  EXPECT_EQ(condition("/e/w/l/m02"), Condition::up);
  EXPECT_EQ(condition("/e/w/l/m01"), Condition::in_repair);
  EXPECT_EQ(condition("/e/w/l/m00"), Condition::waiting_for_crew);
  run.to(58s);
  EXPECT_EQ(condition("/e/w/l/m00"), Condition::up);
}

TEST(Failure, WhatADownMachineTakesAndLetsOutIsDeclared) {
  for (const bool loads : {false, true}) {
    for (const bool unloads : {false, true}) {
      // m00 is done with its second part at 20 s and blocked, as m01 works until 30 s; m00 is down from 25 s to 55 s.
      PlantBuilder plant("p");
      auto line = plant.line("e", "w", "l");
      Machine first = failing_at(25.0, 30.0, FailureClock::calendar);
      first.loads_while_down = loads;
      first.unloads_while_down = unloads;
      line.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m00"}}).machine("m00", first, {{"m01"}});
      line.machine("m01", test::machine_with(always(20.0)), {{"out"}}).sink("out");
      PlantRun run(plant);
      run.to(31s);
      EXPECT_EQ(run.activity("/e/w/l/m01"), unloads ? Activity::working : Activity::starved);
      EXPECT_EQ(run.activity("/e/w/l/m00"), !unloads ? Activity::blocked
                                            : loads  ? Activity::working
                                                     : Activity::starved);
      run.to(56s);  // repaired: a part that was kept in goes on
      if (!unloads) {
        EXPECT_EQ(run.activity("/e/w/l/m01"), Activity::working);
      }
      EXPECT_TRUE(check_invariants(run.model, run.state).empty());
    }
  }
}

TEST(Routing, FollowsProbabilitiesAndProducts) {
  PlantBuilder plant("p");
  plant.product("a").product("b");
  auto line = plant.line("e", "w", "l");
  line.source("s", {Source::Saturated{}, {{"a", 3.0}, {"b", 1.0}}, WithoutPlace::lost}, {{"m"}});
  line.machine("m", test::machine_with(always(1.0)), {{"good", 0.9, "a"}, {"bad", 0.1, "a"}, {"other", 1.0, "b"}})
      .sink("bad")
      .sink("good")
      .sink("other");
  PlantRun run(plant);
  constexpr double kParts = 100'000.0;
  run.to(100'000s);
  const auto& sinks = ConstStateView(run.model, run.state).sinks;  // in path order
  const auto expect_share = [&](std::uint64_t parts, double p) {
    EXPECT_NEAR(static_cast<double>(parts) / kParts, p, 4.5 * std::sqrt(p * (1 - p) / kParts));
  };
  expect_share(sinks[0], 0.75 * 0.1);
  expect_share(sinks[1], 0.75 * 0.9);
  expect_share(sinks[2], 0.25);
}

TEST(Routing, TakesSeveralInputsInTurn) {
  PlantBuilder plant("p");
  auto line = plant.line("e", "w", "l");
  line.source("s0", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"b0"}}).buffer("b0", {3, 0}, {{"m"}});
  line.source("s1", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"b1"}}).buffer("b1", {3, 0}, {{"m"}});
  line.machine("m", test::machine_with(always(1.0)), {{"out"}}).sink("out");
  PlantRun run(plant);
  run.to(100s);
  const auto& buffers = ConstStateView(run.model, run.state).buffers;
  EXPECT_LE(std::max(buffers[0].taken, buffers[1].taken) - std::min(buffers[0].taken, buffers[1].taken), 1U);
}

TEST(Shifts, StopWorkAndResumeIt) {
  PlantBuilder plant("p");
  Calendar calendar;
  for (auto& day : calendar.week) day = {{60min, 120min}};
  plant.calendar("morning", calendar);
  auto line = plant.line("e", "w", "l");
  Machine machine = test::machine_with(always(45.0 * 60));
  machine.calendar = "morning";
  line.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m"}}).machine("m", machine, {{"out"}}).sink("out");
  PlantRun run(plant);  // 1970-01-01 00:00 UTC
  run.to(30min);
  EXPECT_EQ(run.machine("/e/w/l/m").condition(), Condition::off_shift);
  run.to(105min);
  EXPECT_EQ(run.out(), 1U);
  run.to(25h + 29min);  // 15 minutes of the second part yesterday, 29 today
  EXPECT_EQ(run.out(), 1U);
  run.to(25h + 30min);
  EXPECT_EQ(run.out(), 2U);
}

TEST(Deadlock, IsFoundAndNamesTheCircle) {
  PlantBuilder plant("p");
  auto line = plant.line("e", "w", "l");
  line.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"a"}});
  line.machine("a", test::machine_with(always(1.0)), {{"b"}});
  line.machine("b", test::machine_with(always(1.0)), {{"a", 0.5}, {"out", 0.5}}).sink("out");
  PlantRun run(plant);
  const Outcome outcome = run.to(1h);
  ASSERT_EQ(outcome.status, Outcome::Status::deadlock);
  EXPECT_LT(outcome.time, Time{1h});
  EXPECT_EQ(outcome.circular_wait.size(), 2U);
  EXPECT_NE(outcome.circular_wait[0].find("waits for a place in"), std::string::npos);
  EXPECT_NE((outcome.circular_wait[0] + outcome.circular_wait[1]).find("/e/w/l/a waits for a place in /e/w/l/b/entry"),
            std::string::npos);
}

TEST(Deadlock, IsToldAgainByEveryLaterCall) {
  PlantBuilder plant("p");
  auto line = plant.line("e", "w", "l");
  line.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"a"}});
  line.machine("a", test::machine_with(always(1.0)), {{"b"}});
  line.machine("b", test::machine_with(always(1.0)), {{"a", 0.5}, {"out", 0.5}}).sink("out");
  PlantRun run(plant);
  const Outcome first = run.to(1h);
  EXPECT_EQ(run.state.now, first.time);
  const Outcome again = run.to(2h);
  EXPECT_EQ(again.status, Outcome::Status::deadlock);
  EXPECT_EQ(again.events, 0U);
  EXPECT_EQ(again.circular_wait, first.circular_wait);
}

TEST(Deadlock, IsNotSeenWhereADownMachineOnlyHoldsUpTheRest) {
  PlantBuilder plant("p");
  auto line = plant.line("e", "w", "l");
  line.source("s", every(3.0), {{"q"}}).buffer("q", {5, 0}, {{"a"}});
  line.machine("a", test::failing(Distribution::exponential(1.0), 20.0, 30.0), {{"r"}});
  line.buffer("r", {50, 0}, {{"b"}});
  line.machine("b", test::machine_with(always(1.0)), {{"q", 0.1}, {"out", 0.9}}).sink("out");
  PlantRun run(plant);
  const Outcome outcome = run.to(2h);
  if (outcome.status == Outcome::Status::deadlock) {
    for (const char* path : {"/e/w/l/a", "/e/w/l/b"}) EXPECT_EQ(run.activity(path), Activity::blocked);
  }
}

TEST(Livelock, OfZeroTimesIsReported) {
  PlantBuilder plant("p");
  auto line = plant.line("e", "w", "l");
  line.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m"}});
  line.machine("m", test::machine_with(always(0.0)), {{"out"}}).sink("out");
  Model model = compile(plant.build());
  State state = start(model, model.defaults);
  EXPECT_EQ(advance(model, model.defaults, state, Time{1s}).status, Outcome::Status::livelock);
}

}  // namespace
}  // namespace takt
