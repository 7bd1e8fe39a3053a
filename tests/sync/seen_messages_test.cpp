// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/seen_messages.hpp"

#include <gtest/gtest.h>

#include <set>

#include "engine/choices.hpp"
#include "takt/core/byte_stream.hpp"

namespace takt {
namespace {

TEST(SeenMessages, AreThoseThatWereAddedInAnyOrder) {
  test::Choices choose(7);
  SeenMessages seen;
  std::set<std::pair<std::uint64_t, std::uint64_t>> all;
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t epoch = choose.below(3), seq = choose.below(400);
    EXPECT_EQ(seen.contains(epoch, seq), all.contains({epoch, seq}));
    seen.add(epoch, seq);
    all.emplace(epoch, seq);
  }
  for (std::uint64_t epoch = 0; epoch < 4; ++epoch)
    for (std::uint64_t seq = 0; seq < 402; ++seq)
      EXPECT_EQ(seen.contains(epoch, seq), all.contains({epoch, seq})) << epoch << " " << seq;
}

TEST(SeenMessages, InOrderTakeNoMemoryAndWithGapsLittle) {
  SeenMessages in_order, gaps;
  for (std::uint64_t seq = 0; seq < 100'000; ++seq) {
    in_order.add(1, seq);
    gaps.add(1, 2 * seq);
  }
  EXPECT_LT(to_bytes_of(in_order).size(), 100U);
  EXPECT_LT(to_bytes_of(gaps).size(), 30U * SeenMessages::kMost);
  EXPECT_TRUE(gaps.contains(1, 199'998));
  EXPECT_FALSE(gaps.contains(1, 199'997));
  EXPECT_FALSE(gaps.contains(1, 0));  // forgotten
}

}  // namespace
}  // namespace takt
