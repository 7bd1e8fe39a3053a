// SPDX-License-Identifier: Apache-2.0
// Prints what a number of runs come to, to the last bit: the same text from every compiler, at every optimisation.
#include <array>
#include <bit>
#include <cstdio>

#include "engine/random_line.hpp"
#include "engine/random_plant.hpp"
#include "takt/kpi/kpis.hpp"

namespace {

using namespace takt;

/// A hash of the figures of a run, its end, and a fork's.
std::uint64_t digest(const Plant& plant, std::uint64_t seed) {
  const Model model = compile(plant, {.part_identity = seed % 2 == 0});
  State state = start(model, model.defaults, seed);
  KpiObserver observer(model, state);
  const Totals before = observer.totals(model, state);
  advance(model, model.defaults, state, Time{std::chrono::hours{2}}, observer);
  std::uint64_t sum = hash(model, state);
  for (const double value : kpi_values(model, before, observer.totals(model, state)))
    sum = mix64(sum ^ (value == value ? std::bit_cast<std::uint64_t>(value) : 0));
  State future = fork(model, model.defaults, state, 3);
  advance(model, model.defaults, future, Time{std::chrono::hours{3}});
  return mix64(sum ^ hash(model, future));
}

/// Every law: samples, quantiles, residuals.
std::uint64_t digest_of_laws() {
  std::uint64_t sum = 0;
  const Distribution laws[] = {Distribution::exponential(3.0),          Distribution::uniform(1.0, 2.0),
                               Distribution::triangular(1.0, 2.0, 4.0), Distribution::normal(5.0, 2.0, 0.0, 9.0),
                               Distribution::lognormal(3.0, 0.5),       Distribution::gamma(3.0, 0.7),
                               Distribution::weibull(2.0, 1.5),         Distribution::beta(2.0, 3.0, 0.0, 1.0)};
  for (std::uint64_t n = 0; n < 2000; ++n)
    for (const Distribution& law : laws) {
      Draw draw({7, 1}, n);
      const double x = law.sample(draw);
      for (const double v : {x, law.cdf(x), law.sample_residual(x, draw)})
        sum = mix64(sum ^ std::bit_cast<std::uint64_t>(v));
    }
  for (const Distribution& law : laws)
    for (std::uint64_t first = 0; first < 2000; first += kDrawBlock) {
      std::array<Duration, kDrawBlock> times;
      law.sample_times({7, 1}, first, times);
      for (const Duration t : times) sum = mix64(sum ^ static_cast<std::uint64_t>(t.count()));
    }
  return sum;
}

}  // namespace

int main() {
  std::printf("laws %016llx\n", static_cast<unsigned long long>(digest_of_laws()));
  std::uint64_t sum = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    sum = mix64(sum ^ digest(test::RandomPlant(seed).make(), seed));
    sum = mix64(sum ^ digest(test::RandomLine(seed).make(), seed));
  }
  std::printf("runs %016llx\n", static_cast<unsigned long long>(sum));
}
