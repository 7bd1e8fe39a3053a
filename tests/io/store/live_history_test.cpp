// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/live_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/store/live_feed.hpp"
#include "io/store/scratch_folder.hpp"
#include "takt/io/store/history.hpp"
#include "takt/sync/twin_bytes.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using Instant = WallClock::Instant;
using test::LiveFeed;
using test::ScratchFolder;

Instant time_of(const Twin& twin) { return twin.model().plant.clock.to_wall(twin.time()); }

/// Keeps and takes deliveries up to a number, and lets time pass after every third.
void feed(LiveFeed& from, LiveHistory& history, LiveTwin& live, std::uint64_t until,
          const std::function<void(const LiveTwin&)>& look = {}) {
  const Inbox::Keep keep = history.keep();
  while (from.number() < until) {
    Delivery delivery = from.next();
    const Instant arrival = delivery.arrival;
    keep(delivery);
    ASSERT_TRUE(history.take(live, delivery));
    if (from.number() % 3 == 0) history.pass(live, arrival);
    if (look) look(live);
  }
}

/// What a twin without a history is after as many deliveries.
LiveTwin never_stopped(std::uint64_t until) {
  LiveTwin live(test::feed_plant());
  for (LiveFeed from; from.number() < until;) {
    Delivery delivery = from.next();
    const Instant arrival = delivery.arrival;
    EXPECT_TRUE(live.take(delivery));
    if (from.number() % 3 == 0) live.pass(arrival);
  }
  return live;
}

TEST(LiveHistory, StoppedAndStartedTheTwinIsTheOneThatNeverStopped) {
  const ScratchFolder folder;
  LiveFeed from;
  for (std::uint64_t until : {90U, 300U, 301U, 600U, 900U}) {
    LiveHistory history(folder / "line.h5", {.checkpoint_deliveries = 200});
    LiveTwin live = history.recover(test::feed_plant());
    EXPECT_EQ(history.recovery().last, from.number());
    EXPECT_THAT(history.recovery().notes, testing::IsEmpty());
    feed(from, history, live, until);
    const LiveTwin other = never_stopped(until);
    ASSERT_EQ(to_bytes(*live.twin()), to_bytes(*other.twin())) << until;
    ASSERT_EQ(to_bytes_of(live.ingest()).size(), to_bytes_of(other.ingest()).size()) << until;
    if (until == 301) continue;  // once it goes without a word
    EXPECT_TRUE(history.close(live));
  }
  EXPECT_EQ(History(folder / "line.h5").last(), 900U);
}

TEST(LiveHistory, TheStateAtAnyInstantIsTheOneThatTheLiveTwinHad) {
  const ScratchFolder folder;
  LiveFeed from;
  std::map<Instant, std::vector<std::byte>> was;  // the last one at an instant
  {
    LiveHistoryOptions options{.checkpoint_deliveries = 150};
    options.historian.segment_bytes = 4 << 20;
    LiveHistory history(folder / "line.h5", options);
    LiveTwin live = history.recover(test::feed_plant());
    feed(from, history, live, 900, [&](const LiveTwin& now) {
      if (now.twin() != nullptr) was[time_of(*now.twin())] = to_bytes(*now.twin());
    });
    ASSERT_TRUE(history.close(live));
  }
  const History history(folder / "line.h5");
  ASSERT_GT(was.size(), 200U);
  std::size_t i = 0;
  for (const auto& [at, bytes] : was) {
    if (i++ % 12 != 0) continue;
    ASSERT_EQ(to_bytes(history.state_at(at)), bytes) << to_text(at);
  }
  const auto [begin, end] = history.span();
  EXPECT_THROW(history.state_at(begin - 1s), InvalidInput);
  EXPECT_THROW(history.state_at(end + 1s), InvalidInput);
}

TEST(LiveHistory, CanBeReadWhileItIsWritten) {
  const ScratchFolder folder;
  LiveHistory history(folder / "line.h5");
  LiveTwin live = history.recover(test::feed_plant());
  LiveFeed from;
  feed(from, history, live, 300);
  ASSERT_TRUE(history.historian().flush());
  const History reader(folder / "line.h5");
  EXPECT_EQ(reader.last(), 300U);
  const Instant at = time_of(*live.twin());
  EXPECT_EQ(to_bytes(reader.state_at(at)), to_bytes(*live.twin()));
  feed(from, history, live, 330);
  ASSERT_TRUE(history.historian().flush());
  EXPECT_EQ(reader.last(), 330U);
  EXPECT_EQ(to_bytes(reader.state_at(time_of(*live.twin()))), to_bytes(*live.twin()));
}

TEST(LiveHistory, AnEditedPlantTakesTheTwinOverAndSaysWhatBecameOfIt) {
  const ScratchFolder folder;
  LiveFeed from;
  {
    LiveHistory history(folder / "line.h5");
    LiveTwin live = history.recover(test::feed_plant());
    feed(from, history, live, 300);
  }
  Plant edited = test::feed_plant();
  for (Equipment& each : edited.enterprises[0].workshops[0].lines[0].equipment)
    if (auto* machine = std::get_if<Machine>(&each.is); machine != nullptr && each.name == "m02")
      machine->cycle_time.law = Distribution::lognormal(7.0, 0.2);
  LiveHistory history(folder / "line.h5");
  LiveTwin live = history.recover(edited);
  ASSERT_TRUE(history.recovery().migration);
  EXPECT_THAT(history.recovery().migration->unlearnt, testing::ElementsAre("/e/w/l/m02/cycle_time"));
  feed(from, history, live, 400);
  ASSERT_TRUE(history.close(live));
  EXPECT_EQ(History(folder / "line.h5").segments().size(), 2U);
  EXPECT_EQ(to_bytes(History(folder / "line.h5").state_at(time_of(*live.twin()))), to_bytes(*live.twin()));
}

}  // namespace
}  // namespace takt::io
