// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/control/alerts.hpp"

#include <gtest/gtest.h>

#include "engine/plants.hpp"
#include "takt/core/byte_stream.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using Instant = WallClock::Instant;
using Kind = AlertEvent::Kind;

const Instant kBegin = parse_instant("2026-03-02T06:00:00Z");

std::vector<AlertEvent> see(Alerts& alerts, double value, Duration at, const std::string& about = "/rack") {
  const Signal signal{"level", about, value};
  return alerts.observe({&signal, 1}, kBegin + at);
}

TEST(Alerts, AreRaisedAtTheirLimitAndClearedBelowTheirDeadband) {
  Alerts alerts({{.name = "full", .signal = "level", .about = "/rack", .raise = 9, .clear = 6}});
  EXPECT_TRUE(see(alerts, 8.9, 0s).empty());
  const std::vector<AlertEvent> raised = see(alerts, 9, 1s);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].kind, Kind::raised);
  EXPECT_EQ(raised[0].alert.about, "/rack");
  for (const double value : {8.0, 9.5, 7.0, 6.1}) EXPECT_TRUE(see(alerts, value, 2s).empty()) << value;
  const std::vector<AlertEvent> cleared = see(alerts, 6, 3s);
  ASSERT_EQ(cleared.size(), 1U);
  EXPECT_EQ(cleared[0].kind, Kind::cleared);
  EXPECT_EQ(cleared[0].alert.worst, 9.5);
  EXPECT_EQ(cleared[0].alert.raised, kBegin + 1s);
}

TEST(Alerts, OfLowValuesAreTheMirrorImage) {
  Alerts alerts({{.name = "empty", .signal = "level", .raise = 1, .clear = 3, .low = true}});
  EXPECT_TRUE(see(alerts, 2, 0s).empty());
  EXPECT_EQ(see(alerts, 1, 1s).size(), 1U);
  EXPECT_TRUE(see(alerts, 2.9, 2s).empty());
  EXPECT_EQ(see(alerts, 3, 3s).size(), 1U);
}

TEST(Alerts, WaitForTheirDelays) {
  Alerts alerts({{.name = "full", .signal = "level", .raise = 9, .clear = 9, .on_delay = 10s, .off_delay = 5s}});
  EXPECT_TRUE(see(alerts, 9, 0s).empty());
  EXPECT_TRUE(see(alerts, 8, 9s).empty()) << "it was not beyond for ten seconds";
  EXPECT_TRUE(see(alerts, 9, 10s).empty());
  EXPECT_EQ(see(alerts, 9, 20s).size(), 1U);
  EXPECT_TRUE(see(alerts, 8, 21s).empty());
  EXPECT_TRUE(see(alerts, 9, 24s).empty()) << "back beyond before the delay was over";
  EXPECT_TRUE(see(alerts, 8, 25s).empty());
  EXPECT_EQ(see(alerts, 8, 30s).size(), 1U);
}

TEST(Alerts, StandUntilTheyAreBothClearedAndAcknowledged) {
  Alerts alerts({{.name = "full", .signal = "level", .raise = 9, .clear = 6}});
  see(alerts, 9, 0s, "/a");
  see(alerts, 9, 1s, "/b");
  see(alerts, 5, 2s, "/a");
  ASSERT_EQ(alerts.standing().size(), 2U);
  EXPECT_FALSE(alerts.standing()[0].active);
  alerts.acknowledge("full", "/a", "the shift leader", kBegin + 3s);
  alerts.acknowledge("full", "/b", "the shift leader", kBegin + 3s);
  ASSERT_EQ(alerts.standing().size(), 1U);
  EXPECT_EQ(alerts.standing()[0].about, "/b");
  EXPECT_THROW(alerts.acknowledge("full", "/b", "another", kBegin), InvalidInput);
  EXPECT_THROW(alerts.acknowledge("full", "/c", "another", kBegin), InvalidInput);
  see(alerts, 5, 4s, "/b");
  EXPECT_TRUE(alerts.standing().empty());
}

TEST(Alerts, GoOnFromTheirBytes) {
  const std::vector<AlertRule> rules{{.name = "full", .signal = "level", .raise = 9, .clear = 6, .on_delay = 10s}};
  Alerts alerts(rules);
  see(alerts, 9, 0s);
  Alerts later(rules);
  from_bytes_of(to_bytes_of(alerts), later);
  EXPECT_EQ(see(later, 9, 10s).size(), 1U);
}

TEST(Alerts, TellEveryFaultOfTheirRules) {
  try {
    Alerts({{.name = "a", .signal = "", .raise = 1, .clear = 2},
            {.name = "a", .signal = "level", .about = "", .raise = NAN, .on_delay = -1s}});
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults().size(), 6U) << error.what();
    EXPECT_EQ(error.faults()[0].path, "/alerts/0/signal");
  }
}

TEST(Perception, TellsWhatATwinKnows) {
  Twin twin(compile(test::serial_line({test::failing(Distribution::constant(30.0), 500.0, 60.0),
                                       test::failing(Distribution::constant(20.0), 500.0, 60.0)},
                                      {4})));
  Snapshot snapshot{.ts = twin.model().plant.clock.to_wall(Time{100s}), .source = "plc", .seq = 1};
  snapshot.entities.push_back({.path = "/e/w/l/m01", .state = "Aborted", .state_since = snapshot.ts - 30s});
  snapshot.entities.push_back({.path = "/e/w/l/b00", .level = 3});
  ASSERT_EQ(twin.apply(snapshot).status, MergeReport::Status::applied);
  Verdict verdict{.trust = Trust::invalid};
  verdict.doubts.push_back({.trust = Trust::invalid, .check = "drift", .about = "/e/w/l/m01", .value = 7.0});
  std::map<std::pair<std::string, std::string>, double> of;
  for (const Signal& signal : perceive(twin, verdict)) of[{signal.name, signal.about}] = signal.value;
  EXPECT_NEAR((of[{"down_s", "/e/w/l/m01"}]), 30.0, 1e-6);
  EXPECT_EQ((of[{"down_s", "/e/w/l/m00"}]), 0.0);
  EXPECT_EQ((of[{"level", "/e/w/l/b00"}]), 3.0);
  EXPECT_EQ((of[{"fill", "/e/w/l/b00"}]), 0.75);
  EXPECT_NEAR((of[{"cycle_s", "/e/w/l/m00"}]), 30.0, 1e-9);
  EXPECT_EQ((of[{"trust", "/"}]), 2.0);
  EXPECT_EQ((of[{"drift", "/"}]), 2.0);
  EXPECT_EQ((of.at({"skill", "/"})), 0.0);
}

}  // namespace
}  // namespace takt
