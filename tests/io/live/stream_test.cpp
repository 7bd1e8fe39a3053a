// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <map>

namespace takt::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Everything a reader gives, as text.
struct Read {
  std::vector<std::string> observations;
  std::vector<std::string> faults;
  std::uint64_t lines = 0, bad_lines = 0;
};

Read read_all(StreamReader reader) {
  Read read;
  Observation seen{};
  while (reader.next(seen)) {
    read.observations.push_back(to_text(seen.time) + " " + reader.items().at(seen.item) + "=" +
                                std::string(seen.value));
  }
  for (const Fault& fault : reader.faults()) read.faults.push_back(to_text(fault));
  read.lines = reader.lines();
  read.bad_lines = reader.bad_lines();
  return read;
}

Read read_text(std::string text) { return read_all(StreamReader::from_text(std::move(text), "s.txt")); }

TEST(Stream, ReadsTimestampItemAndValue) {
  const Read read = read_text(
      "2017-02-02T16:37:08.9062500Z|Block_Number|0\n"
      "2017-02-02T16:37:09|Program_Status|ACTIVE\r\n"
      "2017-02-03T00:00:00.000000001Z|Block_Number|9|of|12\n"
      "\n"
      "2016-02-29T23:59:59.5|Block_Number|");
  EXPECT_THAT(
      read.observations,
      ElementsAre("2017-02-02T16:37:08.90625Z Block_Number=0", "2017-02-02T16:37:09Z Program_Status=ACTIVE",
                  "2017-02-03T00:00:00.000000001Z Block_Number=9|of|12", "2016-02-29T23:59:59.5Z Block_Number="));
  EXPECT_EQ(read.lines, 5U);
  EXPECT_EQ(read.bad_lines, 0U);
}

TEST(Stream, NumbersItemsInTheOrderOfTheirFirstAppearance) {
  std::string text;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 500; ++i)
      text += "2017-02-02T16:37:08Z|item_" + std::to_string(i) + "|" + std::to_string(round) + "\n";
  }
  StreamReader reader = StreamReader::from_text(text);
  Observation seen{};
  for (std::uint32_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(reader.next(seen));
    ASSERT_EQ(seen.item, i % 500);
  }
  EXPECT_EQ(reader.items().size(), 500U);
  EXPECT_EQ(reader.items()[321], "item_321");
}

TEST(Stream, MayBeginWithAByteOrderMark) {
  EXPECT_THAT(read_text("\xEF\xBB\xBF"
                        "2017-02-02T16:37:08Z|a|1\n")
                  .observations,
              ElementsAre("2017-02-02T16:37:08Z a=1"));
}

TEST(Stream, IsEmptyForAnEmptyText) {
  const Read read = read_text("");
  EXPECT_THAT(read.observations, IsEmpty());
  EXPECT_EQ(read.lines, 0U);
}

struct Wrong {
  std::string line;
  std::string message;
};
void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.message; }
class WrongLine : public testing::TestWithParam<Wrong> {};

TEST_P(WrongLine, IsSaidInOneMessageAndReadingGoesOn) {
  const std::string good = "2017-02-02T16:37:08Z|a|1\n";
  const Read read = read_text(good + GetParam().line + "\n" + good);
  EXPECT_THAT(read.faults, ElementsAre(GetParam().message));
  EXPECT_EQ(read.observations.size(), 2U);
  EXPECT_EQ(read.bad_lines, 1U);
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongLine,
    testing::Values(
        Wrong{"yesterday|a|1",
              R"(s.txt:2: found "yesterday", expected a timestamp such as 2026-03-02T06:00:00.25Z, then '|')"},
        Wrong{
            "2017-02-30T16:37:08Z|a|1",
            R"(s.txt:2: found "2017-02-30T16:37:08Z", expected a timestamp such as 2026-03-02T06:00:00.25Z, then '|')"},
        Wrong{
            "2017-02-02T24:37:08Z|a|1",
            R"(s.txt:2: found "2017-02-02T24:37:08Z", expected a timestamp such as 2026-03-02T06:00:00.25Z, then '|')"},
        Wrong{
            "2017-02-02T16:37:08.Z|a|1",
            R"(s.txt:2: found "2017-02-02T16:37:08.Z", expected a timestamp such as 2026-03-02T06:00:00.25Z, then '|')"},
        Wrong{
            "2017-02-02T16:37:08.1234567890Z|a|1",
            R"(s.txt:2: found "2017-02-02T16:37:08.1234567890Z", expected a timestamp such as 2026-03-02T06:00:00.25Z, then '|')"},
        Wrong{
            "1017-02-02T16:37:08Z|a|1",
            R"(s.txt:2: found "1017-02-02T16:37:08Z", expected a timestamp such as 2026-03-02T06:00:00.25Z, then '|')"},
        Wrong{
            "2017-02-02T16:37:08Z",
            R"(s.txt:2: found "2017-02-02T16:37:08Z", expected a timestamp such as 2026-03-02T06:00:00.25Z, then '|')"},
        Wrong{"2017-02-02T16:37:08Z|a", R"(s.txt:2: found "2017-02-02T16:37:08Z|a", expected timestamp|item|value)"},
        Wrong{"2017-02-02T16:37:08Z||1", R"(s.txt:2: found "2017-02-02T16:37:08Z||1", expected timestamp|item|value)"},
        Wrong{std::string("\x01\xff\x7f", 3),
              R"(s.txt:2: found "\x01\xff\x7f", expected a timestamp such as 2026-03-02T06:00:00.25Z, then '|')"}));

TEST(Stream, CountsEveryWrongLineAndKeepsTheFirstTwenty) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "nonsense\n";
  const Read read = read_text(text);
  EXPECT_EQ(read.bad_lines, 50U);
  EXPECT_EQ(read.faults.size(), 20U);
}

class StreamOnDisk : public testing::Test {
 protected:
  ~StreamOnDisk() override { std::filesystem::remove(file_); }

  void write(const std::string& bytes) { std::ofstream(file_, std::ios::binary) << bytes; }
  void write_gzip(const std::string& text) {
    gzFile out = gzopen(file_.c_str(), "wb");
    gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
    gzclose(out);
  }
  std::string bytes() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // About four megabytes, so that lines lie across the blocks that are read at once.
  static std::string long_text() {
    std::string text;
    for (int i = 0; text.size() < (4U << 20); ++i) {
      text += "2017-02-02T16:37:08." + std::to_string(1000 + i % 9000) + "Z|item_" + std::to_string(i % 7) + "|" +
              std::to_string(i) + "\n";
    }
    return text;
  }

  std::filesystem::path file_ = std::filesystem::path(testing::TempDir()) /
                                (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".txt");
};

TEST_F(StreamOnDisk, IsReadInBlocksAsIfAtOnce) {
  const std::string text = long_text();
  const Read at_once = read_text(text);
  write(text);
  const Read plain = read_all(StreamReader(file_));
  EXPECT_EQ(plain.observations, at_once.observations);
  EXPECT_EQ(plain.lines, at_once.lines);
  write_gzip(text);
  EXPECT_EQ(read_all(StreamReader(file_)).observations, at_once.observations);
}

TEST_F(StreamOnDisk, GivesWhatIsWholeOfAGzipFileThatEndsEarly) {
  const std::string text = long_text();
  write_gzip(text);
  const std::string whole = bytes();
  write(whole.substr(0, whole.size() / 2));
  const Read read = read_all(StreamReader(file_));
  const Read all = read_text(text);
  ASSERT_GT(read.observations.size(), all.observations.size() / 4);
  ASSERT_LT(read.observations.size(), all.observations.size());
  EXPECT_TRUE(std::equal(read.observations.begin(), read.observations.end(), all.observations.begin()))
      << "no half line";
  EXPECT_THAT(read.faults, ElementsAre(file_.string() + ":" + std::to_string(read.lines + 1) +
                                       ": found the end of what can be unpacked (unexpected end of file), expected a "
                                       "whole gzip file"));
  EXPECT_EQ(read.bad_lines, 0U);
}

TEST_F(StreamOnDisk, SaysThatAGzipFileIsDamaged) {
  write_gzip(long_text());
  std::string damaged = bytes();
  damaged.replace(damaged.size() / 2, 8, "damaged!");
  write(damaged);
  const Read read = read_all(StreamReader(file_));
  ASSERT_FALSE(read.faults.empty()) << "what is unpacked before the damage shows may be nonsense";
  EXPECT_THAT(read.faults.back(), HasSubstr("expected a whole gzip file"));
}

TEST_F(StreamOnDisk, SkipsALineWithoutEnd) {
  const std::string good = "2017-02-02T16:37:08Z|a|1\n";
  write(good + std::string(5U << 20, 'x') + "\n" + good);
  const Read read = read_all(StreamReader(file_));
  EXPECT_EQ(read.observations.size(), 2U);
  EXPECT_EQ(read.lines, 3U);
  ASSERT_EQ(read.faults.size(), 1U);
  EXPECT_THAT(read.faults[0], HasSubstr(":2: found \"xxx"));
  EXPECT_THAT(read.faults[0], HasSubstr("expected a line of less than 1048576 bytes"));

  write(std::string(3U << 20, 'x'));
  EXPECT_EQ(read_all(StreamReader(file_)).bad_lines, 1U) << "nor does the file's end";
}

TEST_F(StreamOnDisk, SaysWhyItCannotBeRead) {
  EXPECT_THROW(StreamReader(file_ / "none"), FileError);
  EXPECT_THROW(StreamReader{std::filesystem::path(testing::TempDir())}, FileError) << "a folder";
}

TEST_F(StreamOnDisk, CanBeMovedWhileItIsRead) {
  write("2017-02-02T16:37:08Z|a|1\n2017-02-02T16:37:09Z|b|2\n");
  StreamReader first(file_);
  Observation seen{};
  ASSERT_TRUE(first.next(seen));
  StreamReader second(std::move(first));
  EXPECT_EQ(seen.value, "1");
  ASSERT_TRUE(second.next(seen));
  EXPECT_EQ(second.items().at(seen.item), "b");
  EXPECT_FALSE(second.next(seen));
}

std::filesystem::path shared_folder() {
  if (const char* folder = std::getenv("TAKT_SHARED")) return folder;
#ifdef TAKT_SOURCE_DIR
  return std::filesystem::path(TAKT_SOURCE_DIR) / ".." / "shared";
#else
  return "../shared";  // tests run in the root of the sources
#endif
}

// Two real machines; the counts are those of wc -l and cut | sort -u on the same files.
TEST(Stream, ReadsRealMachinesToTheLastLine) {
  const std::filesystem::path folder = shared_folder() / "data" / "nist_mtc_parts";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "needs the folder data/nist_mtc_parts of " << shared_folder();
  StreamReader reader(folder / "Hurco02_stream.txt.gz");
  std::map<std::uint32_t, std::uint64_t> counts;
  Observation seen{};
  WallClock::Instant before{};
  while (reader.next(seen)) {
    ++counts[seen.item];
    ASSERT_LE(before, seen.time) << "the file is sorted";
    before = seen.time;
  }
  EXPECT_EQ(reader.lines(), 495168U);
  EXPECT_EQ(reader.bad_lines(), 0U);
  EXPECT_EQ(reader.items().size(), 13U);
  EXPECT_EQ(reader.items().front(), "Block_Number");
  EXPECT_EQ(counts.at(0), 165714U);
}

}  // namespace
}  // namespace takt::io
