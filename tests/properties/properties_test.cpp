// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "io/store/scratch_folder.hpp"
#include "properties/property.hpp"
#include "takt/io/store/checkpoint.hpp"
#include "takt/kpi/kpis.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using test::counterexample;

/// A run of a plant that tells what it has seen.
struct Watched {
  explicit Watched(const Plant& plant, std::uint64_t seed)
      : model(compile(plant, {.part_identity = true})),
        state(start(model, model.defaults, seed)),
        observer(model, state),
        before(observer.totals(model, state)) {}
  bool to(Duration t) {
    return advance(model, model.defaults, state, Time{t}, observer).status == Outcome::Status::done;
  }

  Model model;
  State state;
  KpiObserver observer;
  Totals before;
};

TEST(Property, PartsAreConserved) {
  EXPECT_EQ(counterexample(200,
                           [](const Plant& plant, std::uint64_t seed) -> std::string {
                             Watched run(plant, seed);
                             run.to(1h);
                             const auto faults = check_invariants(run.model, run.state);
                             return faults.empty() ? "" : to_text(faults.front());
                           }),
            "");
}

TEST(Property, SharesSumToOne) {
  EXPECT_EQ(counterexample(200,
                           [](const Plant& plant, std::uint64_t seed) -> std::string {
                             Watched run(plant, seed);
                             if (!run.to(1h)) return "";
                             const auto names = kpi_names(run.model);
                             const auto values =
                                 kpi_values(run.model, run.before, run.observer.totals(run.model, run.state));
                             std::map<std::string, double> sums;
                             for (std::size_t k = 0; k < names.size(); ++k)
                               for (const char* share : {"working_share", "starved_share", "blocked_share",
                                                         "setup_share", "down_share", "off_shift_share"})
                                 if (names[k].kpi == share) sums[names[k].entity] += values[k];
                             std::erase_if(sums, [&run](const auto& row) {  // sources have a share of their own
                               const std::uint32_t e = run.model.entity_at(row.first);
                               return e != kNone && run.model.entities[e].kind == Entity::Kind::source;
                             });
                             for (const auto& [entity, sum] : sums)
                               if (!(std::abs(sum - 1.0) < 1e-9)) return entity + ": " + std::to_string(sum);
                             return "";
                           }),
            "");
}

TEST(Property, LittlesLawHoldsExactly) {
  EXPECT_EQ(counterexample(200,
                           [](const Plant& plant, std::uint64_t seed) -> std::string {
                             Watched run(plant, seed);
                             if (!run.to(1h)) return "";
                             const double gap =
                                 little_gap(run.model, run.before, run.observer.totals(run.model, run.state));
                             return gap == 0.0 ? "" : std::to_string(gap);
                           }),
            "");
}

TEST(Property, ACopyGoesOnAsTheOriginal) {
  EXPECT_EQ(counterexample(200,
                           [](const Plant& plant, std::uint64_t seed) -> std::string {
                             Watched run(plant, seed);
                             run.to(20min);
                             State copy = run.state;
                             run.to(1h);
                             advance(run.model, run.model.defaults, copy, Time{1h});
                             return equal(run.model, run.state, copy) ? "" : "the copy went another way";
                           }),
            "");
}

TEST(Property, SavedAndLoadedIsNeverStopped) {
  const test::ScratchFolder folder;
  EXPECT_EQ(counterexample(60,
                           [&folder](const Plant& plant, std::uint64_t seed) -> std::string {
                             Watched run(plant, seed);
                             if (!run.to(20min)) return "";
                             const auto file = folder / "c.h5";
                             io::save_checkpoint(file, run.model, run.model.defaults, run.state);
                             io::Checkpoint loaded = io::load_checkpoint(file);
                             run.to(1h);
                             advance(*loaded.model, loaded.parameters, loaded.state, Time{1h});
                             return equal(run.model, run.state, loaded.state) ? "" : "it went another way";
                           }),
            "");
}

/// A serial line by choices: machines without crews or scrap, any laws, failures of either clock.
struct SerialLine {
  std::vector<Machine> machines;
  std::vector<std::uint32_t> places;

  explicit SerialLine(std::uint64_t seed) {
    test::Choices choices(seed);
    const std::uint32_t count = 2 + choices.below(6);
    for (std::uint32_t i = 0; i < count; ++i) {
      const double mean = 5.0 + choices.below(10);
      Machine machine = test::machine_with(choices.chance(0.5)   ? Distribution::exponential(mean)
                                           : choices.chance(0.5) ? Distribution::lognormal(mean, 0.5)
                                                                 : Distribution::constant(mean));
      if (choices.chance(0.5))
        machine.failure = Failure{Distribution::exponential(300.0), Distribution::exponential(40.0),
                                  FailureClock::calendar, "", OnFailure::resume};
      machine.loads_while_down = true;
      machines.push_back(machine);
      if (i + 1 < count) places.push_back(choices.below(6));
    }
  }
};

/// With common numbers the departures of a line with more places are never later: the recursion of blocking after
/// service is monotone in the capacities (Dallery & Gershwin 1992, doi 10.1007/BF01158636). Failures run on the
/// calendar here, so that they come at the same times in both lines.
TEST(Property, MoreBufferIsNeverLessThroughput) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const SerialLine line(seed);
    std::vector<std::uint32_t> more = line.places;
    for (std::size_t i = 0; i < more.size(); ++i) more[i] += 1 + static_cast<std::uint32_t>((seed + i) % 3);
    const auto out = [&](const std::vector<std::uint32_t>& places) {
      const Model model = compile(test::serial_line(line.machines, places));
      State state = start(model, model.defaults, seed);
      advance(model, model.defaults, state, Time{4h});
      return ConstStateView(model, state).sinks[0];
    };
    EXPECT_GE(out(more), out(line.places)) << "seed " << seed;
  }
}

/// The search for a small counterexample itself: a plant that breaks a property for one machine's sake shrinks to that.
TEST(Property, ABrokenOneIsShownByASmallPlant) {
  const std::string shown = counterexample(100, [](const Plant& plant, std::uint64_t) -> std::string {
    for (const Equipment& e : plant.enterprises[0].workshops[0].lines[0].equipment)
      if (const auto* machine = std::get_if<Machine>(&e.is); machine != nullptr && machine->servers >= 3)
        return "three servers";
    return "";
  });
  ASSERT_NE(shown.find("three servers"), std::string::npos);
  std::size_t machines = 0;
  for (std::size_t at = shown.find("\"machine\""); at != std::string::npos; at = shown.find("\"machine\"", at + 1))
    ++machines;
  EXPECT_LE(machines, 3U) << shown;
  EXPECT_EQ(shown.find("failure"), std::string::npos) << shown;
}

}  // namespace
}  // namespace takt
