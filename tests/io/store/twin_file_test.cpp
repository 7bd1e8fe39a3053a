// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/twin_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/random_plant.hpp"
#include "io/store/scratch_folder.hpp"
#include "sync/plant_news.hpp"
#include "takt/core/error.hpp"
#include "takt/io/store/checkpoint.hpp"
#include "takt/sync/twin_bytes.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using test::ScratchFolder;

Twin some_twin(std::uint64_t seed = 4) {
  Twin twin(compile(test::RandomPlant(seed).make()), {.seed = 7});
  test::PlantNews news(twin.model(), seed);
  for (std::uint64_t seq = 0; seq < 20; ++seq) twin.apply(news.at(Time{1min * (seq + 1)}, seq));
  return twin;
}

TEST(TwinFile, HoldsAllThatATwinKnows) {
  const ScratchFolder folder;
  const Twin twin = some_twin();
  Ingest ingest;
  test::PlantNews news(twin.model(), 9);
  const Snapshot waits = news.at(Time{30min}, 0);
  ingest.add(Snapshot(waits), waits.ts);
  save_twin(folder / "twin.h5", twin, &ingest);
  StoredTwin stored = load_twin(folder / "twin.h5");
  EXPECT_TRUE(stored.notes.empty());
  EXPECT_EQ(to_bytes(stored.twin), to_bytes(twin));
  ASSERT_TRUE(stored.ingest);
  EXPECT_EQ(to_bytes_of(*stored.ingest), to_bytes_of(ingest));
  EXPECT_EQ(stored.ingest->next_of_rest(), waits);
  EXPECT_EQ(twin_file_bytes(twin, &ingest), twin_file_bytes(twin, &ingest));
  EXPECT_FALSE(twin_of(twin_file_bytes(twin)).ingest);
}

TEST(TwinFile, IsACheckpointForThoseWhoWantTheRunOnly) {
  const ScratchFolder folder;
  const Twin twin = some_twin();
  save_twin(folder / "twin.h5", twin);
  const Checkpoint run = load_checkpoint(folder / "twin.h5");
  EXPECT_EQ(run.parameters, twin.parameters());
  EXPECT_TRUE(equal(twin.model(), run.state, twin.state()));
}

TEST(TwinFile, OfARunIsATwinThatHasLearntNothing) {
  const ScratchFolder folder;
  const Twin twin = some_twin();
  save_checkpoint(folder / "run.h5", twin.model(), twin.parameters(), twin.state());
  const StoredTwin stored = load_twin(folder / "run.h5");
  EXPECT_EQ(stored.twin.parameters(), twin.parameters());
  EXPECT_TRUE(equal(twin.model(), stored.twin.state(), twin.state()));
  EXPECT_TRUE(stored.twin.learnt().empty());
}

TEST(TwinFile, CutOrDamagedIsNeverTakenForAWholeOne) {
  const std::string bytes = twin_file_bytes(some_twin());
  EXPECT_NO_THROW(twin_of(bytes));
  for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 200)
    EXPECT_THROW(twin_of(std::string_view(bytes).substr(0, length)), FileError) << length;
  for (std::size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 200) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
    EXPECT_THROW(twin_of(flipped), FileError) << at;
  }
}

}  // namespace
}  // namespace takt::io
