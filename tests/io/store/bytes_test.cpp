// SPDX-License-Identifier: Apache-2.0
// What stands in files, kept elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/plants.hpp"
#include "io/store/scratch_folder.hpp"
#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/checkpoint.hpp"
#include "takt/io/store/results.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Property;
using testing::Throws;

TEST(Bytes, OfACheckpointAreThoseOfItsFileAndReadBack) {
  const test::ScratchFolder folder;
  const Model model = compile(test::ten_machines());
  State state = start(model, model.defaults, 5, 2);
  advance(model, model.defaults, state, Time{20min});
  const std::string bytes = checkpoint_bytes(model, model.defaults, state);
  save_checkpoint(folder / "c.h5", model, model.defaults, state);
  EXPECT_EQ(read_whole(folder / "c.h5"), bytes);
  const Checkpoint read = checkpoint_of(bytes);
  EXPECT_EQ(read.model->hash(), model.hash());
  EXPECT_EQ(read.parameters, model.defaults);
  EXPECT_TRUE(equal(model, read.state, state));
}

TEST(Bytes, OfResultsAreThoseOfTheirFileAndReadBack) {
  const test::ScratchFolder folder;
  const Present present = Present::of(compile(test::ten_machines()), 7);
  const StudyOptions options{.horizon = 10min, .replications = 3};
  Study study(present, options);
  study.add("as is");
  const StudyResult result = study.run();
  const std::string bytes =
      results_bytes(result, report::provenance_of(present, options), to_json(present.model->plant));
  save_results(folder / "r.h5", result, report::provenance_of(present, options), to_json(present.model->plant));
  EXPECT_EQ(read_whole(folder / "r.h5"), bytes);
  const StoredResults read = results_of(bytes);
  EXPECT_EQ(read.result.kpis, result.kpis);
  EXPECT_EQ(read.result.values.size(), result.values.size());
  EXPECT_EQ(read.provenance, load_results(folder / "r.h5").provenance);
}

TEST(Bytes, ThatAreCutOrOfAnotherKindAreRefusedByName) {
  const Model model = compile(test::ten_machines());
  const std::string bytes = checkpoint_bytes(model, model.defaults, start(model, model.defaults));
  const auto names = [](const char* name) { return Throws<FileError>(Property(&FileError::what, HasSubstr(name))); };
  EXPECT_THAT([&] { checkpoint_of(bytes.substr(0, bytes.size() / 2)); }, names("'a checkpoint in memory'"));
  EXPECT_THAT([] { checkpoint_of({}); }, names("'a checkpoint in memory'"));
  EXPECT_THAT([&] { results_of(bytes); }, names("'results in memory'"));
}

}  // namespace
}  // namespace takt::io
