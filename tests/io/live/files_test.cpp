// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using Kind = Delivery::Kind;
using Told = std::vector<std::string>;

/// A folder of its own that goes with the test.
class Files : public testing::Test {
 protected:
  Files() { std::filesystem::create_directories(folder_); }
  ~Files() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path at(const std::string& name) const { return folder_ / name; }
  void append(const std::string& name, const std::string& text) const {
    std::ofstream(at(name), std::ios::app | std::ios::binary) << text;
  }

  /// The next deliveries as text, `count` of them; fewer if they do not come.
  Told next(std::size_t count) {
    Told told;
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (told.size() < count && std::chrono::steady_clock::now() < end)
      for (const Delivery& each : inbox_.take(20ms)) told.push_back(text_of(each));
    return told;
  }
  /// What comes within a while that is long for the sources below.
  Told soon() {
    Told told;
    for (int i = 0; i < 5; ++i)
      for (const Delivery& each : inbox_.take(20ms)) told.push_back(text_of(each));
    return told;
  }

  static std::string text_of(const Delivery& delivery) {
    switch (delivery.kind) {
      case Kind::message: return delivery.snapshot.source + " " + std::to_string(delivery.snapshot.seq);
      case Kind::rejected: return "line " + std::to_string(delivery.fault.line);
      case Kind::connected: return "connected";
      default: return "lost";
    }
  }

  static std::string line(int seq) {
    return R"({"ts": "2026-03-02T06:00:00Z", "source": "plc", "seq": )" + std::to_string(seq) + "}\n";
  }

  std::unique_ptr<SnapshotSource> followed(std::optional<TableMapping> table = {}) {
    auto source = file_source("log", {.path = at("log.jsonl"), .table = std::move(table), .every = 5ms});
    source->start(inbox_);
    return source;
  }
  std::unique_ptr<SnapshotSource> watched(FolderOptions options = {}) {
    options.path = at("drop");
    options.every = 5ms;
    options.settle = 20ms;
    std::filesystem::create_directories(options.path);
    auto source = folder_source("drop", options);
    source->start(inbox_);
    return source;
  }

  Inbox inbox_;

 private:
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("takt_files_" + std::to_string(getpid()));
};

TEST_F(Files, AFileIsFollowedByWholeLines) {
  append("log.jsonl", line(1) + line(2).substr(0, 30));
  const auto source = followed();
  EXPECT_EQ(next(2), (Told{"connected", "plc 1"}));
  EXPECT_EQ(soon(), Told{});
  append("log.jsonl", line(2).substr(30) + line(3));
  EXPECT_EQ(next(2), (Told{"plc 2", "plc 3"}));
}

TEST_F(Files, AFileIsWaitedFor) {
  const auto source = followed();
  EXPECT_EQ(next(1), Told{"lost"});
  EXPECT_EQ(soon(), Told{}) << "it is told once";
  append("log.jsonl", line(1));
  EXPECT_EQ(next(2), (Told{"connected", "plc 1"}));
}

TEST_F(Files, AFileThatWasReplacedIsReadToItsEndFirst) {
  append("log.jsonl", line(1));
  const auto source = followed();
  EXPECT_EQ(next(2), (Told{"connected", "plc 1"}));
  append("log.jsonl", line(2).substr(0, line(2).size() - 1));  // its last line has no end
  std::filesystem::rename(at("log.jsonl"), at("log.1"));
  append("log.jsonl", line(3));
  EXPECT_EQ(next(2), (Told{"plc 2", "plc 3"}));
}

TEST_F(Files, AFileThatWasCutIsReadFromItsBeginning) {
  append("log.jsonl", line(1) + line(2));
  const auto source = followed();
  EXPECT_EQ(next(3), (Told{"connected", "plc 1", "plc 2"}));
  std::filesystem::resize_file(at("log.jsonl"), 0);
  EXPECT_EQ(soon(), Told{});
  append("log.jsonl", line(7));
  EXPECT_EQ(next(1), Told{"plc 7"});
}

TEST_F(Files, ALineThatIsNoSnapshotIsToldAndTheNextOnesRead) {
  append("log.jsonl", line(1) + "{\n\n" + line(4));
  const auto source = followed();
  EXPECT_EQ(next(4), (Told{"connected", "plc 1", "line 2", "plc 4"}));
}

TEST_F(Files, WhatIsNotKeptIsPutAgain) {
  int failures = 3;
  Inbox full(10, [&failures](const Delivery&) {
    if (failures-- > 0) throw WriteError("no space left on device");
  });
  append("log.jsonl", line(1) + line(2));
  const auto source = file_source("log", {.path = at("log.jsonl"), .every = 5ms});
  source->start(full);
  Told told;
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (told.size() < 2 && std::chrono::steady_clock::now() < end)
    for (const Delivery& each : full.take(20ms))
      if (each.kind == Kind::message) told.push_back(text_of(each));
  EXPECT_EQ(told, (Told{"plc 1", "plc 2"}));
}

TEST_F(Files, AFolderGivesWholeFilesInTheOrderOfTheirNames) {
  std::filesystem::create_directories(at("drop"));
  append("drop/b.jsonl", line(2));
  append("drop/a.jsonl", line(1));
  append("drop/c.jsonl.part", line(9));
  append("drop/.d.jsonl", line(9));
  append("drop/readme.txt", "no snapshots");
  const auto source = watched({.names = "*.jsonl*"});
  EXPECT_EQ(next(3), (Told{"connected", "plc 1", "plc 2"}));
  std::filesystem::rename(at("drop/c.jsonl.part"), at("drop/c.jsonl"));
  EXPECT_EQ(next(1), Told{"plc 9"});
  EXPECT_EQ(soon(), Told{});
}

TEST_F(Files, AFileThatStillGrowsIsWaitedFor) {
  const auto source = watched();
  EXPECT_EQ(next(1), Told{"connected"});
  for (int i = 0; i < 8; ++i) {
    append("drop/a.jsonl", line(i));
    std::this_thread::sleep_for(8ms);
  }
  EXPECT_EQ(next(8).size(), 8U);
  EXPECT_EQ(soon(), Told{}) << "nothing of it is read twice";
}

TEST_F(Files, AFolderTakesPackedFilesAndTellsOneThatIsCut) {
  std::filesystem::create_directories(at("drop"));
  const auto pack = [this](const std::string& name, const std::string& text) {
    gzFile file = gzopen(at(name).c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
  };
  pack("drop/a.gz", line(1));
  std::string many;
  for (int i = 2; i < 4000; ++i) many += line(i * 7919 % 100'003);
  pack("drop/b.gz", many);
  std::filesystem::resize_file(at("drop/b.gz"), std::filesystem::file_size(at("drop/b.gz")) - 20);
  const auto source = watched();
  EXPECT_EQ(next(2), (Told{"connected", "plc 1"}));
  Told told;
  while (told.empty() || told.back() != "line 0") {  // its end is told
    const Told more = next(1);
    ASSERT_FALSE(more.empty());
    told.insert(told.end(), more.begin(), more.end());
  }
  EXPECT_GT(told.size(), 1000U);
}

TEST_F(Files, FinishedFilesAreRememberedBeyondTheProcess) {
  std::filesystem::create_directories(at("drop"));
  append("drop/a.jsonl", line(1));
  append("finished", "12 34 half a li");  // the process was killed within a line
  const FolderOptions options{.finished = at("finished")};
  {
    const auto first = watched(options);
    EXPECT_EQ(next(2).size(), 2U);
    while (std::filesystem::file_size(at("finished")) < 20) std::this_thread::sleep_for(1ms);
  }
  append("drop/b.jsonl", line(2));
  const auto second = watched(options);
  EXPECT_EQ(next(2), (Told{"connected", "plc 2"}));
  EXPECT_EQ(soon(), Told{});
  append("drop/a.jsonl", line(3));
  EXPECT_EQ(next(2), (Told{"plc 1", "plc 3"})) << "one that has changed is read again";
}

TableMapping wide() {
  return {.time = "Time",
          .zone = "Europe/Paris",
          .separator = ';',
          .cells = {{"Mill", {.equipment = "/a/b/c/mill", .role = Cell::Role::state, .states = {{"1", "Execute"}}}},
                    {"Parts", {.equipment = "/a/b/c/mill", .role = Cell::Role::good}},
                    {"Rack", {.equipment = "/a/b/c/rack", .role = Cell::Role::level}}}};
}

TEST_F(Files, RowsOfATableAreMessages) {
  append("log.jsonl",
         "Time;Parts;Mill;Other;Rack\r\n2026-03-02 07:00:00;10;1;x;2\r\n2026-03-02T07:00:40.5;11;1;y;3\r\n");
  const auto source = followed(wide());
  std::vector<Delivery> news;
  while (news.size() < 3)
    for (Delivery& each : inbox_.take(20ms)) news.push_back(std::move(each));
  const Snapshot& first = news[1].snapshot;
  EXPECT_EQ(to_text(first.ts), "2026-03-02T06:00:00Z");
  EXPECT_EQ(first.source, "log");
  EXPECT_TRUE(first.complete);
  EXPECT_EQ(first.epoch, static_cast<std::uint64_t>(first.ts.time_since_epoch().count()));
  ASSERT_EQ(first.entities.size(), 2U);
  EXPECT_EQ(first.entities[0].state, "Execute");
  EXPECT_FALSE(first.entities[0].state_since) << "it may have been so for long";
  EXPECT_EQ(first.entities[0].counters->good, 10U);
  EXPECT_EQ(first.entities[1].level, 2.0);
  const Snapshot& second = news[2].snapshot;
  EXPECT_EQ(second.seq, 1U);
  EXPECT_EQ(second.entities[0].cycle_time_last_s, 40.5) << "executed from one part to the next";
  EXPECT_TRUE(news[2].sending.recorded);
}

TEST_F(Files, FaultsOfATableNameColumnAndRow) {
  append("log.jsonl", "Time;Parts;Mll;Rack\n2026-03-02 07:00:00;10.5;1;NaN\nnow;1;1;1\n2026-03-02 07:00:01;1\n");
  const auto source = followed(wide());
  std::vector<std::string> told;
  while (told.size() < 4)
    for (const Delivery& each : inbox_.take(20ms))
      if (each.kind == Kind::rejected) told.push_back(to_text(each.fault).substr(at("").string().size()));
  EXPECT_EQ(told[0], R"(log.jsonl:1: found no column "Mill", expected a table with that column; did you mean Mll?)");
  EXPECT_EQ(told[1], R"(log.jsonl:2: Parts: found "10.5", expected a whole number of parts, 0 or more)");
  EXPECT_EQ(told[2].substr(0, 32), R"(log.jsonl:3: Time: found "now", )");
  EXPECT_EQ(told[3], "log.jsonl:4: found 2 cells, expected as many as the header has: 4");
}

TEST_F(Files, ATableMayHaveARowAValue) {
  TableMapping table = wide();
  table.separator = ',';
  table.tag = "name";
  table.value = "value";
  append("log.jsonl",
         "name,Time,value\nMill,1772431200,1\n\"Rack\",1772431201.5,\"4\"\nOther,1772431202,1\nMill,1772431203,Held\n");
  const auto source = followed(table);
  std::vector<Delivery> news;
  while (news.size() < 4)
    for (Delivery& each : inbox_.take(20ms)) news.push_back(std::move(each));
  EXPECT_EQ(to_text(news[1].snapshot.ts), "2026-03-02T06:00:00Z");
  EXPECT_EQ(news[2].snapshot.entities[0].level, 4.0);
  EXPECT_EQ(news[3].snapshot.entities[0].state, "Held");
  EXPECT_EQ(news[3].snapshot.entities[0].state_since, news[3].snapshot.ts);
}

}  // namespace
}  // namespace takt::io
