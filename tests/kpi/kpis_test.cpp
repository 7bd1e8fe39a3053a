// SPDX-License-Identifier: Apache-2.0
#include "takt/kpi/kpis.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "engine/plants.hpp"
#include "takt/kpi/time_elements.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

/// The KPIs of a window of one run, by "entity kpi".
std::map<std::string, double> observed(const Model& model, Duration warmup, Duration horizon) {
  State state = start(model, model.defaults);
  KpiObserver observer(model, state);
  advance(model, model.defaults, state, Time{warmup}, observer);
  const Totals before = observer.totals(model, state);
  advance(model, model.defaults, state, Time{warmup + horizon}, observer);
  const Totals after = observer.totals(model, state);
  const auto names = kpi_names(model);
  const auto values = kpi_values(model, before, after);
  EXPECT_EQ(names.size(), values.size());
  std::map<std::string, double> kpis;
  for (std::size_t i = 0; i < names.size(); ++i) kpis[names[i].entity + " " + names[i].kpi] = values[i];
  return kpis;
}

// ISO 22400: the numbers of case D34 in tests/validation/exact.json.
TEST(TimeElements, GiveOeeByTheStandardsFormulas) {
  TimeElements t;
  t.planned_busy = 420;
  t.actual_production = 357;
  t.planned_production = 0.5 * 650;
  t.produced = 650;
  t.good = 624;
  EXPECT_NEAR(availability(t), 0.85, 1e-12);
  EXPECT_NEAR(effectiveness(t), 0.9103641457, 1e-10);
  EXPECT_NEAR(quality_ratio(t), 0.96, 1e-12);
  EXPECT_NEAR(oee(t), 0.7428571429, 1e-10);
}

// Cycle 8 s, load 2 s, arrivals every 20 s: by hand.
TEST(Kpis, OfADeterministicMachineAreThoseOfPaperAndPencil) {
  PlantBuilder plant("p");
  auto line = plant.line("e", "w", "l");
  Machine machine = test::machine_with(Distribution::constant(8.0));
  machine.load_time = LawByProduct{Distribution::constant(2.0), {}};
  line.source("s", {Source::Renewal{Distribution::constant(20.0), std::nullopt}, {}, WithoutPlace::lost}, {{"b"}});
  line.buffer("b", {5, 0}, {{"m"}}).machine("m", machine, {{"out"}}).sink("out");
  for (const bool identity : {false, true}) {
    auto kpi = observed(compile(plant.build(), {identity}), 100s, 1000s);
    EXPECT_NEAR(kpi["/ throughput_per_h"], 180.0, 1e-9);
    EXPECT_NEAR(kpi["/e/w/l/m working_share"], 0.4, 1e-12);
    EXPECT_NEAR(kpi["/e/w/l/m setup_share"], 0.1, 1e-12);
    EXPECT_NEAR(kpi["/e/w/l/m starved_share"], 0.5, 1e-12);
    EXPECT_NEAR(kpi["/e/w/l/m availability"], 0.4, 1e-12);
    EXPECT_NEAR(kpi["/e/w/l/m effectiveness"], 1.0, 1e-12);
    EXPECT_NEAR(kpi["/e/w/l/m oee"], 0.4, 1e-12);
    EXPECT_NEAR(kpi["/ wip"], 0.5, 1e-12);
    EXPECT_NEAR(kpi["/ flow_time_s"], 10.0, 1e-9);
    EXPECT_NEAR(kpi["/e/w/l flow_time_s"], 10.0, 1e-9);
    EXPECT_EQ(kpi["/e/w/l/b queue_length"], 0.0);
    EXPECT_EQ(kpi["/e/w/l/b parts_out"], 50.0);
    EXPECT_EQ(kpi["/e/w/l/s loss_share"], 0.0);
  }
}

TEST(Kpis, RollUpToLinesWorkshopsAndEnterprises) {
  // Two lines of one workshop, one after the other; half of the second line's parts are scrap.
  PlantBuilder plant("p");
  auto first = plant.line("e", "w", "first");
  first.source("s", {Source::Renewal{Distribution::constant(10.0), std::nullopt}, {}, WithoutPlace::lost}, {{"a"}});
  first.machine("a", test::machine_with(Distribution::constant(4.0)), {{"second/b"}});
  Machine scrapping = test::machine_with(Distribution::constant(2.0));
  scrapping.scrap = 0.5;
  plant.line("e", "w", "second").machine("b", scrapping, {{"out"}}).sink("out");
  auto kpi = observed(compile(plant.build()), 0s, 100'000s);
  EXPECT_NEAR(kpi["/e/w/first parts_out"], 10'000.0, 1.0);
  EXPECT_NEAR(kpi["/e/w/second parts_out"], 5'000.0, 4.5 * 50.0);
  EXPECT_EQ(kpi["/e/w parts_out"], kpi["/e/w/second parts_out"]);
  EXPECT_EQ(kpi["/e parts_out"], kpi["/ parts_out"]);
  EXPECT_NEAR(kpi["/e/w/first working_share"], 0.4, 1e-3);
  EXPECT_NEAR(kpi["/e/w working_share"], 0.3, 1e-3);
  EXPECT_NEAR(kpi["/e/w scrap_parts"] + kpi["/e/w parts_out"], 10'000.0, 2.0);
  EXPECT_NEAR(kpi["/e/w quality_ratio"], (10'000.0 + kpi["/e/w/second parts_out"]) / 20'000.0, 1e-3);
  EXPECT_NEAR(kpi["/e wip"], 0.6, 1e-3);
  EXPECT_NEAR(kpi["/ flow_time_s"], 6.0, 1e-2);
}

TEST(Kpis, OfCrewsAndProducts) {
  PlantBuilder plant("p");
  plant.product("a").product("b").crew("e", "w", {"crew", 1});
  auto line = plant.line("e", "w", "l");
  Machine machine;
  machine.cycle_time = {{}, {{"a", Distribution::constant(1.0)}, {"b", Distribution::constant(3.0)}}};
  machine.failure = Failure{Distribution::constant(90.0), Distribution::constant(10.0), FailureClock::calendar, "crew",
                            OnFailure::resume};
  line.source("s", {Source::Saturated{}, {{"a", 1.0}, {"b", 1.0}}, WithoutPlace::lost}, {{"m"}})
      .machine("m", machine, {{"out"}})
      .sink("out");
  auto kpi = observed(compile(plant.build()), 0s, 100'000s);
  EXPECT_NEAR(kpi["/e/w/crew busy"], 0.1, 1e-3);
  EXPECT_NEAR(kpi["/e/w/crew utilisation"], 0.1, 1e-3);
  EXPECT_NEAR(kpi["/e/w/l/m down_share"], 0.1, 1e-3);
  EXPECT_NEAR(kpi["/e/w/l/m downtime_s"], 10.0, 1e-9);
  EXPECT_NEAR(kpi["products/a parts_out"] + kpi["products/b parts_out"], kpi["/ parts_out"], 0.5);
  EXPECT_NEAR(kpi["/e/w/l/m effectiveness"], 1.0, 1e-3);  // planned by the mix that was made
  EXPECT_NEAR(kpi["products/b flow_time_s"], 3.0 / 0.9, 0.05);
}

}  // namespace
}  // namespace takt
