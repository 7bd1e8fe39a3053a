// SPDX-License-Identifier: Apache-2.0
// Bounds of plants small enough to be worked out by hand; each sum stands beside its expectation.
#include "takt/topology/capacity.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "engine/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using test::failing;
using test::machine_with;
using testing::ElementsAre;
using testing::IsEmpty;

Machine takes(double seconds) { return machine_with(Distribution::constant(seconds)); }
const Source kSaturated{Source::Saturated{}, {}, WithoutPlace::lost};

struct Bound {
  double rate = 0.0;
  std::vector<std::string> limited_by;
};

/// Of "" (the whole plant) or of a level.
Bound bound_of(const Plant& plant, const std::string& level = "", const CapacityOptions& options = {}) {
  const Model model = compile(plant);
  for (const CapacityBound& bound : capacity_bounds(model, model.defaults, options)) {
    if ((bound.entity == kNone ? "" : model.entities[bound.entity].path) != level) continue;
    Bound result{bound.throughput_per_h, {}};
    for (const std::uint32_t e : bound.limited_by) result.limited_by.push_back(model.entities[e].path);
    return result;
  }
  return {std::nan(""), {}};
}

double rate_of_one(const Machine& machine, const CapacityOptions& options = {}) {
  return bound_of(test::serial_line({machine}, {}), "", options).rate;
}

// ---- stations ------------------------------------------------------------------------------------------------------

TEST(Capacity, OfALineIsThatOfItsSlowestStation) {
  const Bound bound = bound_of(test::serial_line({takes(10.0), takes(12.0), takes(11.0)}, {5, 0}));
  EXPECT_NEAR(bound.rate, 300.0, 1e-6);
  EXPECT_THAT(bound.limited_by, ElementsAre("/e/w/l/m01"));
}

TEST(Capacity, CountsServersAndLoading) {
  Machine machine = takes(10.0);
  machine.servers = 3;
  machine.load_time = LawByProduct{Distribution::constant(2.0), {}};
  EXPECT_NEAR(rate_of_one(machine), 3 * 3600.0 / 12.0, 1e-6);
}

TEST(Capacity, CountsFailuresByTheirClock) {
  EXPECT_NEAR(rate_of_one(failing(Distribution::constant(10.0), 90.0, 10.0, FailureClock::calendar)), 360 * 0.9, 1e-6);
  EXPECT_NEAR(rate_of_one(failing(Distribution::constant(10.0), 90.0, 10.0)), 360 * 0.9, 1e-6);

  // On working time the clock stands still while a part is loaded: 10 s of work cost 10/9 s of repair, 8 s of loading
  // none.
  Machine machine = failing(Distribution::constant(10.0), 90.0, 10.0);
  machine.load_time = LawByProduct{Distribution::constant(8.0), {}};
  EXPECT_NEAR(rate_of_one(machine), 3600.0 / (8.0 + 10.0 / 0.9), 1e-6);
}

TEST(Capacity, CountsShiftsByTheWeekOrTheWindow) {
  Machine machine = takes(10.0);
  machine.calendar = "day";
  Calendar day;
  for (std::size_t i = 0; i < 5; ++i) day.week[i] = {parse_day_span("06:00-14:00")};
  day.exceptions["2026-03-03"] = {};
  PlantBuilder plant("p");
  plant.calendar("day", day).clock({parse_instant("2026-03-02T00:00:00"), "UTC"});  // a Monday
  plant.line("e", "w", "l").source("in", kSaturated, {{"m"}}).machine("m", machine, {{"out"}}).sink("out");
  EXPECT_NEAR(bound_of(plant.build()).rate, 360.0 * 40 / 168, 1e-6);
  EXPECT_NEAR(bound_of(plant.build(), "", {.window = {{Time{0h}, Time{24h}}}}).rate, 120.0, 1e-6);
  EXPECT_NEAR(bound_of(plant.build(), "", {.window = {{Time{0h}, Time{48h}}}}).rate, 60.0, 1e-6);
  EXPECT_NEAR(bound_of(plant.build(), "", {.window = {{Time{12h}, Time{20h}}}}).rate, 90.0, 1e-6);
  EXPECT_THROW(bound_of(plant.build(), "", {.window = {{Time{2h}, Time{2h}}}}), InvalidInput);
}

TEST(Capacity, LetsFailuresAndShiftsOverlapAsMuchAsTheyCan) {
  Calendar day;
  for (auto& spans : day.week) spans = {parse_day_span("00:00-12:00")};
  const auto rate = [&day](FailureClock clock, Distribution up, Distribution down) {
    Machine machine = takes(10.0);
    machine.calendar = "day";
    machine.failure = Failure{std::move(up), std::move(down), clock, "", OnFailure::resume};
    PlantBuilder plant("p");
    plant.calendar("day", day);
    plant.line("e", "w", "l").source("in", kSaturated, {{"m"}}).machine("m", machine, {{"out"}}).sink("out");
    return bound_of(plant.build()).rate;
  };
  const auto exponential = [](double mean) { return Distribution::exponential(mean); };
  const auto constant = [](double value) { return Distribution::constant(value); };
  EXPECT_NEAR(rate(FailureClock::calendar, exponential(900.0), exponential(100.0)), 360.0 * 0.5 * 0.9, 1e-6);
  EXPECT_NEAR(rate(FailureClock::calendar, constant(43200.0), constant(43200.0)), 180.0, 1e-6);  // always by night
  EXPECT_NEAR(rate(FailureClock::on_shift, exponential(900.0), exponential(100.0)), 180.0, 1e-6);
  EXPECT_NEAR(rate(FailureClock::on_shift, exponential(100.0), exponential(300.0)), 90.0, 1e-6);
  EXPECT_NEAR(rate(FailureClock::working, exponential(100.0), exponential(300.0)), 90.0, 1e-6);
}

TEST(Capacity, ToldOfEachStation) {
  Machine machine = failing(Distribution::constant(10.0), 90.0, 10.0);
  machine.cycle_time.of["b"] = Distribution::constant(40.0);
  PlantBuilder plant("p");
  plant.product("a").product("b");
  plant.line("e", "w", "l")
      .source("in", {Source::Saturated{}, {{"a", 1.0}, {"b", 1.0}}, WithoutPlace::lost}, {{"m"}})
      .machine("m", machine, {{"out"}})
      .sink("out");
  const Model model = compile(plant.build());
  const std::vector<StationCapacity> stations = station_capacities(model, model.defaults);
  ASSERT_EQ(stations.size(), 1U);
  EXPECT_DOUBLE_EQ(stations[0].availability, 0.9);
  EXPECT_NEAR(stations[0].rate_per_h[0], 324.0, 1e-9);
  EXPECT_NEAR(stations[0].rate_per_h[1], 81.0, 1e-9);
}

// ---- sources -------------------------------------------------------------------------------------------------------

Plant fed_by(const Source& source, double cycle = 10.0) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l").source("in", source, {{"m"}}).machine("m", takes(cycle), {{"out"}}).sink("out");
  return plant.build();
}

TEST(Capacity, IsNoMoreThanWhatArrives) {
  for (const WithoutPlace rule : {WithoutPlace::lost, WithoutPlace::held}) {
    const Bound bound = bound_of(fed_by({Source::Renewal{Distribution::lognormal(20.0, 2.0), {}}, {}, rule}));
    EXPECT_NEAR(bound.rate, 180.0, 1e-6);
    EXPECT_THAT(bound.limited_by, ElementsAre("/e/w/l/in"));
  }
}

TEST(Capacity, SpreadsATimetableOverTheWindow) {
  const Source source{
      Source::Timetable{{{Time{1h}, "", 60}, {Time{5h}, "", 20}, {Time{9h}, "", 50}}}, {}, WithoutPlace::held};
  EXPECT_NEAR(bound_of(fed_by(source)).rate, 360.0, 1e-6);
  EXPECT_NEAR(bound_of(fed_by(source), "", {.window = {{Time{0h}, Time{8h}}}}).rate, 10.0, 1e-6);
}

TEST(Capacity, IsInfiniteWhereNothingTakesTime) {
  const Bound bound = bound_of(fed_by(kSaturated, 0.0));
  EXPECT_EQ(bound.rate, std::numeric_limits<double>::infinity());
  EXPECT_THAT(bound.limited_by, IsEmpty());
}

// ---- routes --------------------------------------------------------------------------------------------------------

TEST(Capacity, CountsScrapAndRework) {
  // Of 100 tests 20 send their part back and 10 scrap it: 72 good parts come out of 100 tests.
  Machine test = takes(10.0);
  test.scrap = 0.1;
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("in", {Source::Renewal{Distribution::exponential(1.0), {}}, {}, WithoutPlace::lost}, {{"queue"}})
      .buffer("queue", {{}, 0}, {{"test"}})
      .machine("test", test, {{"out", 0.8}, {"queue", 0.2}})
      .sink("out");
  EXPECT_NEAR(bound_of(plant.build()).rate, 360.0 * 0.9 * 0.8, 1e-5);
}

TEST(Capacity, AddsUpMachinesThatShareABuffer) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("in", kSaturated, {{"b"}})
      .buffer("b", {5, 0}, {{"x"}, {"y"}})
      .machine("x", takes(10.0), {{"out"}})
      .machine("y", takes(20.0), {{"out"}})
      .sink("out");
  const Bound bound = bound_of(plant.build());
  EXPECT_NEAR(bound.rate, 540.0, 1e-5);
  EXPECT_THAT(bound.limited_by, ElementsAre("/e/w/l/x", "/e/w/l/y"));
}

Plant split(std::optional<std::uint32_t> places) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("in", kSaturated, {{"m"}})
      .machine("m", takes(4.0), {{"slow_queue", 0.5}, {"fast_queue", 0.5}})
      .buffer("slow_queue", {places, 0}, {{"slow"}})
      .buffer("fast_queue", {places, 0}, {{"fast"}})
      .machine("slow", takes(30.0), {{"out"}})
      .machine("fast", takes(5.0), {{"out"}})
      .sink("out");
  return plant.build();
}

TEST(Capacity, KeepsTheSharesOfRoutesWhereRoomIsLimited) {
  EXPECT_NEAR(bound_of(split(10)).rate, 2 * 120.0, 1e-5);            // the fast half waits for the slow one
  EXPECT_NEAR(bound_of(split(std::nullopt)).rate, 450 + 120, 1e-5);  // the slow half piles up
}

TEST(Capacity, KeepsTheMixOfAnOrderlySource) {
  const auto rate = [](const Source& source) {
    PlantBuilder plant("p");
    Machine machine = takes(10.0);
    machine.cycle_time.of["b"] = Distribution::constant(30.0);
    plant.product("a").product("b");
    plant.line("e", "w", "l").source("in", source, {{"m"}}).machine("m", machine, {{"out"}}).sink("out");
    return bound_of(plant.build()).rate;
  };
  const std::vector<ProductShare> mix{{"a", 3.0}, {"b", 1.0}};
  EXPECT_NEAR(rate({Source::Saturated{}, mix, WithoutPlace::lost}), 3600.0 / 15.0, 1e-5);
  const Source::Renewal arrivals{Distribution::constant(12.0), {}};  // 300 an hour: 225 of a, 75 of b
  EXPECT_NEAR(rate({arrivals, mix, WithoutPlace::held}), 3600.0 / 15.0, 1e-5);
  EXPECT_NEAR(rate({arrivals, mix, WithoutPlace::lost}), 225.0 + (3600.0 - 2250.0) / 30.0, 1e-5);  // b is lost
}

TEST(Capacity, OfALevelCountsWhatGoesOutOfIt) {
  Machine cutter = takes(10.0);
  cutter.scrap = 0.25;
  PlantBuilder plant("p");
  plant.line("e", "cut", "l1")
      .source("in", kSaturated, {{"cutter"}})
      .machine("cutter", cutter, {{"/e/sew/l1/b", 0.5}, {"/e/sew/l2/b", 0.5}});
  plant.line("e", "sew", "l1").buffer("b", {5, 0}, {{"m"}}).machine("m", takes(20.0), {{"out"}}).sink("out");
  plant.line("e", "sew", "l2").buffer("b", {{}, 0}, {{"m"}}).machine("m", takes(90.0), {{"out"}}).sink("out");
  EXPECT_NEAR(bound_of(plant.build(), "/e/cut/l1").rate, 270.0, 1e-5);
  EXPECT_NEAR(bound_of(plant.build(), "/e/sew/l1").rate, 135.0, 1e-5);
  EXPECT_NEAR(bound_of(plant.build(), "/e/sew/l2").rate, 40.0, 1e-5);
  EXPECT_NEAR(bound_of(plant.build(), "/e/sew").rate, 175.0, 1e-5);
  EXPECT_NEAR(bound_of(plant.build()).rate, 175.0, 1e-5);
  EXPECT_NEAR(bound_of(plant.build(), "", {.largest_program = 0}).rate, 180.0 + 40.0, 1e-5);
}

TEST(Capacity, OfALoopOfPalletsIsThatOfItsSlowestStation) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l1").buffer("b", {6, 4}, {{"m"}}).machine("m", takes(10.0), {{"/e/w/l2/b"}});
  plant.line("e", "w", "l2").buffer("b", {6, 0}, {{"m"}}).machine("m", takes(15.0), {{"/e/w/l1/b"}});
  EXPECT_NEAR(bound_of(plant.build(), "/e/w/l1").rate, 240.0, 1e-5);
  EXPECT_EQ(bound_of(plant.build()).rate, 0.0);
}

// ---- work that is broken off ---------------------------------------------------------------------------------------

TEST(Capacity, AllowsForLongOperationsThatNeverEnd) {
  // One operation in two takes 1 s, the other 100 s; a failure about every 20 s of work breaks those off. The parts
  // that come through took far less than 50.5 s each.
  for (const OnFailure rule : {OnFailure::restart, OnFailure::scrap}) {
    Machine machine = failing(Distribution::discrete({1.0, 100.0}, {1.0, 1.0}), 20.0, 1.0);
    machine.failure->on_failure = rule;
    const Plant plant = test::serial_line({machine}, {});
    const Model model = compile(plant);
    State state = start(model, model.defaults);
    advance(model, model.defaults, state, Time{200h});
    const double simulated = static_cast<double>(ConstStateView(model, state).sinks[0]) / 200.0;
    EXPECT_GT(simulated, 1.5 * 3600.0 / 50.5);
    const double bound = bound_of(plant).rate;
    EXPECT_GT(bound, simulated);
    EXPECT_LT(bound, 40.0 * simulated);
    machine.cycle_time.law = Distribution::gamma(10.0, 0.7);  // nothing to gain from beginning anew
    EXPECT_NEAR(rate_of_one(machine), 360.0 * 20.0 / 21.0, 1e-6);
  }
}

// ---- maximum flow --------------------------------------------------------------------------------------------------

TEST(MaxFlow, FindsTheCutBetweenSourcesAndSinks) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("in", kSaturated, {{"b"}})
      .buffer("b", {5, 0}, {{"x"}, {"y"}})
      .machine("x", takes(10.0), {{"c"}})
      .machine("y", takes(20.0), {{"c"}})
      .buffer("c", {5, 0}, {{"z"}})
      .machine("z", takes(9.0), {{"out"}})
      .sink("out");
  const Model model = compile(plant.build());
  const CapacityBound bound = max_flow_bound(model, model.defaults);
  EXPECT_NEAR(bound.throughput_per_h, 400.0, 1e-6);
  ASSERT_EQ(bound.limited_by.size(), 1U);
  EXPECT_EQ(model.entities[bound.limited_by[0]].path, "/e/w/l/z");
}

}  // namespace
}  // namespace takt
