// SPDX-License-Identifier: Apache-2.0
// Studies whose replications are antithetic pairs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

#include "engine/plants.hpp"
#include "study/coverage.hpp"
#include "takt/io/store/results.hpp"
#include "takt/io/store/study_plan.hpp"
#include "takt/report/results.hpp"
#include "takt/study/output_analysis.hpp"
#include "takt/study/placement.hpp"
#include "takt/study/precision_goal.hpp"
#include "takt/study/tasks.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

/// Poisson arrivals, 48 an hour, at a machine that could make 60.
Model mm1() {
  PlantBuilder plant("queue");
  plant.line("e", "w", "l")
      .source("in", {Source::Renewal{Distribution::exponential(75.0), {}}, {}, {}}, {{"waiting"}})
      .buffer("waiting", {1'000'000, 0}, {{"m"}})
      .machine("m", test::machine_with(Distribution::exponential(60.0)), {{"out"}})
      .sink("out");
  return compile(plant.build());
}

/// Two machines of which one fails, and laws of all kinds.
Model line() {
  Machine second = test::machine_with(Distribution::gamma(9.0, 0.6));
  second.scrap = 0.05;
  PlantBuilder plant("line");
  plant.line("e", "w", "l")
      .source("in", {Source::Saturated{}, {}, {}}, {{"a"}})
      .machine("a", test::failing(Distribution::lognormal(10.0, 0.4), 600.0, 120.0), {{"b"}})
      .buffer("b", {5, 0}, {{"c"}})
      .machine("c", second, {{"out"}})
      .sink("out");
  return compile(plant.build());
}

std::vector<std::uint64_t> bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> bits;
  for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
  return bits;
}

Study pairs_of(const Model& model, std::uint32_t replications, unsigned threads = 1, std::uint64_t seed = 1) {
  Study study(Present::of(model, seed),
              {.horizon = 2h, .warmup = 10min, .replications = replications, .antithetic = true, .threads = threads});
  study.add("as is");
  study.add("faster").set("/e/w/l/a/cycle_time", "9 s");
  return study;
}

TEST(AntitheticStudy, BeginsEveryPairWithAReplicationOfThePlainStudy) {
  const StudyResult pairs = pairs_of(line(), 10).run();
  Study plain(Present::of(line()), {.horizon = 2h, .warmup = 10min, .replications = 5});
  plain.add("as is");
  plain.add("faster").set("/e/w/l/a/cycle_time", "9 s");
  const StudyResult single = plain.run();
  EXPECT_TRUE(pairs.antithetic);
  const std::size_t parts = pairs.kpi_index("/", "parts_out");
  for (std::size_t s = 0; s < 2; ++s)
    for (std::uint32_t r = 0; r < 5; ++r) {
      EXPECT_EQ(pairs.value(s, 2 * r, parts), single.value(s, r, parts));
      EXPECT_NE(pairs.value(s, 2 * r + 1, parts), single.value(s, r, parts));
    }
}

TEST(AntitheticStudy, GivesTheSameBytesOverThreadsAndTasks) {
  const std::vector<std::uint64_t> whole = bits(pairs_of(line(), 14).run().values);
  EXPECT_EQ(bits(pairs_of(line(), 14, 3).run().values), whole);
  const Study study = pairs_of(line(), 14);
  const PreparedStudy prepared(study);
  Collector collector(prepared);
  for (const TaskRange task : tasks_of(prepared.futures(), 5)) collector.add(prepared.run(task));  // cuts pairs in two
  EXPECT_EQ(bits(std::move(collector).result().values), whole);
}

TEST(AntitheticStudy, IsAnotherPlanWithRowsOfItsOwn) {
  const Study study = pairs_of(line(), 6);
  StudyOptions options = study.options();
  options.antithetic = false;
  Study plain(study.present(), options);
  for (const Scenario& scenario : study.scenarios()) plain.add(scenario);
  const io::PreparedPlan plan(io::plan_bytes(io::plan_of(study))), other(io::plan_bytes(io::plan_of(plain)));
  EXPECT_NE(plan.hash, other.hash);
  EXPECT_NE(plan.scenario_key(0), other.scenario_key(0));
  Collector collector(plan.study);
  for (const TaskRange task : tasks_of(plan.study.futures(), 5))
    collector.add(io::rows_of_bytes(io::run_task(plan.bytes, task), plan.hash));
  EXPECT_EQ(bits(std::move(collector).result().values), bits(study.run().values));
}

TEST(AntitheticStudy, RunsAFutureAgain) {
  const Study study = pairs_of(line(), 6);
  const StudyResult result = study.run();
  const Replay again = study.replay("as is", 3);
  EXPECT_EQ(again.state.replication, mirrored(1));
  EXPECT_EQ(study.replay("as is", 2).state.replication, 1U);
  // Parts out while it was observed: those in the sink at the end less those after the warm-up.
  const Replay warm = study.replay("as is", 3, {}, {}, 10min);
  const auto out = [](const Replay& replay) {
    return static_cast<double>(ConstStateView(*replay.model, replay.state).sinks[0]);
  };
  EXPECT_EQ(out(again) - out(warm), result.value(0, 3, result.kpi_index("/", "parts_out")));
}

TEST(AntitheticStudy, StandsOnThePairsThatAreWhole) {
  const double nan = std::nan("");
  const Summary summary = summarise({1.0, 3.0, 4.0, nan, 6.0, 2.0}, true);
  EXPECT_EQ(summary.n, 4U);
  EXPECT_EQ(summary.mean, 3.0);
  EXPECT_EQ(summary.half_width_95, with_antithetic_pairs(std::vector{1.0, 3.0, 6.0, 2.0}).half_width());
  EXPECT_EQ(summary.q50, 3.0);  // of 1, 2, 3, 4 and 6
  EXPECT_EQ(summarise({1.0, nan}, true).n, 0U);

  StudyResult result;
  result.scenarios = {"a", "b"};
  result.kpis = {{"/", "x", "1"}};
  result.replications = 4;
  result.antithetic = true;
  result.values = {1.0, 2.0, 3.0, 4.0, 2.0, 5.0, 3.5, nan};
  const auto difference = result.difference(1, 0, 0);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->mean, 2.0);
  EXPECT_EQ(difference->base, 1.5);
  EXPECT_EQ(difference->n, 2U);
}

TEST(AntitheticStudy, HasWholePairs) {
  EXPECT_EQ(pairs_of(line(), 7).options().replications, 8U);
  EXPECT_EQ(pairs_of(line(), 1).run().replications, 2U);
  const StudyOptions options = pairs_of(line(), 40).options();
  EXPECT_EQ(next_round(10, options), 16U);
  EXPECT_EQ(next_round(16, options), 24U);
  EXPECT_EQ(next_round(36, options), 40U);
  const Study study = pairs_of(line(), 4);
  const PreparedStudy prepared(study);
  Collector collector(prepared);
  collector.add(prepared.run({0, prepared.futures()}));
  EXPECT_THROW(std::move(collector).result(3), InvalidInput);
}

TEST(AntitheticStudy, IsToldInFilesAndDocuments) {
  const Study study = pairs_of(line(), 6);
  const StudyResult result = study.run();
  const report::Provenance provenance = report::provenance_of(study.present(), study.options());
  EXPECT_THAT(report::results_json(result, provenance), testing::HasSubstr("\"antithetic\": true"));
  const io::StoredResults read = io::results_of(io::results_bytes(result, provenance, "{}"));
  EXPECT_TRUE(read.result.antithetic);
  EXPECT_EQ(report::results_json(read.result, read.provenance), report::results_json(result, provenance));
  StudyResult plain = result;
  plain.antithetic = false;
  EXPECT_THAT(report::results_json(plain, provenance), testing::Not(testing::HasSubstr("antithetic")));
  EXPECT_FALSE(io::results_of(io::results_bytes(plain, provenance, "{}")).result.antithetic);
}

TEST(AntitheticStudy, IsRefusedByThePlacementsOfACyberSide) {
  Plant plant = mm1().plant;
  plant.cyber.emplace().placements.emplace("edge", Placement{});
  try {
    compare_placements(plant, {.study = {.antithetic = true}});
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults()[0].path, "study.antithetic");
  }
}

// The queue M/M/1 from empty: its mean flow time over the first hours by 60 000 plain replications of other seeds. Of
// 1000 intervals at 95 % fewer than 930 hold it by chance once in 600 times; intervals from single replications, which
// are not independent, would nearly all hold it, and those of a wrong law hardly any.
TEST(AntitheticStudy, LowersTheVarianceOfAQueueAndKeepsItsCoverage) {
  const Model model = mm1();
  const auto run = [&](std::uint64_t seed, std::uint32_t replications, bool antithetic) {
    return Study(Present::of(model, seed), {.horizon = 4h, .replications = replications, .antithetic = antithetic})
        .run();
  };
  const StudyResult many = run(99, 60'000, false);
  const std::size_t flow = many.kpi_index("/", "flow_time_s"), parts = many.kpi_index("/", "parts_out");
  const Summary truth = many.summary(0, flow), truth_of_parts = many.summary(0, parts);

  const StudyResult pairs = run(7, 20'000, true);
  const auto ratio = [&](std::size_t kpi, const Summary& plain) {
    const double single = plain.half_width_95 * std::sqrt(60'000.0);
    return std::pow(pairs.summary(0, kpi).half_width_95 * std::sqrt(20'000.0) / single, 2.0);
  };
  std::printf("variance with pairs: flow time %.3f, parts out %.3f of that without\n", ratio(flow, truth),
              ratio(parts, truth_of_parts));
  EXPECT_LT(ratio(flow, truth), 0.8);
  EXPECT_LT(ratio(parts, truth_of_parts), 0.5);
  EXPECT_NEAR(pairs.summary(0, flow).mean, truth.mean,
              2.0 * (truth.half_width_95 + pairs.summary(0, flow).half_width_95));

  test::Coverage coverage;
  const Study all(Present::of(model, 3), {.horizon = 4h, .replications = 40'000, .antithetic = true});
  const StudyResult result = all.run();
  for (std::uint32_t first = 0; first < 40'000; first += 40) {
    std::vector<double> values;
    for (std::uint32_t r = first; r < first + 40; ++r) values.push_back(result.value(0, r, parts));
    const Summary summary = summarise(values, true);
    coverage.add({summary.mean, summary.mean - summary.half_width_95, summary.mean + summary.half_width_95},
                 truth_of_parts.mean);
  }
  coverage.tell("parts out of M/M/1, 20 antithetic pairs");
  EXPECT_GE(coverage.share(), 0.93);
}

TEST(AntitheticStudy, VariesLessOnALineThatFails) {
  const Model model = line();
  const auto half_width = [&](bool antithetic) {
    const StudyResult result =
        Study(Present::of(model, 5), {.horizon = 8h, .replications = 2000, .antithetic = antithetic}).run();
    return result.summary(0, result.kpi_index("/", "throughput_per_h")).half_width_95;
  };
  const double ratio = std::pow(half_width(true) / half_width(false), 2.0);
  std::printf("variance with pairs: throughput of the line %.3f of that without\n", ratio);
  EXPECT_LT(ratio, 0.8);
}

}  // namespace
}  // namespace takt
