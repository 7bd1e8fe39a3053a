// SPDX-License-Identifier: Apache-2.0
#include "takt/study/optimise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <mutex>
#include <set>

#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

Runner runner_of(const Replicate& replicate) {
  static ThreadPool pool(2);
  return on_threads(replicate, pool);
}

double uniform_of(std::uint32_t replication, const char* what, std::uint64_t seed) {
  return Draw(stream_key(seed, replication, hash_path(what), Purpose::merge), 0).uniform();
}

/// The continuous newsvendor of SimOpt (CNTNEWS): demand of Burr's law with alpha = 2 and beta = 20; bought at 5, sold
/// at 9, salvaged at 1.
Problem newsvendor(std::uint64_t seed) {
  Problem problem;
  problem.space.variables = {parse_variable("stock=0.0..1.0")};
  problem.goals = {{.name = "profit"}};
  problem.runner = runner_of([seed](std::span<const double> point, std::uint32_t replication) {
    const double demand = std::sqrt(std::pow(1.0 - uniform_of(replication, "/demand", seed), -1.0 / 20.0) - 1.0);
    const double x = point[0];
    return std::vector{9.0 * std::min(x, demand) + std::max(0.0, x - demand) - 5.0 * x};
  });
  return problem;
}

/// Its expected profit: 4 x - 8 times the integral of the demand's cdf from 0 to x.
double expected_profit(double x) {
  double integral = 0.0;
  constexpr int kSteps = 2000;
  for (int i = 0; i < kSteps; ++i) {
    const double d = (i + 0.5) * x / kSteps;
    integral += (1.0 - std::pow(1.0 + d * d, -20.0)) * x / kSteps;
  }
  return 4.0 * x - 8.0 * integral;
}

TEST(Newsvendor, HasItsKnownAnswer) {
  EXPECT_NEAR(expected_profit(0.1878), 0.4639, 1e-4);
  EXPECT_GT(expected_profit(0.1878), expected_profit(0.1868));
  EXPECT_GT(expected_profit(0.1878), expected_profit(0.1888));
  int good = 0;
  for (std::uint64_t run = 0; run < 10; ++run) {
    const Optimum found = optimise(newsvendor(run), surrogate(), {.budget = 40'000, .seed = run});
    ASSERT_EQ(found.front.size(), 1U);
    const double x = found.front[0].point[0];
    good += expected_profit(x) > 0.99 * 0.4639 && std::abs(x - 0.1878) < 0.02 ? 1 : 0;
    EXPECT_NEAR(found.front[0].goals[0].value, expected_profit(x), 4.0 * found.front[0].goals[0].standard_error);
    EXPECT_LE(found.runs, 40'000U);
  }
  std::printf("newsvendor: within 1 %% of the best profit and 0.02 of the best stock in %d of 10\n", good);
  EXPECT_GE(good, 9);
}

/// A bowl with its least value 0 at (3, 7, fast), noise of deviation 1 that is common to all points but for a part.
Problem bowl(std::uint64_t seed) {
  Problem problem;
  problem.space.variables = {parse_variable("a=0..20"), parse_variable("b=0..20"), parse_variable("mode=slow,fast")};
  problem.goals = {{.name = "cost", .sense = Sense::minimise}};
  problem.runner = runner_of([seed](std::span<const double> p, std::uint32_t replication) {
    const double common = normal_quantile(uniform_of(replication, "/common", seed));
    const double own = normal_quantile(
        uniform_of(replication, ("/own/" + std::to_string(p[0] * 1000 + p[1] * 10 + p[2])).c_str(), seed));
    const double cost = (p[0] - 3) * (p[0] - 3) + 0.5 * (p[1] - 7) * (p[1] - 7) + 0.3 * (p[0] - 3) * (p[1] - 7) +
                        (p[2] == 1.0 ? 0.0 : 2.0);
    return std::vector{cost + common + 0.3 * own, cost, p[0]};
  });
  return problem;
}

TEST(Optimise, FindsTheBottomOfABowlByEverySearch) {
  const std::pair<const char*, Search> searches[] = {
      {"exhaustive", exhaustive()}, {"R-SPLINE", r_spline()}, {"surrogate", surrogate()}};
  for (const auto& [name, search] : searches) {
    int right = 0;
    for (std::uint64_t run = 0; run < 10; ++run) {
      const Optimum found = optimise(bowl(run), search, {.budget = 12'000, .seed = run});
      right += found.front.at(0).point == DesignPoint{3, 7, 1} ? 1 : 0;
      EXPECT_LE(found.runs, 12'000U);
    }
    std::printf("bowl, %s: right in %d of 10\n", name, right);
    EXPECT_GE(right, 9) << name;
  }
}

TEST(Optimise, IsTheSameForAnyNumberOfThreadsAndSaysWhatItFound) {
  Problem problem = bowl(1);
  const auto answer = [&](unsigned threads) {
    ThreadPool pool(threads);
    const Runner inner = bowl(1).runner;
    problem.runner = on_threads(
        [&inner](std::span<const double> p, std::uint32_t r) {
          const Trial trial{p, r};
          static std::mutex one;  // the inner pool takes one caller at a time
          const std::lock_guard lock(one);
          return inner(std::span(&trial, 1));
        },
        pool);
    return optimise(problem, r_spline(), {.budget = 3000, .indifference = 0.5});
  };
  const Optimum one = answer(1), four = answer(4);
  EXPECT_EQ(one.sentence, four.sentence);
  EXPECT_EQ(one.candidates.size(), four.candidates.size());
  ASSERT_TRUE(one.selection);
  EXPECT_TRUE(one.selection->is_guaranteed);
  EXPECT_EQ(one.selection->means, four.selection->means);
  EXPECT_TRUE(one.sentence.starts_with("a = 3, b = 7, mode = fast gives cost = ")) << one.sentence;
  EXPECT_NE(one.sentence.find("with at least 95 % confidence to within 0.5"), std::string::npos) << one.sentence;
}

TEST(Optimise, KeepsLimitsAndConstraints) {
  Problem problem = bowl(2);
  problem.limits = {{.name = "a", .response = 2, .at_most = false, .bound = 6.0}};
  problem.space.constraints = {parse_constraint("a + b <= 10", problem.space)};
  for (const Search& search : {exhaustive(), r_spline(), surrogate()}) {
    const Optimum found = optimise(problem, search, {.budget = 8000});
    ASSERT_EQ(found.front.size(), 1U);
    EXPECT_EQ(found.front[0].point, (DesignPoint{6, 4, 1})) << found.sentence;  // of all on a = 6, a + b <= 10
    EXPECT_EQ(found.front[0].violation, 0.0);
  }
  problem.limits[0].bound = 15.0;  // beyond what a + b <= 10 lets a be
  const Optimum none = optimise(problem, exhaustive(), {.budget = 8000});
  EXPECT_TRUE(none.front.empty());
  EXPECT_TRUE(none.sentence.starts_with("None of ")) << none.sentence;
}

/// Two costs that pull apart along a = 0..20: a, and (20 - a)^2 / 20; b makes both worse.
TEST(Optimise, FindsAParetoFront) {
  Problem problem;
  problem.space.variables = {parse_variable("a=0..20"), parse_variable("b=0..20")};
  problem.goals = {{.name = "first", .sense = Sense::minimise},
                   {.name = "second", .response = 1, .sense = Sense::minimise}};
  problem.runner = runner_of([](std::span<const double> p, std::uint32_t r) {
    const double noise = 0.2 * (uniform_of(r, "/x", 1) - 0.5);
    return std::vector{p[0] + p[1] + noise, (20.0 - p[0]) * (20.0 - p[0]) / 20.0 + p[1] + noise};
  });
  const Optimum all = optimise(problem, exhaustive(), {.budget = 20'000, .candidates = 30});
  std::set<DesignPoint> points;
  for (const Evaluated& each : all.front) {
    EXPECT_EQ(each.point[1], 0.0);
    points.insert(each.point);
  }
  EXPECT_EQ(points.size(), 21U) << "all of a with b = 0";
  const Optimum some = optimise(problem, surrogate(), {.budget = 2000, .candidates = 20});
  EXPECT_GE(some.front.size(), 8U);
  for (const Evaluated& each : some.front) EXPECT_LE(each.point[1], 1.0);
  EXPECT_THROW(optimise(problem, r_spline(), {}), InvalidInput);
}

TEST(Optimise, TakesAnOptimiserFromElsewhere) {
  const Search one_by_one = [](Evaluations& evaluations, std::uint64_t) {
    DesignPoint here{10, 10, 0};
    for (;;) {
      const double cost = evaluations(std::span(&here, 1), 100)[0].goals[0].value;
      DesignPoint best = here;
      double least = cost;
      for (const Evaluated& each : evaluations(neighbours(evaluations.problem().space, here), 100))
        if (each.goals[0].value < least) {
          least = each.goals[0].value;
          best = each.point;
        }
      if (best == here) return;
      here = best;
    }
  };
  const Optimum found = optimise(bowl(3), one_by_one, {.budget = 20'000});
  EXPECT_EQ(found.front.at(0).point, (DesignPoint{3, 7, 1}));
  EXPECT_FALSE(found.budget_spent);
}

TEST(Risk, IsWhatItsNameSays) {
  std::vector<double> x(1000);
  for (std::size_t i = 0; i < x.size(); ++i) x[(i * 7) % 1000] = static_cast<double>(i + 1);
  using Kind = Risk::Kind;
  EXPECT_DOUBLE_EQ(estimate(x, {}, Sense::minimise).value, 500.5);
  EXPECT_NEAR(estimate(x, {Kind::quantile, 0.9}, Sense::minimise).value, 900.1, 1e-9);
  EXPECT_NEAR(estimate(x, {Kind::cvar, 0.9}, Sense::minimise).value, 950.5, 1e-9);  // the mean of 901 to 1000
  EXPECT_NEAR(estimate(x, {Kind::cvar, 0.9}, Sense::maximise).value, 50.5, 1e-9);
  EXPECT_DOUBLE_EQ(estimate(x, {Kind::chance_above, 800.0}, Sense::minimise).value, 0.2);
  EXPECT_DOUBLE_EQ(estimate(x, {Kind::chance_below, 101.0}, Sense::minimise).value, 0.1);
  x[3] = NAN;
  EXPECT_TRUE(std::isnan(estimate(x, {}, Sense::minimise).value));
}

// Of an exponential of mean 1: the 0.9-quantile is ln 10, cvar one more, P(X > 2) = e^-2. Standard errors are checked
// by how far 400 estimates lie from the truth.
TEST(Risk, HasAStandardErrorThatHolds) {
  const std::pair<Risk, double> cases[] = {{{Risk::Kind::mean, 0.0}, 1.0},
                                           {{Risk::Kind::quantile, 0.9}, std::log(10.0)},
                                           {{Risk::Kind::cvar, 0.9}, std::log(10.0) + 1.0},
                                           {{Risk::Kind::chance_above, 2.0}, std::exp(-2.0)}};
  for (const auto& [risk, truth] : cases) {
    Moments scores;
    for (std::uint32_t macro = 0; macro < 400; ++macro) {
      std::vector<double> x;
      for (std::uint64_t i = 0; i < 500; ++i)
        x.push_back(-std::log(Draw(stream_key(4, macro, hash_path("/x"), Purpose::merge), i).uniform()));
      const Estimate e = estimate(x, risk, Sense::minimise);
      scores.add((e.value - truth) / e.standard_error);
    }
    EXPECT_LT(std::abs(scores.mean()), 0.25) << to_string(risk.kind);
    EXPECT_NEAR(std::sqrt(scores.variance()), 1.0, 0.15) << to_string(risk.kind);
  }
}

TEST(Optimise, SaysWhatDoesNotFit) {
  Problem problem = bowl(1);
  problem.goals[0].risk = {Risk::Kind::quantile, 1.5};
  try {
    optimise(problem, exhaustive(), {});
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_STREQ(error.what(), "cost quantile: found 1.5, expected a level between 0 and 1");
  }
  problem = bowl(1);
  EXPECT_THROW(optimise(problem, exhaustive(), {.budget = 500}), InvalidInput) << "882 points";
  problem.space.variables[0] = parse_variable("a=0.0..20.0");
  EXPECT_THROW(optimise(problem, exhaustive(), {}), InvalidInput);
  EXPECT_THROW(optimise(problem, r_spline(), {}), InvalidInput);
  const Search wrong = [](Evaluations& evaluations, std::uint64_t) {
    const DesignPoint outside{30, 1, 0};
    evaluations(std::span(&outside, 1), 1);
  };
  EXPECT_THROW(optimise(problem, wrong, {}), InvalidInput);
}

}  // namespace
}  // namespace takt
