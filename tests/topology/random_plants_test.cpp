// SPDX-License-Identifier: Apache-2.0
// The bound against simulation, on 100 random plants; capacity_long_test.cpp takes 1000.
#include "topology/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

TEST(CapacityOfRandomPlants, IsNotExceeded) {
  int near = 0;
  double worst = -1e9;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make());
    const test::Excess excess = test::worst_excess(model, seed, 1h, 2h, 12);
    ASSERT_LT(excess.errors, 4.5) << "seed " << seed << ": " << excess.entity << " gives " << excess.simulated_per_h
                                  << "/h, more than " << excess.bound_per_h << "/h";
    near += excess.simulated_per_h > 0.95 * excess.bound_per_h ? 1 : 0;
    worst = std::max(worst, excess.errors);
  }
  EXPECT_GT(near, 15);  // the bound is not merely large
  RecordProperty("worst", std::to_string(worst));
}

TEST(CapacityOfRandomPlants, IsTheMaximumFlowWhereRoutesAreCertain) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const Model model = compile(test::RandomPlant(seed, true).make());
    const double flow = max_flow_bound(model, model.defaults).throughput_per_h;
    ASSERT_NEAR(capacity_bounds(model, model.defaults)[0].throughput_per_h, flow, 1e-6 * flow) << "seed " << seed;
  }
}

TEST(CapacityOfRandomPlants, IsNeverAboveTheMaximumFlow) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make());
    const double flow = max_flow_bound(model, model.defaults).throughput_per_h;
    const double bound = capacity_bounds(model, model.defaults)[0].throughput_per_h;
    ASSERT_LE(bound, flow * (1 + 1e-6)) << "seed " << seed;
    ASSERT_GE(capacity_bounds(model, model.defaults, {.largest_program = 0})[0].throughput_per_h, bound * (1 - 1e-6));
  }
}

}  // namespace
}  // namespace takt
