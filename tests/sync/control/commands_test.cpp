// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/control/commands.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "takt/core/byte_stream.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using Instant = WallClock::Instant;

const Instant kNow = parse_instant("2026-03-02T06:00:00Z");
const std::string kPress = "/acme/hall/line_1/press";

/// A desk that is armed, over a twin that is valid; the press may run at 0.5 to 1.2 times its speed.
struct Desk {
  std::vector<AuditEntry> record;
  bool disk_is_full = false;
  CommandDesk desk{limits(), [this](const AuditEntry& entry) {
                     if (disk_is_full) throw Error("no space left on device");
                     record.push_back(entry);
                   }};
  TwinView view{.verdict = {.trust = Trust::valid}, .twin_time = kNow};

  static std::vector<CommandLimit> limits() {
    return {{.path = kPress,
             .item = "speed",
             .low = 0.5,
             .high = 1.2,
             .most_step = 0.3,
             .least_interval = 1min,
             .tolerance = 0.001},
            {.path = kPress, .item = "mode", .low = 0, .high = 3, .confirm = false, .who = {"leader", "planner"}}};
  }
  Desk() {
    desk.arm("leader", kNow + 8h, kNow);
    desk.reported(kPress, "speed", 1.0, kNow);
  }
  static Command command(double value = 1.1, std::string request = "r1") {
    return {std::move(request), kPress, "speed", value, "planner", "drift of the press", kNow, kNow + 5min};
  }
  Refusal refusal_of(const Command& command) { return desk.request(command, view, kNow).refusal; }
  std::vector<std::string> recorded() const {
    std::vector<std::string> what;
    for (const AuditEntry& entry : record) what.push_back(entry.what);
    return what;
  }
};

TEST(Commands, GoFromAPersonThroughASecondOneToThePlantAndBack) {
  Desk d;
  EXPECT_EQ(d.desk.request(Desk::command(), d.view, kNow).state, CommandState::awaiting_confirmation);
  EXPECT_TRUE(d.desk.to_send(d.view, kNow).empty());
  EXPECT_EQ(d.desk.confirm("r1", "leader", d.view, kNow + 10s).state, CommandState::ready);
  const std::vector<Command> sent = d.desk.to_send(d.view, kNow + 11s);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0], Desk::command());
  EXPECT_TRUE(d.desk.to_send(d.view, kNow + 11s).empty()) << "it goes out once";
  d.desk.reported(kPress, "speed", 1.0, kNow + 12s);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::sent);
  d.desk.reported(kPress, "speed", 1.1004, kNow + 13s);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::acknowledged);
  EXPECT_EQ(d.recorded(), (std::vector<std::string>{"armed", "requested", "confirmed", "sent", "acknowledged"}));
}

TEST(Commands, ThatAreNotAcknowledgedInTimeHaveExpired) {
  Desk d;
  d.desk.request(Desk::command(), d.view, kNow);
  d.desk.confirm("r1", "leader", d.view, kNow);
  d.desk.to_send(d.view, kNow);
  d.desk.tick(kNow + 5min - 1ns);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::sent);
  d.desk.tick(kNow + 5min);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::expired);
  d.desk.reported(kPress, "speed", 1.1, kNow + 6min);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::expired);
}

TEST(Commands, AreNotAnsweredByWhatWasReportedBefore) {
  Desk d;
  d.desk.request(Desk::command(1.0), d.view, kNow);  // as it is already
  d.desk.confirm("r1", "leader", d.view, kNow + 10s);
  d.desk.to_send(d.view, kNow + 10s);
  d.desk.reported(kPress, "speed", 1.0, kNow + 5s);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::sent);
  d.desk.reported(kPress, "speed", 1.0, kNow + 15s);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::acknowledged);
}

// ---- every way in which a command is refused -----------------------------------------------------------------------

TEST(Refusals, NobodyHasArmedTheDesk) {
  Desk d;
  CommandDesk fresh(Desk::limits(), [](const AuditEntry&) {});
  EXPECT_EQ(fresh.request(Desk::command(), d.view, kNow).refusal, Refusal::not_armed);
  d.desk.disarm("leader", kNow);
  EXPECT_EQ(d.refusal_of(Desk::command()), Refusal::not_armed);
  d.desk.arm("leader", kNow + 1min, kNow);
  EXPECT_EQ(d.desk.request(Desk::command(), d.view, kNow + 1min).refusal, Refusal::not_armed) << "its time is over";
  EXPECT_THROW(d.desk.arm("", kNow + 1h, kNow), InvalidInput);
  EXPECT_THROW(d.desk.arm("leader", kNow, kNow), InvalidInput);
}

TEST(Refusals, TheTwinIsNotValid) {
  Desk d;
  for (const Trust trust : {Trust::warning, Trust::invalid}) {
    d.view.verdict = {.trust = trust};
    d.view.verdict.doubts = {
        {.trust = trust, .check = "drift", .about = kPress, .sentence = "the press has slowed down"}};
    const Answer answer = d.desk.request(Desk::command(), d.view, kNow);
    EXPECT_EQ(answer.refusal, Refusal::not_valid);
    EXPECT_NE(answer.sentence.find("the press has slowed down"), std::string::npos);
  }
}

TEST(Refusals, TheTwinIsBehindItsPlant) {
  Desk d;
  d.view.twin_time = kNow - 61s;
  EXPECT_EQ(d.refusal_of(Desk::command()), Refusal::twin_behind);
}

TEST(Refusals, SomethingIsNotSaid) {
  Desk d;
  for (std::string Command::*field :
       {&Command::request, &Command::path, &Command::item, &Command::who, &Command::why}) {
    Command command = Desk::command();
    (command.*field).clear();
    EXPECT_EQ(d.refusal_of(command), Refusal::incomplete);
  }
}

TEST(Refusals, TheRequestWasThereBefore) {
  Desk d;
  EXPECT_EQ(d.refusal_of(Desk::command()), Refusal::none);
  EXPECT_EQ(d.refusal_of(Desk::command()), Refusal::repeated);
}

TEST(Refusals, ItIsNotAmongWhatMayBeCommanded) {
  Desk d;
  Command command = Desk::command();
  command.item = "sped";
  const Answer answer = d.desk.request(command, d.view, kNow);
  EXPECT_EQ(answer.refusal, Refusal::not_allowed);
  EXPECT_NE(answer.sentence.find("did you mean " + kPress + "/speed?"), std::string::npos);
  command.item = "speed";
  command.path = "/acme/hall/line_1/oven";
  EXPECT_EQ(d.refusal_of(command), Refusal::not_allowed);
}

TEST(Refusals, ThePersonMayNot) {
  Desk d;
  Command command = Desk::command(1);
  command.item = "mode";
  command.who = "visitor";
  EXPECT_EQ(d.refusal_of(command), Refusal::person_not_allowed);
  command.who = "planner";
  EXPECT_EQ(d.desk.request(command, d.view, kNow).state, CommandState::ready) << "this one needs no second person";
}

TEST(Refusals, TheValueIsNoneOrBeyondItsLimits) {
  Desk d;
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    EXPECT_EQ(d.refusal_of(Desk::command(value)), Refusal::not_a_number);
  EXPECT_EQ(d.refusal_of(Desk::command(0.49)), Refusal::out_of_limits);
  EXPECT_EQ(d.refusal_of(Desk::command(1.21)), Refusal::out_of_limits);
}

TEST(Refusals, TheStepIsTooLargeOrNotKnown) {
  Desk d;
  EXPECT_EQ(d.refusal_of(Desk::command(0.6)), Refusal::step_too_large);
  CommandDesk fresh(Desk::limits(), [](const AuditEntry&) {});
  fresh.arm("leader", kNow + 8h, kNow);
  EXPECT_EQ(fresh.request(Desk::command(), d.view, kNow).refusal, Refusal::value_not_known);
}

TEST(Refusals, ItComesTooSoonAfterTheLastOrBesideAnother) {
  Desk d;
  d.desk.request(Desk::command(), d.view, kNow);
  EXPECT_EQ(d.refusal_of(Desk::command(1.0, "r2")), Refusal::another_pending);
  d.desk.confirm("r1", "leader", d.view, kNow);
  d.desk.to_send(d.view, kNow);
  d.desk.reported(kPress, "speed", 1.1, kNow + 1s);
  EXPECT_EQ(d.desk.request(Desk::command(1.0, "r3"), d.view, kNow + 59s).refusal, Refusal::too_soon);
  EXPECT_EQ(d.desk.request(Desk::command(1.0, "r4"), d.view, kNow + 60s).refusal, Refusal::none);
}

TEST(Refusals, ItsTimeIsOverOrTooLong) {
  Desk d;
  Command command = Desk::command();
  d.view.twin_time = kNow + 5min;
  EXPECT_EQ(d.desk.request(command, d.view, kNow + 5min).refusal, Refusal::expired);
  command.issued = kNow + 1s;
  EXPECT_EQ(d.refusal_of(command), Refusal::expired) << "issued in the future";
  command = Desk::command();
  command.expires = kNow + 11min;
  EXPECT_EQ(d.refusal_of(command), Refusal::lives_too_long);
}

TEST(Refusals, NoSecondPersonConfirmsIt) {
  Desk d;
  EXPECT_EQ(d.desk.confirm("r1", "leader", d.view, kNow).refusal, Refusal::nothing_to_confirm);
  d.desk.request(Desk::command(), d.view, kNow);
  EXPECT_EQ(d.desk.confirm("r1", "planner", d.view, kNow).refusal, Refusal::same_person);
  EXPECT_EQ(d.desk.confirm("r1", "", d.view, kNow).refusal, Refusal::incomplete);
  d.view.verdict.trust = Trust::warning;
  EXPECT_EQ(d.desk.confirm("r1", "leader", d.view, kNow).refusal, Refusal::not_valid);
  EXPECT_TRUE(d.desk.to_send(d.view, kNow).empty());
}

TEST(Refusals, WhatCannotBeWrittenDownDoesNotHappen) {
  Desk d;
  d.disk_is_full = true;
  const Answer answer = d.desk.request(Desk::command(), d.view, kNow);
  EXPECT_EQ(answer.refusal, Refusal::not_recorded);
  EXPECT_TRUE(d.desk.commands().empty());
  d.disk_is_full = false;
  d.desk.request(Desk::command(), d.view, kNow);
  d.disk_is_full = true;
  EXPECT_EQ(d.desk.confirm("r1", "leader", d.view, kNow).refusal, Refusal::not_recorded);
  d.disk_is_full = false;
  d.desk.confirm("r1", "leader", d.view, kNow);
  d.disk_is_full = true;
  EXPECT_THROW(d.desk.to_send(d.view, kNow), Error);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::ready);
  d.disk_is_full = false;
  EXPECT_EQ(d.desk.to_send(d.view, kNow).size(), 1U);
}

TEST(Commands, ThatAreOnRecordAsSentAreSentWhereAnotherCannotBeWithdrawn) {
  std::vector<std::string> record;
  CommandDesk desk({{.path = kPress, .item = "mode", .low = 0, .high = 3, .confirm = false},
                    {.path = kPress, .item = "speed", .low = 0.5, .high = 1.2, .most_step = 0.3, .confirm = false}},
                   [&](const AuditEntry& entry) {
                     if (entry.what == "withdrawn") throw Error("no space left on device");
                     record.push_back(entry.what);
                   });
  const TwinView view{.verdict = {.trust = Trust::valid}, .twin_time = kNow};
  desk.arm("leader", kNow + 8h, kNow);
  desk.reported(kPress, "speed", 1.0, kNow);
  Command mode = Desk::command(2.0, "r1");
  mode.item = "mode";
  EXPECT_FALSE(desk.request(mode, view, kNow).is_refused());
  EXPECT_FALSE(desk.request(Desk::command(1.1, "r2"), view, kNow).is_refused());
  desk.reported(kPress, "speed", 0.5, kNow);  // too far by now
  const std::vector<Command> sent = desk.to_send(view, kNow);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].request, "r1");
  EXPECT_EQ(record.back(), "sent");
}

TEST(Refusals, TheTwinIsNoLongerValidWhenItWouldGoOut) {
  Desk d;
  d.desk.request(Desk::command(), d.view, kNow);
  d.desk.confirm("r1", "leader", d.view, kNow);
  d.view.verdict.trust = Trust::invalid;
  EXPECT_TRUE(d.desk.to_send(d.view, kNow).empty());
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::withdrawn);
  EXPECT_EQ(d.record.back().detail.substr(0, 9), "not_valid");
}

TEST(Refusals, EachIsWrittenDown) {
  Desk d;
  d.refusal_of(Desk::command(7.0));
  ASSERT_EQ(d.record.back().what, "refused");
  EXPECT_EQ(d.record.back().who, "planner");
  EXPECT_EQ(d.record.back().value, 7.0);
  EXPECT_EQ(d.record.back().detail, "out_of_limits: found 7, expected a value from 0.5 to 1.2");
}

TEST(CommandDesk, IsNotArmedAfterARestartButFollowsWhatWasSent) {
  Desk d;
  d.desk.request(Desk::command(), d.view, kNow);
  d.desk.confirm("r1", "leader", d.view, kNow);
  d.desk.to_send(d.view, kNow);
  CommandDesk later(Desk::limits(), [](const AuditEntry&) {});
  from_bytes_of(to_bytes_of(d.desk), later);
  EXPECT_FALSE(later.is_armed(kNow));
  later.reported(kPress, "speed", 1.1, kNow + 1s);
  EXPECT_EQ(later.commands().at("r1").state, CommandState::acknowledged);
}

TEST(CommandDesk, WithdrawsWhatWasNotSent) {
  Desk d;
  d.desk.request(Desk::command(), d.view, kNow);
  d.desk.withdraw("r1", "planner", kNow);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::withdrawn);
  EXPECT_THROW(d.desk.withdraw("r1", "planner", kNow), InvalidInput);
  EXPECT_THROW(d.desk.withdraw("r2", "planner", kNow), InvalidInput);
  d.desk.request(Desk::command(1.1, "r3"), d.view, kNow);
  d.desk.disarm("leader", kNow);
  EXPECT_EQ(d.desk.commands().at("r3").state, CommandState::withdrawn);
}

TEST(CommandDesk, TellsEveryFaultOfItsLimits) {
  try {
    CommandDesk({{.path = "press", .item = "", .low = 2, .high = 1},
                 {.path = kPress, .item = "speed", .high = 1},
                 {.path = kPress, .item = "speed", .high = 1, .most_step = 0, .longest_life = 0s}},
                nullptr);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults().size(), 7U) << error.what();
  }
}

TEST(Commands, GoOnWhereTheRecordEnded) {
  Desk before;
  const auto other = [](std::string request, double value) {
    Command command = Desk::command(value, std::move(request));
    command.item = "mode";
    command.who = "planner";
    return command;
  };
  before.desk.request(Desk::command(), before.view, kNow);
  before.desk.confirm("r1", "leader", before.view, kNow + 1s);
  before.desk.to_send(before.view, kNow + 2s);
  before.desk.request(other("r2", 1), before.view, kNow + 3s);  // needs no confirmation, and was not sent yet

  Desk after;
  after.desk.recall(before.record);
  EXPECT_EQ(after.desk.commands().at("r1").state, CommandState::sent);
  EXPECT_EQ(after.desk.commands().at("r1").confirmed_by, "leader");
  EXPECT_EQ(after.desk.commands().at("r1").command, Desk::command());
  EXPECT_EQ(after.desk.items().at({kPress, "speed"}).desired, 1.1);
  const std::vector<Command> sent = after.desk.to_send(after.view, kNow + 4s);
  ASSERT_EQ(sent.size(), 1U) << "what was sent is not sent again";
  EXPECT_EQ(sent[0].request, "r2");
  EXPECT_EQ(after.refusal_of(Desk::command()), Refusal::repeated);
  after.desk.reported(kPress, "speed", 1.1, kNow + 5s);
  EXPECT_EQ(after.desk.commands().at("r1").state, CommandState::acknowledged);
  after.desk.tick(kNow + 5min);
  EXPECT_EQ(after.desk.commands().at("r2").state, CommandState::expired);
}

TEST(Commands, OfALimitThatIsNoMoreCannotGoOut) {
  Desk before;
  before.desk.request(Desk::command(), before.view, kNow);
  std::vector<AuditEntry> record = before.record;
  for (AuditEntry& each : record)
    if (each.request == "r1") each.item = "speed_2";
  Desk after;
  after.desk.recall(record);
  EXPECT_EQ(after.desk.confirm("r1", "leader", after.view, kNow).refusal, Refusal::not_allowed);
  EXPECT_TRUE(after.desk.to_send(after.view, kNow).empty());
}

TEST(Commands, AreAcknowledgedByWhatComesLaterWhateverThePlantsClockSays) {
  Desk d;
  d.desk.request(Desk::command(), d.view, kNow);
  d.desk.confirm("r1", "leader", d.view, kNow);
  d.desk.to_send(d.view, kNow + 10s);
  d.desk.reported(kPress, "speed", 1.1, kNow + 9s, kNow + 9s);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::sent) << "it came before";
  d.desk.reported(kPress, "speed", 1.1, kNow + 9s + 500ms, kNow + 11s);
  EXPECT_EQ(d.desk.commands().at("r1").state, CommandState::acknowledged);
}

}  // namespace
}  // namespace takt
