// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/ensemble.hpp"

#include <gtest/gtest.h>

#include "engine/random_plant.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

TEST(Ensemble, MembersAreForksWhateverTheThreads) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make(), {.part_identity = seed % 2 == 0});
    State state = start(model, model.defaults, seed);
    advance(model, model.defaults, state, Time{10min});
    for (const unsigned threads : {1U, 3U}) {
      ThreadPool pool(threads);
      Ensemble ensemble(model, model.defaults, state, 50, pool);
      ensemble.advance(model, model.defaults, Time{15min}, pool);
      for (std::uint32_t i = 0; i < 50; ++i) {
        State alone = fork(model, model.defaults, state, 1 + i);
        const Outcome outcome = advance(model, model.defaults, alone, Time{15min});
        ASSERT_TRUE(equal(model, alone, ensemble.members()[i])) << "seed " << seed << ", member " << i;
        ASSERT_EQ(outcome.status, ensemble.outcomes()[i]);
      }
    }
  }
}

class Resampled : public testing::Test {
 protected:
  Model model_ = compile(test::RandomPlant(3).make());
  State state_ = start(model_, model_.defaults);
  ThreadPool pool_{2};
};

TEST_F(Resampled, KeepsWhatIsWantedAndForksItIntoWhatIsNot) {
  Ensemble ensemble(model_, model_.defaults, state_, 6, pool_);
  ensemble.advance(model_, model_.defaults, Time{10min}, pool_);
  const std::vector<State> before(ensemble.members().begin(), ensemble.members().end());
  ensemble.resample(model_, model_.defaults, std::vector<std::uint32_t>{0, 3, 1, 0, 2, 0}, pool_);
  for (const std::size_t kept : {1U, 2U, 4U}) EXPECT_TRUE(equal(model_, before[kept], ensemble.members()[kept]));
  const std::vector<std::size_t> parents{1, 1, 2, 1, 4, 4};  // member 0, 3 and 5 made room
  for (const std::uint32_t i : {0U, 3U, 5U})
    EXPECT_TRUE(equal(model_, fork(model_, model_.defaults, before[parents[i]], 7 + i), ensemble.members()[i])) << i;
}

TEST_F(Resampled, CopiesGoTheirOwnWays) {
  Ensemble ensemble(model_, model_.defaults, state_, 4, pool_);
  for (int round = 0; round < 3; ++round) {
    ensemble.advance(model_, model_.defaults, Time{(round + 1) * 20min}, pool_);
    ensemble.resample(model_, model_.defaults, std::vector<std::uint32_t>{4, 0, 0, 0}, pool_);
  }
  ensemble.advance(model_, model_.defaults, Time{2h}, pool_);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t k = 0; k < i; ++k)
      EXPECT_FALSE(equal(model_, ensemble.members()[i], ensemble.members()[k])) << i << " and " << k;
}

TEST_F(Resampled, RefusesAnotherNumber) {
  Ensemble ensemble(model_, model_.defaults, state_, 3, pool_);
  EXPECT_THROW(ensemble.resample(model_, model_.defaults, std::vector<std::uint32_t>{1, 1}, pool_), InvalidInput);
  EXPECT_THROW(ensemble.resample(model_, model_.defaults, std::vector<std::uint32_t>{1, 1, 2}, pool_), InvalidInput);
}

}  // namespace
}  // namespace takt
