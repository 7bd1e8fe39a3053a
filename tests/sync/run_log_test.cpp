// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/run_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/plants.hpp"
#include "engine/random_plant.hpp"
#include "takt/engine/advance.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

struct Logged {
  Model model;
  State state;
  EventLog log;
};

Logged logged(const Plant& plant, Duration horizon, RunLogOptions options = {}) {
  Logged out{compile(plant, {.part_identity = true}), {}, {}};
  out.state = start(out.model, out.model.defaults);
  RunLog run(out.model, out.state, options);
  const auto sink = [&run](const Event& event) { run.add(event); };
  advance(out.model, out.model.defaults, out.state, Time{horizon}, sink);
  out.log = run.log();
  return out;
}

/// One part through two machines: 2 s of set-up and 10 s of work, then 4 s.
Plant two_machines() {
  Machine first = test::machine_with(Distribution::constant(10.0));
  first.load_time = LawByProduct{Distribution::constant(2.0), {}};
  return test::serial_line({first, test::machine_with(Distribution::constant(4.0))}, {0});
}

std::vector<std::string> rows_of(const EventLog& log) {
  constexpr const char* kKinds[] = {"work", "setup", "breakdown", "arrival"};
  std::vector<std::string> rows;
  for (const LoggedEvent& e : log.events) {
    std::string row = e.case_id == NameTable::kNone ? "-" : log.cases[e.case_id];
    row += std::string(" ") + kKinds[static_cast<int>(e.kind)] + " " + log.resources[e.resource];
    row += " " + std::to_string(to_seconds(e.start.time_since_epoch())).substr(0, 4);
    row += e.complete ? " " + std::to_string(to_seconds(e.complete->time_since_epoch())).substr(0, 4) : " ...";
    rows.push_back(row + (e.good > 0 ? " good" : e.scrap > 0 ? " scrap" : ""));
  }
  return rows;
}

TEST(RunLog, TellsArrivalSetUpAndWorkOfEachPart) {
  EXPECT_THAT(rows_of(logged(two_machines(), 17s).log),
              testing::ElementsAre("0 arrival /e/w/l/inlet 0.00 0.00", "0 setup /e/w/l/m00 0.00 2.00",
                                   "0 work /e/w/l/m00 2.00 12.0 good", "1 arrival /e/w/l/inlet 12.0 12.0",
                                   "1 setup /e/w/l/m00 12.0 14.0", "0 work /e/w/l/m01 12.0 16.0 good",
                                   "1 work /e/w/l/m00 14.0 ..."));
}

TEST(RunLog, LeavesOutWhatItIsToldTo) {
  const RunLogOptions bare{
      .starts = false, .setups = false, .breakdowns = false, .arrivals = false, .results = false, .products = false};
  EXPECT_THAT(rows_of(logged(two_machines(), 17s, bare).log),
              testing::ElementsAre("0 work /e/w/l/m00 12.0 12.0", "0 work /e/w/l/m01 16.0 16.0"));
  EXPECT_THAT(rows_of(logged(two_machines(), 17s, {.setups = false, .arrivals = false}).log),
              testing::ElementsAre("0 work /e/w/l/m00 0.00 12.0 good", "0 work /e/w/l/m01 12.0 16.0 good",
                                   "1 work /e/w/l/m00 12.0 ..."));
}

TEST(RunLog, NeedsPartsWithAnIdentity) {
  const Model model = compile(two_machines());
  const State state = start(model, model.defaults);
  EXPECT_THROW(RunLog(model, state), InvalidInput);
}

/// Rows of a machine that have an end, by kind.
std::uint64_t ended(const Logged& run, std::uint32_t machine, EventKind kind) {
  const std::uint32_t resource = run.log.resources.find(run.model.machine_path(machine));
  return static_cast<std::uint64_t>(std::ranges::count_if(run.log.events, [&](const LoggedEvent& e) {
    return e.resource == resource && e.kind == kind && e.complete.has_value();
  }));
}

TEST(RunLog, HasEveryOperationAndBreakdownOfRandomPlants) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Logged run = logged(test::RandomPlant(seed).make(), 2h);
    const ConstStateView view(run.model, run.state);
    for (std::uint32_t m = 0; m < run.model.machines.size(); ++m) {
      const MachineState& machine = view.machines[m];
      EXPECT_EQ(ended(run, m, EventKind::work), machine.completions + machine.spoiled) << seed << ' ' << m;
      const bool is_down = machine.down != 0;
      EXPECT_EQ(ended(run, m, EventKind::breakdown), machine.breakdowns - (is_down ? 1 : 0)) << seed << ' ' << m;
    }
    std::uint64_t released = 0;
    for (const SourceState& source : view.sources) released += source.released;
    EXPECT_EQ(std::ranges::count(run.log.events, EventKind::arrival, &LoggedEvent::kind), released) << seed;
    for (const LoggedEvent& e : run.log.events)
      if (e.complete) {
        EXPECT_LE(e.start, *e.complete) << seed;
      }
  }
}

}  // namespace
}  // namespace takt
