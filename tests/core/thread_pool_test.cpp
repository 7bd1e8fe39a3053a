// SPDX-License-Identifier: Apache-2.0
#include "takt/core/thread_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace takt {
namespace {

TEST(ThreadPool, DoesEveryTaskOnceRoundAfterRound) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::atomic<int>> done(37);
      pool.run(done.size(), [&](std::size_t i) { ++done[i]; });
      for (const auto& d : done) ASSERT_EQ(d.load(), 1);
    }
  }
}

TEST(ThreadPool, ThrowsTheFirstFailureAndGoesOnWorking) {
  ThreadPool pool(3);
  std::atomic<int> begun = 0;
  EXPECT_THROW(pool.run(10'000,
                        [&](std::size_t i) {
                          ++begun;
                          if (i == 5) throw std::runtime_error("no");
                        }),
               std::runtime_error);
  EXPECT_LT(begun.load(), 10'000);
  std::atomic<int> done = 0;
  pool.run(10, [&](std::size_t) { ++done; });
  EXPECT_EQ(done.load(), 10);
}

}  // namespace
}  // namespace takt
