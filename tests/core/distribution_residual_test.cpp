// SPDX-License-Identifier: Apache-2.0
// The law of what is left of a duration when some of it is over.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/law_checks.hpp"
#include "takt/core/distribution.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

using law_checks::Case;
using law_checks::elapsed_times;
using law_checks::kKsCritical;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class EveryLawLeft : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Laws, EveryLawLeft, testing::ValuesIn(law_checks::cases()),
                         [](const auto& one) { return one.param.name; });

TEST_P(EveryLawLeft, HasTheLawOfTheTail) {
  const Distribution& law = GetParam().law;
  for (const double e : elapsed_times(law)) {
    const double beyond = law.survival(e);
    if (beyond < 1e-7) continue;
    for (const double p : {0.01, 0.3, 0.5, 0.9, 0.999}) {
      const double x = std::max(law.quantile(1.0 - beyond + p * beyond) - e, 0.0);
      EXPECT_NEAR(law.residual_cdf(x, e), 1.0 - law.survival(e + x) / beyond, 1e-9) << "e = " << e << ", x = " << x;
    }
    EXPECT_EQ(law.residual_cdf(-1e-3, e), 0.0);
  }
}

TEST_P(EveryLawLeft, DrawsFromTheLawOfTheTail) {
  const Distribution& law = GetParam().law;
  std::uint64_t key = 100;
  for (const double e : elapsed_times(law)) {
    bool overrun = true;
    const auto sample =
        law_checks::sample_of(5000, ++key, [&](Draw& draw) { return law.sample_residual(e, draw, &overrun); });
    EXPECT_FALSE(overrun);
    // Of 5000 values a wrong law must differ by 0.04 somewhere to be seen; the forms used far out, as they begin, do.
    EXPECT_LT(law_checks::ks_statistic(sample, [&](double x) { return law.residual_cdf(x, e); }), kKsCritical) << e;

    Moments left;
    for (const double x : sample) left.add(x);
    EXPECT_GE(left.min(), 0.0);
    EXPECT_NEAR(left.mean(), law.residual_mean(e), 4.5 * left.standard_error() + 1e-9 * law.residual_mean(e)) << e;
  }
}

// The mean is the integral of 1 - cdf. Simpson's rule in pieces that double in length follows every scale; the
// tolerance is that of the jumps of the laws that have them, each within one of the steps.
TEST_P(EveryLawLeft, HasTheMeanOfItsOwnCdf) {
  const Distribution& law = GetParam().law;
  for (const double e : elapsed_times(law)) {
    const double mean = law.residual_mean(e);
    const auto beyond = [&](double x) { return 1.0 - law.residual_cdf(x, e); };
    double integral = 0.0;
    double from = 0.0;
    for (double to = mean / 4096; from < 100000.0 * mean; from = to, to *= 2.0) {
      constexpr int kSteps = 500;
      const double h = (to - from) / kSteps;
      for (int i = 0; i < kSteps; ++i) {
        const double x = from + i * h;
        integral += h / 6.0 * (beyond(x) + 4.0 * beyond(x + 0.5 * h) + beyond(x + h));
      }
      if (beyond(to) < 1e-13) break;
    }
    EXPECT_NEAR(integral, mean, 3e-3 * mean) << e;
  }
}

struct Reference {
  Distribution law;
  double elapsed, x, cdf, mean;
};

// Computed with mpmath 1.2 at 60 digits (2500 for the normal law), from the definition.
TEST(Residual, IsExactHoweverFarInTheTail) {
  const Reference references[] = {
      {Distribution::gamma(2, 0.5), 3, 1, 0.71971545165750705, 0.77049180327868852},
      {Distribution::gamma(2, 0.5), 1000, 0.5, 0.63156874003454166, 0.50075037443721973},
      {Distribution::gamma(2, 2), 1, 3, 0.57338705011342475, 4.2176351299346962},
      {Distribution::gamma(2, 2), 20000, 5, 0.46483887096681697, 7.9976026357606835},
      {Distribution::gamma(5, 0.1), 0.5, 0.1, 6.1864502831643214e-56, 4.5},
      {Distribution::gamma(5, 0.1), 60, 0.1, 0.84043224578560604, 0.054487039254857319},
      {Distribution::lognormal(3, 0.5), 5, 1, 0.52854097317427565, 1.3630866072243619},
      {Distribution::lognormal(3, 0.5), 0.5, 1, 0.10896463611249983, 2.5004791417354983},
      {Distribution::lognormal(3, 0.5), 1e9, 1e8, 0.99978716666732275, 11422298.083342836},
      {Distribution::lognormal(3, 0.1), 300, 5, 0.99953598388157785, 0.6482989585660108},
      {Distribution::lognormal(3, 0.1), 2.5, 0.5, 0.50107407509334506, 0.52336901110099736},
      {Distribution::normal(10, 2, 0, kInfinity), 11, 1, 0.48578297932051875, 1.282155540736129},
      {Distribution::normal(10, 1, 50, 60), 50.01, 0.01, 0.32994775706557504, 0.024962622073964131},
      {Distribution::normal(10, 1, 50, kInfinity), 90, 0.01, 0.55074964053021264, 0.012496096798234468},
      {Distribution::normal(100, 5, 0, 20), 15, 2.5, 0.00028707513334101409, 4.6898953719169909},
      {Distribution::normal(1, 1, 0, 3), 2, 0.25, 0.39001826782601865, 0.38316904663155275},
      {Distribution::beta(2, 3, 0, 1), 0.5, 0.1, 0.42656, 0.14},
      {Distribution::beta(0.5, 0.5, 0, 1), 0.25, 0.5, 0.5, 0.45674833578317202},
      {Distribution::beta(40, 60, 0, 1), 0.7, 0.01, 0.77637593618671102, 0.0066252394316533882},
      {Distribution::beta(2, 30, 0, 1), 0.999, 0.0005, 0.99999999906822635, 3.225904100742657e-5},
      {Distribution::weibull(2, 1.5), 3, 1, 0.62890968808594672, 0.9619867203528038},
      {Distribution::weibull(2, 0.5), 1, 1, 0.25389819392009783, 6.8284271247461901},
      {Distribution::weibull(2, 3), 40, 0.001, 0.45119659608737441, 0.0016665278067033223},
      {Distribution::weibull(2, 0.7), 1e6, 100, 0.49486072535308153, 146.4340362370478},
  };
  for (const auto& [law, elapsed, x, cdf, mean] : references) {
    EXPECT_NEAR(law.residual_cdf(x, elapsed), cdf, 1e-10 * cdf) << to_string(law.law()) << " after " << elapsed;
    EXPECT_NEAR(law.residual_mean(elapsed), mean, 1e-10 * mean) << to_string(law.law()) << " after " << elapsed;
  }
}

// Elapsed times at which the survival is no double any more, or nearly: the samplers have forms of their own there.
TEST(Residual, IsDrawnFromItsLawHoweverFarInTheTail) {
  const std::vector<std::pair<Distribution, double>> far{
      {Distribution::gamma(2, 0.5), 1000},         {Distribution::gamma(2, 2), 20000},
      {Distribution::lognormal(3, 0.5), 1e9},      {Distribution::normal(10, 1, 50, kInfinity), 90},
      {Distribution::normal(10, 1, 0, 60), 59.99}, {Distribution::weibull(2, 3), 40},
      {Distribution::beta(2, 300, 0, 1), 0.9},
  };
  for (const auto& one : far) {
    const Distribution& law = one.first;
    const double e = one.second;
    const auto sample = law_checks::sample_of(20000, 51, [&](Draw& draw) { return law.sample_residual(e, draw); });
    EXPECT_LT(law_checks::ks_statistic(sample, [&](double x) { return law.residual_cdf(x, e); }), kKsCritical)
        << to_string(law.law());
  }
}

// The survival itself is below the smallest double there; the density in the logarithm of the distance to the end is
// taken as a straight line, which is right to the order of 1 / 300.
TEST(Residual, IsNearlyExactBeyondTheSmallestSurvivalOfABeta) {
  const Distribution law = Distribution::beta(2, 300, 0, 1);
  EXPECT_NEAR(law.residual_cdf(0.0005, 0.9), 0.77758476019624135, 1e-3);
  EXPECT_NEAR(law.residual_mean(0.9), 0.00033234769433787046, 2e-3 * 0.00033234769433787046);
}

TEST(Residual, IsAFreshDrawWhereNothingIsRemembered) {
  const Distribution law = Distribution::exponential(4.0);
  for (std::uint64_t i = 0; i < 100; ++i) {
    Draw one(StreamKey{1, 0}, i), other(StreamKey{1, 0}, i);
    EXPECT_EQ(law.sample_residual(1e6, one), law.sample(other));
  }
}

TEST(Residual, IsTheRestOfAConstant) {
  Draw draw(StreamKey{}, 0);
  bool overrun = true;
  EXPECT_EQ(Distribution::constant(12.0).sample_residual(4.5, draw, &overrun), 7.5);
  EXPECT_FALSE(overrun);
  EXPECT_EQ(Distribution::constant(12.0).residual_mean(4.5), 7.5);
}

TEST(Residual, ResamplesTheValuesThatAreLonger) {
  const Distribution law = Distribution::empirical({1.0, 4.0, 6.0, 6.0});
  int six = 0;
  for (std::uint64_t i = 0; i < 30000; ++i) {
    Draw draw(StreamKey{2, 0}, i);
    const double x = law.sample_residual(3.0, draw);
    EXPECT_TRUE(x == 1.0 || x == 3.0) << x;
    if (x == 3.0) ++six;
  }
  // Two of three; the standard error is 82.
  EXPECT_NEAR(six, 20000, 370);
}

TEST(Residual, ChoosesAPartByHowLikelyItLastsSoLong) {
  const Distribution law =
      Distribution::mixture({Distribution::exponential(1.0), Distribution::exponential(10.0)}, {0.9, 0.1});
  const double quick = 0.9 * std::exp(-5.0);
  const double slow = 0.1 * std::exp(-0.5);
  EXPECT_NEAR(law.residual_mean(5.0), (quick + 10.0 * slow) / (quick + slow), 1e-12);
  // Where both survivals are too small for a double the slow part still wins.
  EXPECT_NEAR(law.residual_mean(1e5), 10.0, 1e-12);
}

class EveryEndingLaw : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Laws, EveryEndingLaw, testing::ValuesIn([] {
                           std::vector<Case> ending = law_checks::cases();
                           std::erase_if(ending, [](const Case& one) { return std::isinf(one.law.quantile(1.0)); });
                           return ending;
                         }()),
                         [](const auto& one) { return one.param.name; });

TEST_P(EveryEndingLaw, IsExponentialOnceOverrun) {
  const Distribution& law = GetParam().law;
  const double end = law.quantile(1.0);
  const double mean = law.residual_mean(end);
  EXPECT_GT(mean, 0.0);
  EXPECT_LE(mean, end);
  for (const double e : {end, 3.0 * end}) {
    EXPECT_EQ(law.residual_mean(e), mean);
    bool overrun = false;
    const auto sample =
        law_checks::sample_of(3000, 41, [&](Draw& draw) { return law.sample_residual(e, draw, &overrun); });
    EXPECT_TRUE(overrun);
    EXPECT_LT(law_checks::ks_statistic(sample, [&](double x) { return -std::expm1(-x / mean); }), kKsCritical);
    EXPECT_NEAR(law.residual_cdf(mean, e), -std::expm1(-1.0), 1e-12);
  }
}

TEST(Overrun, HasTheHazardNearTheEnd) {
  // From the 0.9 to the 0.99 quantile the hazard adds up to ln 10.
  EXPECT_NEAR(Distribution::uniform(2.0, 4.0).residual_mean(5.0), 0.18 / std::log(10.0), 1e-12);
  EXPECT_DOUBLE_EQ(Distribution::constant(12.0).residual_mean(13.0), 0.6);
  EXPECT_EQ(Distribution::constant(0.0).residual_mean(1.0), 0.0);
}

}  // namespace
}  // namespace takt
