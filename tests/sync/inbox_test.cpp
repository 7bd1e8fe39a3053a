// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/inbox.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "takt/core/error.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Delivery numbered(std::uint64_t seq) {
  Delivery delivery;
  delivery.source = delivery.snapshot.source = "plc";
  delivery.snapshot.seq = seq;
  return delivery;
}

TEST(Inbox, GivesWhatWasPutInItsOrder) {
  Inbox inbox;
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_TRUE(inbox.put(numbered(i)));
  const std::vector<Delivery> taken = inbox.take(0ms);
  ASSERT_EQ(taken.size(), 3U);
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(taken[i].snapshot.seq, i);
  EXPECT_TRUE(inbox.take(1ms).empty());
}

TEST(Inbox, LetsNoMoreInThanItHolds) {
  Inbox inbox(2);
  std::atomic<int> in = 0;
  {
    const std::jthread source([&] {
      for (std::uint64_t i = 0; i < 6; ++i)
        if (inbox.put(numbered(i))) ++in;
    });
    std::uint64_t next = 0;
    while (next < 6) {
      EXPECT_LE(inbox.size(), 2U);
      for (const Delivery& each : inbox.take(1000ms)) EXPECT_EQ(each.snapshot.seq, next++);
    }
  }
  EXPECT_EQ(in, 6);
}

TEST(Inbox, StopsThoseThatWaitForRoom) {
  Inbox inbox(1);
  inbox.put(numbered(0));
  std::stop_source stop;
  std::atomic<bool> was_put = true;
  {
    const std::jthread source([&] { was_put = inbox.put(numbered(1), stop.get_token()); });
    stop.request_stop();
  }
  EXPECT_FALSE(was_put);
  EXPECT_EQ(inbox.size(), 1U);
}

TEST(Inbox, TakesNothingThatCannotBeKept) {
  std::vector<std::uint64_t> kept;
  Inbox inbox(10, [&](const Delivery& each) {
    if (each.snapshot.seq == 1) throw Error("no space left");
    kept.push_back(each.snapshot.seq);
  });
  EXPECT_TRUE(inbox.put(numbered(0)));
  EXPECT_THROW(inbox.put(numbered(1)), Error);
  EXPECT_TRUE(inbox.put(numbered(2)));
  EXPECT_EQ(kept, (std::vector<std::uint64_t>{0, 2}));
  EXPECT_EQ(inbox.take(0ms).size(), 2U);
  EXPECT_THROW(Inbox(0), InvalidInput);
}

}  // namespace
}  // namespace takt
