// SPDX-License-Identifier: Apache-2.0
#include "takt/core/calendar.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "takt/core/error.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using Instant = WallClock::Instant;

const std::string kParis = "Europe/Paris";
const std::string kNewYork = "America/New_York";

Instant at(std::string_view text, const std::string& zone = "UTC") { return parse_instant(text, zone); }

// The instants of the next changes, in UTC.
std::vector<std::string> changes(const Calendar& calendar, std::string_view from, const std::string& zone, int count) {
  std::vector<std::string> texts;
  Instant t = at(from);
  for (int i = 0; i < count; ++i) {
    t = calendar.next_change(t, zone);
    texts.push_back(t == Instant::max() ? "never" : to_text(t));
  }
  return texts;
}
using Texts = std::vector<std::string>;

Calendar every_day(const DaySpans& spans) {
  Calendar calendar;
  calendar.week.fill(spans);
  return calendar;
}

// Two shifts on Monday to Friday; 2026-03-02 is a Monday.
Calendar two_shifts() {
  Calendar calendar;
  for (std::size_t day = 0; day < 5; ++day) calendar.week[day] = {{6h, 14h}, {14h, 22h}};
  return calendar;
}

TEST(ParseInstant, ReadsLocalTimeInTheZone) {
  EXPECT_EQ(to_text(at("2026-03-02T06:00:00")), "2026-03-02T06:00:00Z");
  EXPECT_EQ(to_text(at("2026-03-02T06:00:00", kParis)), "2026-03-02T05:00:00Z");
  EXPECT_EQ(to_text(at("2026-07-02T06:00:00", kParis)), "2026-07-02T04:00:00Z");
  EXPECT_EQ(to_text(at("2026-07-02T06:00:00", kNewYork)), "2026-07-02T10:00:00Z");
  EXPECT_EQ(to_text(at("2026-07-02T06:00:00", "Asia/Kolkata")), "2026-07-02T00:30:00Z");
}

TEST(ParseInstant, ReadsAnOffsetWhateverTheZone) {
  EXPECT_EQ(to_text(at("2026-03-02T06:00:00Z", kParis)), "2026-03-02T06:00:00Z");
  EXPECT_EQ(to_text(at("2026-03-02T06:00:00+01:00", kNewYork)), "2026-03-02T05:00:00Z");
  EXPECT_EQ(to_text(at("2026-03-02T06:00:00-03:30")), "2026-03-02T09:30:00Z");
}

TEST(ParseInstant, ReadsFractionsToTheNanosecond) {
  EXPECT_EQ(at("2026-03-02T06:00:00.5Z") - at("2026-03-02T06:00:00Z"), 500ms);
  EXPECT_EQ(to_text(at("2026-03-02T06:00:00.000000001Z")), "2026-03-02T06:00:00.000000001Z");
  EXPECT_EQ(to_text(at("1969-12-31T23:59:59.25Z")), "1969-12-31T23:59:59.25Z");
}

TEST(ParseInstant, TakesTheFirstOfTwoAndTheChangeForNone) {
  EXPECT_EQ(to_text(at("2026-10-25T02:30:00", kParis)), "2026-10-25T00:30:00Z");
  EXPECT_EQ(to_text(at("2026-03-29T02:30:00", kParis)), "2026-03-29T01:00:00Z");
}

TEST(ParseInstant, RefusesWhatIsNotAnInstant) {
  for (const char* text : {"", "2026-03-02", "2026-03-02 06:00:00", "2026-03-02T06:00", "2026-13-02T06:00:00",
                           "2026-02-29T06:00:00", "2026-03-02T24:00:00", "2026-03-02T06:60:00", "2026-03-02T06:00:60",
                           "2026-03-02T06:00:00.", "2026-03-02T06:00:00.1234567891Z", "2026-03-02T06:00:00+1:00",
                           "2026-03-02T06:00:00+01", "2026-03-02T06:00:00Zx", "2026-03-02T06:00:00 Z",
                           "26-03-02T06:00:00", "1500-01-01T00:00:00", "9999-01-01T00:00:00", "-026-03-02T06:00:00"}) {
    EXPECT_THROW(at(text), InvalidInput) << text;
  }
}

TEST(Zones, AreKnownByTheirIanaNames) {
  EXPECT_TRUE(zone_exists("UTC"));
  EXPECT_TRUE(zone_exists(kParis));
  EXPECT_FALSE(zone_exists("Europe/Pariss"));
  EXPECT_FALSE(zone_exists(""));
}

TEST(Zones, ThatAreNotKnownNameTheNearest) {
  try {
    at("2026-03-02T06:00:00", "Europe/Pariss");
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults().front().value, "Europe/Pariss");
    EXPECT_EQ(error.faults().front().nearest, kParis);
  }
  EXPECT_THROW((void)two_shifts().on_at(Instant{}, "Nowhere"), InvalidInput);
  EXPECT_THROW((void)two_shifts().next_change(Instant{}, "Nowhere"), InvalidInput);
}

TEST(Calendar, IsOnWithinItsSpans) {
  const Calendar calendar = two_shifts();
  EXPECT_FALSE(calendar.on_at(at("2026-03-02T04:59:59.999999999Z"), kParis));
  EXPECT_TRUE(calendar.on_at(at("2026-03-02T05:00:00Z"), kParis));
  EXPECT_TRUE(calendar.on_at(at("2026-03-02T13:00:00Z"), kParis));
  EXPECT_TRUE(calendar.on_at(at("2026-03-02T20:59:59.999999999Z"), kParis));
  EXPECT_FALSE(calendar.on_at(at("2026-03-02T21:00:00Z"), kParis));
  EXPECT_FALSE(calendar.on_at(at("2026-03-07T12:00:00Z"), kParis));
}

TEST(Calendar, ChangesAtTheEndsOfAdjoiningSpansTogether) {
  EXPECT_EQ(changes(two_shifts(), "2026-03-05T12:00:00Z", kParis, 4),
            (Texts{"2026-03-05T21:00:00Z", "2026-03-06T05:00:00Z", "2026-03-06T21:00:00Z", "2026-03-09T05:00:00Z"}));
}

TEST(Calendar, ChangesStrictlyAfter) {
  const Calendar calendar = two_shifts();
  EXPECT_EQ(to_text(calendar.next_change(at("2026-03-02T05:00:00Z"), kParis)), "2026-03-02T21:00:00Z");
  EXPECT_EQ(to_text(calendar.next_change(at("2026-03-02T04:59:59.999999999Z"), kParis)), "2026-03-02T05:00:00Z");
}

TEST(Calendar, DoesNotChangeAtMidnightWhereItStaysOn) {
  Calendar night;
  night.week[0] = {{22h, 24h}};  // Monday night to Tuesday
  night.week[1] = {{0h, 6h}};
  EXPECT_EQ(changes(night, "2026-03-02T00:00:00Z", "UTC", 3),
            (Texts{"2026-03-02T22:00:00Z", "2026-03-03T06:00:00Z", "2026-03-09T22:00:00Z"}));
  EXPECT_EQ(to_text(night.next_change(at("2026-03-03T00:00:00Z"), "UTC")), "2026-03-03T06:00:00Z");
}

TEST(Calendar, IsReplacedOnTheDatesOfItsExceptions) {
  Calendar calendar = two_shifts();
  calendar.exceptions["2026-03-03"] = {};           // a holiday
  calendar.exceptions["2026-03-07"] = {{8h, 12h}};  // a Saturday worked
  EXPECT_EQ(changes(calendar, "2026-03-02T12:00:00Z", "UTC", 2),
            (Texts{"2026-03-02T22:00:00Z", "2026-03-04T06:00:00Z"}));
  EXPECT_EQ(changes(calendar, "2026-03-06T23:00:00Z", "UTC", 3),
            (Texts{"2026-03-07T08:00:00Z", "2026-03-07T12:00:00Z", "2026-03-09T06:00:00Z"}));
  EXPECT_FALSE(calendar.on_at(at("2026-03-03T12:00:00Z"), "UTC"));
  EXPECT_TRUE(calendar.on_at(at("2026-03-07T09:00:00Z"), "UTC"));
}

TEST(Calendar, RefusesAnExceptionThatIsNotADate) {
  Calendar calendar = two_shifts();
  calendar.exceptions["2026-3-3"] = {};
  EXPECT_THROW((void)calendar.on_at(at("2026-03-02T12:00:00Z"), "UTC"), InvalidInput);
}

TEST(Calendar, NeverChangesWhereItIsAlwaysTheSame) {
  const Calendar always = every_day({{0h, 24h}});
  const Calendar never;
  for (const std::string& zone : {std::string("UTC"), kParis}) {
    EXPECT_EQ(changes(always, "2026-03-02T12:00:00Z", zone, 1), Texts{"never"});
    EXPECT_EQ(changes(never, "2026-03-02T12:00:00Z", zone, 1), Texts{"never"});
    EXPECT_TRUE(always.on_at(at("2026-03-29T01:30:00Z"), zone));
    EXPECT_FALSE(never.on_at(at("2026-03-29T01:30:00Z"), zone));
  }
}

TEST(Calendar, SeesAnExceptionNearlyTwoYearsAhead) {
  Calendar always = every_day({{0h, 24h}});
  always.exceptions["2027-12-25"] = {};
  EXPECT_EQ(changes(always, "2026-03-02T12:00:00Z", kParis, 3),
            (Texts{"2027-12-24T23:00:00Z", "2027-12-25T23:00:00Z", "never"}));
}

// On 2026-03-29 the clocks of Paris go from 02:00 to 03:00, on 2026-10-25 from 03:00 back to 02:00.
TEST(Calendar, HasAShorterNightShiftInSpring) {
  const Calendar night = every_day({{0h, 6h}, {22h, 24h}});
  EXPECT_EQ(changes(night, "2026-03-28T20:00:00Z", kParis, 3),
            (Texts{"2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z", "2026-03-29T20:00:00Z"}));  // 7 h on
}

TEST(Calendar, HasALongerNightShiftInAutumn) {
  const Calendar night = every_day({{0h, 6h}, {22h, 24h}});
  EXPECT_EQ(changes(night, "2026-10-24T19:00:00Z", kParis, 3),
            (Texts{"2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z", "2026-10-25T21:00:00Z"}));  // 9 h on
}

TEST(Calendar, TakesTheMomentOfTheChangeForSkippedTimes) {
  EXPECT_EQ(changes(every_day({{2h + 30min, 4h}}), "2026-03-28T12:00:00Z", kParis, 2),
            (Texts{"2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"}));
  EXPECT_EQ(changes(every_day({{1h, 2h + 30min}}), "2026-03-28T12:00:00Z", kParis, 2),
            (Texts{"2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"}));
  // A span that is skipped altogether is not there.
  EXPECT_EQ(changes(every_day({{2h, 3h}}), "2026-03-28T12:00:00Z", kParis, 1), Texts{"2026-03-30T00:00:00Z"});
}

TEST(Calendar, TakesTheFirstOfTimesThatOccurTwice) {
  EXPECT_EQ(changes(every_day({{2h + 30min, 4h}}), "2026-10-24T12:00:00Z", kParis, 2),
            (Texts{"2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z"}));
  EXPECT_EQ(changes(every_day({{1h, 2h + 30min}}), "2026-10-24T12:00:00Z", kParis, 2),
            (Texts{"2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"}));
  EXPECT_FALSE(every_day({{1h, 2h + 30min}}).on_at(at("2026-10-25T01:10:00Z"), kParis));
}

// 2026-03-08 from 02:00 to 03:00, 2026-11-01 from 02:00 back to 01:00.
TEST(Calendar, FollowsTheClocksOfNewYork) {
  const Calendar day = every_day({{6h, 14h}});
  EXPECT_EQ(changes(day, "2026-03-07T20:00:00Z", kNewYork, 2), (Texts{"2026-03-08T10:00:00Z", "2026-03-08T18:00:00Z"}));
  EXPECT_EQ(changes(day, "2026-03-06T20:00:00Z", kNewYork, 1), Texts{"2026-03-07T11:00:00Z"});
  EXPECT_EQ(changes(day, "2026-10-31T20:00:00Z", kNewYork, 2), (Texts{"2026-11-01T11:00:00Z", "2026-11-01T19:00:00Z"}));
  const Calendar night = every_day({{0h, 3h}});
  EXPECT_EQ(changes(night, "2026-03-08T04:00:00Z", kNewYork, 2),
            (Texts{"2026-03-08T05:00:00Z", "2026-03-08T07:00:00Z"}));
  EXPECT_EQ(changes(night, "2026-11-01T03:00:00Z", kNewYork, 2),
            (Texts{"2026-11-01T04:00:00Z", "2026-11-01T08:00:00Z"}));
}

// In Beirut the clocks change at midnight: 2026-03-29 has no 00:30, and 2026-10-24 ends twice.
TEST(Calendar, FollowsClocksThatChangeAtMidnight) {
  const std::string beirut = "Asia/Beirut";
  EXPECT_EQ(changes(every_day({{0h, 1h}, {2h, 3h}}), "2026-03-28T12:00:00Z", beirut, 2),
            (Texts{"2026-03-28T23:00:00Z", "2026-03-29T00:00:00Z"}));
  const Calendar evening = every_day({{20h, 24h}});
  EXPECT_EQ(changes(evening, "2026-10-24T12:00:00Z", beirut, 2),
            (Texts{"2026-10-24T17:00:00Z", "2026-10-24T22:00:00Z"}));
  EXPECT_TRUE(evening.on_at(at("2026-10-24T21:30:00Z"), beirut));  // 23:30 for the second time
}

// Every change found is one of on_at, and between two of them there is none.
TEST(Calendar, ChangesExactlyWhereItTurnsOnOrOff) {
  Calendar calendar = two_shifts();
  calendar.week[5] = {{2h + 15min, 2h + 45min}, {23h, 24h}};
  calendar.week[6] = {{0h, 2h + 30min}, {2h + 45min, 3h + 30min}};
  calendar.exceptions["2026-04-01"] = {{0h, 24h}};
  for (const std::string& zone : {kParis, kNewYork, std::string("Australia/Lord_Howe"), std::string("Asia/Beirut")}) {
    Instant change = calendar.next_change(at("2026-03-01T00:00:00Z"), zone);
    bool on = calendar.on_at(at("2026-03-01T00:00:00Z"), zone);
    for (Instant t = at("2026-03-01T00:00:00Z"); t < at("2026-11-15T00:00:00Z"); t += 15min) {
      if (t >= change) {
        on = !on;
        change = calendar.next_change(change, zone);
      }
      ASSERT_EQ(calendar.on_at(t, zone), on) << zone << " " << to_text(t);
      ASSERT_EQ(calendar.next_change(t, zone), change) << zone << " " << to_text(t);
    }
  }
}

TEST(Calendar, TellsChangesInSimulatedTime) {
  const WallClock clock{at("2026-03-02T05:00:00", kParis), kParis};
  const Calendar calendar = two_shifts();
  EXPECT_FALSE(calendar.on_at(Time{}, clock));
  EXPECT_EQ(calendar.next_change(Time{}, clock), Time{1h});
  EXPECT_EQ(calendar.next_change(Time{1h}, clock), Time{17h});
  EXPECT_EQ(calendar.next_change(kNever, clock), kNever);
  EXPECT_EQ(every_day({{0h, 24h}}).next_change(Time{}, clock), kNever);
  EXPECT_EQ(clock.to_sim(clock.to_wall(Time{5s})), Time{5s});
}

TEST(Calendar, MayBeAskedByManyThreads) {
  const Calendar calendar = two_shifts();
  std::vector<std::string> zones{kParis, kNewYork, "Asia/Tokyo", "Australia/Sydney"};
  std::vector<Instant> found(zones.size() * 4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < found.size(); ++i) {
      threads.emplace_back([&, i] {
        Instant t = at("2026-01-01T00:00:00Z");
        for (int step = 0; step < 200; ++step) t = calendar.next_change(t, zones[i % zones.size()]);
        found[i] = t;
      });
    }
  }
  for (std::size_t i = zones.size(); i < found.size(); ++i) EXPECT_EQ(found[i], found[i - zones.size()]);
}

TEST(ParseDaySpan, ReadsClockTimesUpToMidnight) {
  EXPECT_EQ(parse_day_span("06:00-14:00"), (DaySpan{6h, 14h}));
  EXPECT_EQ(parse_day_span("00:00-24:00"), (DaySpan{0h, 24h}));
  EXPECT_EQ(parse_day_span("21:45-23:59"), (DaySpan{21h + 45min, 23h + 59min}));
}

TEST(ParseDaySpan, RefusesWhatIsNotASpan) {
  for (const char* text : {"", "6:00-14:00", "06:00", "06:00-14:00 ", "06:00–14:00", "14:00-06:00", "06:00-06:00",
                           "06:00-24:01", "24:00-24:00", "06:60-07:00", "06.00-07.00"}) {
    EXPECT_THROW(parse_day_span(text), InvalidInput) << text;
  }
}

TEST(ParseDate, ReadsDatesThatExist) {
  using std::chrono::year;
  EXPECT_EQ(parse_date("2028-02-29"), year{2028} / 2 / 29);
  for (const char* text : {"", "2026-02-29", "2026-2-1", "2026-00-01", "2026-01-01T", "20260101"}) {
    EXPECT_THROW(parse_date(text), InvalidInput) << text;
  }
}

}  // namespace
}  // namespace takt
