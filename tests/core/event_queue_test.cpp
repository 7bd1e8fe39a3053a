// SPDX-License-Identifier: Apache-2.0
#include "takt/core/event_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "takt/core/random.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

template <class Queue>
class EventQueueTest : public testing::Test {};
using Queues = testing::Types<ScanQueue, TreeQueue>;
TYPED_TEST_SUITE(EventQueueTest, Queues);

TYPED_TEST(EventQueueTest, TellsNothingWhenNothingIsPending) {
  TypeParam queue;
  queue.reset(7, Time{5s});
  EXPECT_EQ(queue.next().time, kNever);
  queue.set(3, Time{9s}, EventClass::completion);
  queue.clear(3);
  EXPECT_EQ(queue.next().time, kNever);
}

TYPED_TEST(EventQueueTest, OrdersEqualTimesByClassThenSlot) {
  TypeParam queue;
  queue.reset(4, Time{});
  queue.set(0, Time{1s}, EventClass::arrival);
  queue.set(1, Time{1s}, EventClass::completion);
  queue.set(2, Time{1s}, EventClass::repair);
  queue.set(3, Time{1s}, EventClass::completion);
  std::vector<std::uint32_t> order;
  while (queue.next().time != kNever) {
    order.push_back(queue.next().slot);
    queue.clear(order.back());
  }
  EXPECT_EQ(order, (std::vector<std::uint32_t>{2, 1, 3, 0}));
}

TYPED_TEST(EventQueueTest, HoldsEventsBeyondItsWindowBack) {
  TypeParam queue;
  queue.reset(2, Time{1h});
  queue.set(0, kNever, EventClass::failure);
  EXPECT_EQ(queue.next().time, kNever);
  queue.set(1, Time{1h} + TypeParam::kWindow, EventClass::failure);
  EXPECT_EQ(queue.next().time, Time{1h} + TypeParam::kWindow);
}

TYPED_TEST(EventQueueTest, CopiesGoOnAlone) {
  TypeParam queue;
  queue.reset(3, Time{});
  queue.set(1, Time{2s}, EventClass::completion);
  TypeParam copy = queue;
  queue.clear(1);
  EXPECT_EQ(queue.next().time, kNever);
  EXPECT_EQ(copy.next().time, Time{2s});
}

// Ten thousand random sets and clears against a sorted map.
TYPED_TEST(EventQueueTest, AgreesWithASortedMap) {
  for (const std::uint32_t slots : {1U, 2U, 5U, 17U, 32U}) {
    TypeParam queue;
    queue.reset(slots, Time{});
    std::map<std::uint32_t, std::pair<Time, EventClass>> pending;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
      Draw draw({slots, 0}, i);
      const auto slot = static_cast<std::uint32_t>(draw.bits() % slots);
      if (draw.bits() % 4 == 0) {
        queue.clear(slot);
        pending.erase(slot);
      } else {
        const Time time{Duration{static_cast<std::int64_t>(draw.bits() % 50)}};
        const auto event_class = static_cast<EventClass>(draw.bits() % 5);
        queue.set(slot, time, event_class);
        pending[slot] = {time, event_class};
      }
      std::tuple<Time, EventClass, std::uint32_t> first{kNever, EventClass{}, 0};
      for (const auto& [s, event] : pending) first = std::min(first, std::tuple{event.first, event.second, s});
      const NextEvent next = queue.next();
      ASSERT_EQ(next.time, std::get<0>(first));
      if (next.time != kNever) {
        ASSERT_EQ(next.event_class, std::get<1>(first));
        ASSERT_EQ(next.slot, std::get<2>(first));
      }
    }
  }
}

}  // namespace
}  // namespace takt
