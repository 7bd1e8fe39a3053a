// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "takt/io/plant/plant_file.hpp"

namespace takt::io {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

constexpr const char* kLine =
    R"({"format": "takt-snapshot/1", "ts": "2026-03-02T06:00:30Z", "source": "line_1", "epoch": 2, "seq": 7, "complete": true,)"
    R"( "entities": {"/acme/filling/line_1/filler": {"state": "Execute", "state_since": "2026-03-02T06:00:10.5Z",)"
    R"( "in_process": [{"part": "p17", "operation": "bottle", "started_at": "2026-03-02T06:00:20Z", "worked_s": 10}],)"
    R"( "counters": {"in": 18, "good": 16, "scrap": 1, "reset_epoch": 3}, "cycle_time_last_s": 11.25,)"
    R"( "health": {"bearing_temperature_c": 61.5}, "quality": "good"},)"
    R"( "/acme/filling/line_1/buffer_1": {"level": 4}}, "orders": {"order_9": {"product": "bottle"}}})";

TEST(SnapshotFile, ReadsEveryField) {
  const Snapshot snapshot = parse_snapshot(kLine);
  EXPECT_EQ(snapshot.ts, parse_instant("2026-03-02T06:00:30Z"));
  EXPECT_EQ(snapshot.source, "line_1");
  EXPECT_EQ(snapshot.epoch, 2U);
  EXPECT_EQ(snapshot.seq, 7U);
  EXPECT_TRUE(snapshot.complete);
  ASSERT_EQ(snapshot.entities.size(), 2U);
  const EntityReading& filler = snapshot.entities[0];
  EXPECT_EQ(filler.path, "/acme/filling/line_1/filler");
  EXPECT_EQ(filler.state, "Execute");
  EXPECT_EQ(filler.state_since, parse_instant("2026-03-02T06:00:10.5Z"));
  ASSERT_EQ(filler.in_process->size(), 1U);
  EXPECT_EQ(filler.in_process->at(0), (PartInProcess{"p17", "bottle", parse_instant("2026-03-02T06:00:20Z"), 10.0}));
  EXPECT_EQ(filler.counters, (CounterReading{18, 16, 1, 3}));
  EXPECT_EQ(filler.cycle_time_last_s, 11.25);
  EXPECT_EQ(filler.health.at("bearing_temperature_c"), 61.5);
  EXPECT_EQ(filler.quality, "good");
  EXPECT_EQ(snapshot.entities[1].level, 4.0);
  EXPECT_EQ(snapshot.orders.at("order_9"), "bottle");
}

TEST(SnapshotFile, LeavesWhatWasNotSensedAbsent) {
  const Snapshot snapshot =
      parse_snapshot(R"({"ts": "2026-03-02T06:00:30Z", "source": "s", "seq": 0, "entities": {"/a/b/c/d": {}}})");
  EXPECT_EQ(snapshot.epoch, 0U);
  EXPECT_FALSE(snapshot.complete);
  EXPECT_EQ(snapshot.entities.at(0), EntityReading{.path = "/a/b/c/d"});
}

Snapshot random_snapshot(std::mt19937_64& random) {
  const auto chance = [&] { return random() % 2 == 0; };
  const auto number = [&] { return std::exp(std::uniform_real_distribution<double>(-30.0, 30.0)(random)); };
  const auto instant = [&] {
    return WallClock::Instant{std::chrono::nanoseconds{random() % 3'000'000'000'000'000'000}};
  };
  Snapshot snapshot{instant(), "s\"\u00fc", random(), random(), chance(), {}, {}};
  for (std::uint64_t i = random() % 4; i > 0; --i) {
    EntityReading reading{.path = "/e/w/l/m" + std::to_string(i)};
    if (chance()) reading.state = chance() ? "Held" : "Unsuspending";
    if (chance()) reading.state_since = instant();
    if (chance()) reading.in_process = std::vector<PartInProcess>{{}, {"p", "o", instant(), number()}};
    if (chance()) reading.counters = CounterReading{random() >> 11U, {}, std::uint64_t{1} << 53U, random()};
    if (chance()) reading.level = chance() ? 0.0 : std::fmod(number(), 1e7);
    if (chance()) reading.cycle_time_last_s = number();
    if (chance()) reading.health = {{"a", -number()}, {"b", number()}};
    if (chance()) reading.setpoints = {{"speed", number()}};
    if (chance()) reading.quality = "uncertain";
    snapshot.entities.push_back(std::move(reading));
  }
  if (chance()) snapshot.orders = {{"o1", "a"}, {"o2", ""}};
  return snapshot;
}

TEST(SnapshotFile, ReadsEverySnapshotBackAsItWas) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 500; ++i) {
    const Snapshot snapshot = random_snapshot(random);
    const std::string line = to_json(snapshot);
    ASSERT_EQ(line.find('\n'), std::string::npos);
    ASSERT_EQ(parse_snapshot(line), snapshot) << line;
  }
}

struct Wrong {
  std::string line;
  std::string message;
};
void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.message; }
class WrongSnapshot : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSnapshot, IsSaidInOneMessage) {
  try {
    parse_snapshot(GetParam().line, "s.jsonl", 12);
    FAIL() << "nothing was thrown";
  } catch (const InvalidInput& error) {
    EXPECT_EQ(std::string(error.what()), GetParam().message);
  }
}

std::string entity(const std::string& fields) {
  return R"({"ts": "2026-03-02T06:00:30Z", "source": "s", "seq": 1, "entities": {"/e/w/l/m": {)" + fields + "}}}";
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongSnapshot,
    testing::Values(
        Wrong{R"({"ts": "2026-03-02T06:00:30Z", "source": "s", "seq": 1)",
              "s.jsonl:12: found the end of the text, expected ',' or '}'"},
        Wrong{R"({"ts": 5, "source": "s", "seq": 1})",
              R"(s.jsonl:12: /ts: found 5, expected an instant in quotes, such as "2026-03-02T06:00:00")"},
        Wrong{R"({"ts": "2026-03-02T06:00:30Z", "source": "", "seq": 1})",
              R"(s.jsonl:12: /source: found "", expected the name of its source)"},
        Wrong{R"({"ts": "2026-03-02T06:00:30Z", "source": "s"})",
              "s.jsonl:12: /seq: found nothing, expected a whole number"},
        Wrong{
            R"({"ts": "2026-03-02T06:00:30Z", "source": "s", "sequ": 1})",
            R"(s.jsonl:12: /sequ: found "sequ", expected one of format, ts, source, epoch, seq, complete, entities, orders; did you mean seq?)"},
        Wrong{R"({"ts": "2026-03-02T06:00:30Z", "source": "s", "seq": 1, "entities": {"filler": {}}})",
              R"(s.jsonl:12: /entities/filler: found "filler", expected a path such as "/acme/filling/line_1/filler")"},
        Wrong{
            entity(R"("state": "EXECUTE")"),
            "s.jsonl:12: /entities/~1e~1w~1l~1m/state: found \"EXECUTE\", expected one of Idle, Starting, Execute, "
            "Completing, Complete, Resetting, Holding, Held, Unholding, Suspending, Suspended, Unsuspending, Stopping, "
            "Stopped, Aborting, Aborted, Clearing; did you mean Execute?"},
        Wrong{entity(R"("level": "4 parts")"),
              R"(s.jsonl:12: /entities/~1e~1w~1l~1m/level: found "4 parts", expected a number, 0 or more)"},
        Wrong{entity(R"("state_since": "1678-03-02T06:00:00Z")"),
              "s.jsonl:12: /entities/~1e~1w~1l~1m/state_since: found \"1678-03-02T06:00:00Z\", expected an instant "
              "within 100 years of ts"},
        Wrong{entity(R"("in_process": [{"started_at": "2201-03-02T06:00:00Z"}])"),
              "s.jsonl:12: /entities/~1e~1w~1l~1m/in_process/0/started_at: found \"2201-03-02T06:00:00Z\", expected an "
              "instant within 100 years of ts"},
        Wrong{entity(R"("level": 4e9)"),
              "s.jsonl:12: /entities/~1e~1w~1l~1m/level: found 4e9, expected at most 10000000 parts"},
        Wrong{entity(R"("level": -1)"),
              "s.jsonl:12: /entities/~1e~1w~1l~1m/level: found -1, expected a number, 0 or more"},
        Wrong{entity(R"("counters": {"good": 1.5})"),
              "s.jsonl:12: /entities/~1e~1w~1l~1m/counters/good: found 1.5, expected a whole number"},
        Wrong{entity(R"("in_process": {"part": "p"})"),
              "s.jsonl:12: /entities/~1e~1w~1l~1m/in_process: found an object, expected a list of {\"part\": ..., "
              "\"operation\": ..., \"started_at\": ..., \"worked_s\": ...}"},
        Wrong{
            entity(R"("quality": "god")"),
            R"(s.jsonl:12: /entities/~1e~1w~1l~1m/quality: found "god", expected one of good, uncertain, bad; did you mean good?)"},
        Wrong{R"({"format": "takt-snapshot/2"})",
              R"(s.jsonl:12: /format: found "takt-snapshot/2", expected "takt-snapshot/1")"},
        Wrong{R"({"ts": "2026-03-02T06:00:30Z", "source": "s", "seq": 1, "orders": {"o": {}}})",
              "s.jsonl:12: /orders/o/product: found nothing, expected the name of its product"}));

class SnapshotsOnDisk : public testing::Test {
 protected:
  SnapshotsOnDisk() {
    std::ofstream(file_, std::ios::binary) << kLine << "\r\n\n{\"ts\": 1}\n" << kLine << "\n{\n" << kLine;
  }
  ~SnapshotsOnDisk() override { std::filesystem::remove(file_); }
  std::filesystem::path file_ = std::filesystem::path(testing::TempDir()) / "snapshots_on_disk.jsonl";
};

TEST_F(SnapshotsOnDisk, SkipAndReportWrongLines) {
  std::vector<int> lines;
  const auto snapshots = read_snapshots(file_, [&](const Fault& fault) { lines.push_back(fault.line); });
  EXPECT_EQ(snapshots.size(), 3U);
  EXPECT_THAT(lines, ElementsAre(3, 3, 3, 5)) << "ts, source and seq of line 3; the syntax of line 5";
}

TEST_F(SnapshotsOnDisk, ThrowEveryFaultAtTheEnd) {
  try {
    read_snapshots(file_);
    FAIL() << "nothing was thrown";
  } catch (const InvalidInput& error) {
    ASSERT_EQ(error.faults().size(), 4U);
    EXPECT_EQ(error.faults()[3].file, file_.string());
    EXPECT_EQ(error.faults()[3].line, 5);
  }
  EXPECT_THROW(read_snapshots("/nowhere/none.jsonl"), FileError);
}

TEST_F(SnapshotsOnDisk, AreReadWithTheirLines) {
  std::vector<int> lines;
  for (const SnapshotLine& read : read_snapshot_lines(file_, [](const Fault&) {})) lines.push_back(read.line);
  EXPECT_THAT(lines, ElementsAre(1, 4, 6));
}

TEST(SnapshotFile, PlacesAFaultWithAnEntity) {
  const Fault fault{.path = "/a/b/c/d~e", .expected = "the path of an entity", .nearest = "/a/b/c/d"};
  EXPECT_EQ(to_text(placed_in_snapshot(fault, "s.jsonl", 7)),
            "s.jsonl:7: /entities/~1a~1b~1c~1d~0e: found \"/a/b/c/d~e\", expected the path of an entity; did you mean "
            "/a/b/c/d?");
}

}  // namespace
}  // namespace takt::io
