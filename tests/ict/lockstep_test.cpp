// SPDX-License-Identifier: Apache-2.0
// The factory with tables of its cyber side against both run together: latencies and figures agree within 2 %, or lie
// in each other's interval.
#include "takt/ict/lockstep.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "ict/small_plants.hpp"
#include "takt/core/statistics.hpp"
#include "takt/ict/coupling.hpp"
#include "takt/kpi/kpis.hpp"

namespace takt {
namespace {

using namespace test;

constexpr std::uint32_t kRuns = 12;
constexpr Duration kHorizon = 4h;

/// Figures of one run of the factory, from time zero.
struct Figures {
  Moments throughput, scrap, down;
  void add(const Model& model, const Totals& before, const KpiObserver& observer, const State& state) {
    const std::vector<KpiName> names = kpi_names(model);
    const std::vector<double> values = kpi_values(model, before, observer.totals(model, state));
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (names[k].entity != kPress) continue;
      if (names[k].kpi == "throughput_per_h") throughput.add(values[k]);
      if (names[k].kpi == "scrap_parts") scrap.add(values[k]);
      if (names[k].kpi == "down_share") down.add(values[k]);
    }
  }
};

void expect_agree(const Moments& table, const Moments& together, const char* what) {
  const double gap = std::abs(table.mean() - together.mean());
  EXPECT_TRUE(gap <= 0.02 * std::abs(together.mean()) || gap <= table.half_width() + together.half_width())
      << what << ": " << table.mean() << " +- " << table.half_width() << " by tables, " << together.mean() << " +- "
      << together.half_width() << " together";
}

void expect_agree(const IntervalEstimate& table, const IntervalEstimate& together, const char* what) {
  const bool near = std::abs(table.value - together.value) <= 0.02 * together.value;
  EXPECT_TRUE(near || (table.low <= together.high && together.low <= table.high))
      << what << ": " << table.value << " by tables, " << together.value << " together";
}

/// Runs both ways and compares; what the press does in each is told to the caller.
std::pair<Figures, Figures> compare(const Plant& plant) {
  const CyberResult result = simulate_cyber(plant, {.horizon = 8h});
  const Model tables = compile(coupled(plant, result));
  Figures by_tables, together;
  CyberResult last;
  for (std::uint32_t r = 0; r < kRuns; ++r) {
    State state = start(tables, tables.defaults, 1, r);
    KpiObserver observer(tables, state);
    const Totals before = observer.totals(tables, state);
    advance(tables, tables.defaults, state, Time{kHorizon}, observer);
    by_tables.add(tables, before, observer, state);

    Lockstep run(plant, {.horizon = kHorizon, .replication = r});
    State other = start(run.model(), run.model().defaults, 1, r);
    KpiObserver watching(run.model(), other);
    const Totals none = watching.totals(run.model(), other);
    const Outcome outcome =
        run.advance(other, Time{kHorizon}, [&](const Model& model, const Parameters& numbers, State& at, Time until) {
          return advance(model, numbers, at, until, watching);
        });
    EXPECT_EQ(outcome.status, Outcome::Status::done);
    EXPECT_EQ(other.now, Time{kHorizon});
    together.add(run.model(), none, watching, other);
    last = run.finish();
  }
  expect_agree(by_tables.throughput, together.throughput, "throughput");
  expect_agree(by_tables.scrap, together.scrap, "scrap");
  expect_agree(by_tables.down, together.down, "down share");
  expect_agree(result.loops[0].p50_s, last.loops[0].p50_s, "p50");
  expect_agree(result.loops[0].p95_s, last.loops[0].p95_s, "p95");
  expect_agree(result.loops[0].p99_s, last.loops[0].p99_s, "p99");
  return {by_tables, together};
}

/// One that reads when something happens at the press, on average so often, and jitter and loss on the way.
Cyber at_events(Effect effect, double mean, Duration deadline) {
  Cyber cyber = one_link();
  cyber.sensors[0].period = {};
  cyber.sensors[0].events = Distribution::exponential(mean);
  cyber.sensors[0].equipment = kPress;
  cyber.links[0].jitter = Distribution::lognormal(0.030, 1.0);
  cyber.links[0].loss = 0.02;
  cyber.loops[0].equipment = kPress;
  cyber.loops[0].effect = effect;
  cyber.loops[0].deadline = deadline;
  return cyber;
}

const Machine kMachine{.cycle_time = {Distribution::lognormal(4.0, 0.3), {}},
                       .failure = Failure{.time_to_failure = Distribution::exponential(1200.0),
                                          .time_to_repair = Distribution::exponential(120.0)}};

TEST(Lockstep, AgreesWithTablesWhereLateStopsMakeScrap) {
  const auto [tables, together] = compare(plant_with(at_events({Effect::Kind::stop, 0.3, {}}, 4.4, 80ms), kMachine));
  EXPECT_GT(together.scrap.mean(), 100.0);
}

TEST(Lockstep, AgreesWithTablesWhereLateAlarmsLengthenRepairs) {
  // A sensor that reads every two minutes, and loses a third: reactions as long as repairs.
  Cyber cyber = one_link();
  cyber.sensors[0].period = 120s;
  cyber.links[0].loss = 0.33;
  cyber.loops[0].equipment = kPress;
  cyber.loops[0].effect = Effect{Effect::Kind::alarm, 0.0, {}};
  cyber.loops[0].actuator = "edge";
  const auto [tables, together] = compare(plant_with(cyber, kMachine));
  // Without the alarm's delay the press would be down for 120 s in 1320 s of work.
  EXPECT_GT(together.down.mean(), 1.4 * 120.0 / 1320.0);
}

TEST(Lockstep, AgreesWithTablesWhereOperationsWaitForCommands) {
  Cyber cyber = at_events({Effect::Kind::release, 0.0, 5s}, 5.0, 0s);
  cyber.links[0].jitter = Distribution::lognormal(0.5, 0.5);
  const auto [tables, together] = compare(plant_with(cyber, kMachine));
  // 4 s of work, and two crossings of half a second each before
  EXPECT_LT(together.throughput.mean(), 0.95 * 3600.0 / 4.4);
}

TEST(Lockstep, GivesTheSameStateTwice) {
  const Plant plant = plant_with(at_events({Effect::Kind::stop, 0.3, {}}, 4.4, 80ms), kMachine);
  std::vector<std::uint64_t> hashes;
  for (int i = 0; i < 2; ++i) {
    Lockstep run(plant, {.horizon = 30min});
    State state = start(run.model(), run.model().defaults, 7);
    run.advance(state, Time{10min});  // in two steps or in one
    run.advance(state, Time{30min});
    hashes.push_back(hash(run.model(), state));
    run.finish();
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

TEST(Lockstep, OfAPlantWithoutEffectsIsThePlainRun) {
  const Plant plant = plant_with(one_link(), kMachine);
  Lockstep run(plant, {.horizon = 1h});
  State together = start(run.model(), run.model().defaults, 5), plain = together;
  run.advance(together, Time{1h});
  advance(run.model(), run.model().defaults, plain, Time{1h});
  EXPECT_TRUE(equal(run.model(), together, plain));
  EXPECT_EQ(run.finish().loops[0].samples, 36000U);
}

}  // namespace
}  // namespace takt
