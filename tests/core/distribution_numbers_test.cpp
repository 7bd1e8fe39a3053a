// SPDX-License-Identifier: Apache-2.0
// The named numbers of the laws.
#include <gtest/gtest.h>

#include <cmath>

#include "core/law_checks.hpp"
#include "takt/core/distribution.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

using law_checks::Case;
using Names = std::vector<std::string>;

class EveryLawsNumbers : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Laws, EveryLawsNumbers, testing::ValuesIn(law_checks::cases()),
                         [](const auto& one) { return one.param.name; });

TEST_P(EveryLawsNumbers, CanBeSetToWhatTheyAre) {
  const Distribution& law = GetParam().law;
  for (const std::string& name : law.number_names()) {
    if (law.law() == Law::normal && name == "mean") continue;  // rescales by the mean of the cut law
    const Distribution same = law.with(name, law.number(name));
    for (const std::string& other : law.number_names()) {
      if (std::isinf(law.number(other))) continue;
      EXPECT_NEAR(same.number(other), law.number(other), 1e-12 * law.number(other)) << name << ", " << other;
    }
  }
}

TEST_P(EveryLawsNumbers, IncludeAMeanThatRescales) {
  const Distribution& law = GetParam().law;
  const Distribution slower = law.with("mean", 2.0 * law.mean());
  EXPECT_NEAR(slower.mean(), 2.0 * law.mean(), 1e-11 * slower.mean());
  for (const double p : {0.13, 0.55, 0.87}) {
    EXPECT_NEAR(slower.quantile(p), 2.0 * law.quantile(p), 1e-10 * slower.quantile(p)) << p;
  }
}

TEST(Numbers, AreNamedAsInTheMakers) {
  EXPECT_EQ(Distribution::constant(1).number_names(), (Names{"value", "mean"}));
  EXPECT_EQ(Distribution::exponential(1).number_names(), (Names{"mean"}));
  EXPECT_EQ(Distribution::uniform(1, 2).number_names(), (Names{"low", "high", "mean"}));
  EXPECT_EQ(Distribution::normal(1, 1, 0, 2).number_names(), (Names{"mean", "sd", "low", "high"}));
  EXPECT_EQ(Distribution::lognormal(1, 1).number_names(), (Names{"mean", "cv"}));
  EXPECT_EQ(Distribution::weibull(1, 1).number_names(), (Names{"scale", "shape", "mean"}));
  EXPECT_EQ(Distribution::empirical({1}).number_names(), (Names{"mean"}));
  const auto mixture = Distribution::mixture({Distribution::exponential(1), Distribution::constant(2)}, {1, 3});
  EXPECT_EQ(mixture.number_names(), (Names{"weight/0", "weight/1", "0/mean", "1/value", "1/mean", "mean"}));
}

TEST(Numbers, ReadBackAsGiven) {
  const Distribution law = Distribution::normal(0.1, 0.3, 0.05, 0.7);
  EXPECT_EQ(law.number("mean"), 0.1);
  EXPECT_EQ(law.number("sd"), 0.3);
  EXPECT_EQ(Distribution::lognormal(0.1, 0.3).number("cv"), 0.3);
  EXPECT_EQ(Distribution::gamma(0.1, 0.3).number("mean"), 0.1);
  EXPECT_EQ(Distribution::weibull(0.1, 0.3).number("shape"), 0.3);
  EXPECT_EQ(Distribution::beta(0.1, 0.2, 0.3, 0.4).number("low"), 0.3);
  EXPECT_NEAR(Distribution::uniform(1, 2).number("mean"), 1.5, 1e-15);
}

TEST(Numbers, ChangeOneAtATime) {
  EXPECT_EQ(Distribution::lognormal(2, 0.5).with("cv", 0.25), Distribution::lognormal(2, 0.25));
  EXPECT_EQ(Distribution::lognormal(2, 0.5).with("mean", 3), Distribution::lognormal(3, 0.5));
  EXPECT_EQ(Distribution::gamma(2, 0.5).with("cv", 0.25), Distribution::gamma(2, 0.25));
  EXPECT_EQ(Distribution::weibull(2, 0.5).with("shape", 3), Distribution::weibull(2, 3));
  EXPECT_EQ(Distribution::triangular(1, 2, 3).with("mode", 3), Distribution::triangular(1, 3, 3));
  EXPECT_EQ(Distribution::normal(5, 1, 0, 9).with("sd", 2), Distribution::normal(5, 2, 0, 9));
  EXPECT_EQ(Distribution::constant(5).with("value", 2), Distribution::constant(2));
  EXPECT_EQ(Distribution::constant(0).with("mean", 2), Distribution::constant(2));
}

TEST(Numbers, OfAMixtureReachItsWeightsAndParts) {
  const auto law = Distribution::mixture(
      {Distribution::exponential(1), Distribution::lognormal(2, 0.5), Distribution::constant(4)}, {0.5, 0.25, 0.25});
  EXPECT_EQ(law.number("weight/1"), 0.25);
  EXPECT_EQ(law.number("1/cv"), 0.5);
  EXPECT_EQ(law.with("1/cv", 0.75).parts()[1], Distribution::lognormal(2, 0.75));
  const auto shifted = law.with("weight/0", 0.75);
  EXPECT_EQ(shifted.number("weight/0"), 0.75);
  EXPECT_EQ(shifted.number("weight/1"), 0.125);
  EXPECT_EQ(shifted.number("weight/2"), 0.125);
}

TEST(Numbers, SpreadTheRestWhereOneWeightHadAll) {
  const auto law = Distribution::discrete({1, 2, 3}, {1, 0, 0}).with("weight/0", 0.5);
  EXPECT_EQ(law.number("weight/1"), 0.25);
  EXPECT_EQ(law.number("weight/2"), 0.25);
}

Fault fault_of(const Distribution& law, const std::string& name, double value) {
  try {
    law.with(name, value);
  } catch (const InvalidInput& error) {
    return error.faults().front();
  }
  return {};
}

TEST(Numbers, ThatAreNotKnownNameTheNearest) {
  const Fault fault = fault_of(Distribution::weibull(1, 2), "shapes", 3);
  EXPECT_EQ(fault.path, "shapes");
  EXPECT_EQ(fault.nearest, "shape");
  EXPECT_EQ(fault.expected, "a number of a law that is weibull: scale, shape, mean");
  EXPECT_THROW(Distribution::exponential(1).number("cv"), InvalidInput);
  EXPECT_THROW(Distribution::exponential(1).number("weight/0"), InvalidInput);
}

TEST(Numbers, OutOfRangeAreNamedByTheirPath) {
  const auto mixture = Distribution::mixture({Distribution::exponential(1), Distribution::constant(2)}, {1, 1});
  EXPECT_EQ(fault_of(mixture, "0/mean", -1).path, "0/mean");
  EXPECT_EQ(fault_of(mixture, "1/meen", 1).path, "1/meen");
  EXPECT_EQ(fault_of(mixture, "weight/1", 1.5).path, "weight/1");
  EXPECT_EQ(fault_of(mixture, "2/mean", 1).path, "2/mean");
  EXPECT_EQ(fault_of(Distribution::uniform(0, 1), "mean", -1).path, "mean");
  EXPECT_EQ(fault_of(Distribution::empirical({0, 0}), "mean", 1).expected, "a law with a mean above 0");
}

TEST(Laws, HaveTheNamesOfTheirMakers) {
  EXPECT_EQ(to_string(Law::lognormal), "lognormal");
  EXPECT_EQ(to_string(Law::discrete), "discrete");
}

}  // namespace
}  // namespace takt
