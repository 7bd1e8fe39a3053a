// SPDX-License-Identifier: Apache-2.0
// The allocation of rates and places to three stations: a known optimum, found through simulation.
#include "study/allocation.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "study/coverage.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

/// The best of all points, exactly. More of any rate is never worse, so that only sums at the limit are looked at.
std::pair<DesignPoint, double> exact_best(double rates, double places) {
  std::pair<DesignPoint, double> best{{}, 0.0};
  for (double r1 = 1; r1 <= rates - 2; ++r1)
    for (double r2 = 1; r1 + r2 <= rates - 1; ++r2)
      for (double b2 = 1; b2 < places; ++b2) {
        const DesignPoint point{r1, r2, rates - r1 - r2, b2, places - b2};
        const double throughput = test::exact_throughput(point);
        if (throughput > best.second + 1e-12) best = {point, throughput};
      }
  return best;
}

TEST(Allocation, OfTwentyHasItsPublishedOptimum) {
  EXPECT_NEAR(test::exact_throughput(std::vector<double>{1, 1, 1, 1, 1}), 22.0 / 39.0, 1e-12);
  const auto [best, throughput] = exact_best(20, 20);
  EXPECT_NEAR(throughput, 5.7761, 5e-5);
  EXPECT_TRUE(best == (DesignPoint{6, 7, 7, 12, 8}) || best == (DesignPoint{7, 7, 6, 8, 12}));
  EXPECT_NEAR(test::exact_throughput(DesignPoint{6, 7, 7, 12, 8}), test::exact_throughput(DesignPoint{7, 7, 6, 8, 12}),
              1e-9);
}

TEST(Allocation, IsSimulatedAsTheChainSays) {
  ThreadPool pool;
  const Problem problem = test::allocation(20, 20, 1, pool);
  const std::vector<DesignPoint> points{{6, 7, 7, 12, 8}, {3, 9, 8, 1, 19}, {10, 6, 4, 10, 10}};
  const std::vector<double> values = replicate_all(problem.runner, points, 0, 200);
  for (std::size_t i = 0; i < points.size(); ++i) {
    Moments moments;
    for (std::size_t r = 0; r < 200; ++r) moments.add(values[i * 200 + r]);
    EXPECT_LT(std::abs(moments.mean() - test::exact_throughput(points[i])), 4.5 * moments.standard_error()) << i;
  }
}

/// How many searches end within a share of the best.
int good_searches(int rates, int places, double share, int runs, const Search& search, const OptimiseOptions& options) {
  const auto [best, throughput] = exact_best(rates, places);
  std::printf("rates %d, places %d: best %.4f at %g %g %g %g %g\n", rates, places, throughput, best[0], best[1],
              best[2], best[3], best[4]);
  ThreadPool pool;
  int good = 0;
  for (int run = 0; run < runs; ++run) {
    OptimiseOptions own = options;
    own.seed = static_cast<std::uint64_t>(run + 1);
    const Problem problem = test::allocation(rates, places, own.seed, pool);
    const Optimum found = optimise(problem, search, own);
    const DesignPoint& point = found.front.at(0).point;
    const double reached = test::exact_throughput(point);
    good += reached >= (1.0 - share) * throughput ? 1 : 0;
    EXPECT_LE(found.runs, options.budget);
    std::printf("  %g %g %g %g %g: %.4f, %.2f %% below the best; %zu points, %llu runs%s\n", point[0], point[1],
                point[2], point[3], point[4], reached, 100.0 * (1.0 - reached / throughput), found.points,
                static_cast<unsigned long long>(found.runs),
                found.selection && found.selection->is_guaranteed ? ", guaranteed" : "");
  }
  return good;
}

// 20 searches in the long form, of which 19 have to be good; here fewer, all of which have to be.
TEST(Allocation, IsFoundByRSpline) {
  const int runs = test::is_long() ? 20 : 3;
  const int good = good_searches(20, 20, 0.002, runs, r_spline(), {.budget = 20'000, .indifference = 0.02});
  EXPECT_GE(good, test::is_long() ? 19 : 3);
}

TEST(Allocation, OfThirtyIsFoundByRSpline) {
  const int runs = test::is_long() ? 20 : 2;
  const int good = good_searches(30, 30, 0.003, runs, r_spline(), {.budget = 20'000, .indifference = 0.02});
  EXPECT_GE(good, test::is_long() ? 19 : 2);
}

}  // namespace
}  // namespace takt
