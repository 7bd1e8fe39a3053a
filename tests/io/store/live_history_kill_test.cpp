// SPDX-License-Identifier: Apache-2.0
// A live twin that is killed at any moment, or has no room, loses nothing that it acknowledged. TAKT_HISTORY_KILLS=500
// for the long form.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "io/store/live_feed.hpp"
#include "io/store/scratch_folder.hpp"
#include "takt/core/error.hpp"
#include "takt/io/store/history.hpp"
#include "takt/io/store/live_history.hpp"
#include "takt/sync/twin_bytes.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using test::LiveFeed;
using test::ScratchFolder;

/// Files are begun, full and forgotten often.
LiveHistoryOptions busy() {
  LiveHistoryOptions options{.checkpoint_deliveries = 100};
  options.journal.file_bytes = 50'000;
  options.historian.flush_every = 10ms;
  options.historian.segment_bytes = 6 << 20;
  return options;
}

void tell(int pipe, std::uint64_t number) {
  if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(3);
}

/// Takes up what is there and goes on until it is killed: tells the last number it found, then each that it
/// acknowledges.
[[noreturn]] void live(const std::filesystem::path& file, int pipe) {
  LiveHistory history(file, busy());
  LiveTwin twin = history.recover(test::feed_plant());
  LiveFeed feed;
  WallClock::Instant last{};  // time is told as it is to the twin that never stopped
  while (feed.number() < history.recovery().last) last = std::max(last, feed.next().arrival);
  tell(pipe, feed.number());
  std::uint64_t taken = feed.number();
  Inbox inbox(64, history.keep());
  const std::jthread source([&] {
    for (;;) {
      Delivery delivery = feed.next();
      const std::uint64_t number = feed.number();
      inbox.put(std::move(delivery));
      tell(pipe, number);
    }
  });
  for (;;)
    for (Delivery& delivery : inbox.take(5ms)) {
      last = std::max(last, delivery.arrival);
      if (!history.take(twin, delivery)) ::_exit(4);
      if (++taken % 3 == 0) history.pass(twin, last);
    }
}

/// Starts one and kills it. The last number it acknowledged; fails if one acknowledged before was gone.
std::uint64_t killed_after(const std::filesystem::path& file, std::chrono::microseconds time,
                           std::uint64_t acknowledged) {
  int pipe[2];
  EXPECT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    try {
      live(file, pipe[1]);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ::_exit(2);
    }
  }
  ::close(pipe[1]);
  std::uint64_t number = 0;
  EXPECT_EQ(::read(pipe[0], &number, sizeof number), static_cast<ssize_t>(sizeof number)) << "it cannot go on";
  EXPECT_GE(number, acknowledged);
  std::thread killer([&] {
    std::this_thread::sleep_for(time);
    ::kill(child, SIGKILL);
  });
  acknowledged = number;
  while (::read(pipe[0], &number, sizeof number) == static_cast<ssize_t>(sizeof number)) acknowledged = number;
  killer.join();
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  ::close(pipe[0]);
  return acknowledged;
}

LiveTwin never_stopped(std::uint64_t until) {
  LiveTwin live(test::feed_plant());
  WallClock::Instant last{};
  for (LiveFeed from; from.number() < until;) {
    Delivery delivery = from.next();
    last = std::max(last, delivery.arrival);
    live.take(delivery);
    if (from.number() % 3 == 0) live.pass(last);
  }
  live.finish(last);
  return live;
}

TEST(LiveHistoryKilled, NothingAcknowledgedIsLostAndTheTwinIsTheOneThatNeverStopped) {
  const char* const wanted = std::getenv("TAKT_HISTORY_KILLS");
  const int kills = wanted != nullptr ? std::atoi(wanted) : 12;
  const ScratchFolder folder;
  Draw draw({1, 2}, 0);
  std::uint64_t acknowledged = 0;
  for (int i = 0; i < kills; ++i) {
    const auto time = std::chrono::microseconds{static_cast<int>(150'000.0 * draw.uniform() * draw.uniform())};
    acknowledged = killed_after(folder / "line.h5", time, acknowledged);
    ASSERT_FALSE(HasFailure()) << "kill " << i;
  }
  LiveHistory history(folder / "line.h5", busy());
  LiveTwin live = history.recover(test::feed_plant());
  const std::uint64_t last = history.recovery().last;
  EXPECT_GE(last, acknowledged);
  EXPECT_GT(last, 100U);
  std::printf("%d kills, %llu deliveries acknowledged, none lost\n", kills,
              static_cast<unsigned long long>(acknowledged));
  WallClock::Instant end{};
  std::uint64_t number = 0;
  ASSERT_TRUE(history.historian().flush());
  History(folder / "line.h5")
      .replay(
          0,
          [&](std::uint64_t next, Delivery&& delivery) {
            EXPECT_EQ(next, ++number);  // each once, in order
            end = std::max(end, delivery.arrival);
            return true;
          },
          [](WallClock::Instant) { return true; });
  EXPECT_EQ(number, last);
  live.finish(end);
  EXPECT_EQ(to_bytes(*live.twin()), to_bytes(*never_stopped(last).twin()));
}

TEST(LiveHistoryWithoutRoom, AcknowledgesNothingThatItCannotKeepAndGoesOnWhenThereIsSome) {
  const ScratchFolder folder;
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto limit = [&](rlim_t bytes) {
    const rlimit room{bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &room);
  };
  LiveHistoryOptions options;
  options.historian.flush_every = 5ms;
  LiveHistory history(folder / "line.h5", options);
  LiveTwin live = history.recover(test::feed_plant());
  const Inbox::Keep keep = history.keep();
  LiveFeed feed;
  WallClock::Instant end{};
  const auto take = [&](Delivery delivery) {
    end = std::max(end, delivery.arrival);
    ASSERT_TRUE(history.take(live, delivery));
    if (feed.number() % 3 == 0) history.pass(live, end);
  };
  limit(200'000);
  Delivery refused;
  for (;;) {
    refused = feed.next();
    try {
      keep(refused);
    } catch (const WriteError&) {
      break;
    }
    take(refused);
  }
  EXPECT_GT(feed.number(), 100U);
  EXPECT_FALSE(history.historian().flush());
  EXPECT_THAT(history.historian().fault(), testing::HasSubstr("cannot write"));
  limit(before.rlim_cur);
  keep(refused);
  take(refused);
  for (int i = 0; i < 50; ++i) {
    Delivery delivery = feed.next();
    keep(delivery);
    take(std::move(delivery));
  }
  for (int i = 0; i < 100 && !history.historian().flush(); ++i) std::this_thread::sleep_for(50ms);
  ASSERT_EQ(history.historian().fault(), "");
  std::uint64_t number = 0;
  History(folder / "line.h5")
      .replay(
          0,
          [&](std::uint64_t next, Delivery&&) {
            EXPECT_EQ(next, ++number);
            return true;
          },
          [](WallClock::Instant) { return true; });
  EXPECT_EQ(number, feed.number());
  live.finish(end);
  EXPECT_EQ(to_bytes(*live.twin()), to_bytes(*never_stopped(feed.number()).twin()));
}

}  // namespace
}  // namespace takt::io
