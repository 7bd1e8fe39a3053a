// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/control/work_orders.hpp"

#include <gtest/gtest.h>

#include "takt/core/byte_stream.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

const WallClock::Instant kBegin = parse_instant("2026-03-02T06:00:00Z");

TEST(WorkOrders, GoFromWrittenToEnded) {
  WorkOrders orders;
  const std::uint64_t n =
      orders.write({.about = "/a/b/c/press", .task = "change the bearing", .due = kBegin + 2h}, kBegin).number;
  EXPECT_EQ(n, 1U);
  EXPECT_THROW(orders.move(n, WorkState::running, kBegin), InvalidInput);
  EXPECT_THROW(orders.move(n, WorkState::allowed_to_start, kBegin), InvalidInput) << "it has no owner";
  orders.assign(n, "mechanics", kBegin + 1min);
  for (const WorkState state :
       {WorkState::allowed_to_start, WorkState::running, WorkState::interrupted, WorkState::running, WorkState::ended})
    EXPECT_EQ(orders.move(n, state, kBegin + 2min).state, state);
  EXPECT_TRUE(orders.open().empty());
  EXPECT_THROW(orders.move(n, WorkState::running, kBegin), InvalidInput);
  EXPECT_THROW(orders.assign(n, "others", kBegin), InvalidInput);
  EXPECT_THROW(orders.order(2), InvalidInput);
}

TEST(WorkOrders, TellWhichAreLate) {
  WorkOrders orders;
  orders.write({.about = "/a", .task = "later", .due = kBegin + 3h}, kBegin);
  orders.write({.about = "/a", .task = "sooner", .due = kBegin + 1h}, kBegin);
  orders.write({.about = "/a", .task = "at leisure"}, kBegin);
  ASSERT_EQ(orders.open().size(), 3U);
  EXPECT_EQ(orders.open()[0].task, "sooner");
  ASSERT_EQ(orders.late(kBegin + 2h).size(), 1U);
  EXPECT_EQ(orders.late(kBegin + 2h)[0].task, "sooner");
}

TEST(WorkOrders, SayWhatMayFollow) {
  WorkOrders orders;
  EXPECT_THROW(orders.write({}, kBegin), InvalidInput);
  orders.write({.about = "/a", .task = "look"}, kBegin);
  try {
    orders.move(1, WorkState::ended, kBegin);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults()[0].expected, "from NotAllowedToStart: AllowedToStart, Aborted");
  }
  WorkOrders later;
  from_bytes_of(to_bytes_of(orders), later);
  EXPECT_EQ(later.order(1), orders.order(1));
}

}  // namespace
}  // namespace takt
