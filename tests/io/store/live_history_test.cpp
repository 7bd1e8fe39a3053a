// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/live_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "io/store/live_feed.hpp"
#include "io/store/scratch_folder.hpp"
#include "takt/io/store/history.hpp"
#include "takt/sync/twin_bytes.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using Instant = WallClock::Instant;
using test::LiveFeed;
using test::ScratchFolder;

Instant time_of(const Twin& twin) { return twin.model().plant.clock.to_wall(twin.time()); }

/// Keeps and takes deliveries up to a number, and lets time pass after every
/// third.
void feed(LiveFeed& from, LiveHistory& history, LiveTwin& live, std::uint64_t until,
          const std::function<void(const LiveTwin&)>& look = {}) {
  const Inbox::Keep keep = history.keep();
  while (from.number() < until) {
    Delivery delivery = from.next();
    const Instant arrival = delivery.arrival;
    keep(delivery);
    ASSERT_TRUE(history.take(live, delivery));
    if (from.number() % 3 == 0) history.pass(live, arrival);
    if (look) look(live);
  }
}

/// What a twin without a history is after as many deliveries.
LiveTwin never_stopped(std::uint64_t until) {
  LiveTwin live(test::feed_plant());
  for (LiveFeed from; from.number() < until;) {
    Delivery delivery = from.next();
    const Instant arrival = delivery.arrival;
    EXPECT_TRUE(live.take(delivery));
    if (from.number() % 3 == 0) live.pass(arrival);
  }
  return live;
}

TEST(LiveHistory, StoppedAndStartedTheTwinIsTheOneThatNeverStopped) {
  const ScratchFolder folder;
  LiveFeed from;
  for (std::uint64_t until : {90U, 300U, 301U, 600U, 900U}) {
    LiveHistory history(folder / "line.h5", {.checkpoint_deliveries = 200});
    LiveTwin live = history.recover(test::feed_plant());
    EXPECT_EQ(history.recovery().last, from.number());
    EXPECT_THAT(history.recovery().notes, testing::IsEmpty());
    feed(from, history, live, until);
    const LiveTwin other = never_stopped(until);
    ASSERT_EQ(to_bytes(*live.twin()), to_bytes(*other.twin())) << until;
    ASSERT_EQ(to_bytes_of(live.ingest()).size(), to_bytes_of(other.ingest()).size()) << until;
    if (until == 301) continue;  // once it goes without a word
    EXPECT_TRUE(history.close(live));
  }
  EXPECT_EQ(History(folder / "line.h5").last(), 900U);
}

TEST(LiveHistory, TheStateAtAnyInstantIsTheOneThatTheLiveTwinHad) {
  const ScratchFolder folder;
  LiveFeed from;
  std::map<Instant, std::vector<std::byte>> was;  // the last one at an instant
  {
    LiveHistoryOptions options{.checkpoint_deliveries = 150};
    options.historian.segment_bytes = 4 << 20;
    LiveHistory history(folder / "line.h5", options);
    LiveTwin live = history.recover(test::feed_plant());
    feed(from, history, live, 900, [&](const LiveTwin& now) {
      if (now.twin() != nullptr) was[time_of(*now.twin())] = to_bytes(*now.twin());
    });
    ASSERT_TRUE(history.close(live));
  }
  const History history(folder / "line.h5");
  ASSERT_GT(was.size(), 200U);
  std::size_t i = 0;
  for (const auto& [at, bytes] : was) {
    if (i++ % 12 != 0) continue;
    ASSERT_EQ(to_bytes(history.state_at(at)), bytes) << to_text(at);
  }
  const auto [begin, end] = history.span();
  EXPECT_THROW(history.state_at(begin - 1s), InvalidInput);
  EXPECT_THROW(history.state_at(end + 1s), InvalidInput);
}

TEST(LiveHistory, CanBeReadWhileItIsWritten) {
  const ScratchFolder folder;
  LiveHistory history(folder / "line.h5");
  LiveTwin live = history.recover(test::feed_plant());
  LiveFeed from;
  feed(from, history, live, 300);
  ASSERT_TRUE(history.historian().flush());
  const History reader(folder / "line.h5");
  EXPECT_EQ(reader.last(), 300U);
  const Instant at = time_of(*live.twin());
  EXPECT_EQ(to_bytes(reader.state_at(at)), to_bytes(*live.twin()));
  feed(from, history, live, 330);
  ASSERT_TRUE(history.historian().flush());
  EXPECT_EQ(reader.last(), 330U);
  EXPECT_EQ(to_bytes(reader.state_at(time_of(*live.twin()))), to_bytes(*live.twin()));
}

/// What a Python program prints of a file.
std::string told_by_python(const ScratchFolder& folder, const std::string& program) {
  std::ofstream(folder / "read.py") << program;
  const std::string command =
      "/usr/bin/python3 '" + (folder / "read.py").string() + "' '" + (folder / "line.h5").string() + "' 2>&1";
  std::FILE* const output = ::popen(command.c_str(), "r");
  std::string text;
  for (int c = std::fgetc(output); c != EOF; c = std::fgetc(output)) text += static_cast<char>(c);
  ::pclose(output);
  return text;
}

TEST(LiveHistory, IsReadByH5pyWhileItGrows) {  // as docs/store.md says
  const ScratchFolder folder;
  if (told_by_python(folder, "import h5py") != "") GTEST_SKIP() << "h5py is not installed";
  LiveHistory history(folder / "line.h5");
  LiveTwin live = history.recover(test::feed_plant());
  LiveFeed from;
  for (const std::uint64_t until : {100U, 250U}) {
    feed(from, history, live, until);
    ASSERT_TRUE(history.historian().flush());
    EXPECT_EQ(told_by_python(folder, R"py(
import h5py, sys
with h5py.File(sys.argv[1], "r", swmr=True) as file:
    ends = file["texts/text_end"][:]
    text = file["texts/text"][:].tobytes()
    texts = [text[begin:end].decode() for begin, end in zip([0, *ends[:-1]], ends)]
    rows = file["commits/readings"][-1]
    readings = {name: column[:rows] for name, column in file["readings"].items()}
    number = file["commits/number"][-1]
kind, text = ([texts[number] for number in readings[name]] for name in ("kind", "text"))
assert {texts[number] for number in readings["source"]} == {"a", "b", "c"}
assert {"state", "level", "counters/good", "cycle_time_last_s"} <= set(kind), kind
assert {text[i] for i in range(rows) if kind[i] == "state"} <= {"Execute", "Idle", "Aborted", "Held"}
assert {readings["value"][i] for i in range(rows) if kind[i] == "level"} <= {0.0, 1.0, 2.0, 3.0}
assert (readings["arrival_ns"] > readings["ts_ns"]).all()
print(number)
)py"),
              std::to_string(until) + "\n");
  }
}

TEST(LiveHistory, AnEditedPlantTakesTheTwinOverAndSaysWhatBecameOfIt) {
  const ScratchFolder folder;
  LiveFeed from;
  {
    LiveHistory history(folder / "line.h5");
    LiveTwin live = history.recover(test::feed_plant());
    feed(from, history, live, 300);
  }
  Plant edited = test::feed_plant();
  for (Equipment& each : edited.enterprises[0].workshops[0].lines[0].equipment)
    if (auto* machine = std::get_if<Machine>(&each.is); machine != nullptr && each.name == "m02")
      machine->cycle_time.law = Distribution::lognormal(7.0, 0.2);
  LiveHistory history(folder / "line.h5");
  LiveTwin live = history.recover(edited);
  ASSERT_TRUE(history.recovery().migration);
  EXPECT_THAT(history.recovery().migration->unlearnt, testing::ElementsAre("/e/w/l/m02/cycle_time"));
  feed(from, history, live, 400);
  ASSERT_TRUE(history.close(live));
  EXPECT_EQ(History(folder / "line.h5").segments().size(), 2U);
  EXPECT_EQ(to_bytes(History(folder / "line.h5").state_at(time_of(*live.twin()))), to_bytes(*live.twin()));
}

}  // namespace
}  // namespace takt::io
