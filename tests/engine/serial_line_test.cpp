// SPDX-License-Identifier: Apache-2.0
// Serial lines against the max-plus recursions of their sample paths (cases' FORMULAS.md), part by part, with the very
// numbers that the engine draws.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

/// What the engine draws for operation k of a machine.
std::int64_t drawn(const Model& model, std::size_t m, std::uint64_t k, std::uint64_t seed) {
  Draw draw(stream_key(seed, 0, model.machines[m].path_hash, Purpose::cycle), k);
  return from_seconds(model.defaults.law(model.machines[m].cycle_law).sample(draw)).count();
}

/// Times at which parts leave machine i (the last one: the plant), by recursion. Index 0 is before the first part.
std::vector<std::int64_t> recursion(const Model& model, const std::vector<std::uint32_t>& places, std::size_t parts,
                                    std::uint64_t seed, Blocking blocking) {
  const std::size_t n = model.machines.size();
  std::vector<std::vector<std::int64_t>> start(n + 1, std::vector<std::int64_t>(parts + 1, 0)), leave = start;
  for (std::size_t k = 1; k <= parts; ++k) {
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t arrived = i == 0 ? 0 : leave[i - 1][k];
      const std::size_t room = i + 1 < n ? places[i] : 0;
      start[i][k] = std::max(arrived, leave[i][k - 1]);
      if (blocking == Blocking::before_service && i + 1 < n && k > room)
        start[i][k] = std::max(start[i][k], start[i + 1][k - room]);
      leave[i][k] = start[i][k] + drawn(model, i, k - 1, seed);
      // after service: the part leaves when part k - room - 1 has left the next machine (its own place counts one)
      if (blocking == Blocking::after_service && i + 1 < n && k > room + 1)
        leave[i][k] = std::max(leave[i][k], leave[i + 1][k - room - 1]);
    }
  }
  return leave[n - 1];
}

std::vector<std::int64_t> simulated(const Model& model, std::size_t parts, std::uint64_t seed) {
  State state = start(model, model.defaults, seed);
  std::vector<std::int64_t> leaving{0};
  const auto watch = [&](const Event& e) {
    if (e.kind == Event::Kind::leave) leaving.push_back(e.time.time_since_epoch().count());
  };
  while (leaving.size() <= parts) advance(model, model.defaults, state, state.now + 1h, watch);
  leaving.resize(parts + 1);
  return leaving;
}

class RandomLine : public testing::TestWithParam<Blocking> {};

TEST_P(RandomLine, EqualsTheMaxPlusRecursionPartByPart) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Draw draw({seed, 0}, 0);
    const std::size_t n = 1 + draw.bits() % 8;
    std::vector<Machine> machines;
    std::vector<std::uint32_t> places;
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t kind = draw.bits() % 4;
      machines.push_back(test::machine_with(kind == 0   ? Distribution::constant(10.0)
                                            : kind == 1 ? Distribution::exponential(10.0)
                                            : kind == 2 ? Distribution::gamma(10.0, 0.5)
                                                        : Distribution::discrete({5.0, 10.0, 15.0}, {1, 1, 1})));
      machines.back().blocking = GetParam();
      places.push_back(static_cast<std::uint32_t>(draw.bits() % 5) + (GetParam() == Blocking::before_service ? 1 : 0));
    }
    for (const bool identity : {false, true}) {
      const Model model = compile(test::serial_line(machines, places), {identity});
      ASSERT_EQ(simulated(model, 300, seed), recursion(model, places, 300, seed, GetParam())) << "seed " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Blockings, RandomLine, testing::Values(Blocking::after_service, Blocking::before_service),
                         [](const auto& p) {
                           return p.param == Blocking::after_service ? "AfterService" : "BeforeService";
                         });

// M/M/1 with the Lindley recursion: waiting times part by part.
TEST(OpenLine, EqualsTheLindleyRecursion) {
  PlantBuilder plant("mm1");
  auto line = plant.line("e", "w", "l");
  line.source("arrivals", {Source::Renewal{Distribution::exponential(1.25), std::nullopt}, {}, WithoutPlace::lost},
              {{"queue"}});
  line.buffer("queue", {std::nullopt, 0}, {{"server"}});
  line.machine("server", test::machine_with(Distribution::exponential(1.0)), {{"out"}}).sink("out");
  const Model model = compile(plant.build(), {true});

  State state = start(model, model.defaults, 5);
  std::vector<std::int64_t> flow;
  advance(model, model.defaults, state, Time{2h}, [&](const Event& e) {
    if (e.kind == Event::Kind::leave) flow.push_back(e.time.time_since_epoch().count() - e.part.entered);
  });
  ASSERT_GT(flow.size(), 5000U);
  std::int64_t wait = 0;
  for (std::uint64_t k = 0; k < flow.size(); ++k) {
    const std::int64_t service = drawn(model, 0, k, 5);
    ASSERT_EQ(flow[k], wait + service) << "part " << k;
    Draw next(stream_key(5, 0, model.sources[0].path_hash, Purpose::arrival), k + 1);
    const std::int64_t interval = from_seconds(model.defaults.law(model.sources[0].interval_law).sample(next)).count();
    wait = std::max<std::int64_t>(0, wait + service - interval);
  }
}

}  // namespace
}  // namespace takt
