// SPDX-License-Identifier: Apache-2.0
// Files made to cost far more memory or time than they are long.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

#include "hostile/memory_meter.hpp"
#include "takt/io/live/stream.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io {
namespace {

using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBytesPerByte = 100;
#if defined(__SANITIZE_THREAD__)
constexpr std::chrono::seconds kLongest{100};  // every access is watched
#else
constexpr std::chrono::seconds kLongest{20};  // some milliseconds; a loaded machine with sanitizers takes its time
#endif

std::string plant_of(const std::string& equipment, const std::string& head = "") {
  return R"({"format": "takt-plant/1", "name": "p", )" + head +
         R"("enterprises": {"e": {"workshops": {"w": {"lines": {"l": {"equipment": {)" + equipment + "}}}}}}}}";
}

std::string repeated(int times, const std::function<std::string(int)>& text) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text(i);
  return all;
}

// The last fault of a text, read within its bounds.
std::string refusal(const std::string& text) {
  std::string last;
  const auto began = Clock::now();
  const test::MemoryMeter meter;
  try {
    parse_plant(text, "p.json");
  } catch (const InvalidInput& error) {
    EXPECT_LE(error.faults().size(), Limits{}.faults + 1);
    last = to_text(error.faults().back());
  }
  EXPECT_LE(meter.peak(), kBytesPerByte * text.size());
  EXPECT_LE(Clock::now() - began, kLongest);
  std::cout << text.size() << " bytes: " << meter.peak() << " held, "
            << std::chrono::duration<double, std::milli>(Clock::now() - began).count() << " ms\n";
  return last;
}

constexpr const char* kTooMany = "found more faults, expected at most 1000 to be told";

TEST(Limits, OfFaultsOfForm) {
  EXPECT_THAT(
      refusal(plant_of(repeated(30'000, [](int i) { return "\"m" + std::to_string(i) + "\": 1,"; }) + R"("o":1)")),
      HasSubstr(kTooMany));
}

TEST(Limits, OfFaultsOfMeaning) {
  const std::string machines = repeated(20'000, [](int i) {
    return "\"m" + std::to_string(i) + R"(": {"kind": "machine", "cycle_time": "1 s", "to": "nowhere"},)";
  });
  EXPECT_THAT(refusal(plant_of(machines + R"("o": {"kind": "sink"})")), HasSubstr(kTooMany));
}

TEST(Limits, OfFaultsInALongList) {
  const std::string rows = repeated(40'000, [](int) { return R"({"at": "1 s", "product": "x"},)"; });
  EXPECT_THAT(refusal(plant_of(R"("s": {"kind": "source", "timetable": [)" + rows +
                               R"({"at": "1 s"}], "to": "o"}, "o": {"kind": "sink"})")),
              HasSubstr(kTooMany));
}

TEST(Limits, OfRepeatedNames) {
  EXPECT_THAT(refusal("{" + repeated(50'000, [](int) { return "\"a\": 1,"; }) + "\"a\": 1}"), HasSubstr(kTooMany));
}

TEST(Limits, OfNames) {
  const std::string name(1U << 20, 'n');
  EXPECT_THAT(
      refusal(plant_of("\"" + name + "\": {" +
                       repeated(50'000, [](int i) { return "\"k" + std::to_string(i) + "\":1,"; }) + "\"k\": 1}")),
      HasSubstr("nnn...\" of 1048576 bytes, expected a name of at most 512 bytes"));
}

TEST(Limits, OfNesting) {
  EXPECT_EQ(refusal(std::string(5'000'000, '[')), "p.json:1: found 65 levels, expected at most 64");
  EXPECT_EQ(refusal(repeated(500'000, [](int) { return "{\"a\":"; })),
            "p.json:1: found 65 levels, expected at most 64");
}

TEST(Limits, OfTheFirstLevelOfABuffer) {
  EXPECT_THAT(refusal(plant_of(R"("b": {"kind": "buffer", "initial": 4000000000, "to": "m"},
    "m": {"kind": "machine", "cycle_time": "1 s", "to": "o"}, "o": {"kind": "sink"})")),
              HasSubstr("/initial: found 4000000000, expected a whole number from 0 to 10000000"));
}

TEST(Limits, OfTimesFromTheEpoch) {
  EXPECT_THAT(refusal(plant_of(R"("s": {"kind": "source", "timetable": [{"at": "2261-01-01T00:00:00"}], "to": "o"},
                                  "o": {"kind": "sink"})",
                               R"("clock": {"epoch": "1700-01-01T00:00:00"}, )")),
              HasSubstr("/at: found \"2261-01-01T00:00:00\", expected an instant less than 292 years from the epoch"));
}

TEST(Limits, OfValuesThatAreReadAtAll) {
  EXPECT_THAT(refusal("[" + repeated(1'000'000, [](int) { return "1,"; }) + "1]"), HasSubstr("found a list"));
  EXPECT_THAT(refusal("\"" + std::string(2'000'000, 'x')), HasSubstr("expected a value"));
  EXPECT_THAT(refusal(std::string(2'000'000, '9')), HasSubstr("expected a number of ordinary size"));
  EXPECT_THAT(refusal("0." + std::string(2'000'000, '9')), HasSubstr("expected a plant"));
}

TEST(Limits, OfTheItemsOfAStream) {
  const std::string line = "2017-02-02T16:37:08Z|";
  const std::string text = repeated(400'000, [&](int i) { return line + "item_" + std::to_string(i) + "|1\n"; });
  const test::MemoryMeter meter;
  StreamReader reader = StreamReader::from_text(text);
  for (Observation observation{}; reader.next(observation);) EXPECT_LT(observation.item, reader.items().size());
  EXPECT_EQ(reader.lines(), 400'000U);
  EXPECT_EQ(reader.bad_lines(), 400'000U - reader.items().size());
  EXPECT_GT(reader.items().size(), 100'000U) << "real streams have some hundreds";
  EXPECT_LE(meter.peak(), text.size() + (std::size_t{48} << 20));
  EXPECT_THAT(to_text(reader.faults().at(0)), HasSubstr("expected one of the items seen before, as they are too many"));
}

TEST(Limits, OfTheFaultsOfManyLines) {
  const auto file = std::filesystem::path(testing::TempDir()) / ("limits_test_" + std::to_string(getpid()) + ".jsonl");
  std::ofstream(file) << repeated(100'000, [](int) { return "{\n"; });
  try {
    read_snapshots(file);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults().size(), 1001U);
    EXPECT_THAT(to_text(error.faults().back()), HasSubstr(kTooMany));
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace takt::io
