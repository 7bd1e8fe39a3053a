// SPDX-License-Identifier: Apache-2.0
// Each law's sample against its own moments and cdf, and these against figures computed elsewhere.
#include "takt/core/distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/law_checks.hpp"
#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

using law_checks::Case;
using law_checks::kKsCritical;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class EveryLaw : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Laws, EveryLaw, testing::ValuesIn(law_checks::cases()),
                         [](const auto& one) { return one.param.name; });

// 4.5 standard errors: a correct sampler fails about once in 150 000 seeds; a wrong parameter is off by far more, as
// the standard error of 200 000 values is a 450th of a standard deviation.
TEST_P(EveryLaw, HasTheMomentsOfItsSample) {
  const Distribution& law = GetParam().law;
  const auto sample = law_checks::sample_of(200000, 11, [&](Draw& draw) { return law.sample(draw); });
  Moments values;
  for (const double x : sample) values.add(x);
  const double mean = law.mean();
  EXPECT_NEAR(values.mean(), mean, 4.5 * values.standard_error() + 1e-12);

  Moments squares;
  for (const double x : sample) squares.add((x - mean) * (x - mean));
  EXPECT_NEAR(squares.mean(), law.variance(), 4.5 * squares.standard_error() + 1e-12);
}

TEST_P(EveryLaw, HasTheCdfOfItsSample) {
  const Distribution& law = GetParam().law;
  const auto sample = law_checks::sample_of(100000, 12, [&](Draw& draw) { return law.sample(draw); });
  EXPECT_LT(law_checks::ks_statistic(sample, [&](double x) { return law.cdf(x); }), kKsCritical);
}

TEST_P(EveryLaw, HasQuantilesThatInvertItsCdf) {
  const Distribution& law = GetParam().law;
  for (const double p : {1e-9, 1e-4, 0.01, 0.1, 0.25, 0.5, 0.625, 0.8, 0.975, 0.9999, 1.0 - 1e-9}) {
    const double x = law.quantile(p);
    EXPECT_GE(law.cdf(x), p - 1e-12) << p;
    // Nothing smaller will do; the step down is longer than the error of the quantile.
    const double less = x - 1e-9 * x;
    const double step = law.cdf(x) - law.cdf(less);
    EXPECT_LE(law.cdf(less), p + 1e-12) << p << " at " << x << ", step " << step;
  }
}

TEST_P(EveryLaw, HasQuantilesAtItsEnds) {
  const Distribution& law = GetParam().law;
  const double low = law.quantile(0.0);
  const double high = law.quantile(1.0);
  EXPECT_GE(low, 0.0);
  if (low > 0.0) {
    EXPECT_EQ(law.cdf(std::nextafter(low, 0.0)), 0.0);
  }
  EXPECT_EQ(law.cdf(high), 1.0);
  EXPECT_EQ(law.survival(high), 0.0);
  EXPECT_EQ(law.cdf(-1.0), 0.0);
  EXPECT_EQ(law.survival(-1.0), 1.0);
}

TEST_P(EveryLaw, SurvivesWhereItsCdfHasNotCome) {
  const Distribution& law = GetParam().law;
  for (const double p : {0.001, 0.2, 0.5, 0.9, 0.999}) {
    const double x = law.quantile(p);
    EXPECT_NEAR(law.survival(x) + law.cdf(x), 1.0, 1e-14) << p;
  }
}

TEST_P(EveryLaw, ScalesEveryValue) {
  const Distribution& law = GetParam().law;
  const Distribution larger = law.scaled(2.5);
  EXPECT_NEAR(larger.mean(), 2.5 * law.mean(), 1e-11 * larger.mean());
  EXPECT_NEAR(larger.variance(), 6.25 * law.variance(), 1e-9 * larger.variance());
  for (std::uint64_t i = 0; i < 100; ++i) {
    Draw one(StreamKey{5, 0}, i), other(StreamKey{5, 0}, i);
    const double expected = 2.5 * law.sample(one);
    EXPECT_NEAR(larger.sample(other), expected, 1e-9 * expected);
  }
}

TEST_P(EveryLaw, GivesTheSameValueForTheSameDraw) {
  const Distribution& law = GetParam().law;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    Draw one(StreamKey{6, 3}, i), other(StreamKey{6, 3}, i);
    EXPECT_EQ(law.sample(one), law.sample(other));
  }
}

/// What sample_times gives is what each draw gives by itself.
void expect_times_of_draws(const Distribution& law, std::uint64_t blocks) {
  const StreamKey stream{0x9e3779b97f4a7c15U, 3};
  std::array<Duration, kDrawBlock> times;
  for (std::uint64_t first = 0; first < kDrawBlock * blocks; first += kDrawBlock) {
    law.sample_times(stream, first, times);
    for (std::uint64_t i = 0; i < kDrawBlock; ++i) {
      Draw draw(stream, first + i);
      ASSERT_EQ(times[i], from_seconds(law.sample(draw))) << "draw " << first + i;
    }
  }
}

TEST_P(EveryLaw, GivesTheSameTimesInBlocks) { expect_times_of_draws(GetParam().law, 250); }

TEST(Distribution, GivesTheSameTimesInBlocksHoweverLongOrShort) {
  for (const double mean : {1e-12, 1e-9, 3.1e-9, 1e-3, 1.0, 7.3, 1e5, 2e6, 2.25e6, 1e7, 4.5e9, 1e300})
    expect_times_of_draws(Distribution::exponential(mean), 10'000);
  for (const double mean : {1e-12, 1e-9, 3.1e-9, 1e-3, 1.0, 7.3, 1e5, 2e6, 2.25e6, 1e7, 4.5e9, 1e300})
    for (const double cv : {1e-5, 0.3, 2.0, 1000.0}) expect_times_of_draws(Distribution::lognormal(mean, cv), 1'000);
}

TEST(StandardExponential, FollowsItsLaw) {
  const auto sample =
      law_checks::sample_of(1000000, 21, [](Draw& draw) { return Distribution::standard_exponential(draw); });
  EXPECT_LT(law_checks::ks_statistic(sample, [](double x) { return -std::expm1(-x); }), kKsCritical);
}

TEST(StandardNormal, FollowsItsLaw) {
  const auto sample =
      law_checks::sample_of(1000000, 22, [](Draw& draw) { return Distribution::standard_normal(draw); });
  EXPECT_LT(law_checks::ks_statistic(sample, [](double x) { return normal_cdf(x); }), kKsCritical);
}

// The first values of a stream, as they came from the first version: a change would change every result ever stored.
TEST(StandardExponential, KeepsItsValuesForEver) {
  const double expected[] = {0x1.ae85f4f913e83p+0, 0x1.59ee0e1c13153p-1, 0x1.ac0641945223fp+1, 0x1.ab71fec8d25f3p+0};
  for (std::uint64_t i = 0; i < 4; ++i) {
    Draw draw(StreamKey{1, 0}, i);
    EXPECT_EQ(Distribution::standard_exponential(draw), expected[i]);
  }
}

TEST(StandardNormal, KeepsItsValuesForEver) {
  const double expected[] = {0x1.78e9ef9692455p+0, 0x1.8f2b17f4c998p-1, 0x1.150c1d6628fbep+1, 0x1.49a00464704f4p+0};
  for (std::uint64_t i = 0; i < 4; ++i) {
    Draw draw(StreamKey{1, 0}, i);
    EXPECT_EQ(Distribution::standard_normal(draw), expected[i]);
  }
}

// First bits that land in the lowest layer, beyond where it is under the density: the value comes from the tail.
constexpr std::uint64_t kIntoTheTail = ~std::uint64_t{0} << 9;

TEST(StandardExponential, HasItsOwnTailBeyondTheLastLayer) {
  constexpr double kTail = 7.6971174701310497;
  const StreamKey stream{31, 0};
  std::vector<double> tail;
  for (std::uint64_t i = 0; i < 100000; ++i) {
    Draw draw(stream, i, kIntoTheTail);
    tail.push_back(Distribution::standard_exponential(draw) - kTail);
  }
  EXPECT_LT(law_checks::ks_statistic(tail, [](double x) { return -std::expm1(-x); }), kKsCritical);
}

TEST(StandardNormal, HasItsOwnTailBeyondTheLastLayer) {
  constexpr double kTail = 3.6541528853610088;
  const StreamKey stream{32, 0};
  std::vector<double> tail;
  for (std::uint64_t i = 0; i < 100000; ++i) {
    Draw upper(stream, i, kIntoTheTail), lower(stream, i, kIntoTheTail | 256);  // bit 8 is the sign
    tail.push_back(Distribution::standard_normal(upper));
    ASSERT_EQ(Distribution::standard_normal(lower), -tail.back());
  }
  const double all = normal_cdf(-kTail);
  EXPECT_LT(law_checks::ks_statistic(tail, [all](double x) { return 1.0 - normal_cdf(-x) / all; }), kKsCritical);
}

// Computed with mpmath 1.2 at 60 digits (2500 for the normal law).
TEST(Distribution, HasTheMomentsOfTheNormalCutAnywhere) {
  const auto check = [](const Distribution& law, double mean, double variance) {
    EXPECT_NEAR(law.mean(), mean, 1e-12 * mean);
    EXPECT_NEAR(law.variance(), variance, 1e-10 * variance);
  };
  check(Distribution::normal(10, 2, 0, kInfinity), 10.000002973439882, 3.9999702655923406);
  check(Distribution::normal(1, 1, 0, 3), 1.229637179091329, 0.51976253921153394);
  check(Distribution::normal(10, 1, 50, 60), 50.024968847207264, 0.00062266837859138877);
  check(Distribution::normal(100, 5, 0, 20), 19.68989505172747, 0.095439059254469581);
  check(Distribution::normal(10, 0.1, 200, kInfinity), 200.00005263154979, 2.7700784984874665e-9);
}

TEST(Distribution, HasSurvivalFarInTheTail) {
  const auto check = [](const Distribution& law, double x, double survival) {
    EXPECT_NEAR(law.survival(x), survival, 1e-11 * survival);
  };
  check(Distribution::gamma(2, 0.5), 3, 0.15120388277664786);
  check(Distribution::gamma(2, 2), 1, 0.35984279391691589);
  check(Distribution::lognormal(3, 0.5), 5, 0.093822850858555555);
  check(Distribution::lognormal(3, 0.1), 2.5, 0.96228860409929803);
  check(Distribution::beta(40, 60, 0, 1), 0.7, 2.9039154161599267e-10);
  check(Distribution::beta(2, 30, 0, 1), 0.999, 3.0970000000000825e-89);
  check(Distribution::beta(0.5, 0.5, 0, 1), 0.25, 2.0 / 3.0);
}

TEST(Distribution, HasTheMomentsOfTheWeibull) {
  const Distribution law = Distribution::weibull(2, 0.7);
  EXPECT_NEAR(law.mean(), 2.5316470121145667, 1e-14);
  EXPECT_NEAR(law.variance(), 13.707342214612616, 1e-12);
}

TEST(Distribution, IsConstantZeroUnlessMadeOtherwise) {
  Draw draw(StreamKey{}, 0);
  EXPECT_EQ(Distribution().sample(draw), 0.0);
  EXPECT_EQ(Distribution(), Distribution::constant(0.0));
}

TEST(Distribution, StaysInsideItsSupport) {
  const Distribution sliver = Distribution::normal(10.0, 1.0, 12.0, 12.1);
  const Distribution beta = Distribution::beta(0.01, 0.02, 3.0, 4.0);
  for (std::uint64_t i = 0; i < 20000; ++i) {
    Draw one(StreamKey{8, 0}, i), other(StreamKey{9, 0}, i);
    const double x = sliver.sample(one);
    EXPECT_TRUE(x >= 12.0 && x <= 12.1) << x;
    const double y = beta.sample(other);
    EXPECT_TRUE(y >= 3.0 && y <= 4.0) << y;
  }
}

TEST(Distribution, SortsItsValuesAndMergesEqualOnes) {
  const Distribution law = Distribution::discrete({5.0, 1.0, 5.0}, {1.0, 2.0, 5.0});
  EXPECT_EQ(std::vector<double>(law.values().begin(), law.values().end()), (std::vector<double>{1.0, 5.0}));
  EXPECT_EQ(std::vector<double>(law.weights().begin(), law.weights().end()), (std::vector<double>{0.25, 0.75}));
}

TEST(Distribution, IsTheSameWhenMadeAgainFromItsOwnWeights) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    Draw draw(StreamKey{14, 0}, i);
    std::vector<double> values, weights;
    for (int k = 0; k < 9; ++k) {
      values.push_back(k);
      weights.push_back(draw.uniform());
    }
    const Distribution law = Distribution::discrete(values, weights);
    EXPECT_EQ(Distribution::discrete(values, {law.weights().begin(), law.weights().end()}), law);
  }
}

TEST(Distribution, NeverDrawsWhatHasNoWeight) {
  const Distribution law = Distribution::discrete({1.0, 2.0, 3.0, 4.0}, {0.0, 0.1, 0.2, 0.0});
  for (std::uint64_t i = 0; i < 20000; ++i) {
    Draw draw(StreamKey{10, 0}, i);
    const double x = law.sample(draw);
    EXPECT_TRUE(x == 2.0 || x == 3.0) << x;
  }
  EXPECT_EQ(law.quantile(0.0), 2.0);
  EXPECT_EQ(law.quantile(1.0), 3.0);
}

TEST(Distribution, TakesTheSmallestValueThatReachesAProbability) {
  const Distribution law = Distribution::empirical({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  EXPECT_EQ(law.quantile(0.1), 1.0);
  EXPECT_EQ(law.quantile(0.3), 3.0);
  EXPECT_EQ(law.quantile(std::nextafter(0.3, 1.0)), 4.0);
  EXPECT_EQ(law.quantile(0.7), 7.0);
}

// Which parameters a call that must fail complains about.
template <class F>
std::vector<std::string> refused(F&& make) {
  std::vector<std::string> paths;
  try {
    make();
  } catch (const InvalidInput& error) {
    for (const Fault& fault : error.faults()) {
      EXPECT_FALSE(fault.value.empty());
      EXPECT_FALSE(fault.expected.empty());
      paths.push_back(fault.path);
    }
  }
  return paths;
}

using Paths = std::vector<std::string>;

TEST(Distribution, RefusesParametersOutOfRangeByName) {
  EXPECT_EQ(refused([] { Distribution::constant(-1); }), Paths{"value"});
  EXPECT_EQ(refused([] { Distribution::exponential(0); }), Paths{"mean"});
  EXPECT_EQ(refused([] { Distribution::exponential(kInfinity); }), Paths{"mean"});
  EXPECT_EQ(refused([] { Distribution::exponential(std::nan("")); }), Paths{"mean"});
  EXPECT_EQ(refused([] { Distribution::uniform(-1, 2); }), Paths{"low"});
  EXPECT_EQ(refused([] { Distribution::uniform(2, 2); }), Paths{"high"});
  EXPECT_EQ(refused([] { Distribution::triangular(1, 0, 2); }), Paths{"mode"});
  EXPECT_EQ(refused([] { Distribution::triangular(1, 1, 1); }), Paths{"high"});
  EXPECT_EQ(refused([] { Distribution::normal(1, 0, 0, 2); }), Paths{"sd"});
  EXPECT_EQ(refused([] { Distribution::normal(1, 1, 3, 2); }), Paths{"high"});
  EXPECT_EQ(refused([] { Distribution::lognormal(1, 0); }), Paths{"cv"});
  EXPECT_EQ(refused([] { Distribution::gamma(-1, -1); }), (Paths{"mean", "cv"}));
  EXPECT_EQ(refused([] { Distribution::weibull(1, 0); }), Paths{"shape"});
  EXPECT_EQ(refused([] { Distribution::beta(0, 0, 1, 0); }), (Paths{"alpha", "beta", "high"}));
  EXPECT_EQ(refused([] { Distribution::empirical({}); }), Paths{"values"});
  EXPECT_EQ(refused([] { Distribution::empirical({1, -1}); }), Paths{"values"});
  EXPECT_EQ(refused([] { Distribution::discrete({1, 2}, {1}); }), Paths{"weights"});
  EXPECT_EQ(refused([] { Distribution::discrete({1, 2}, {0, 0}); }), Paths{"weights"});
  EXPECT_EQ(refused([] { Distribution::mixture({}, {}); }).front(), "parts");
  EXPECT_EQ(refused([] { Distribution::constant(1).scaled(0); }), Paths{"factor"});
  EXPECT_EQ(refused([] { Distribution::constant(1).quantile(1.5); }), Paths{"p"});
}

}  // namespace
}  // namespace takt
