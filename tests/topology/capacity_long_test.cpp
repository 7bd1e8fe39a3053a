// SPDX-License-Identifier: Apache-2.0
// The bound against simulation at length: 1000 random plants stay below it, lines with large buffers come close to it.
#include <cstdio>

#include "topology/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

/// Bounds that are reached exactly, as by a source that alone limits its plant, are exceeded by chance as often as not:
/// with 32 replications by 4.5 standard errors once in 20 000 times.
TEST(CapacityOfAThousandRandomPlants, IsNotExceeded) {
  test::Excess worst{"", 0.0, 0.0, -1e9};
  int near = 0;
  for (std::uint64_t seed = 1001; seed <= 2000; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make());
    const test::Excess excess = test::worst_excess(model, seed, 1h, 2h, 32);
    EXPECT_LT(excess.errors, 4.5) << "seed " << seed << ": " << excess.entity << " gives " << excess.simulated_per_h
                                  << "/h, more than " << excess.bound_per_h << "/h";
    near += excess.simulated_per_h > 0.95 * excess.bound_per_h ? 1 : 0;
    if (excess.errors > worst.errors) worst = excess;
  }
  std::printf("worst of 1000 plants: %.2f standard errors; %d within 5 %% of their bound\n", worst.errors, near);
  EXPECT_GT(near, 150);
}

/// Serial lines without failures, buffers of 1000 half full at the start.
TEST(CapacityOfLinesWithLargeBuffers, IsReachedToOnePercent) {
  double widest = 0.0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    test::Dice dice(seed);
    const std::uint32_t machines = 2 + dice.number(5);
    PlantBuilder plant("line");
    auto line = plant.line("e", "w", "l");
    line.source("in", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m0"}});
    for (std::uint32_t i = 0; i < machines; ++i) {
      const double mean = dice.chance(0.5) ? 10.0 : dice.between(8.0, 10.0);
      Machine machine =
          test::machine_with(dice.chance(0.5) ? Distribution::exponential(mean) : Distribution::lognormal(mean, 0.8));
      machine.servers = 1 + dice.number(2);
      machine.cycle_time.law = machine.cycle_time.law.scaled(machine.servers);
      const bool is_last = i + 1 == machines;
      line.machine("m" + std::to_string(i), machine, {{is_last ? "out" : "b" + std::to_string(i)}});
      if (!is_last) line.buffer("b" + std::to_string(i), {1000, 500}, {{"m" + std::to_string(i + 1)}});
    }
    line.sink("out");
    const Model model = compile(plant.build());
    Moments rates;
    for (std::uint32_t r = 0; r < 4; ++r) {
      State state = start(model, model.defaults, seed, r);
      advance(model, model.defaults, state, Time{1000h});
      const std::uint64_t before = ConstStateView(model, state).sinks[0];
      advance(model, model.defaults, state, Time{2000h});
      rates.add(static_cast<double>(ConstStateView(model, state).sinks[0] - before) / 1000.0);
    }
    const double bound = capacity_bounds(model, model.defaults)[0].throughput_per_h;
    EXPECT_GT(rates.mean(), 0.99 * bound) << "seed " << seed;
    EXPECT_LT(rates.mean(), bound + 4.5 * rates.standard_error()) << "seed " << seed;
    widest = std::max(widest, 1.0 - rates.mean() / bound);
  }
  std::printf("20 lines with buffers of 1000: at most %.3f %% below their bound\n", 100.0 * widest);
}

}  // namespace
}  // namespace takt
