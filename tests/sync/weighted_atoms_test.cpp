// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/weighted_atoms.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "takt/core/distribution.hpp"

namespace takt {
namespace {

WeightedAtoms equal_weights(const std::vector<double>& values) {
  WeightedAtoms law;
  for (const double value : values) law.atoms.push_back({.value = value, .weight = 2.0});
  return law;
}

// Hazen's positions: the i-th of n sorted values is the quantile at (i - 1/2) / n.
TEST(WeightedAtoms, EqualWeightsGiveHazensQuantiles) {
  const WeightedAtoms law = equal_weights({40.0, 10.0, 30.0, 20.0});
  const std::vector<double> quantiles = law.quantiles(std::array{0.0, 0.125, 0.25, 0.5, 0.875, 1.0});
  EXPECT_EQ(quantiles, (std::vector<double>{10.0, 10.0, 15.0, 25.0, 40.0, 40.0}));
  EXPECT_DOUBLE_EQ(law.mean(), 25.0);
  EXPECT_DOUBLE_EQ(law.weight(), 8.0);
}

TEST(WeightedAtoms, AHeavyValueTakesItsShareOfTheQuantiles) {
  const WeightedAtoms law{
      {{.value = 1.0, .weight = 0.1}, {.value = 2.0, .weight = 0.8}, {.value = 3.0, .weight = 0.1}}};
  EXPECT_DOUBLE_EQ(law.quantiles(std::array{0.5}).front(), 2.0);
  EXPECT_DOUBLE_EQ(law.quantiles(std::array{0.05}).front(), 1.0);
  EXPECT_NEAR(law.quantiles(std::array{0.275}).front(), 1.5, 1e-12);
}

TEST(WeightedAtoms, CondensingKeepsWeightAndQuantiles) {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(std::exp(i / 200.0));
  const WeightedAtoms law = equal_weights(values);
  const WeightedAtoms fewer = law.condensed(50);
  ASSERT_EQ(fewer.atoms.size(), 50U);
  EXPECT_NEAR(fewer.weight(), law.weight(), 1e-9);
  for (const double p : {0.05, 0.25, 0.5, 0.75, 0.95}) {
    EXPECT_NEAR(fewer.quantiles(std::array{p}).front() / law.quantiles(std::array{p}).front(), 1.0, 0.002);
  }
  EXPECT_EQ(law.condensed(1000), law);
}

// One past time: the law is the log-normal one around it, given that it lasts longer than what has elapsed.
TEST(KernelResidual, FollowsTheConditionalLogNormalLaw) {
  KernelOptions options;
  options.points = 2000;
  options.least_s = 0.0;
  const double past_s = 600.0;
  const double variance = options.log_sd * options.log_sd;
  const Distribution exact =
      Distribution::lognormal(past_s * std::exp(variance / 2), std::sqrt(std::exp(variance) - 1.0));
  for (const double elapsed_s : {0.0, 300.0, 900.0, 5000.0}) {
    const WeightedAtoms law = kernel_residual(std::array{past_s}, elapsed_s, options);
    EXPECT_NEAR(law.weight(), 1.0, 1e-9);
    for (const double p : {0.1, 0.5, 0.9}) {
      const double x = law.quantiles(std::array{p}).front();
      EXPECT_NEAR(exact.residual_cdf(x, elapsed_s), p, 1e-3) << elapsed_s;
    }
  }
}

TEST(KernelResidual, PastTimesCountByTheirChanceToLastSoLong) {
  const WeightedAtoms law = kernel_residual(std::array{60.0, 6000.0}, 3000.0);
  double of_short = 0.0;
  for (std::size_t i = 0; i < 10; ++i) of_short += law.atoms[i].weight;
  EXPECT_LT(of_short, 1e-9);
  EXPECT_GT(law.mean(), 3000.0);
}

TEST(KernelResidual, IsFiniteHoweverLongItHasLasted) {
  const WeightedAtoms law = kernel_residual(std::array{60.0}, 1e7);
  for (const WeightedAtoms::Atom& atom : law.atoms) {
    EXPECT_GE(atom.value, 1.0);
    EXPECT_TRUE(std::isfinite(atom.value));
  }
}

}  // namespace
}  // namespace takt
