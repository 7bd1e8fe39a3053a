// SPDX-License-Identifier: Apache-2.0
#include "takt/report/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "report/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Two scenarios of four replications: throughput 100, 101, 99, 100, and that plus `more`; flow times of about 10 min.
StudyResult made_up(const std::vector<double>& more) {
  StudyResult result;
  result.scenarios = {"as is", "changed"};
  result.kpis = {{"/", "throughput_per_h", "1/h"}, {"/", "flow_time_s", "s"}};
  result.replications = 4;
  const std::vector<double> base{100.0, 101.0, 99.0, 100.0};
  for (const double b : base) result.values.insert(result.values.end(), {b, 600.0});
  for (std::size_t r = 0; r < base.size(); ++r) result.values.insert(result.values.end(), {base[r] + more[r], kNaN});
  return result;
}

// The differences are 4, 6, 4, 6: mean 5, standard deviation 2 / sqrt(3), half width 3.182 times half of that.
TEST(ComparisonTable, ShowsThePairedDifferenceWithItsInterval) {
  EXPECT_EQ(report::comparison_table(made_up({4.0, 6.0, 4.0, 6.0}), Model{}, "as is"),
            "Compared with 'as is': 4 pairs of futures under the same random numbers, 95 % intervals\n"
            "\n"
            "                      base  difference\n"
            "throughput, parts/h\n"
            "  changed            100.0  +5.0 ± 1.8  +5.0 %  clear\n");
}

TEST(ComparisonTable, SaysWhatIsNotClear) {
  EXPECT_THAT(report::comparison_table(made_up({4.0, -6.0, 5.0, -4.0}), Model{}, "as is"), HasSubstr("not clear"));
}

TEST(ComparisonTable, IsAlsoWhatAStreamShowsOfDifferences) {
  std::ostringstream out;
  out << made_up({4.0, 6.0, 4.0, 6.0}).compared_with("as is");
  EXPECT_EQ(out.str(),
            "                      base  difference\n"
            "throughput, parts/h\n"
            "  changed            100.0  +5.0 ± 1.8  +5.0 %  clear\n");
}

TEST(ComparisonTable, RefusesABaseThatIsNoScenario) {
  EXPECT_THROW(report::comparison_table(made_up({1.0, 1.0, 1.0, 1.0}), Model{}, "as it is"), InvalidInput);
}

// Cycle times 5 s, 20 s, 5 s: the one in the middle hardly ever waits.
TEST(ScenarioTable, NamesEveryLineAndMachineAndTheOneThatLimits) {
  const Present present = Present::of(compile(test::slow_middle()), 3);
  const StudyResult result = Study(present, {.horizon = 8h, .warmup = 1h, .replications = 10}).run();
  const std::string table = report::scenario_table(result, *present.model, "as is");
  EXPECT_THAT(table, HasSubstr("the whole plant"));
  EXPECT_THAT(table, HasSubstr("\n/acme/hall/line "));
  for (const char* machine : {"first", "slow", "last"})
    EXPECT_THAT(table, HasSubstr("\n/acme/hall/line/" + std::string(machine) + " "));
  EXPECT_THAT(table, HasSubstr("Bottleneck: /acme/hall/line/slow,"));
  EXPECT_THAT(table, ::testing::Not(HasSubstr("set-up")));  // nobody is set up
  EXPECT_THAT(table, ::testing::Not(HasSubstr("nan")));
}

TEST(ScenarioTable, HasNoFiguresWhereNoFutureReachedItsEnd) {
  const Present present = Present::of(compile(test::stuck()), 1);
  const StudyResult result = Study(present, {.horizon = 24h, .replications = 2}).run();
  const std::string table = report::scenario_table(result, *present.model, "as is");
  EXPECT_THAT(table, HasSubstr("the whole plant"));
  EXPECT_THAT(table, ::testing::Not(HasSubstr("nan")));
  EXPECT_THAT(table, ::testing::Not(HasSubstr("Bottleneck")));
}

TEST(LearntTable, ShowsThePlantsNumberBesideTheOneLearnt) {
  const Model model = compile(test::slow_middle());
  Learnt learnt;
  for (int i = 0; i < 200; ++i) learnt.observe_time(model, "/acme/hall/line/slow/cycle_time", 30.0);
  learnt.observe_exposure(model, "/acme/hall/line/last/failure/time_to_failure", 3600.0, true);
  const std::string table = report::learnt_table(learnt, model);
  EXPECT_THAT(table, HasSubstr("90 % interval"));
  EXPECT_THAT(table, HasSubstr("/acme/hall/line/slow/cycle_time"));
  EXPECT_THAT(table, HasSubstr("20.0 s"));
  // Prior: 4 failures in 3600 s; seen: one more in another 3600 s. The mean is 7200 s / 5 = 24 min.
  EXPECT_THAT(table, HasSubstr("15.0 min  24.0 min"));
}

TEST(StateTable, SaysWhatEachMachineDoes) {
  const Model model = compile(test::slow_middle());
  EXPECT_EQ(report::state_table(model, start(model, model.defaults)),
            "machine                does\n"
            "/acme/hall/line/first  working\n"
            "/acme/hall/line/last   starved\n"
            "/acme/hall/line/slow   starved\n"
            "\n"
            "buffer                  parts  of\n"
            "/acme/hall/line/before      0   3\n"
            "/acme/hall/line/behind      0   3\n");
}

}  // namespace
}  // namespace takt
