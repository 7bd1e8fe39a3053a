// SPDX-License-Identifier: Apache-2.0
// Plants drawn at random, with everything the engine knows, found in their own logs. Not all of it shows in a log: a
// machine that blocks before service may never use all its servers. So rates are held, not single plants.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "engine/random_plant.hpp"
#include "sync/plant_shape.hpp"
#include "takt/engine/advance.hpp"
#include "takt/sync/discovery.hpp"
#include "takt/sync/run_log.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

double parts_out(const Plant& plant, Duration horizon) {
  constexpr std::uint32_t kReplications = 3;
  const Model model = compile(plant);
  double parts = 0.0;
  for (std::uint32_t r = 0; r < kReplications; ++r) {
    State state = start(model, model.defaults, 11, r);
    advance(model, model.defaults, state, Time{horizon});
    for (const std::uint64_t out : ConstStateView(model, state).sinks) parts += static_cast<double>(out);
  }
  return parts / kReplications;
}

TEST(DiscoveryOfRandomPlants, FindsTheTopologyOfMostAndAPlantThatRunsForAll) {
  const char* const asked = std::getenv("TAKT_DISCOVERY_PLANTS");
  const int plants = asked != nullptr ? std::atoi(asked) : 12;
  constexpr Duration kLogged = 10h;
  int tried = 0, exact = 0, alike = 0;
  for (int seed = 1; seed <= plants; ++seed) {
    const Plant plant = test::RandomPlant(static_cast<std::uint64_t>(seed)).make();
    const Model model = compile(plant, {.part_identity = true});
    State state = start(model, model.defaults, 7);
    RunLog run(model, state);
    const auto sink = [&run](const Event& event) { run.add(event); };
    if (advance(model, model.defaults, state, Time{kLogged}, sink).status != Outcome::Status::done) continue;
    ++tried;
    const Discovered found = discover(run.log());
    const bool same = test::differences(test::shape_of(plant), test::shape_of(found.plant)).empty();
    exact += same ? 1 : 0;
    const double ratio = parts_out(found.plant, kLogged) / parts_out(plant, kLogged);
    alike += ratio > 0.95 && ratio < 1.05 ? 1 : 0;
    if (asked != nullptr) std::cout << seed << (same ? " exact" : " differs") << ", parts " << ratio << '\n';
  }
  std::cout << exact << " of " << tried << " exact, " << alike << " with the same output to 5 %\n";
  EXPECT_GE(exact * 10, tried * 8);
  EXPECT_GE(alike * 10, tried * 7);
}

}  // namespace
}  // namespace takt
