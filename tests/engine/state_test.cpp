// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/state.hpp"

#include <gtest/gtest.h>

#include "engine/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

TEST(State, CopyContinuesBitForBit) {
  for (const bool identity : {false, true}) {
    const Model model = compile(test::ten_machines(), {identity});
    State state = start(model, model.defaults, 7);
    advance(model, model.defaults, state, Time{10min});
    State copy = state;
    advance(model, model.defaults, state, Time{5h});
    advance(model, model.defaults, copy, Time{5h});
    EXPECT_TRUE(equal(model, state, copy));
    EXPECT_EQ(hash(model, state), hash(model, copy));
    EXPECT_EQ(state.arena, copy.arena);
  }
}

TEST(State, DoesNotDependOnHowTheRunIsCut) {
  const Model model = compile(test::ten_machines(), {true});
  State whole = start(model, model.defaults, 3);
  State cut = whole;
  advance(model, model.defaults, whole, Time{1h});
  for (std::uint64_t i = 0; cut.now < Time{1h}; ++i) {
    Draw draw({i, 0}, i);
    const Outcome outcome =
        advance(model, model.defaults, cut,
                std::min(Time{1h}, cut.now + Duration{static_cast<std::int64_t>(draw.bits() % 60'000'000'000U)}),
                draw.bits() % 50);
    ASSERT_TRUE(outcome.status == Outcome::Status::done || outcome.status == Outcome::Status::paused);
  }
  EXPECT_TRUE(equal(model, whole, cut));
}

TEST(State, ForksOfOneStateDifferFromTheFirstEventOn) {
  const Model model = compile(test::ten_machines());
  State state = start(model, model.defaults, 1);
  advance(model, model.defaults, state, Time{1h});
  const State one = fork(model, model.defaults, state, 1), two = fork(model, model.defaults, state, 2);
  const ConstStateView a(model, one), b(model, two);
  for (std::size_t m = 0; m < model.machines.size(); ++m) {
    EXPECT_NE(a.machines[m].breakdown, b.machines[m].breakdown);
    if (a.servers[m].activity == Activity::working) {
      EXPECT_NE(a.servers[m].due, b.servers[m].due);
    }
  }
  EXPECT_TRUE(equal(model, one, fork(model, model.defaults, state, 1)));
  EXPECT_TRUE(check_invariants(model, one).empty());
}

// The residual of a uniform cycle on [10, 20] after 12 s is uniform on [0, 8]: mean 4 s, and never above 8 s.
TEST(State, ForkDrawsWhatIsLeftFromTheConditionalLaw) {
  const Model model = compile(test::serial_line({test::machine_with(Distribution::uniform(10.0, 20.0))}, {}));
  State state = start(model, model.defaults, 1);
  while (StateView(model, state).servers[0].total < 12'500'000'000) {  // an operation still going on after 12 s
    const Outcome one = advance(model, model.defaults, state, Time{24h}, 1);
    ASSERT_EQ(one.status, Outcome::Status::paused);
  }
  const Time begun = StateView(model, state).components[0].now;
  advance(model, model.defaults, state, begun + 12s);
  double sum = 0.0;
  constexpr std::uint32_t kForks = 20'000;
  for (std::uint32_t r = 0; r < kForks; ++r) {
    const State future = fork(model, model.defaults, state, r);
    const double left =
        to_seconds(Duration{ConstStateView(model, future).servers[0].due - state.now.time_since_epoch().count()});
    ASSERT_GE(left, 0.0);
    ASSERT_LE(left, 8.0);
    sum += left;
  }
  EXPECT_NEAR(sum / kForks, 4.0, 4.5 * 8.0 / std::sqrt(12.0 * kForks));  // 4.5 standard errors
}

TEST(State, RunsFurtherThanAQueuesWindow) {
  const Model model = compile(test::serial_line({test::machine_with(Distribution::constant(86'400.0))}, {}));
  State state = start(model, model.defaults);
  const Outcome outcome = advance(model, model.defaults, state, Time{24h * 3650});
  EXPECT_EQ(outcome.status, Outcome::Status::done);
  EXPECT_EQ(ConstStateView(model, state).sinks[0], 3650U);
}

TEST(State, AddingAMachineElsewhereChangesNoStream) {
  const auto plant = [](bool more) {
    PlantBuilder p("two lines");
    auto line = p.line("e", "w", "l");
    line.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m"}});
    line.machine("m", test::failing(Distribution::lognormal(3.0, 0.4), 50.0, 5.0), {{"out"}}).sink("out");
    if (more) {
      auto other = p.line("e", "w", "a");
      other.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m"}});
      other.machine("m", test::failing(Distribution::lognormal(3.0, 0.4), 50.0, 5.0), {{"out"}}).sink("out");
    }
    return compile(p.build());
  };
  const Model one = plant(false), two = plant(true);
  State a = start(one, one.defaults), b = start(two, two.defaults);
  advance(one, one.defaults, a, Time{2h});
  advance(two, two.defaults, b, Time{2h});
  const std::size_t m = two.machine("/e/w/l/m").value;
  EXPECT_EQ(ConstStateView(one, a).machines[0], ConstStateView(two, b).machines[m]);
  EXPECT_NE(ConstStateView(two, b).machines[m].completions, ConstStateView(two, b).machines[1 - m].completions);
}

}  // namespace
}  // namespace takt
