// SPDX-License-Identifier: Apache-2.0
// Scenarios with a plant of their own, futures run again, and why machines stand still.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/plants.hpp"
#include "takt/engine/explain.hpp"
#include "takt/study/study.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Plant fillers(bool two) {
  PlantBuilder plant("bottling");
  auto line = plant.line("e", "w", "l");
  std::vector<Output> to{{"filler"}};
  if (two) to.push_back({"filler_2"});
  line.source("inlet", {Source::Saturated{}, {}, {}}, {{"queue"}}).buffer("queue", {10U, 0}, to);
  const Machine filler = test::failing(Distribution::exponential(11.0), 3600.0, 300.0);
  line.machine("filler", filler, {{"between"}});
  if (two) line.machine("filler_2", filler, {{"between"}});
  line.buffer("between", {10U, 0}, {{"capper"}})
      .machine("capper", test::machine_with(Distribution::exponential(7.0)), {{"store"}})
      .sink("store");
  return plant.build();
}

Study study_of(unsigned threads) {
  Present present = Present::of(compile(fillers(false), {.part_identity = true}));
  State state = start(*present.model, present.parameters);
  advance(*present.model, present.parameters, state, Time{2h});
  present.state = state;
  Study study(present, {.horizon = 4h, .warmup = 30min, .replications = 20, .threads = threads});
  study.add("as is");
  study.add({"second filler", {}, std::make_shared<const Model>(compile(fillers(true), {.part_identity = true}))});
  return study;
}

TEST(ScenarioWithAPlantOfItsOwn, IsComparedUnderTheSameNumbers) {
  const StudyResult result = study_of(2).run();
  EXPECT_EQ(result.values.size(), study_of(1).run().values.size());
  ASSERT_EQ(result.migrations.size(), 1U);
  EXPECT_EQ(result.migrations[0].second.added, std::vector<std::string>{"/e/w/l/filler_2"});
  // The new machine has figures in its own scenario only.
  const std::size_t utilisation = result.kpi_index("/e/w/l/filler_2", "utilisation");
  EXPECT_EQ(result.summary(0, utilisation).n, 0U);
  EXPECT_EQ(result.summary(1, utilisation).n, 20U);
  const auto rows = result.compared_with("as is");
  const auto throughput = std::ranges::find_if(
      rows, [](const Difference& d) { return d.kpi.entity == "/" && d.kpi.kpi == "throughput_per_h"; });
  ASSERT_NE(throughput, rows.end());
  EXPECT_TRUE(throughput->clear());
  EXPECT_GT(throughput->mean, 50.0);
}

TEST(ScenarioWithAPlantOfItsOwn, HasItsOwnBoundThatIsNotExceeded) {
  const StudyResult result = study_of(2).run();
  std::size_t seen = 0;
  for (const ScenarioBound& bound : result.bounds) {
    if (bound.entity != "/") continue;
    const Summary made =
        result.summary(result.scenario_index(bound.scenario), result.kpi_index("/", "throughput_per_h"));
    EXPECT_LT(made.mean, bound.throughput_per_h + 3.0 * made.half_width_95);
    EXPECT_EQ(bound.limited_by.back(), bound.scenario == "as is" ? "/e/w/l/filler" : "/e/w/l/capper");
    ++seen;
  }
  EXPECT_EQ(seen, 2U);
}

TEST(Replay, IsTheFutureOfTheStudy) {
  const Study study = study_of(2);
  const StudyResult result = study.run();
  const std::size_t out = result.kpi_index("/e/w/l/store", "parts_out");
  for (const std::uint32_t r : {0U, 7U, 19U}) {
    std::uint64_t left = 0;
    std::optional<Time> from;
    const Replay replay = study.replay(
        "second filler", r, [&](const std::shared_ptr<const Model>&, const State& state) { from = state.now + 30min; },
        [&](const Event& event) { left += event.kind == Event::Kind::leave && event.time > *from ? 1 : 0; });
    EXPECT_EQ(static_cast<double>(left), result.value(1, r, out)) << r;
    EXPECT_EQ(replay.outcome.status, Outcome::Status::done);
  }
  EXPECT_THROW(study.replay("secnd filler", 0), InvalidInput);
}

TEST(Why, FollowsTheChainOfCauses) {
  const auto always = [](double s) { return test::machine_with(Distribution::constant(s)); };
  PlantBuilder plant("p");
  Machine fails = always(10.0);
  fails.failure = Failure{Distribution::constant(100.0), Distribution::constant(600.0), FailureClock::working, "", {}};
  plant.line("e", "w", "l")
      .source("s", {Source::Saturated{}, {}, {}}, {{"a"}})
      .machine("a", always(5.0), {{"ab"}})
      .buffer("ab", {2U, 0}, {{"b"}})
      .machine("b", fails, {{"bc"}})
      .buffer("bc", {5U, 0}, {{"c"}})
      .machine("c", always(1.0), {{"k"}})
      .sink("k");
  const Model model = compile(plant.build());
  State state = start(model, model.defaults);
  advance(model, model.defaults, state, Time{200s});  // b failed after 100 s of work, at 105 s
  const auto lines = [&](const char* path) { return why(model, state, model.machine(path)); };
  EXPECT_EQ(lines("/e/w/l/a"), (std::vector<std::string>{
                                   "/e/w/l/a is blocked: /e/w/l/ab is full (2 of 2)",
                                   "/e/w/l/b takes from it and is in repair, 8.4 min to go",
                               }));
  EXPECT_EQ(lines("/e/w/l/c"), (std::vector<std::string>{
                                   "/e/w/l/c is starved: /e/w/l/bc is empty",
                                   "/e/w/l/b gives to it and is in repair, 8.4 min to go",
                               }));
  EXPECT_EQ(lines("/e/w/l/b").size(), 1U);
}

}  // namespace
}  // namespace takt
