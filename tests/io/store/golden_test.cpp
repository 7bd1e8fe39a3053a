// SPDX-License-Identifier: Apache-2.0
// Files of every version that was ever released are read as they were meant. tests/golden/<version>/ holds them; this
// writes those of a version that has none yet, when TAKT_WRITE_GOLDEN is set, and never changes others.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/random_plant.hpp"
#include "takt/core/version.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/checkpoint.hpp"
#include "takt/io/store/results.hpp"
#include "takt/io/store/whole_file.hpp"
#include "takt/report/results.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using Path = std::filesystem::path;

const Path kGolden = "tests/golden";

/// What a checkpoint holds and what comes of it in the next hour, in numbers that any version understands.
Json told_of(const Checkpoint& checkpoint) {
  const Model& model = *checkpoint.model;
  Json told;
  told["plant"] = model.plant.name;
  told["now_ns"] = checkpoint.state.now.time_since_epoch().count();
  told["parts_in_plant"] = parts_in_plant(model, checkpoint.state);
  State state = checkpoint.state;
  KpiObserver observer = checkpoint.totals ? KpiObserver(model, state, *checkpoint.totals) : KpiObserver(model, state);
  told["events"] = advance(model, checkpoint.parameters, state, state.now + 1h, observer).events;
  const Totals totals = observer.totals(model, state);
  told["completions"] = totals.completions;
  told["scrapped"] = totals.scrapped;
  told["breakdowns"] = totals.breakdowns;
  told["left"] = totals.sinks;
  for (const Int128 sum : totals.mode) told["mode_ns"].push_back(static_cast<std::int64_t>(sum));
  return told;
}

void write_checkpoint(const Path& folder, std::uint64_t seed) {
  const Model model = compile(test::RandomPlant(seed).make(), {.part_identity = seed % 2 == 0});
  State state = start(model, model.defaults, seed, 3);
  KpiObserver observer(model, state);
  advance(model, model.defaults, state, Time{2h}, observer);
  const Totals totals = observer.totals(model, state);
  const Path file = folder / ("checkpoint_" + std::to_string(seed) + ".h5");
  save_checkpoint(file, model, model.defaults, state, seed % 3 == 0 ? nullptr : &totals);
  write_whole(Path(file).replace_extension(".json"), told_of(load_checkpoint(file)).dump(1) + "\n");
}

void write_results_of(const Path& folder) {
  const Present present = Present::of(compile(test::RandomPlant(9).make()), 4);
  const StudyOptions options{.horizon = 30min, .warmup = 10min, .replications = 3};
  Study study(present, options);
  study.add("as is");
  study.add("faster").set(present.model->machine_path(0) + "/cycle_time", "4 s");
  const StudyResult result = study.run();
  const report::Provenance provenance = report::provenance_of(present, options);
  save_results(folder / "results.h5", result, provenance, to_json(present.model->plant));
  write_whole(folder / "results.json", report::results_json(result, provenance));
}

void write_golden() {
  const Path folder = kGolden / kVersion;
  if (!std::filesystem::create_directory(folder)) return;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) write_checkpoint(folder, seed);
  write_results_of(folder);
}

TEST(GoldenFiles, OfEveryVersionAreReadAsTheyWereMeant) {
  if (std::getenv("TAKT_WRITE_GOLDEN") != nullptr) write_golden();
  ASSERT_TRUE(std::filesystem::exists(kGolden / kVersion))
      << "this version has none yet: run this test with TAKT_WRITE_GOLDEN=1 and keep them";
  std::size_t checkpoints = 0, results = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kGolden)) {
    if (entry.path().extension() != ".h5") continue;
    SCOPED_TRACE(entry.path());
    const std::string told = read_whole(Path(entry.path()).replace_extension(".json"));
    if (entry.path().filename() == "results.h5") {
      const StoredResults read = load_results(entry.path());
      EXPECT_EQ(report::results_json(read.result, read.provenance), told);
      EXPECT_NO_THROW(compile(parse_plant(read.plant)));
      ++results;
    } else {
      EXPECT_EQ(told_of(load_checkpoint(entry.path())), Json::parse(told));
      ++checkpoints;
    }
  }
  EXPECT_GE(checkpoints, 6U);
  EXPECT_GE(results, 1U);
}

}  // namespace
}  // namespace takt::io
