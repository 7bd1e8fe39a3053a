// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/results.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>

#include "engine/plants.hpp"
#include "io/store/scratch_folder.hpp"
#include "takt/core/error.hpp"
#include "takt/core/random.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/checkpoint.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;

struct Made {
  Present present = Present::of(compile(test::ten_machines(), {.part_identity = true}), 7);
  StudyOptions options{.horizon = 10min, .warmup = 1min, .replications = 5};
  StudyResult result;
  report::Provenance provenance = report::provenance_of(present, options);
  std::string plant = to_json(present.model->plant);

  Made() {
    Study study(present, options);
    study.add("as is");
    study.add("faster").set("/e/w/l/m03/cycle_time", "0.5 s");
    result = study.run();
    result.migrations = {{"faster", {{"/e/w/l/new"}, {}, 3, 1, 0, {"a note", "another"}}}};
    result.unfinished.push_back({"faster", 3, {}});
    result.unfinished[0].outcome.status = Outcome::Status::deadlock;
    result.unfinished[0].outcome.time = Time{5s};
    result.unfinished[0].outcome.circular_wait = {"a waits for a place in b", "b waits for a place in a"};
    result.values[4] = std::nan("");
  }
};

TEST(StoredResults, ReadBackAsTheyWere) {
  const test::ScratchFolder folder;
  const Made made;
  save_results(folder / "r.h5", made.result, made.provenance, made.plant);
  const StoredResults read = load_results(folder / "r.h5");
  EXPECT_EQ(read.result.scenarios, made.result.scenarios);
  EXPECT_EQ(read.result.kpis, made.result.kpis);
  EXPECT_EQ(read.result.replications, 5U);
  ASSERT_EQ(read.result.values.size(), made.result.values.size());
  for (std::size_t i = 0; i < read.result.values.size(); ++i)
    EXPECT_TRUE(read.result.values[i] == made.result.values[i] ||
                (std::isnan(read.result.values[i]) && std::isnan(made.result.values[i])));
  EXPECT_EQ(read.result.migrations, made.result.migrations);
  ASSERT_EQ(read.result.unfinished.size(), 1U);
  EXPECT_EQ(read.result.unfinished[0].outcome.circular_wait, made.result.unfinished[0].outcome.circular_wait);
  EXPECT_EQ(read.result.unfinished[0].outcome.time, Time{5s});
  EXPECT_EQ(read.provenance.plant_name, "line");
  EXPECT_EQ(read.provenance.seed, 7U);
  EXPECT_EQ(read.provenance.horizon_s, 600.0);
  EXPECT_EQ(read.provenance.warmup_s, 60.0);
  EXPECT_FALSE(read.provenance.semantics.empty());
  EXPECT_NE(read.plant.find("takt-plant/1"), std::string::npos);
}

TEST(StoredResults, OfManyFuturesComeBackBitForBit) {
  // Large values are compressed chunk by chunk on all cores; no dimension here is a multiple of its chunks.
  const Made made;
  for (const auto& [scenarios, replications, kpis] : {std::array{3U, 700U, 301U}, std::array{1U, 31U, 20'001U}}) {
    StudyResult large;
    large.scenarios.assign(scenarios, "s");
    large.replications = replications;
    large.kpis.assign(kpis, {"/", "wip", "parts"});
    for (std::uint64_t i = 0; i < std::uint64_t{scenarios} * replications * kpis; ++i)
      large.values.push_back(i % 7 == 0 ? std::nan("") : Draw({1, 2}, i).uniform());
    const std::string bytes = results_bytes(large, made.provenance, made.plant);
    const StudyResult read = results_of(bytes).result;
    ASSERT_EQ(read.values.size(), large.values.size());
    EXPECT_EQ(std::memcmp(read.values.data(), large.values.data(), 8 * large.values.size()), 0);
    EXPECT_EQ(results_bytes(large, made.provenance, made.plant), bytes);
  }
}

TEST(StoredResults, AreNoCheckpoint) {
  const test::ScratchFolder folder;
  const Made made;
  save_results(folder / "r.h5", made.result, made.provenance, made.plant);
  try {
    load_checkpoint(folder / "r.h5");
    FAIL() << "nothing was thrown";
  } catch (const FileError& error) {
    EXPECT_NE(std::string(error.what()).find("it holds results, expected checkpoint"), std::string::npos);
  }
}

TEST(StoredResults, AreTheSameBytesEveryTime) {
  const test::ScratchFolder folder;
  const Made made;
  save_results(folder / "a.h5", made.result, made.provenance, made.plant);
  save_results(folder / "b.h5", made.result, made.provenance, made.plant);
  EXPECT_EQ(read_whole(folder / "a.h5"), read_whole(folder / "b.h5"));
}

}  // namespace
}  // namespace takt::io
