// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "engine/random_plant.hpp"
#include "io/store/scratch_folder.hpp"
#include "takt/core/error.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using test::ScratchFolder;

bool same(const Totals& a, const Totals& b) {
  return a.at == b.at && a.mode == b.mode && a.level == b.level && a.crew_busy == b.crew_busy &&
         a.crew_waiting == b.crew_waiting && a.held == b.held && a.planned == b.planned && a.crossings == b.crossings &&
         a.product_out == b.product_out && a.product_flow == b.product_flow && a.wip == b.wip && a.flow == b.flow &&
         a.open_flow == b.open_flow && a.starts == b.starts && a.spoiled == b.spoiled && a.sinks == b.sinks;
}

TEST(Checkpoint, SavedAndLoadedEqualsNeverStopped) {
  const ScratchFolder folder;
  const auto file = folder / "run.h5";
  std::uint64_t continued = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make(), {.part_identity = seed % 2 == 0});
    Parameters numbers = model.defaults;
    for (std::uint32_t i = 0; i < numbers.laws(); ++i)
      if (const Distribution law = numbers.law(i); law.mean() > 0.0)
        numbers.set_law(i, law.scaled(1.0 + 0.01 * static_cast<double>(seed % 7)));
    State state = start(model, numbers, seed, 3);
    KpiObserver observer(model, state);
    if (advance(model, numbers, state, Time{20min}, observer).status != Outcome::Status::done) continue;
    const Totals totals = observer.totals(model, state);
    save_checkpoint(file, model, numbers, state, &totals);

    Checkpoint loaded = load_checkpoint(file);
    ASSERT_EQ(loaded.model->hash(), model.hash()) << "seed " << seed;
    ASSERT_EQ(loaded.parameters, numbers) << "seed " << seed;
    ASSERT_TRUE(equal(model, loaded.state, state)) << "seed " << seed;
    ASSERT_TRUE(loaded.totals && same(*loaded.totals, totals)) << "seed " << seed;

    KpiObserver goes_on(*loaded.model, loaded.state, *loaded.totals);
    const auto a = advance(model, numbers, state, Time{50min}, observer);
    const auto b = advance(*loaded.model, loaded.parameters, loaded.state, Time{50min}, goes_on);
    ASSERT_EQ(a.events, b.events) << "seed " << seed;
    ASSERT_TRUE(equal(model, loaded.state, state)) << "seed " << seed;
    ASSERT_TRUE(same(goes_on.totals(model, loaded.state), observer.totals(model, state))) << "seed " << seed;
    ++continued;
  }
  EXPECT_GT(continued, 100U);
}

std::string bytes_of_a_checkpoint(const ScratchFolder& folder) {
  const Model model = compile(test::RandomPlant(4).make());
  State state = start(model, model.defaults);
  advance(model, model.defaults, state, Time{20min});
  save_checkpoint(folder / "whole.h5", model, model.defaults, state);
  return read_whole(folder / "whole.h5");
}

void write(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

TEST(Checkpoint, IsTheSameBytesEveryTime) {
  const ScratchFolder folder;
  EXPECT_EQ(bytes_of_a_checkpoint(folder), bytes_of_a_checkpoint(folder));
}

// Cut anywhere, or with a byte changed anywhere, it is never taken for a whole one.
TEST(Checkpoint, CutOrDamagedIsToldApartFromWhole) {
  const ScratchFolder folder;
  const std::string bytes = bytes_of_a_checkpoint(folder);
  const auto file = folder / "damaged.h5";
  for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 700) {
    write(file, std::string_view(bytes).substr(0, length));
    EXPECT_THROW(load_checkpoint(file), FileError) << length;
  }
  for (std::size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 700) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
    write(file, flipped);
    EXPECT_THROW(load_checkpoint(file), FileError) << at;
  }
}

std::string message_of(const std::filesystem::path& file) {
  try {
    load_checkpoint(file);
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

TEST(Checkpoint, SaysWhatIsWrongWithTheFile) {
  const ScratchFolder folder;
  const std::string bytes = bytes_of_a_checkpoint(folder);
  const auto file = folder / "x.h5";
  EXPECT_THAT(message_of(file), testing::EndsWith("x.h5': No such file or directory"));
  write(file, "");
  EXPECT_THAT(message_of(file), testing::EndsWith("x.h5': the file is empty"));
  write(file, "hello");
  EXPECT_THAT(message_of(file), testing::EndsWith("x.h5': it is not a takt-store file"));
  write(file, bytes.substr(0, bytes.size() - 1));
  EXPECT_THAT(message_of(file), testing::EndsWith("its end is missing: it was cut off, or not written by takt"));
  std::string damaged = bytes;
  damaged[bytes.size() / 2] = static_cast<char>(damaged[bytes.size() / 2] + 1);
  write(file, damaged);
  EXPECT_THAT(message_of(file), testing::EndsWith("it is damaged: its checksum does not fit its content"));
  EXPECT_THAT(message_of(folder.path()), testing::EndsWith("Is a directory"));
}

TEST(WholeFile, ThatCannotBeWrittenLeavesTheOldOne) {
  const ScratchFolder folder;
  const auto file = folder / "a";
  write_whole(file, "old");
  EXPECT_THROW(write_whole(folder / "nowhere" / "a", "new"), FileError);
  EXPECT_EQ(read_whole(file), "old");
  write(folder / ".a.999999999.part", "left by a process that was killed");
  write_whole(file, "new");
  EXPECT_EQ(read_whole(file), "new");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace takt::io
