// SPDX-License-Identifier: Apache-2.0
// Machines with several servers, and what becomes of parts and shares there.
#include <gtest/gtest.h>

#include <map>

#include "engine/plants.hpp"
#include "takt/kpi/kpis.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Distribution always(double seconds) { return Distribution::constant(seconds); }
const Source kSaturated{Source::Saturated{}, {}, WithoutPlace::lost};

using Kpis = std::map<std::string, double>;
Kpis kpis_after(const Model& model, Duration horizon) {
  State state = start(model, model.defaults);
  KpiObserver observer(model, state);
  const Totals before = observer.totals(model, state);
  EXPECT_EQ(advance(model, model.defaults, state, Time{horizon}, observer).status, Outcome::Status::done);
  const auto names = kpi_names(model);
  const auto values = kpi_values(model, before, observer.totals(model, state));
  Kpis kpis;
  for (std::size_t i = 0; i < names.size(); ++i) kpis[names[i].entity + " " + names[i].kpi] = values[i];
  return kpis;
}

TEST(SeveralServers, InSetUpTogetherDrawWorkOfTheirOwn) {
  PlantBuilder plant("p");
  Machine machine = test::machine_with(Distribution::exponential(90.0));
  machine.servers = 3;
  machine.load_time = LawByProduct{always(30.0), {}};
  plant.line("e", "w", "l").source("s", kSaturated, {{"m"}}).machine("m", machine, {{"k"}}).sink("k");
  const Model model = compile(plant.build());
  State state = start(model, model.defaults);
  advance(model, model.defaults, state, Time{30s});
  const ConstStateView view(model, state);
  EXPECT_NE(view.servers[0].total, view.servers[1].total);
  EXPECT_NE(view.servers[1].total, view.servers[2].total);
  // The n-th operation has the n-th draw, with set-up or without.
  const StreamKey key = stream_key(state.seed, 0, model.machines[0].path_hash, Purpose::cycle);
  for (std::uint64_t s = 0; s < 3; ++s) {
    Draw draw(key, s);
    EXPECT_EQ(view.servers[s].total, from_seconds(Distribution::exponential(90.0).sample(draw)).count());
  }
}

TEST(SeveralServers, PartsSpoiledByFailuresAreProducedButNotGood) {
  PlantBuilder plant("p");
  Machine machine = test::machine_with(always(10.0));
  machine.failure = Failure{always(15.0), always(5.0), FailureClock::working, "", OnFailure::scrap};
  plant.line("e", "w", "l").source("s", kSaturated, {{"m"}}).machine("m", machine, {{"k"}}).sink("k");
  const Kpis kpis = kpis_after(compile(plant.build()), 1000s);  // 10 s good, 5 s spoiled, 5 s down, and so on
  EXPECT_EQ(kpis.at("/e/w/l/k parts_out"), 50.0);
  EXPECT_EQ(kpis.at("/e/w/l/m parts_out"), 50.0);
  EXPECT_EQ(kpis.at("/e/w/l/m scrap_parts"), 50.0);
  EXPECT_EQ(kpis.at("/e/w/l/m quality_ratio"), 0.5);
  EXPECT_EQ(kpis.at("/e/w/l quality_ratio"), 0.5);
}

TEST(SeveralServers, AFailureInSetUpSpoilsThePartToo) {
  for (const OnFailure what : {OnFailure::scrap, OnFailure::restart, OnFailure::resume}) {
    PlantBuilder plant("p");
    Machine machine = test::machine_with(always(10.0));
    machine.load_time = LawByProduct{always(10.0), {}};
    machine.failure = Failure{always(5.0), always(5.0), FailureClock::calendar, "", what};
    plant.line("e", "w", "l").source("s", kSaturated, {{"m"}}).machine("m", machine, {{"k"}}).sink("k");
    const Model model = compile(plant.build());
    State state = start(model, model.defaults);
    advance(model, model.defaults, state, Time{10s});  // failed at 5 s, half loaded; repaired now
    const ConstStateView view(model, state);
    EXPECT_EQ(view.machines[0].spoiled, what == OnFailure::scrap ? 1U : 0U);
    const std::int64_t done_at = view.servers[0].due;
    EXPECT_EQ(done_at, Duration{what == OnFailure::resume ? 15s : 20s}.count());
  }
}

/// A saturated machine that blocks before service, and one of five times its cycle behind a single place.
Model before_service(std::uint32_t servers) {
  PlantBuilder plant("p");
  Machine machine = test::machine_with(always(60.0));
  machine.servers = servers;
  machine.blocking = Blocking::before_service;
  plant.line("e", "w", "l")
      .source("s", kSaturated, {{"b"}})
      .buffer("b", {5U, 0}, {{"m"}})
      .machine("m", machine, {{"c"}})
      .buffer("c", {1U, 0}, {{"slow"}})
      .machine("slow", test::machine_with(always(300.0)), {{"k"}})
      .sink("k");
  return compile(plant.build());
}

TEST(SeveralServers, ThatWaitForOnePlaceAreAllBlocked) {
  for (const std::uint32_t servers : {1U, 2U, 4U}) {
    const Kpis kpis = kpis_after(before_service(servers), 100h);
    EXPECT_NEAR(kpis.at("/e/w/l/m working_share"), 0.2 / servers, 1e-3) << servers;
    EXPECT_NEAR(kpis.at("/e/w/l/m blocked_share"), 1.0 - 0.2 / servers, 1e-3) << servers;
    EXPECT_NEAR(kpis.at("/e/w/l/m starved_share"), 0.0, 1e-3) << servers;
  }
}

TEST(SeveralServers, BlockedBeforeServiceMakeADeadlockThatIsFound) {
  for (const std::uint32_t servers : {1U, 2U, 3U}) {
    PlantBuilder plant("p");
    Machine machine = test::machine_with(always(10.0));
    machine.servers = servers;
    machine.blocking = Blocking::before_service;
    plant.line("e", "w", "l")
        .source("s", kSaturated, {{"x"}})
        .buffer("x", {2U, 2}, {{"a"}})
        .machine("a", machine, {{"y"}})
        .buffer("y", {2U, 2}, {{"z"}})
        .machine("z", machine, {{"x", 0.9}, {"k", 0.1}})
        .sink("k");
    const Model model = compile(plant.build());
    State state = start(model, model.defaults);
    const Outcome outcome = advance(model, model.defaults, state, Time{1000h});
    ASSERT_EQ(outcome.status, Outcome::Status::deadlock) << servers;
    ASSERT_EQ(outcome.circular_wait.size(), 2U) << servers;
    EXPECT_EQ(outcome.circular_wait[0], "/e/w/l/a waits for a place in /e/w/l/y");
  }
}

TEST(SeveralServers, ByTheThousandKeepTheirTime) {
  PlantBuilder plant("p");
  Machine machine = test::machine_with(always(10.0));
  machine.servers = 20'000;
  plant.line("e", "w", "l")
      .source("s", {Source::Renewal{always(86400.0), std::nullopt}, {}, {}}, {{"m"}})
      .machine("m", machine, {{"k"}})
      .sink("k");
  const Kpis kpis = kpis_after(compile(plant.build()), std::chrono::hours{24 * 30});
  EXPECT_NEAR(kpis.at("/e/w/l/m starved_share"), 1.0, 1e-6);
}

TEST(Livelock, IsFoundHoweverTheRunIsCut) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("s", kSaturated, {{"m"}})
      .machine("m", test::machine_with(always(0.0)), {{"k"}})
      .sink("k");
  const Model model = compile(plant.build());
  State state = start(model, model.defaults);
  std::uint64_t events = 0;
  Outcome outcome;
  do {
    outcome = advance(model, model.defaults, state, Time{1h}, 10'000);
    events += outcome.events;
  } while (outcome.status == Outcome::Status::paused && events < 3'000'000);
  EXPECT_EQ(outcome.status, Outcome::Status::livelock);
}

}  // namespace
}  // namespace takt
