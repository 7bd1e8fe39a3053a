// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/live_twin.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "engine/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using Instant = WallClock::Instant;
using Kind = Delivery::Kind;
using Status = MergeReport::Status;

constexpr Instant kBegin{Duration{1'700'000'000s}};
constexpr const char* kFirst = "/e/w/l/m00";
constexpr const char* kBuffer = "/e/w/l/b00";

Plant two_machines(Instant epoch = {}) {
  Plant plant = test::serial_line(
      {test::machine_with(Distribution::constant(10.0)), test::machine_with(Distribution::constant(12.0))}, {4});
  plant.clock.epoch = epoch;
  return plant;
}

/// A message of a controller, as it is sent: complete ones begin its count.
Delivery message(std::uint64_t seq, Instant ts, std::uint64_t good, bool complete = false,
                 const std::string& source = "plc") {
  EntityReading reading{.path = kFirst};
  reading.state = "Execute";
  reading.counters = CounterReading{.good = good};
  Delivery delivery{.arrival = ts + 5ms, .source = source};
  delivery.snapshot = {.ts = ts, .source = source, .seq = seq, .complete = complete, .entities = {reading}};
  return delivery;
}

/// Options under which what arrives is merged at once.
LiveOptions prompt() {
  LiveOptions options;
  options.ingest.lateness = Duration{0};
  return options;
}

void take_all(LiveTwin& live, std::vector<Delivery> deliveries) {
  for (Delivery& each : deliveries) ASSERT_TRUE(live.take(each));
}

std::uint64_t sum_of(const auto& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

TEST(LiveTwin, AccountsForEveryMessage) {
  LiveTwin live(two_machines(kBegin), prompt());
  Delivery unknown = message(3, kBegin + 40s, 4);
  unknown.snapshot.entities.push_back({.path = "/e/w/l/m0O", .state = "Execute"});
  Delivery far = message(4, kBegin + 60s, 6);
  far.snapshot.ts = kBegin + 24h * 365 * 200;
  Delivery nonsense{.kind = Kind::rejected, .arrival = kBegin + 50s, .source = "plc", .fault = {.value = "{"}};
  take_all(live, {message(0, kBegin + 10s, 1, true), message(1, kBegin + 20s, 2), message(1, kBegin + 20s, 2),
                  message(2, kBegin + 30s, 3), unknown, nonsense, far});
  live.pass(kBegin + 61s);

  const LiveCounts& counts = live.counts();
  EXPECT_EQ(counts.of(Kind::message), 6U);
  EXPECT_EQ(counts.of(Kind::rejected), 1U);
  EXPECT_EQ(live.ingest().counts().of(Taken::duplicate), 1U);
  EXPECT_EQ(live.ingest().counts().of(Taken::rejected), 1U);
  EXPECT_EQ(counts.of(Status::applied), 4U);
  EXPECT_EQ(counts.unknown_readings, 1U);
  EXPECT_EQ(counts.of(Kind::message), sum_of(live.ingest().counts().taken));
  EXPECT_EQ(live.ingest().counts().given + live.ingest().waiting(), live.ingest().counts().of(Taken::accepted));
  EXPECT_EQ(live.ingest().counts().given, sum_of(counts.merged) + counts.stuck);
  ASSERT_EQ(live.last_conflicts().size(), 1U);
  EXPECT_EQ(live.last_conflicts().front().fault.nearest, kFirst);
  ASSERT_EQ(live.last_rejections().size(), 1U);
}

TEST(LiveTwin, TellsASinkWhatBecameOfEachMessage) {
  std::vector<std::pair<std::uint64_t, Status>> told;
  LiveTwin live(two_machines(kBegin), prompt(), [&told](const Snapshot& snapshot, const MergeReport& report) {
    told.emplace_back(snapshot.seq, report.status);
  });
  Delivery late = message(2, kBegin + 5s, 1);
  late.sending.recorded = true;
  take_all(live, {message(0, kBegin + 10s, 1, true), message(1, kBegin + 20s, 2), late});
  live.finish(kBegin + 21s);
  EXPECT_EQ(told, (std::vector<std::pair<std::uint64_t, Status>>{
                      {0, Status::applied}, {1, Status::applied}, {2, Status::late}}));
}

TEST(LiveTwin, BeginsAtThePlantsEpochWhereThatIsNear) {
  LiveTwin live(two_machines(kBegin), prompt());
  EXPECT_EQ(live.twin(), nullptr);
  take_all(live, {message(0, kBegin + 100s, 9, true)});
  live.pass(kBegin + 100s);
  ASSERT_NE(live.twin(), nullptr);
  EXPECT_EQ(live.twin()->time(), Time{100s});
}

TEST(LiveTwin, BeginsWithItsFirstMessageWhereThePlantsEpochIsFar) {
  for (const Instant epoch : {Instant{}, kBegin - 24h * 60, kBegin + 1h}) {
    LiveTwin live(two_machines(epoch), prompt());
    take_all(live, {message(0, kBegin, 9, true)});
    live.pass(kBegin);
    ASSERT_NE(live.twin(), nullptr);
    EXPECT_EQ(live.twin()->model().plant.clock.epoch, kBegin);
    EXPECT_EQ(live.counts().of(Status::applied), 1U);
  }
}

TEST(LiveTwin, AGapIsToldAskedForAndHealedByABirth) {
  LiveTwin live(two_machines(kBegin), prompt());
  live.pass(kBegin);
  EXPECT_EQ(live.verdict().stage, TwinStage::unbound);
  take_all(live, {message(0, kBegin + 10s, 1, true)});
  live.pass(kBegin + 10s);
  EXPECT_EQ(live.verdict().stage, TwinStage::synchronised);
  EXPECT_EQ(live.verdict().trust, Trust::valid);

  take_all(live, {message(3, kBegin + 11s, 1)});
  live.pass(kBegin + 12s);
  EXPECT_EQ(live.verdict().trust, Trust::valid) << "what is missing may still come";
  live.pass(kBegin + 14s);
  EXPECT_EQ(live.rebirths(), std::vector<std::string>{"plc"});
  EXPECT_EQ(live.verdict().stage, TwinStage::degraded);
  ASSERT_EQ(live.verdict().doubts.size(), 1U);
  EXPECT_EQ(live.verdict().doubts[0].about, "plc");
  EXPECT_EQ(live.verdict().doubts[0].since, kBegin + 14s);
  EXPECT_EQ(live.ingest().counts().missing, 2U);
  live.pass(kBegin + 15s);
  EXPECT_EQ(live.verdict().since, kBegin + 14s);

  Delivery birth = message(4, kBegin + 16s, 2, true);
  take_all(live, {birth});
  live.pass(kBegin + 16s);
  EXPECT_EQ(live.verdict().trust, Trust::valid);
  EXPECT_EQ(live.verdict().since, kBegin + 16s);
}

TEST(LiveTwin, ALostConnectionAndADeadSourceAreTold) {
  LiveTwin live(two_machines(kBegin), prompt());
  take_all(live, {message(0, kBegin + 10s, 1, true),
                  {.kind = Kind::lost, .arrival = kBegin + 11s, .source = "broker", .fault = {.value = "refused"}},
                  {.kind = Kind::death, .arrival = kBegin + 12s, .source = "plc"}});
  live.pass(kBegin + 12s);
  ASSERT_EQ(live.verdict().doubts.size(), 2U);
  EXPECT_EQ(live.verdict().doubts[0].about, "broker");
  EXPECT_EQ(live.verdict().doubts[0].since, kBegin + 11s);
  EXPECT_NE(live.verdict().doubts[0].sentence.find("refused"), std::string::npos);
  EXPECT_EQ(live.verdict().doubts[1].about, "plc");
  EXPECT_EQ(live.verdict().trust, Trust::warning);

  take_all(live, {{.kind = Kind::connected, .arrival = kBegin + 20s, .source = "broker"}});
  take_all(live, {message(0, kBegin + 21s, 2, true)});
  live.pass(kBegin + 21s);
  EXPECT_EQ(live.verdict().trust, Trust::valid);
}

TEST(LiveTwin, ATwinThatIsLongWithoutNewsIsInvalid) {
  LiveOptions options = prompt();
  options.blind_after = 2min;
  LiveTwin live(two_machines(kBegin), options);
  take_all(live, {message(0, kBegin + 10s, 1, true), {.kind = Kind::death, .arrival = kBegin + 20s, .source = "plc"}});
  live.pass(kBegin + 20s);
  EXPECT_EQ(live.verdict().trust, Trust::warning);
  live.pass(kBegin + 3min);
  EXPECT_EQ(live.verdict().trust, Trust::invalid);
  EXPECT_EQ(live.verdict().doubts.front().about, "/");
  EXPECT_EQ(live.verdict().doubts.front().since, kBegin + 140s);
}

TEST(LiveTwin, RunsOnByItselfWhileNobodySpeaks) {
  LiveTwin live(two_machines(kBegin), prompt());
  take_all(live, {message(0, kBegin + 10s, 1, true)});
  live.pass(kBegin + 10s);
  live.pass(kBegin + 20s);
  EXPECT_EQ(live.twin()->time(), Time{10s}) << "the source may yet tell of this time";
  live.pass(kBegin + 60s);
  EXPECT_EQ(live.twin()->time(), Time{60s});
}

TEST(LiveTwin, ARecordIsNotLedBeyondItsEnd) {
  LiveTwin live(two_machines(kBegin));
  Delivery first = message(0, kBegin, 1, true), second = message(1, kBegin + 1h, 300);
  first.arrival = second.arrival = kBegin + 1000h;
  first.sending.recorded = second.sending.recorded = true;
  take_all(live, {first});
  live.pass(kBegin + 1001h);
  EXPECT_EQ(live.twin()->time(), Time{0s});
  second.arrival = kBegin + 1002h;
  take_all(live, {second});
  live.pass(kBegin + 1003h);
  EXPECT_EQ(live.twin()->time(), Time{1h});
  EXPECT_EQ(live.counts().of(Status::applied), 2U);
}

TEST(LiveTwin, WhenTimePassesDoesNotChangeTheTwin) {
  const auto after = [](Duration step) {
    LiveTwin live(two_machines(kBegin));
    Instant now = kBegin;
    for (std::uint64_t i = 0; i < 200; ++i) {
      for (const char* source : {"a", "b"}) {
        Delivery each = message(i, kBegin + static_cast<std::int64_t>(i) * 7s, i / 2, i == 0, source);
        if (source[0] == 'b') each.snapshot.entities = {{.path = kBuffer, .level = i % 3}};
        for (; now + step <= each.arrival; now += step) live.pass(now);
        EXPECT_TRUE(live.take(each));
      }
    }
    live.finish(kBegin + 1h);
    return std::pair(live.twin()->state(), live.counts().of(Status::applied));
  };
  const auto [often, applied_often] = after(100ms);
  const auto [seldom, applied_seldom] = after(13s);
  EXPECT_EQ(applied_often, 400U);
  EXPECT_EQ(applied_seldom, 400U);
  EXPECT_TRUE(equal(compile(two_machines(kBegin)), often, seldom));
}

TEST(LiveTwin, WhatFindsNoRoomIsLeftAsItWas) {
  LiveOptions options;
  options.ingest.most_waiting = 1;
  LiveTwin live(two_machines(kBegin), options);
  take_all(live, {message(0, kBegin, 1, true)});
  Delivery second = message(1, kBegin + 1s, 1);
  EXPECT_FALSE(live.take(second));
  EXPECT_EQ(second.snapshot, message(1, kBegin + 1s, 1).snapshot);
  EXPECT_EQ(live.counts().of(Kind::message), 1U);
  live.pass(kBegin + 1min);
  EXPECT_TRUE(live.take(second));
}

TEST(LiveTwin, LatenciesAreTakenByTheClockGiven) {
  LiveOptions options = prompt();
  options.clock = [] { return kBegin + 10s + 9ms; };
  LiveTwin live(two_machines(kBegin), options);
  take_all(live, {message(0, kBegin + 10s, 1, true)});
  live.pass(kBegin + 10s + 6ms);
  EXPECT_EQ(live.counts().latency.count(), 1U);
  EXPECT_NEAR(live.counts().latency.most_s(), 0.004, 1e-9);
  EXPECT_EQ(live.counts().latency.up_to(3), 0U);
  EXPECT_EQ(live.counts().latency.up_to(4), 1U);
}

}  // namespace
}  // namespace takt
