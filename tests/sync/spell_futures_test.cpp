// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/spell_futures.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <string>

#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/sync/twin.hpp"

namespace {

using namespace std::chrono_literals;
using Instant = takt::WallClock::Instant;

constexpr double kRuns = 1800.0, kStands = 600.0;  // seconds

takt::Plant plant(bool fails) {
  const std::string failure = R"("failure": {"time_to_failure": {"law": "exponential", "mean": "30 min"},
    "time_to_repair": {"law": "exponential", "mean": "10 min"}, "clock": "calendar"},)";
  return takt::io::parse_plant(R"({"format": "takt-plant/1", "name": "one", "enterprises": {"a": {"workshops": {"w":
    {"lines": {"l": {"equipment": {"blanks": {"kind": "source", "supply": "saturated", "to": "press"},
    "press": {"kind": "machine", "cycle_time": "10 s", )" +
                               (fails ? failure : "") + R"("to": "out"}, "out": {"kind": "sink"}}}}}}}}})");
}

/// A twin whose machine runs, and what was seen of it before: exponential spells.
struct Seen {
  takt::Twin twin{takt::compile(plant(true))};
  takt::SpellHistory history{{.mean_running_s = kRuns, .mean_standing_s = kStands, .half_life_d = 1000.0}};
  Instant now{};

  Seen() {
    const Instant start = twin.model().plant.clock.epoch;
    now = start;
    for (unsigned i = 0; i < 2000; ++i) {
      history.observe({.unit = "press", .running = i % 2 == 0, .at = now});
      takt::Draw draw(takt::stream_key(3, 0, 0, takt::Purpose::learn), i);
      now += takt::from_seconds((i % 2 == 0 ? kRuns : kStands) * takt::Distribution::standard_exponential(draw));
    }
    history.observe({.unit = "press", .running = true, .at = now});
    takt::Snapshot snapshot{.ts = start + 1h, .source = "test"};
    snapshot.entities.push_back({.path = "/a/w/l/press", .state = "Execute"});
    twin.apply(snapshot);
  }

  takt::SpellOutlook outlook(takt::Duration horizon) const {
    return {.running = history.hazard("press", "", true, now, horizon),
            .standing = history.hazard("press", "", false, now, horizon),
            .pace = 0.1};
  }
};

TEST(SpellFutures, RunForTheShareThatTheirLawsGive) {
  const Seen seen;
  takt::Moments share;
  for (const takt::SpellFuture& f : takt::spell_futures(seen.twin.now(), {0}, seen.outlook(12h), 12h, 400))
    share.add(f.running_s / f.length_s);
  // An alternating renewal process: running / (running + standing) = 0.75 (Cox 1962, section 7.2). The thousand spells
  // of each kind leave 3 % of each mean open, kernels that see some hundred of them 8 %: three times that on the share.
  EXPECT_NEAR(share.mean(), kRuns / (kRuns + kStands), 0.06);
}

TEST(SpellFutures, MakeAPieceACycleWhileTheyRun) {
  const Seen seen;
  takt::SpellOutlook outlook = seen.outlook(2h);
  for (const takt::SpellFuture& f : takt::spell_futures(seen.twin.now(), {0}, outlook, 2h, 100))
    EXPECT_NEAR(static_cast<double>(f.pieces), f.running_s * outlook.pace, 1.001);
  outlook.pace_errors = {{{.value = 0.5, .weight = 1.0}}};
  for (const takt::SpellFuture& f : takt::spell_futures(seen.twin.now(), {0}, outlook, 2h, 100))
    EXPECT_NEAR(static_cast<double>(f.pieces), f.running_s * outlook.pace / 2, 1.001);
}

TEST(SpellFutures, AreAsWrongAboutEachBlockOfTheirPaceAsAboutAnother) {
  const Seen seen;
  takt::SpellOutlook outlook = seen.outlook(16h);
  outlook.pace_errors = {{{.value = 0.5, .weight = 1.0}, {.value = 1.5, .weight = 1.0}}};
  const auto spread = [&](takt::Duration block) {
    outlook.pace_block = block;
    takt::Moments pace;
    for (const takt::SpellFuture& f : takt::spell_futures(seen.twin.now(), {0}, outlook, 16h, 300))
      pace.add(static_cast<double>(f.pieces) / f.running_s / outlook.pace);
    EXPECT_NEAR(pace.mean(), 1.0, 0.1);  // of 300 with 0.5 each: 0.03 of scatter, three times that
    return std::sqrt(pace.variance());
  };
  EXPECT_NEAR(spread(16h), 0.5, 0.05);
  EXPECT_NEAR(spread(1h), 0.5 / 4, 0.04);  // of the mean of sixteen blocks, which run for shares of an hour
}

TEST(SpellFutures, MakeNothingAfterTheEndOfTheShift) {
  const Seen seen;
  takt::SpellOutlook outlook = seen.outlook(2h);
  outlook.closes_after = takt::Distribution::constant(1200.0);
  for (const takt::SpellFuture& f : takt::spell_futures(seen.twin.now(), {0}, outlook, 2h, 100)) {
    EXPECT_DOUBLE_EQ(f.length_s, 1200.0);
    EXPECT_LE(f.pieces, 120U);
  }
}

TEST(SpellFutures, OfAMachineThatStandsBeginStanding) {
  Seen seen;
  takt::Snapshot snapshot{.ts = seen.twin.model().plant.clock.epoch + 2h, .source = "test", .seq = 1};
  snapshot.entities.push_back({.path = "/a/w/l/press", .state = "Aborted"});
  seen.twin.apply(snapshot);
  takt::Moments running;
  for (const takt::SpellFuture& f : takt::spell_futures(seen.twin.now(), {0}, seen.outlook(1h), 5min, 400))
    running.add(f.running_s);
  // With rate 1/600 it is back after T, and runs for 300 s - T on average if T < 300 s and it does not stop again:
  // 300 - 600 (1 - e^-0.5) = 64 s. Estimated rates leave a fifth open.
  EXPECT_NEAR(running.mean(), 64.0, 25.0);
}

TEST(SpellFutures, AreTheSameEachTime) {
  const Seen seen;
  const auto pieces = [&] {
    return takt::law_of_pieces(takt::spell_futures(seen.twin.now(), {0}, seen.outlook(1h), 1h, 50), 5);
  };
  EXPECT_EQ(pieces(), pieces());
}

TEST(SpellFutures, NeedAMachineThatFailsAndAPresent) {
  const Seen seen;
  const takt::Twin whole(takt::compile(plant(false)));
  EXPECT_THROW(takt::spell_futures(whole.now(), {0}, seen.outlook(1h), 1h, 1), takt::InvalidInput);
  EXPECT_THROW(takt::spell_futures(takt::Present::of(takt::compile(plant(true))), {0}, seen.outlook(1h), 1h, 1),
               takt::InvalidInput);
}

}  // namespace
