// SPDX-License-Identifier: Apache-2.0
#include "takt/study/plant_problem.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "study/allocation.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/study/comparison.hpp"
#include "takt/study/optimise.hpp"
#include "takt/study/study.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Present three_stations() {
  const Machine machine = test::machine_with(Distribution::exponential(0.15));
  return Present::of(compile(test::serial_line({machine, machine, machine}, {9, 9})));
}

const ProblemText kAllocation{
    .vary = {"r1:/e/w/l/m00/cycle_time=1..18 /s", "r2:/e/w/l/m01/cycle_time=1..18 /s",
             "r3:/e/w/l/m02/cycle_time=1..18 /s", "/e/w/l/b00/capacity=1..17", "/e/w/l/b01/capacity=1..17"},
    .constraints = {"r1 + r2 + r3 <= 20", "/e/w/l/b00/capacity + /e/w/l/b01/capacity = 18"},
    .maximise = {"/ throughput_per_h"}};

TEST(PlantProblem, RunsAsAStudyDoes) {
  const Present present = three_stations();
  ThreadPool pool;
  const Problem problem =
      runnable(read_problem(kAllocation, present), present, {.horizon = 10min, .warmup = 1min}, pool);
  const std::vector<DesignPoint> points{{6, 7, 7, 11, 7}, {10, 5, 5, 9, 9}};
  const std::vector<double> values = replicate_all(problem.runner, points, 3, 4);
  const Machine station = test::machine_with(Distribution::exponential(0.15));
  const auto other = std::make_shared<const Model>(compile(test::serial_line({station, station, station}, {11, 7})));
  Study study(present, {.horizon = 10min, .warmup = 1min, .replications = 7});
  for (const auto& [name, model, rates] :
       {std::tuple{"first", other,
                   std::array{"0.16666666666666666 s", "0.14285714285714285 s", "0.14285714285714285 s"}},
        std::tuple{"second", std::shared_ptr<const Model>(), std::array{"0.1 s", "0.2 s", "0.2 s"}}})
    study.add({name,
               {{"/e/w/l/m00/cycle_time", rates[0]},
                {"/e/w/l/m01/cycle_time", rates[1]},
                {"/e/w/l/m02/cycle_time", rates[2]}},
               model});
  const StudyResult result = study.run();
  const std::size_t k = result.kpi_index("/", "throughput_per_h");
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t r = 0; r < 4; ++r) EXPECT_EQ(values[s * 4 + r], result.value(s, 3 + r, k)) << s << " " << r;
}

TEST(PlantProblem, FindsAGoodAllocationFromItsText) {
  const Present present = three_stations();
  ThreadPool pool;
  const Problem problem =
      runnable(read_problem(kAllocation, present), present, {.horizon = 8min, .warmup = 1min}, pool);
  const Optimum found = optimise(problem, r_spline(), {.budget = 15'000});
  DesignPoint point = found.front.at(0).point;
  point[3] += 1.0;  // capacities with the part in service
  point[4] += 1.0;
  const double throughput = test::exact_throughput(point);
  std::printf("%s: exactly %.4f /s\n", found.sentence.c_str(), throughput);
  EXPECT_GE(throughput, 0.998 * 5.7761);
}

TEST(PlantProblem, TellsEverythingThatIsWrongAtOnce) {
  try {
    read_problem({.vary = {"/e/w/l/m00/cycle_tim=1..2 s", "/e/w/l/b00/capacty=1..5", "/e/w/l/m01/cycle_time=1.5..2 kg",
                           "/e/w/l/b01/capacity=0..4"},
                  .constraints = {"a <= 3"},
                  .maximise = {"/ througput_per_h", "/ flow_time_s quantil 95 %", "/"},
                  .limits = {"/ wip quantile 200 % <= 3", "/ wip < 3"}},
                 three_stations());
    FAIL();
  } catch (const InvalidInput& error) {
    std::string text;
    for (const Fault& fault : error.faults()) text += to_text(fault) + "\n";
    for (const char* part : {"did you mean /e/w/l/m00/cycle_time?", "did you mean /e/w/l/b00/capacity?", "kg",
                             "found 0, expected whole numbers from 1", "constraint \"a <= 3\": found \"a\"",
                             "did you mean / throughput_per_h?", "did you mean quantile?", "found no figure",
                             "\"200 %\"", "found no bound"})
      EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

// A filler 10 % faster under the numbers of the same replications, against the two run independently.
TEST(CommonRandomNumbers, MakeDifferencesOnTheBottlingLineSmall) {
  const Present present = Present::of(compile(io::load_plant("examples/bottling/bottling.json")));
  Study study(present, {.horizon = 8h, .replications = 400});
  study.add("as is");
  study.add("faster").set("/acme/filling/line_1/filler/cycle_time", "10.35 s");
  const StudyResult result = study.run();
  const std::size_t k = result.kpi_index("/", "throughput_per_h");
  std::vector<double> as_is, faster;
  for (std::uint32_t r = 0; r < 400; ++r) {
    as_is.push_back(result.value(0, r, k));
    faster.push_back(result.value(1, r, k));
  }
  const double ratio = variance_ratio(faster, as_is);
  std::printf("bottling line, filler 10 %% faster: variance of the difference %.1f times below independent runs\n",
              ratio);
  EXPECT_GE(ratio, 5.0);
}

}  // namespace
}  // namespace takt
