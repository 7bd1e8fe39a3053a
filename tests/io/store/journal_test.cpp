// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>

#include "io/store/scratch_folder.hpp"
#include "takt/core/byte_stream.hpp"
#include "takt/core/error.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::io {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::ScratchFolder;

constexpr WallClock::Instant kBegin{Duration{1'700'000'000s}};

Delivery delivery(std::uint64_t number) {
  Delivery delivery{.arrival = kBegin + number * 1s, .source = "plc"};
  delivery.snapshot = {.ts = kBegin + number * 1s, .source = "plc", .seq = number};
  delivery.snapshot.entities.push_back({.path = "/e/w/l/m00", .state = "Execute", .level = 0.1});
  return delivery;
}

/// What a journal tells, as text: "1 2 +5 3" is a pass 5 s after the beginning between two deliveries.
std::string told(const Journal& journal, std::uint64_t first = 1) {
  std::string text;
  journal.replay(
      first,
      [&](std::uint64_t number, Delivery&& read) {
        EXPECT_EQ(to_bytes_of(read), to_bytes_of(delivery(number)));
        text += std::to_string(number) + " ";
      },
      [&](WallClock::Instant at) { text += "+" + std::to_string((at - kBegin) / 1s) + " "; });
  return text;
}

fs::path file_of(const ScratchFolder& folder, int ordinal = 1) {
  return folder / ("h.h5.journal.00000" + std::to_string(ordinal));
}

TEST(Journal, GivesBackWhatWasPut) {
  const ScratchFolder folder;
  {
    Journal journal(folder / "h.h5");
    EXPECT_EQ(journal.last(), 0U);
    EXPECT_EQ(journal.put(delivery(1)), 1U);
    EXPECT_EQ(journal.put(delivery(2)), 2U);
    EXPECT_EQ(journal.put(delivery(3)), 3U);
    journal.pass(1, kBegin + 5s);
    journal.pass(3, kBegin + 9s);
    EXPECT_EQ(told(journal), "1 +5 2 3 +9 ");
  }
  Journal again(folder / "h.h5");
  EXPECT_THAT(again.notes(), testing::IsEmpty());
  EXPECT_EQ(again.put(delivery(4)), 4U);
  EXPECT_EQ(told(again), "1 +5 2 3 +9 4 ");
  EXPECT_EQ(told(again, 3), "3 +9 4 ");
}

TEST(Journal, CutAnywhereItHoldsEveryWholeRecordBeforeTheCut) {
  const ScratchFolder folder;
  std::vector<std::uintmax_t> ends;
  {
    Journal journal(folder / "h.h5");
    for (std::uint64_t number = 1; number <= 4; ++number) {
      journal.put(delivery(number));
      ends.push_back(fs::file_size(file_of(folder)));
    }
  }
  const std::string whole = read_whole(file_of(folder));
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    fs::remove(file_of(folder, 2));
    std::ofstream(file_of(folder), std::ios::binary) << whole.substr(0, size);
    Journal journal(folder / "h.h5");
    const auto expected =
        static_cast<std::uint64_t>(std::ranges::count_if(ends, [&](auto end) { return end <= size; }));
    ASSERT_EQ(journal.last(), expected) << size;
    ASSERT_EQ(journal.put(delivery(expected + 1)), expected + 1);
    std::string all;
    for (std::uint64_t number = 1; number <= expected + 1; ++number) all += std::to_string(number) + " ";
    ASSERT_EQ(told(journal), all) << size;
  }
}

TEST(Journal, TellsDamageAndKeepsItAside) {
  const ScratchFolder folder;
  {
    Journal journal(folder / "h.h5");
    for (std::uint64_t number = 1; number <= 4; ++number) journal.put(delivery(number));
  }
  std::string bytes = read_whole(file_of(folder));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(file_of(folder), std::ios::binary) << bytes;
  const Journal journal(folder / "h.h5");
  EXPECT_EQ(told(journal), "1 ");
  ASSERT_EQ(journal.notes().size(), 1U);
  EXPECT_THAT(journal.notes()[0], testing::HasSubstr("damaged behind message 1"));
  EXPECT_EQ(read_whole(file_of(folder).string() + ".damaged"), bytes);
}

TEST(Journal, BeginsNewFilesAndForgetsThoseThatAreOver) {
  const ScratchFolder folder;
  Journal journal(folder / "h.h5", {.file_bytes = 400});
  for (std::uint64_t number = 1; number <= 12; ++number) journal.put(delivery(number));
  EXPECT_GT(std::distance(fs::directory_iterator(folder.path()), {}), 4);
  EXPECT_EQ(told(journal, 7), "7 8 9 10 11 12 ");
  journal.forget(11);
  EXPECT_THAT(told(journal), testing::EndsWith("12 "));
  journal.forget(12);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 2);  // the lock and the last file
  EXPECT_EQ(journal.put(delivery(13)), 13U);
  journal.begin_after(20);
  EXPECT_EQ(journal.put(delivery(21)), 21U);
}

TEST(Journal, IsWrittenByOneProcessAtATime) {
  const ScratchFolder folder;
  const Journal journal(folder / "h.h5");
  EXPECT_THROW(Journal(folder / "h.h5"), FileError);
}

TEST(Journal, WithoutRoomLeavesNothingHalfAndGoesOnWhenThereIsSome) {
  const ScratchFolder folder;
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  Journal journal(folder / "h.h5");
  const auto limit = [&](rlim_t bytes) {
    const rlimit room{bytes, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &room);
  };
  limit(1000);
  std::uint64_t kept = 0;
  try {
    for (;;) kept = journal.put(delivery(kept + 1));
  } catch (const WriteError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("File too large"));
  }
  EXPECT_GT(kept, 1U);
  EXPECT_THROW(journal.put(delivery(kept + 1)), WriteError);
  limit(before.rlim_cur);
  EXPECT_EQ(journal.put(delivery(kept + 1)), kept + 1);
  std::string all;
  for (std::uint64_t number = 1; number <= kept + 1; ++number) all += std::to_string(number) + " ";
  EXPECT_EQ(told(journal), all);
}

TEST(Journal, CanForceWhatItHoldsToTheDisk) {
  const ScratchFolder folder;
  for (const Duration every : {Duration{0}, Duration{1ms}}) {
    Journal journal(folder / "h.h5", {.sync = every});
    const std::uint64_t before = journal.last();
    for (int i = 1; i <= 20; ++i) journal.put(delivery(before + static_cast<std::uint64_t>(i)));
    EXPECT_EQ(journal.last(), before + 20);
  }
}

}  // namespace
}  // namespace takt::io
