// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/alignment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/plants.hpp"
#include "takt/core/error.hpp"
#include "takt/engine/advance.hpp"
#include "takt/sync/run_log.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

EventLog log_of(const Plant& plant, Duration horizon, std::uint64_t seed, RunLogOptions options = {}) {
  const Model model = compile(plant, {.part_identity = true});
  State state = start(model, model.defaults, seed);
  RunLog run(model, state, options);
  advance(model, model.defaults, state, Time{horizon}, [&run](const Event& event) { run.add(event); });
  return run.log();
}

Alignment aligned(const EventLog& first, const EventLog& second, const AlignOptions& options = {}) {
  return align(events_of(first), events_of(second), options);
}

Machine taking(double s) { return test::machine_with(Distribution::constant(s)); }

const StationAlignment& station(const Alignment& alignment, const std::string& name) {
  return *std::ranges::find(alignment.stations, name, &StationAlignment::station);
}

/// Stations by name, each seconds after the one before.
EventLog rows(const std::vector<std::pair<std::string, double>>& finished, const std::string& product = "") {
  EventLog log;
  for (const auto& [name, at_s] : finished) {
    const WallClock::Instant at{from_seconds(at_s)};
    log.add({.case_id = "1", .activity = name, .resource = name, .product = product, .start = at, .complete = at});
  }
  return log;
}

TEST(Alignment, OfALogWithItselfIsWhole) {
  const EventLog log = log_of(test::ten_machines(), 1h, 1);
  const Alignment alike = aligned(log, log);
  EXPECT_GT(alike.first, 30'000U);
  EXPECT_EQ(alike.logic, 1.0);
  EXPECT_EQ(alike.timing, 1.0);
  EXPECT_TRUE(alike.unmatched.empty());
  EXPECT_EQ(alike.stations.size(), 11U);  // the source is one
}

// Events of a are one too many, and one is 6 s late: allowed is half of a cycle of 10 s. By hand: the longer has seven
// events, six of them come in order and five in time.
TEST(Alignment, TellsWhatDidNotMatch) {
  const EventLog first = rows({{"a", 10}, {"b", 15}, {"a", 20}, {"b", 25}, {"a", 30}, {"b", 35}, {"a", 40}});
  const EventLog second = rows({{"a", 10}, {"b", 15}, {"a", 20}, {"b", 31}, {"a", 33}, {"b", 37}});
  const Alignment alike = aligned(first, second);
  EXPECT_EQ(alike.first, 7U);
  EXPECT_EQ(alike.second, 6U);
  EXPECT_DOUBLE_EQ(alike.logic, 6.0 / 7.0);
  EXPECT_DOUBLE_EQ(alike.timing, 5.0 / 7.0);
  EXPECT_EQ(station(alike, "a").within, 5s);
  EXPECT_EQ(alike.stations[0].station, "b");  // two of three in time are less than three of four
  EXPECT_DOUBLE_EQ(alike.stations[0].timing(), 2.0 / 3.0);
  ASSERT_EQ(alike.unmatched.size(), 3U);
  EXPECT_EQ(alike.unmatched[0].station, "b");
  EXPECT_TRUE(alike.unmatched[0].in_first);
  EXPECT_EQ(alike.unmatched[0].apart, 6s);
  EXPECT_EQ(alike.unmatched[1].apart, -6s);
  EXPECT_FALSE(alike.unmatched[1].in_first);
  EXPECT_EQ(alike.unmatched[2].station, "a");
  EXPECT_EQ(alike.unmatched[2].apart, std::nullopt);
  EXPECT_EQ(aligned(first, second, {.within = 6s}).timing, 6.0 / 7.0);
  EXPECT_EQ(aligned(first, second, {.listed = 0}).unmatched.size(), 0U);
}

// One part at a time goes through three stations, which makes the order of events the plant's own.
TEST(Alignment, FallsInOrderWhereStationsAreSwapped) {
  const auto line = [](bool swapped) {
    PlantBuilder plant("line");
    auto l = plant.line("e", "w", "l");
    l.source("inlet", {Source::Renewal{Distribution::constant(60.0), {}}, {}, WithoutPlace::held},
             {{swapped ? "glue" : "cut"}});
    l.machine("cut", taking(10.0), {{swapped ? "paint" : "glue"}});
    l.machine("glue", taking(10.0), {{swapped ? "cut" : "paint"}});
    l.machine("paint", taking(10.0), {{"store"}});
    l.sink("store");
    return plant.build();
  };
  const EventLog right = log_of(line(false), 8h, 1);
  EXPECT_EQ(aligned(right, log_of(line(false), 8h, 2)).timing, 1.0);
  const Alignment wrong = aligned(right, log_of(line(true), 8h, 1));
  // Of the arrival and six events of a part, four come in the same order, such as: the cut ends, paint, paint, next.
  EXPECT_NEAR(wrong.logic, 4.0 / 7.0, 0.01);
  EXPECT_LT(wrong.timing, 0.75);
  EXPECT_EQ(station(wrong, "/e/w/l/paint").timing(), 1.0);
  EXPECT_EQ(wrong.stations.back().timing(), 1.0);
  EXPECT_LT(wrong.stations[0].timing(), 0.1);
}

// The pace is right in the mean, but every other part comes 4 s early.
TEST(Alignment, FallsInTimeWhereEventsAreOutOfStep) {
  EventLog regular, irregular;
  for (int i = 1; i <= 1000; ++i) {
    const auto add = [](EventLog& log, double at_s) {
      log.add({.case_id = "1",
               .activity = "a",
               .resource = "a",
               .start = WallClock::Instant{from_seconds(at_s - 3.0)},
               .complete = WallClock::Instant{from_seconds(at_s)}});
    };
    add(regular, 10.0 * i);
    add(irregular, 10.0 * i - (i % 2 == 0 ? 4.0 : 0.0));
  }
  const Alignment alike = aligned(regular, irregular);
  EXPECT_EQ(alike.logic, 1.0);
  EXPECT_EQ(alike.timing, 0.5);
}

TEST(Alignment, ComparesEndsAloneWhereOneLogTellsNoBeginnings) {
  const Plant plant = test::serial_line({taking(10.0), taking(8.0)}, {2});
  const Alignment alike = aligned(log_of(plant, 1h, 1), log_of(plant, 1h, 1, {.starts = false}));
  EXPECT_EQ(alike.timing, 1.0);
  EXPECT_EQ(alike.first, alike.second);
}

TEST(Alignment, HoldsProductsApartWhereBothLogsTellThem) {
  const EventLog red = rows({{"a", 10}, {"a", 20}}, "red"), blue = rows({{"a", 10}, {"a", 20}}, "blue");
  EXPECT_EQ(aligned(red, red).logic, 1.0);
  EXPECT_EQ(aligned(red, blue).logic, 0.0);
  EXPECT_EQ(aligned(red, rows({{"a", 10}, {"a", 20}})).logic, 1.0);
}

TEST(Alignment, RefusesLogsOfOtherPlacesAndTimesBelowZero) {
  const EventLog a = rows({{"/e/w/l/cutter", 10}}), b = rows({{"/e/w/l/cuter", 10}});
  try {
    aligned(a, b);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults()[0].nearest, "/e/w/l/cutter");
    EXPECT_THAT(error.what(), testing::HasSubstr("at least one that the first log has"));
  }
  EXPECT_THROW(aligned(a, a, {.within = -1s}), InvalidInput);
  EXPECT_EQ(aligned(a, {}).logic, 0.0);
  EXPECT_EQ(aligned({}, {}).logic, 1.0);
}

TEST(Alignment, KnowsTheEventsOfEachKindOfRow) {
  EventLog log;
  const auto at = [](int s) { return WallClock::Instant{1s * s}; };
  log.add({.case_id = "1",
           .activity = "arrival",
           .resource = "inlet",
           .kind = EventKind::arrival,
           .start = at(0),
           .complete = at(0)});
  log.add(
      {.case_id = "1", .activity = "a", .resource = "a", .kind = EventKind::setup, .start = at(0), .complete = at(2)});
  log.add({.case_id = "1", .activity = "a", .resource = "a", .start = at(2), .complete = at(9), .scrap = 1.0});
  log.add({.activity = "breakdown", .resource = "a", .kind = EventKind::breakdown, .start = at(5), .complete = at(7)});
  log.add({.case_id = "2", .activity = "a", .start = at(9)});
  std::vector<std::string> told;
  for (const SequenceEvent& each : events_of(log).events)
    told.push_back(std::to_string(each.at.time_since_epoch() / 1s) + " " + std::string(name_of(each.what)));
  EXPECT_THAT(told, testing::ElementsAre("0 arrived", "0 setup started", "2 setup finished", "2 started", "5 failed",
                                         "7 repaired", "9 scrapped", "9 started"));
  EXPECT_EQ(events_of(log).mean_cycle_s, (std::vector<double>{0.0, 7.0}));
}

}  // namespace
}  // namespace takt
