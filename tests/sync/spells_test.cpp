// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/spells.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "takt/core/byte_stream.hpp"
#include "takt/core/random.hpp"

namespace {

using namespace std::chrono_literals;
using Instant = takt::WallClock::Instant;

const Instant kMonday = takt::parse_instant("2026-03-02T00:00:00Z");

/// Runs and stands for exponential times, whatever the time of the day; returns when it ends.
Instant run_at_random(takt::SpellHistory& history, const std::string& unit, double running_s, double standing_s,
                      int spells, Instant at = kMonday) {
  for (int i = 0; i < spells; ++i) {
    const bool running = i % 2 == 0;
    history.observe({.unit = unit, .running = running, .at = at, .group = unit});
    takt::Draw draw(takt::stream_key(7, 0, takt::hash_path(unit), takt::Purpose::learn), static_cast<unsigned>(i));
    at += takt::from_seconds((running ? running_s : standing_s) * takt::Distribution::standard_exponential(draw));
  }
  history.close(unit, at);
  return at;
}

/// Days on which a machine runs from six, stands from twelve to one, and runs until two.
Instant work_by_the_clock(takt::SpellHistory& history, int days) {
  for (int day = 0; day < days; ++day) {
    const Instant midnight = kMonday + day * 24h;
    history.observe({.unit = "press", .running = true, .at = midnight + 6h});
    history.observe({.unit = "press", .running = false, .at = midnight + 12h});
    history.observe({.unit = "press", .running = true, .at = midnight + 13h});
    history.close("press", midnight + 14h);
  }
  return kMonday + days * 24h;
}

TEST(Spells, ThatEndAtRandomHaveTheirRate) {
  takt::SpellHistory history({.half_life_d = 1000.0});
  const Instant end = run_at_random(history, "press", 3600.0, 600.0, 2000);
  // A thousand events: at a place, kernels leave about a hundred of them, 10 % of scatter; three times that.
  const takt::SpellHazard runs = history.hazard("press", "press", true, end, 1h);
  EXPECT_NEAR(3600.0 * runs.rate(1800.0, 0.0), 1.0, 0.3);
  const takt::SpellHazard stands = history.hazard("press", "press", false, end, 12h);
  EXPECT_NEAR(600.0 * stands.rate(300.0, 1800.0), 1.0, 0.3);
  EXPECT_NEAR(stands.law(300.0, 0.0).residual_mean(300.0), 600.0, 200.0);
}

TEST(Spells, ThatEndAtTheSameTimeOfDaysAreExpectedToEndThen) {
  takt::SpellHistory history;
  const Instant today = work_by_the_clock(history, 20);
  history.observe({.unit = "press", .running = true, .at = today + 6h});
  const auto breaks = history.hazard("press", "", true, today + 11h, 2h).law(5 * 3600.0, 0.0);
  EXPECT_NEAR(breaks.quantile(0.5) - 5 * 3600.0, 3600.0, 1200.0);  // within the kernel's deviation
  history.observe({.unit = "press", .running = false, .at = today + 12h});
  const auto resumes = history.hazard("press", "", false, today + 12h + 20min, 2h).law(1200.0, 0.0);
  EXPECT_NEAR(resumes.quantile(0.5) - 1200.0, 2400.0, 1200.0);
}

TEST(Spells, StillRunningCountAsExposure) {
  takt::SpellHistory history;
  history.observe({.unit = "press", .running = true, .at = kMonday});
  const double first = history.hazard("press", "", true, kMonday + 1h, 1h).rate(40 * 3600.0, 0.0);
  const double later = history.hazard("press", "", true, kMonday + 60h, 1h).rate(40 * 3600.0, 0.0);
  EXPECT_LT(later, first / 4);
}

TEST(Spells, OfAWeekdayHaveARateOfTheirOwnWhereTheyAreTold) {
  takt::SpellHistory by_day({.half_life_d = 1000.0, .weekday_events = 0.2});
  takt::SpellHistory alike({.half_life_d = 1000.0});
  for (int day = 0; day < 28; ++day) {
    const Instant from = kMonday + day * 24h + 6h;
    for (takt::SpellHistory* history : {&by_day, &alike}) {
      history->observe({.unit = "press", .running = true, .at = from});
      if (day % 7 == 4) history->observe({.unit = "press", .running = false, .at = from + 4h});  // Fridays at ten
      history->close("press", from + 6h);
    }
  }
  const Instant friday = kMonday + 32 * 24h + 10h;
  const auto rate = [&](const takt::SpellHistory& history, Instant at) {
    return history.hazard("press", "", true, at, 10min).rate(4 * 3600.0, 0.0);
  };
  EXPECT_GT(rate(by_day, friday), 2 * rate(alike, friday));
  EXPECT_LT(rate(by_day, friday - 24h), rate(alike, friday - 24h));
}

TEST(Spells, OfMachinesThatStopMoreOftenEndSooner) {
  takt::SpellHistory history({.half_life_d = 1000.0});
  run_at_random(history, "weak", 900.0, 300.0, 400);
  const Instant end = run_at_random(history, "strong", 7200.0, 300.0, 400);
  const double weak = history.hazard("weak", "weak", true, end, 1h).rate(900.0, 0.0);
  const double strong = history.hazard("strong", "strong", true, end, 1h).rate(900.0, 0.0);
  EXPECT_GT(weak, 4 * strong);  // 8 times, drawn together by priors and by the ages that they share
}

TEST(Spells, ManyOfLateRaiseTheFactorThatFuturesDraw) {
  takt::SpellHistory history({.half_life_d = 1000.0});
  Instant at = run_at_random(history, "press", 3600.0, 300.0, 400);
  const auto median = [&] { return history.hazard("press", "press", true, at, 1h).factor(0.5); };
  const double usual = median();
  at = run_at_random(history, "press", 120.0, 300.0, 60, at + 24h);
  EXPECT_NEAR(usual, 1.0, 0.5);
  EXPECT_GT(median(), 1.5 * usual);
}

TEST(Spells, AreNotKnownBeforeTheFirstAndAfterAHole) {
  takt::SpellHistory history;
  EXPECT_FALSE(history.now("press"));
  history.observe({.unit = "press", .running = true, .at = kMonday});
  history.observe({.unit = "press", .running = false, .at = kMonday - 1h});  // goes back: ignored
  ASSERT_TRUE(history.now("press"));
  EXPECT_TRUE(history.now("press")->running);
  history.close("press", kMonday + 1h);
  EXPECT_FALSE(history.now("press"));
}

TEST(Spells, GoOverIntoBytesAndBack) {
  takt::SpellHistory history, other;
  const Instant end = run_at_random(history, "press", 3600.0, 600.0, 50);
  takt::from_bytes_of(takt::to_bytes_of(history), other);
  EXPECT_EQ(history.hazard("press", "press", true, end, 1h).rate(100.0, 60.0),
            other.hazard("press", "press", true, end, 1h).rate(100.0, 60.0));
  EXPECT_EQ(takt::to_bytes_of(history), takt::to_bytes_of(other));
}

}  // namespace
