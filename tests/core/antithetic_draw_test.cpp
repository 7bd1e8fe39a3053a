// SPDX-License-Identifier: Apache-2.0
// The mirrored draws of antithetic pairs: F(x) + F(x') = 1, law by law.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/law_checks.hpp"
#include "takt/core/distribution.hpp"
#include "takt/core/random.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

using law_checks::Case;
using law_checks::elapsed_times;
using law_checks::kKsCritical;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What both draws of one pair give.
struct Pair {
  double plain = 0.0, mirrored = 0.0;
};

std::vector<Pair> pairs_of(std::size_t n, std::uint64_t key, const std::function<double(Draw&)>& draw_one) {
  std::vector<Pair> pairs(n);
  for (std::size_t i = 0; i < n; ++i) {
    Draw plain({mix64(key), 7}, i), other({mix64(key), mirrored(7)}, i);
    pairs[i] = {draw_one(plain), draw_one(other)};
  }
  return pairs;
}

using Cdf = std::function<double(double)>;

/// How far the places of both in the law are from adding up to 1, where an atom is every place within it, and a value
/// everything that may have been rounded to it.
double gap(const Pair& pair, const Cdf& cdf, double rounding) {
  const auto before = [&](double x) { return cdf(std::min(std::nextafter(x, -1.0), x - rounding)); };
  const auto behind = [&](double x) { return cdf(std::max(std::nextafter(x, kInfinity), x + rounding)); };
  return std::max(
      {0.0, before(pair.plain) + before(pair.mirrored) - 1.0, 1.0 - behind(pair.plain) - behind(pair.mirrored)});
}

double correlation(const std::vector<Pair>& pairs) {
  Moments sum, first, second;
  for (const Pair& pair : pairs) {
    sum.add(pair.plain + pair.mirrored);
    first.add(pair.plain);
    second.add(pair.mirrored);
  }
  return (sum.variance() - first.variance() - second.variance()) / 2.0 /
         std::sqrt(first.variance() * second.variance());
}

/// A sample of 5000 with a wrong law differs by 0.04 somewhere; a value of another pair misses the sum by 1/3 on
/// average. Of two values with 1/8 and 7/8, the correlation is -1/7 at best.
void check_pairs(const std::vector<Pair>& pairs, const Cdf& cdf, double rounding = 0.0) {
  std::vector<double> sample;
  for (const Pair& pair : pairs) {
    ASSERT_GE(pair.mirrored, 0.0);
    ASSERT_TRUE(std::isfinite(pair.mirrored));
    ASSERT_LT(gap(pair, cdf, rounding), 1e-9) << pair.plain << " and " << pair.mirrored;
    sample.push_back(pair.mirrored);
  }
  EXPECT_LT(law_checks::ks_statistic(sample, cdf), kKsCritical);
  EXPECT_LT(correlation(pairs), -0.1);
}

TEST(Mirrored, TurnsEveryUniformIntoOneLessItAndKeepsTheBits) {
  for (std::uint64_t n = 0; n < 1000; ++n) {
    Draw plain({42, 7}, n), other({42, mirrored(7)}, n);
    EXPECT_FALSE(plain.is_mirrored());
    EXPECT_TRUE(other.is_mirrored());
    for (int i = 0; i < 3; ++i) ASSERT_EQ(plain.uniform() + other.uniform(), 1.0) << n;
    ASSERT_EQ(plain.bits(), other.bits());
    ASSERT_EQ(plain.other().uniform(), other.uniform());
  }
}

TEST(Mirrored, KnowsReplicationsFromTheirPartners) {
  for (const std::uint32_t r : {0U, 1U, 9'999'999U, kMostMirrored - 1}) {
    EXPECT_FALSE(is_mirrored(r));
    EXPECT_TRUE(is_mirrored(mirrored(r)));
    EXPECT_EQ(plain(mirrored(r)), r);
    EXPECT_EQ(plain(r), r);
  }
  EXPECT_FALSE(is_mirrored(kMostMirrored));
  EXPECT_FALSE(is_mirrored(0xfffffffeU));
}

class EveryMirroredLaw : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Laws, EveryMirroredLaw, testing::ValuesIn(law_checks::cases()),
                         [](const auto& one) { return one.param.name; });

TEST_P(EveryMirroredLaw, HasItsLawAndTheOppositePlace) {
  const Distribution& law = GetParam().law;
  const auto pairs = pairs_of(5000, 3, [&](Draw& draw) { return law.sample(draw); });
  if (law.law() == Law::constant) {
    for (const Pair& pair : pairs) ASSERT_EQ(pair.mirrored, pair.plain);
    return;
  }
  check_pairs(
      pairs, [&](double x) { return law.cdf(x); }, 1e-9);
}

TEST_P(EveryMirroredLaw, HasTheSameOfWhatIsLeft) {
  const Distribution& law = GetParam().law;
  if (law.law() == Law::constant) return;
  std::uint64_t key = 200;
  for (const double e : elapsed_times(law)) {
    SCOPED_TRACE(e);
    const auto pairs = pairs_of(5000, ++key, [&](Draw& draw) { return law.sample_residual(e, draw); });
    const auto cdf = [&](double x) { return x < 0.0 ? 0.0 : law.residual_cdf(x, e); };
    if (std::ranges::all_of(pairs, [&](const Pair& pair) { return pair.plain == pairs[0].plain; }))
      continue;                                                         // one value is left
    check_pairs(pairs, cdf, 4.0 * (std::nextafter(e, kInfinity) - e));  // what is left is a difference from e
  }
}

TEST_P(EveryMirroredLaw, GivesTheSameTimesOneByOneAndInBlocks) {
  const Distribution& law = GetParam().law;
  const StreamKey stream{mix64(9), mirrored(3)};
  std::array<Duration, kDrawBlock> times;
  for (std::uint64_t first = 0; first < 4096; first += kDrawBlock) {
    law.sample_times(stream, first, times);
    for (std::size_t i = 0; i < times.size(); ++i) {
      Draw draw(stream, first + i);
      ASSERT_EQ(times[i], from_seconds(law.sample(draw))) << first + i;
    }
  }
}

// Most of their values are 0 or the upper end to a double, and yet the other one of the pair is not always there.
TEST(Mirrored, HasTheLawOfValuesThatRoundingMadeOne) {
  for (const Distribution& law :
       {Distribution::gamma(2.0, 30.0), Distribution::gamma(2.0, 1000.0), Distribution::beta(0.001, 0.002, 0.0, 1.0),
        Distribution::beta(0.001, 0.002, 100.0, 200.0)}) {
    std::vector<double> plain_ones, others;
    for (const Pair& pair : pairs_of(5000, 4, [&](Draw& draw) { return law.sample(draw); })) {
      ASSERT_TRUE(std::isfinite(pair.mirrored));
      plain_ones.push_back(pair.plain);
      others.push_back(pair.mirrored);
    }
    // Against a large plain sample: where the law has no atom but doubles do, its cdf is no judge.
    const auto many = law_checks::sample_of(200'000, 5, [&](Draw& draw) { return law.sample(draw); });
    for (const double p : {0.5, 0.9, 0.99, 0.999}) {
      std::vector<double> sorted = many;
      std::ranges::sort(sorted);
      const double x = quantile(sorted, p);
      const auto share = [x](const std::vector<double>& values) {
        return static_cast<double>(std::ranges::count_if(values, [x](double v) { return v <= x; })) /
               static_cast<double>(values.size());
      };
      EXPECT_NEAR(share(others), share(many), 0.03) << p;  // four standard errors of 5000 at 1/2
    }
  }
}

TEST(Mirrored, MakesTheMeanOfAPairOfExponentialsVaryLess) {
  // Var((X + X')/2) = (1 + rho) / 2 with rho = 1 - pi^2/6 (Hammersley & Handscomb 1964): 0.1775.
  Moments means;
  for (const Pair& pair : pairs_of(200'000, 6, [](Draw& draw) { return Distribution::standard_exponential(draw); }))
    means.add(0.5 * (pair.plain + pair.mirrored));
  EXPECT_NEAR(means.mean(), 1.0, 0.004);
  EXPECT_NEAR(means.variance(), 0.1775, 0.004);
}

}  // namespace
}  // namespace takt
