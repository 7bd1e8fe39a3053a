// SPDX-License-Identifier: Apache-2.0
// The bottling line with a second filler put beside the first at noon.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "takt/core/statistics.hpp"
#include "takt/engine/migrate.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/kpi/kpis.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

/// The line as it is, and with a filler more that takes from the same buffer and gives to the same.
std::pair<Plant, Plant> with_and_without() {
  const Plant one = io::load_plant("examples/bottling/bottling.json");
  Plant two = one;
  std::vector<Equipment>& line = two.enterprises[0].workshops[0].lines[0].equipment;
  const auto filler = std::ranges::find(line, "filler", &Equipment::name);
  Equipment second = *filler;
  second.name = "filler_2";
  for (Equipment& each : line)
    if (std::ranges::find(each.to, "filler", &Output::to) != each.to.end()) each.to.push_back({"filler_2"});
  line.push_back(second);
  return {one, two};
}

double parts_an_hour(const Model& model, State state, Time from, Time until) {
  advance(model, model.defaults, state, from);
  const auto out = [&] {
    std::uint64_t parts = 0;
    for (const std::uint64_t n : ConstStateView(model, state).sinks) parts += n;
    return static_cast<double>(parts);
  };
  const double before = out();
  advance(model, model.defaults, state, until);
  return (out() - before) / to_seconds(until - from) * 3600.0;
}

TEST(ParallelFiller, AddedAtNoonAgreesWithBuiltSoFromTheStart) {
  const auto [plant_one, plant_two] = with_and_without();
  const Model one = compile(plant_one), two = compile(plant_two);
  const Time noon{6h}, from{42h}, until{210h};  // the plant's clock begins at 06:00; a week, a day and a half later
  Moments added, built, as_it_was;
  for (std::uint32_t r = 0; r < 40; ++r) {
    State state = start(one, one.defaults, 1, r);
    as_it_was.add(parts_an_hour(one, state, from, until));
    advance(one, one.defaults, state, noon);
    const Migrated migrated = migrate(one, state, two, two.defaults);
    EXPECT_EQ(migrated.report.dropped + migrated.report.moved, 0U);
    added.add(parts_an_hour(two, migrated.state, from, until));
    built.add(parts_an_hour(two, start(two, two.defaults, 2, r), from, until));
  }
  const double error = std::hypot(added.standard_error(), built.standard_error());
  EXPECT_LT(std::abs(added.mean() - built.mean()), 4.5 * error) << added.mean() << " and " << built.mean();
  EXPECT_GT(built.mean(), as_it_was.mean() + 4.5 * error) << "the second filler brings something";
  RecordProperty("parts_an_hour_added", std::to_string(added.mean()));
  std::printf("added at noon %.2f, built so %.2f, as it was %.2f parts/h; standard error %.2f\n", added.mean(),
              built.mean(), as_it_was.mean(), error);
}

}  // namespace
}  // namespace takt
