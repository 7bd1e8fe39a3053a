// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/learners.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "takt/core/byte_stream.hpp"

namespace takt {
namespace {

// Beta(2 + 7, 6 + 3): the prior's weight of 8 in the proportion 1 : 3.
TEST(Shares, OfTwoFollowTheBetaLaw) {
  ShareLearner learner(std::array{0.25, 0.75}, {.half_life = 1e9, .prior_weight = 8.0});
  learner.observe(std::array{7.0, 3.0});
  EXPECT_EQ(learner.observations(), 10U);
  EXPECT_NEAR(learner.means()[0], 9.0 / 18.0, 1e-6);
  double sum = 0.0, squares = 0.0;
  constexpr int kDraws = 20000;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    Draw draw({4, i}, 0);
    const std::vector<double> shares = learner.draw_shares(draw);
    EXPECT_NEAR(shares[0] + shares[1], 1.0, 1e-12);
    sum += shares[0];
    squares += shares[0] * shares[0];
  }
  const double mean = sum / kDraws, variance = squares / kDraws - mean * mean;
  const double expected = 9.0 * 9.0 / (18.0 * 18.0 * 19.0);  // of the beta law
  EXPECT_NEAR(mean, 0.5, 4.0 * std::sqrt(expected / kDraws));
  EXPECT_NEAR(variance / expected, 1.0, 4.0 * std::sqrt(2.0 / kDraws));  // its kurtosis is below the normal law's
}

TEST(Shares, OfManyFollowTheDirichletLaw) {
  ShareLearner learner(std::array{1.0 / 3, 1.0 / 3, 1.0 / 3}, {.half_life = 1e9, .prior_weight = 3.0});
  learner.observe(std::array{10.0, 0.0, 5.0});
  EXPECT_NEAR(learner.means()[0], 11.0 / 18.0, 1e-6);
  EXPECT_NEAR(learner.means()[1], 1.0 / 18.0, 1e-6);
  EXPECT_NEAR(learner.means()[2], 6.0 / 18.0, 1e-6);
}

TEST(Shares, ForgetTheOldButNeverThePrior) {
  ShareLearner learner(std::array{0.1, 0.9}, {.half_life = 50.0, .prior_weight = 10.0});
  for (int i = 0; i < 100; ++i) learner.observe(std::array{100.0, 0.0});
  const double most = 1.0 / (1.0 - std::exp2(-1.0 / 50.0));  // what observations can weigh
  EXPECT_NEAR(learner.means()[0], (1.0 + most) / (10.0 + most), 1e-9);
  for (int i = 0; i < 100; ++i) learner.observe(std::array{0.0, 100.0});
  EXPECT_NEAR(learner.means()[0], 1.0 / (10.0 + most), 1e-6);
}

TEST(Shares, AMessageOfManyPartsCountsLikeAsManyMessages) {
  const LearnOptions options{.half_life = 20.0};
  ShareLearner one(std::array{0.5, 0.5}, options), many(std::array{0.5, 0.5}, options);
  one.observe(std::array{30.0, 0.0});
  for (int i = 0; i < 30; ++i) many.observe(std::array{1.0, 0.0});
  EXPECT_NEAR(one.means()[0], many.means()[0], 1e-12);
}

TEST(Shares, WhatThePlantGivesNoShareHasNoneUntilItIsSeen) {
  ShareLearner learner(std::array{0.0, 1.0}, {});
  Draw draw({1, 1}, 0);
  EXPECT_EQ(learner.draw_shares(draw)[0], 0.0);
  learner.observe(std::array{0.0, 0.0});
  EXPECT_EQ(learner.observations(), 0U);
  learner.observe(std::array{1.0, 3.0});
  EXPECT_GT(learner.means()[0], 0.0);
  EXPECT_GT(learner.draw_shares(draw)[0], 0.0);
}

TEST(Shares, AreWrittenAsBytesAndTakenUpAgain) {
  ShareLearner learner(std::array{0.2, 0.8}, {}), again;
  learner.observe(std::array{3.0, 4.0});
  from_bytes_of(to_bytes_of(learner), again);
  EXPECT_EQ(to_bytes_of(again), to_bytes_of(learner));
  EXPECT_EQ(again.means(), learner.means());
}

}  // namespace
}  // namespace takt
