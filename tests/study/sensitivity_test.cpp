// SPDX-License-Identifier: Apache-2.0
#include "takt/study/sensitivity.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <numbers>
#include <string>

#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

/// Ishigami & Homma 1990 with 7 and 0.1, and noise of its own at every point and replication, and common to all points.
Runner ishigami(double own, double common) {
  return [own, common](std::span<const Trial> trials) {
    std::vector<double> values;
    for (const Trial& trial : trials) {
      const auto& x = trial.design;
      double y = std::sin(x[0]) + 7.0 * std::sin(x[1]) * std::sin(x[1]) + 0.1 * std::pow(x[2], 4) * std::sin(x[0]);
      const auto noise = [&](std::uint64_t key) {
        return normal_quantile(Draw(stream_key(8, trial.replication, key, Purpose::merge), 0).uniform());
      };
      if (own > 0.0) y += own * noise(hash_path(std::to_string(x[0]) + std::to_string(x[1]) + std::to_string(x[2])));
      if (common > 0.0) y += common * noise(0);
      values.push_back(y);
    }
    return values;
  };
}

Space cube() {
  Space space;
  for (const char* name : {"x1", "x2", "x3"})
    space.variables.push_back(
        {.name = name, .kind = Variable::Kind::real, .low = -std::numbers::pi, .high = std::numbers::pi});
  return space;
}

void expect_known(const SobolIndices& found, double width) {
  const double first[] = {0.3139, 0.4424, 0.0}, total[] = {0.5576, 0.4424, 0.2437};
  for (std::size_t v = 0; v < 3; ++v) {
    const auto& index = found.variables[v];
    std::printf("x%zu: S %.4f (%.4f), S_T %.4f (%.4f)\n", v + 1, index.first, first[v], index.total, total[v]);
    EXPECT_NEAR(index.first, first[v], width);
    EXPECT_NEAR(index.total, total[v], width);
    EXPECT_LT(std::abs(index.first - first[v]), 4.5 * index.first_error);
  }
}

TEST(Sobol, OfIshigamiIsKnown) {
  const SobolIndices found = sobol(cube(), ishigami(0, 0), {}, 40'000);
  expect_known(found, 0.02);
  EXPECT_NEAR(found.mean, 3.5, 0.05);
  EXPECT_NEAR(found.variance, 13.8446, 0.3);
}

// Noise of deviation 4 has more variance than the function: without correction S_T of all variables is above 1.
TEST(Sobol, TakesNoiseOut) {
  const SobolIndices one = sobol(cube(), ishigami(4, 3), {.replications = 1}, 20'000);
  EXPECT_GT(one.variables[2].total, 0.4);
  const SobolIndices two = sobol(cube(), ishigami(4, 3), {.replications = 2}, 40'000);
  expect_known(two, 0.04);
  EXPECT_NEAR(two.noise, 16.0, 0.3);
}

TEST(Morris, SeesWhatIsLinearAndWhatIsNot) {
  Space space = cube();
  space.variables.push_back(parse_variable("n=0..3"));
  const Runner linear = [](std::span<const Trial> trials) {
    std::vector<double> values;
    for (const Trial& t : trials)
      values.push_back(2.0 * t.design[0] - 3.0 * t.design[1] + t.design[1] * t.design[2] + 5.0 * t.design[3]);
    return values;
  };
  const auto effects = morris(space, linear, {}, 50);
  const double range = 2.0 * std::numbers::pi;
  EXPECT_NEAR(effects[0].mean, 2.0 * range, 1e-9);
  EXPECT_NEAR(effects[0].deviation, 0.0, 1e-9);
  EXPECT_GT(effects[1].deviation, 1.0);
  EXPECT_NEAR(effects[2].mean, 0.0, 8.0);
  EXPECT_GT(effects[2].mean_absolute, 5.0);
  EXPECT_NEAR(effects[3].mean, 15.0, 1e-9) << "levels 0, 1, 2, 3";
  EXPECT_THROW(morris(space, linear, {}, 1), InvalidInput);
}

TEST(FiniteDifferences, ArePairedAndHold) {
  const Space space = cube();
  const std::vector<double> point{1.0, 0.5, 2.0};
  const std::vector<double> steps(3, 0.01);
  const auto found = finite_differences(space, point, steps, ishigami(0, 5), {.replications = 10});
  EXPECT_NEAR(found[0].value, std::cos(1.0) * (1.0 + 0.1 * 16.0), 1e-3);
  EXPECT_NEAR(found[1].value, 7.0 * std::sin(1.0), 1e-3);
  EXPECT_LT(found[1].half_width(), 1e-9) << "noise that all share is gone";
  // At the edge of the range one step inwards, of x3: sin(1) (x3^4 - (x3 - h)^4)/10 for a step of h.
  const double end = std::numbers::pi, h = 0.1;
  const auto edge = finite_differences(space, std::vector{1.0, 0.5, end}, std::vector<double>(3, h), ishigami(0.1, 0),
                                       {.replications = 50});
  EXPECT_TRUE(edge[2].contains(0.1 * std::sin(1.0) * (std::pow(end, 4) - std::pow(end - h, 4)) / h));
  EXPECT_LT(edge[2].half_width(), 1.0);
  EXPECT_THROW(finite_differences(space, point, steps, ishigami(0, 0), {.replications = 1}), InvalidInput);
}

}  // namespace
}  // namespace takt
