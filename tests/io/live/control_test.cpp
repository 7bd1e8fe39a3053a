// SPDX-License-Identifier: Apache-2.0
// What tests/cli/live_control_test.py shows with a broker and a clock is not shown again here.
#include "takt/io/live/control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "engine/plants.hpp"
#include "takt/core/error.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using Instant = WallClock::Instant;

const std::string kMachine = "/e/w/l/m00";
const std::string kCycle = kMachine + "/cycle_time";

/// A machine that makes 360 parts an hour, and a file that wants more of it as soon as it works.
ControlPlan plan(double at_least, bool confirm = false) {
  ControlPlan made;
  made.alerts = {{.name = "busy", .signal = "working", .about = kMachine, .raise = 1, .clear = 0.5}};
  WhatIfPlan what_if{.horizon = 1h, .replications = 3, .kpi = "throughput_per_h", .at_least = at_least};
  for (const double speed : {1.25, 2.0})
    what_if.remedies.push_back({.name = "speed " + std::to_string(speed).substr(0, 4),
                                .times = {{kCycle, 1.0 / speed}},
                                .path = kMachine,
                                .item = "speed",
                                .value = speed});
  made.responses = {{.rule = "busy", .work = WorkPlan{.task = "look", .owner = "crew"}, .what_if = what_if}};
  made.commands = {{.path = kMachine, .item = "speed", .low = 0.5, .high = 2.0, .tolerance = 1e-6, .confirm = confirm}};
  return made;
}

struct Room {
  explicit Room(ControlPlan wanted, std::vector<AuditEntry> past = {}, std::string armed_by = "leader")
      : live(test::serial_line({test::machine_with(Distribution::constant(10.0))}, {}),
             {.ingest = {.reorder = 0s, .lateness = 0s}},
             [this](const Snapshot& message, const MergeReport&) { control->hear(message, now); }) {
    record = past;
    control.emplace(LiveControlOptions{.plan = std::move(wanted),
                                       .record =
                                           [this](const AuditEntry& entry) {
                                             if (disk_is_full) throw WriteError("no space left on device");
                                             record.push_back(entry);
                                           },
                                       .past = std::move(past),
                                       .armed_by = std::move(armed_by),
                                       .send =
                                           [this](const Command& command, const SnapshotSource::Answered&) {
                                             if (fails) throw Error("the line is cut");
                                             sent.push_back(command);
                                             return true;
                                           }},
                    now);
  }

  void report(std::optional<double> speed = std::nullopt) {
    EntityReading reading{.path = kMachine, .state = "Execute"};
    if (speed) reading.setpoints["speed"] = *speed;
    Delivery delivery{.arrival = now, .source = "plc"};
    delivery.snapshot = {.ts = now, .source = "plc", .seq = seq, .complete = seq == 0, .entities = {reading}};
    ++seq;
    live.take(delivery);
  }
  /// Seconds pass, with a report each, until something holds.
  bool until(const std::function<bool()>& holds) {
    for (int i = 0; i < 2000 && !holds(); ++i) {
      now += 1s;
      report();
      live.pass(now);
      control->pass(live, now);
      std::this_thread::sleep_for(1ms);  // the futures are asked on a thread of their own
    }
    return holds();
  }
  bool has(const std::string& what) const { return std::ranges::find(record, what, &AuditEntry::what) != record.end(); }
  AuditEntry last(const std::string& what) const {
    const auto found = std::ranges::find(record.rbegin(), record.rend(), what, &AuditEntry::what);
    return found == record.rend() ? AuditEntry{} : *found;
  }

  Instant now = parse_instant("2026-03-02T06:00:00Z");
  std::uint64_t seq = 0;
  std::vector<AuditEntry> record;
  std::vector<Command> sent;
  bool disk_is_full = false, fails = false;
  std::optional<LiveControl> control;
  LiveTwin live;
};

TEST(LiveControl, AsksForTheFirstRemedyThatReachesTheAimAndTellsTheTwinWhatToExpect) {
  Room room(plan(400));
  ASSERT_TRUE(room.until([&] { return !room.sent.empty(); }));
  EXPECT_EQ(room.sent[0].value, 1.25) << "the second would do as well";
  EXPECT_EQ(room.sent[0].why, "busy: speed 1.25");
  EXPECT_THAT(room.last("what_if").detail, HasSubstr("to be at least 400: as is 360, speed 1.25 450, speed 2.00 720"));
  EXPECT_DOUBLE_EQ(get_number(room.live.model(), room.live.twin()->parameters(), kCycle), 10.0);
  room.now += 1s;
  room.report(1.25);
  ASSERT_TRUE(room.until([&] { return room.has("acknowledged"); }));
  ASSERT_TRUE(room.until([&] { return get_number(room.live.model(), room.live.twin()->parameters(), kCycle) < 9.0; }))
      << "what was commanded is no drift";
  EXPECT_NEAR(get_number(room.live.model(), room.live.twin()->parameters(), kCycle), 8.0, 0.01);
  const ControlStatus status = room.control->status(room.now);
  EXPECT_EQ(status.commands.back().state, CommandState::acknowledged);
  EXPECT_EQ(status.entries.at("sent"), 1U);
}

TEST(LiveControl, AsksForNothingWhereThePlantReachesTheAimAsItIs) {
  Room room(plan(300));
  ASSERT_TRUE(room.until([&] { return room.has("what_if"); }));
  EXPECT_THAT(room.last("what_if").detail, HasSubstr("nothing is to be done"));
  Room beyond(plan(1000));
  ASSERT_TRUE(beyond.until([&] { return beyond.has("what_if"); }));
  EXPECT_THAT(beyond.last("what_if").detail, HasSubstr("none reaches it"));
  room.until([] { return false; });
  EXPECT_FALSE(room.has("requested"));
  EXPECT_TRUE(room.control->status(room.now).questions.empty());
}

TEST(LiveControl, SaysWhatItWouldHaveAskedForWhileNobodyHasArmedIt) {
  Room room(plan(400), {}, "");
  ASSERT_TRUE(room.until([&] { return room.has("refused"); }));
  const AuditEntry refused = room.last("refused");
  EXPECT_THAT(refused.detail, HasSubstr("not_armed"));
  EXPECT_EQ(refused.value, 1.25);
  EXPECT_TRUE(room.sent.empty());
}

TEST(LiveControl, SendsNothingThatItCannotWriteDown) {
  Room room(plan(400, true));
  ASSERT_TRUE(room.until([&] { return room.has("requested"); }));
  const std::string request = room.last("requested").request;
  EXPECT_EQ(room.control->confirm(request, "maintainer", room.now).state, CommandState::ready);
  room.disk_is_full = true;
  for (int i = 0; i < 5; ++i) room.until([&, n = 0]() mutable { return n++ > 3; });
  EXPECT_TRUE(room.sent.empty());
  EXPECT_THAT(room.control->status(room.now).trouble, HasSubstr("no space left"));
  room.disk_is_full = false;
  ASSERT_TRUE(room.until([&] { return !room.sent.empty(); }));
  EXPECT_EQ(room.control->status(room.now).trouble, "");
}

TEST(LiveControl, GoesOnWhereTheRecordEnded) {
  std::vector<AuditEntry> record;
  {
    Room room(plan(400));
    ASSERT_TRUE(room.until([&] { return !room.sent.empty(); }));
    room.control->acknowledge("busy", kMachine, "leader", room.now);
    room.control->work(1, "", "AllowedToStart", "leader", room.now);
    record = room.record;  // and it is killed
  }
  Room room(plan(400), record, "somebody else");
  room.now += 1s;
  const ControlStatus status = room.control->status(room.now);
  EXPECT_TRUE(status.is_armed);
  EXPECT_EQ(room.last("armed").who, "leader") << "what was in force is in force";
  EXPECT_EQ(room.last("armed").expires, record.front().expires);
  ASSERT_EQ(status.alerts.size(), 1U);
  EXPECT_EQ(status.alerts[0].acknowledged_by, "leader");
  ASSERT_EQ(status.work.size(), 1U);
  EXPECT_EQ(status.work[0].state, WorkState::allowed_to_start);
  EXPECT_EQ(status.work[0].owner, "crew");
  ASSERT_EQ(status.commands.size(), 1U);
  EXPECT_EQ(status.commands[0].state, CommandState::sent);
  room.until([] { return false; });
  EXPECT_TRUE(room.sent.empty()) << "neither sent again nor asked for once more";
  EXPECT_EQ(room.control->status(room.now).commands[0].state, CommandState::expired);
}

/// The questions that are open after a restart, by the record of the process before.
std::vector<std::string> open_after(std::vector<AuditEntry> past) {
  ControlPlan wanted = plan(400);
  for (const char* const name : {"busy: more", "idle"}) {
    wanted.alerts.push_back(wanted.alerts[0]);
    wanted.alerts.back().name = name;
    wanted.responses.push_back(wanted.responses[0]);
    wanted.responses.back().rule = name;
  }
  std::vector<std::string> open;
  const Room room(std::move(wanted), std::move(past), "");
  for (const auto& question : room.control->status(room.now).questions) open.push_back(question.rule);
  return open;
}

TEST(LiveControl, AsksAgainAfterARestartOnlyWhatNothingHasEnded) {
  const Instant at = parse_instant("2026-03-02T05:59:00Z");
  const auto of = [&](const char* what, const char* rule, std::string detail = {}) {
    return AuditEntry{
        .at = at, .what = what, .who = "takt", .path = kMachine, .item = rule, .detail = std::move(detail)};
  };
  const auto asked = [&](const char* what, const char* request, std::string detail) {
    return AuditEntry{.at = at,
                      .what = what,
                      .who = "takt",
                      .request = request,
                      .path = kMachine,
                      .item = "speed",
                      .value = 1.25,
                      .detail = std::move(detail),
                      .expires = at + 10min};
  };
  const AuditEntry busy = of("alert_raised", "busy"), more = of("alert_raised", "busy: more");
  const AuditEntry answered = of("what_if", "busy", "as is 360, speed 1.25 450: speed 1.25");
  EXPECT_THAT(open_after({busy, more}), ElementsAre("busy", "busy: more"));
  EXPECT_THAT(open_after({busy, of("what_if", "busy", "as is 360: nothing is to be done")}), ElementsAre());
  EXPECT_THAT(open_after({busy, of("what_if", "busy", "as is 360: none reaches it")}), ElementsAre());
  EXPECT_THAT(open_after({busy, of("what_if_failed", "busy", "no memory")}), ElementsAre());
  EXPECT_THAT(open_after({busy, answered}), ElementsAre("busy")) << "what was asked for is not on record";
  EXPECT_THAT(open_after({busy, answered, asked("refused", "busy-3", "not_valid: the twin is Invalid")}),
              ElementsAre("busy"));
  EXPECT_THAT(open_after({busy, answered, asked("refused", "busy-3", "not_armed: nobody")}), ElementsAre());
  EXPECT_THAT(open_after({busy, more, answered, asked("requested", "busy-4", "busy: speed 1.25")}),
              ElementsAre("busy: more"));
  EXPECT_THAT(open_after({busy, more, of("what_if", "busy: more", "as is 360: speed 1.25"),
                          asked("requested", "busy: more-4", "busy: more: speed 1.25")}),
              ElementsAre("busy"));
}

TEST(LiveControl, RecordsWhatCouldNotBeHandedOver) {
  Room room(plan(400));
  room.fails = true;
  ASSERT_TRUE(room.until([&] { return room.has("not_delivered"); }));
  EXPECT_EQ(room.last("not_delivered").detail, "the line is cut");
}

TEST(LiveControl, IsNotArmedAnewAfterAKillThatFollowedADisarm) {
  Room room(plan(400, true));
  room.control->disarm("leader", room.now);
  EXPECT_FALSE(Room(plan(400), room.record).control->status(room.now).is_armed);
  room.control->end(room.now);
  EXPECT_TRUE(Room(plan(400), room.record).control->status(room.now).is_armed);
  Room later(plan(400, true));
  later.record.back().expires = later.now - 1s;
  EXPECT_FALSE(Room(plan(400), later.record).control->status(later.now).is_armed) << "its time was over";
}

TEST(LiveControl, GivesAQuestionUpThatNoValidTwinCouldAnswer) {
  ControlPlan wanted = plan(400);
  wanted.answer_within = 1min;
  Room room(std::move(wanted));
  room.report();
  room.live.pass(room.now);
  Delivery death{.kind = Delivery::Kind::death, .arrival = room.now, .source = "plc"};
  room.live.take(death);
  for (int i = 0; i < 70; ++i) {
    room.now += 1s;
    room.live.pass(room.now);
    room.control->pass(room.live, room.now);
    const ControlStatus status = room.control->status(room.now);
    if (i == 30) {
      EXPECT_THAT(status.questions.at(0).state, HasSubstr("waiting: the twin is Warning"));
    }
  }
  EXPECT_TRUE(room.control->status(room.now).questions.empty());
  EXPECT_TRUE(room.has("given_up"));
  EXPECT_FALSE(room.has("what_if"));
}

TEST(LiveControl, WantsToKnowWhoSpeaksAndOfWhat) {
  Room room(plan(400, true));
  EXPECT_THROW(room.control->confirm("x", "", room.now), InvalidInput);
  EXPECT_EQ(room.control->confirm("x", "me", room.now).refusal, Refusal::nothing_to_confirm);
  EXPECT_THROW(room.control->refuse("x", "me", room.now), InvalidInput);
  EXPECT_THROW(room.control->work(7, "me", "", "me", room.now), InvalidInput);
  EXPECT_THROW(room.control->work(1, "", "Runing", "me", room.now), InvalidInput);
  EXPECT_THROW(room.control->acknowledge("busy", kMachine, "me", room.now), InvalidInput);
  EXPECT_THROW(room.control->adopt("", room.now), InvalidInput);
  for (const char* const reserved : {"desk", "plant", "takt"}) {
    EXPECT_THROW(room.control->disarm(reserved, room.now), InvalidInput);
    EXPECT_THROW(Room(plan(400), {}, reserved), InvalidInput);
  }
  EXPECT_TRUE(room.control->status(room.now).is_armed);
}

}  // namespace
}  // namespace takt::io
