// SPDX-License-Identifier: Apache-2.0
#include "takt/study/selection.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "takt/core/error.hpp"
#include "takt/core/random.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

// A design is {mean, deviation, key}; its response is normal. `shared` of the variance is common to all designs.
Runner normal_runner(std::uint64_t seed, double shared = 0.0) {
  return [seed, shared](std::span<const Trial> trials) {
    std::vector<double> values;
    for (const Trial& trial : trials) {
      const auto z = [&](std::uint64_t key) {
        return normal_quantile(Draw(stream_key(seed, trial.replication, key, Purpose::merge), 0).uniform());
      };
      double noise = z(static_cast<std::uint64_t>(trial.design[2]) + 1);
      if (shared > 0.0) noise = std::sqrt(shared) * z(0) + std::sqrt(1.0 - shared) * noise;
      values.push_back(trial.design[0] + trial.design[1] * noise);
    }
    return values;
  };
}

/// The best, and nine that are worse by the indifference.
std::vector<DesignPoint> slippage(double delta) {
  std::vector<DesignPoint> designs;
  for (int i = 0; i < 10; ++i) designs.push_back({i == 4 ? delta : 0.0, 1.0, static_cast<double>(i)});
  return designs;
}

struct Score {
  int right = 0, all = 0;
  double runs = 0.0;
  double share() const { return static_cast<double>(right) / all; }
  /// Wilson's interval at 95 %.
  void tell(const char* what) const {
    const double p = share(), z = 1.959964, n = all;
    const double middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    const double half = z / (1.0 + z * z / n) * std::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
    std::printf("%s: right in %d of %d (%.4f, %.4f to %.4f), %.0f runs on average\n", what, right, all, p,
                middle - half, middle + half, runs / n);
  }
};

template <class Select>
Score macro_runs(int count, double shared, const Select& select) {
  const double delta = 1.0 / std::sqrt(10.0);
  const std::vector<DesignPoint> designs = slippage(delta);
  Score score;
  for (int macro = 0; macro < count; ++macro) {
    const Runner runner = normal_runner(static_cast<std::uint64_t>(1000 + macro), shared);
    const Selection selection = select(designs, runner, SelectionOptions{.indifference = delta});
    EXPECT_TRUE(selection.is_guaranteed);
    score.right += selection.best == 4 ? 1 : 0;
    score.runs += static_cast<double>(selection.runs);
    ++score.all;
  }
  return score;
}

// The guarantee is 0.95 and this configuration its hardest. 0.963 and 0.9635 with 975 and 1846 runs by a computation
// apart from this one; 2000 macro-runs have a standard deviation of 0.0042.
TEST(Selection, IsRightAsOftenAsPromisedWhereItIsHardest) {
  const Score kn = macro_runs(2000, 0.0, select_kn);
  kn.tell("KN, slippage, k = 10, n0 = 10");
  EXPECT_GE(kn.share(), 0.95);
  EXPECT_NEAR(kn.share(), 0.963, 0.015);
  EXPECT_NEAR(kn.runs / kn.all, 975.0, 30.0);
  const Score rinott = macro_runs(2000, 0.0, select_rinott);
  rinott.tell("Rinott, slippage, k = 10, n0 = 10");
  EXPECT_GE(rinott.share(), 0.95);
  EXPECT_NEAR(rinott.runs / rinott.all, 1846.0, 30.0);
}

TEST(Selection, NeedsFewerRunsUnderCommonRandomNumbers) {
  const Score apart = macro_runs(200, 0.0, select_kn), common = macro_runs(200, 0.8, select_kn);
  common.tell("KN, slippage, correlation 0.8");
  EXPECT_GE(common.share(), 0.94);
  EXPECT_LT(common.runs, 0.4 * apart.runs);
}

TEST(Selection, OfKnIsTheSameForAnyNumberOfRoundsAtOnce) {
  const std::vector<DesignPoint> designs = slippage(0.3);
  const Selection one = select_kn(designs, normal_runner(1), {.indifference = 0.3});
  for (const std::uint32_t rounds : {2U, 7U, 100U}) {
    const Selection other = select_kn(designs, normal_runner(1), {.indifference = 0.3, .rounds = rounds});
    EXPECT_EQ(other.best, one.best);
    EXPECT_EQ(other.means, one.means);
    EXPECT_EQ(other.replications, one.replications);
  }
}

TEST(Selection, MinimisesToo) {
  std::vector<DesignPoint> designs = slippage(0.0);
  designs[7][0] = -2.0;
  const SelectionOptions options{.indifference = 1.0, .sense = Sense::minimise};
  EXPECT_EQ(select_kn(designs, normal_runner(2), options).best, 7U);
  EXPECT_EQ(select_rinott(designs, normal_runner(2), options).best, 7U);
  EXPECT_LT(select_kn(designs, normal_runner(2), options).means[7], -1.0);
}

TEST(Selection, WithoutEnoughRunsSaysSo) {
  const std::vector<DesignPoint> designs = slippage(0.01);
  const SelectionOptions options{.indifference = 0.01, .most_runs = 500};
  const std::vector<std::string> names(10, "a");
  for (const auto select : {select_kn, select_rinott}) {
    const Selection selection = select(designs, normal_runner(3), options);
    EXPECT_FALSE(selection.is_guaranteed);
    EXPECT_LE(selection.runs, 500U);
    EXPECT_EQ(conclusion(selection, names),
              "'a' looks best of 10, without a guarantee: " + std::to_string(selection.runs) +
                  " runs were not enough to tell 0.01 apart.");
  }
}

TEST(Selection, ConcludesInASentence) {
  std::vector<DesignPoint> designs{{5.0, 0.1, 0.0}, {1.0, 0.1, 1.0}};
  const Selection selection = select_kn(designs, normal_runner(3), {.indifference = 2.0});
  const std::vector<std::string> names{"two fillers", "as is"};
  EXPECT_EQ(
      conclusion(selection, names, " parts/h"),
      "'two fillers' is best of 2: with at least 95 % confidence no other is better by 2 parts/h or more (20 runs).");
}

TEST(Selection, TellsEveryWrongOptionAtOnce) {
  try {
    select_kn(slippage(1.0), normal_runner(1), {.indifference = 0.0, .confidence = 1.5, .first_stage = 1});
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults().size(), 3U);
  }
}

// Rinott's table as Bechhofer, Santner & Goldsman 1995 print it (table 2.13), and where it has an exact form: for two
// designs h is sqrt(2) times Student's quantile only as nu grows, where it is the normal one.
TEST(Rinott, IsTheTable) {
  EXPECT_NEAR(rinott_constant(2, 10, 0.95), 2.614, 5e-4);
  EXPECT_NEAR(rinott_constant(5, 10, 0.95), 3.693, 5e-4);
  EXPECT_NEAR(rinott_constant(10, 10, 0.95), 4.290, 5e-4);
  EXPECT_NEAR(rinott_constant(10, 20, 0.95), 3.875, 5e-4);
  EXPECT_NEAR(rinott_constant(2, 100'000, 0.95), std::sqrt(2.0) * 1.644854, 1e-3);
}

TEST(Ocba, SharesAsItsRuleSays) {
  const std::vector<double> means{1.0, 3.0, 5.0, 4.0}, deviations{1.0, 2.0, 1.5, 0.5};
  const std::vector<double> shares = ocba_shares(means, deviations, 2);
  double sum = 0.0, squares = 0.0;
  for (const double share : shares) sum += share;
  EXPECT_NEAR(sum, 1.0, 1e-12);
  EXPECT_NEAR(shares[0] / shares[1], std::pow(2.0 / 4.0, 2) * std::pow(1.0 / 2.0, 2), 1e-12);
  EXPECT_NEAR(shares[3] / shares[1], std::pow(2.0 / 1.0, 2) * std::pow(0.5 / 2.0, 2), 1e-12);
  for (const std::size_t i : {0U, 1U, 3U}) squares += shares[i] * shares[i] / (deviations[i] * deviations[i]);
  EXPECT_NEAR(shares[2], 1.5 * std::sqrt(squares), 1e-12);
}

// Means 0.2 apart, 1000 runs: equal shares are right less often. 400 macro-runs have a standard deviation of 2.5 %.
TEST(Ocba, IsRightMoreOftenThanEqualShares) {
  std::vector<DesignPoint> designs;
  for (int i = 0; i < 10; ++i) designs.push_back({0.2 * i, 1.0, static_cast<double>(i)});
  int ocba = 0, equal = 0;
  double promised = 0.0;
  for (std::uint64_t macro = 0; macro < 400; ++macro) {
    const SelectionOptions options{.most_runs = 600};
    const Selection selection = select_ocba(designs, normal_runner(macro), options);
    EXPECT_EQ(selection.runs, 600U);
    ocba += selection.best == 9 ? 1 : 0;
    promised += selection.probability / 400.0;
    const std::vector<double> values = replicate_all(normal_runner(macro), designs, 0, 60);
    std::vector<Moments> moments(10);
    for (std::size_t j = 0; j < values.size(); ++j) moments[j / 60].add(values[j]);
    std::size_t best = 0;
    for (std::size_t i = 1; i < 10; ++i) best = moments[i].mean() > moments[best].mean() ? i : best;
    equal += best == 9 ? 1 : 0;
  }
  std::printf("600 runs: OCBA right in %d of 400 (it estimates %.3f), equal shares in %d\n", ocba, promised, equal);
  EXPECT_GT(ocba, equal + 15);
}

}  // namespace
}  // namespace takt
