// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/twin_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/plants.hpp"
#include "engine/random_plant.hpp"
#include "sync/plant_news.hpp"
#include "takt/sync/ingest.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Machine working(double mean_s) { return test::machine_with(Distribution::lognormal(mean_s, 0.3)); }

/// False if the plant gets stuck.
bool hear(Twin& twin, test::PlantNews& news, std::uint64_t from, std::uint64_t to) {
  try {
    for (std::uint64_t seq = from; seq < to; ++seq) twin.apply(news.at(Time{1min * (seq + 1)}, seq));
  } catch (const Error&) {
    return false;
  }
  return true;
}

TEST(TwinBytes, TakenUpATwinGoesOnBitForBit) {
  int went_on = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Twin twin(compile(test::RandomPlant(seed).make(), {seed % 2 == 0}), {.seed = seed});
    test::PlantNews news(twin.model(), seed);
    if (!hear(twin, news, 0, 20)) continue;
    const std::vector<std::byte> bytes = to_bytes(twin);
    Twin again = twin_of_bytes(twin.shared_model(), bytes);
    ASSERT_EQ(to_bytes(again), bytes) << "seed " << seed;
    test::PlantNews same_news = news;
    if (!hear(twin, news, 20, 40)) continue;
    ASSERT_TRUE(hear(again, same_news, 20, 40));
    ASSERT_EQ(to_bytes(again), to_bytes(twin)) << "seed " << seed;
    ASSERT_EQ(again.now().parameters_of(3), twin.now().parameters_of(3)) << "seed " << seed;
    ++went_on;
  }
  EXPECT_GT(went_on, 30);
}

std::vector<std::byte> some_bytes(const Model& model) {
  Twin twin{Model(model)};
  test::PlantNews news(model, 1);
  hear(twin, news, 0, 5);
  return to_bytes(twin);
}

TEST(TwinBytes, AreRefusedWhereTheyAreCutOrOfAnotherPlant) {
  const auto model = std::make_shared<const Model>(compile(test::serial_line({working(10.0)}, {})));
  std::vector<std::byte> bytes = some_bytes(*model);
  EXPECT_NO_THROW(twin_of_bytes(model, bytes));
  for (std::size_t size = 0; size < bytes.size(); size += 3)
    EXPECT_THROW(twin_of_bytes(model, std::span(bytes).first(size)), InvalidInput) << size;
  const auto other = std::make_shared<const Model>(compile(test::serial_line({working(11.0)}, {})));
  EXPECT_THROW(twin_of_bytes(other, bytes), InvalidInput);
  bytes[0] = ~bytes[0];
  EXPECT_THROW(twin_of_bytes(model, bytes), InvalidInput);
}

TEST(TwinBytes, OfAnIngestGoOnAsItDoes) {
  const Model model = compile(test::serial_line({working(10.0), working(10.0)}, {4}));
  test::PlantNews a(model, 1, "a"), b(model, 2, "b");
  Ingest ingest, again;
  const auto deliver = [&](Ingest& to, const Snapshot& message) { to.add(Snapshot(message), message.ts + 100ms); };
  for (std::uint64_t seq = 0; seq < 200; ++seq) {
    if (seq % 20 == 10) {  // taken up in between
      const auto bytes = to_bytes_of(ingest);
      from_bytes_of(bytes, again);
      ASSERT_EQ(to_bytes_of(again), bytes);
    }
    for (Snapshot message : {a.at(Time{1s * seq}, seq), b.at(Time{1s * seq}, seq)}) {
      if (a.chance(0.1)) continue;  // lost
      deliver(ingest, message);
      deliver(again, message);
    }
    ingest.tick(model.plant.clock.to_wall(Time{1s * seq + 500ms}));
    again.tick(model.plant.clock.to_wall(Time{1s * seq + 500ms}));
    if (seq < 10) continue;
    for (auto next = ingest.next(); next; next = ingest.next()) ASSERT_EQ(again.next(), next);
    ASSERT_EQ(to_bytes_of(again), to_bytes_of(ingest));
  }
}

TEST(TwinMigration, KeepsWhatIsAboutThingsThatAreStillThere) {
  const auto line = [](double third) {
    return compile(test::serial_line({test::failing(Distribution::lognormal(10.0, 0.3), 500.0, 60.0),
                                      test::failing(Distribution::lognormal(10.0, 0.3), 500.0, 60.0), working(third)},
                                     {4, 4}));
  };
  Twin twin(line(10.0));
  test::PlantNews news(twin.model(), 3);
  ASSERT_TRUE(hear(twin, news, 0, 60));
  const std::size_t known = twin.learnt().rows().size();
  ASSERT_GE(known, 7U);

  const MigratedTwin same = migrate(twin, line(10.0));
  EXPECT_EQ(same.report, (TwinMigration{same.report.state, {}, {}}));
  EXPECT_TRUE(equal(twin.model(), same.twin.state(), twin.state()));
  EXPECT_EQ(same.twin.parameters(), twin.parameters());
  EXPECT_EQ(to_bytes_of(same.twin.learnt()), to_bytes_of(twin.learnt()));

  const MigratedTwin slower = migrate(twin, line(12.0));
  EXPECT_THAT(slower.report.unlearnt, testing::ElementsAre("/e/w/l/m02/cycle_time"));
  EXPECT_EQ(slower.twin.learnt().rows().size(), known - 1);
  EXPECT_EQ(get_law(slower.twin.model(), slower.twin.parameters(), "/e/w/l/m02/cycle_time").mean(), 12.0);
  EXPECT_EQ(get_law(slower.twin.model(), slower.twin.parameters(), "/e/w/l/m00/cycle_time"),
            get_law(twin.model(), twin.parameters(), "/e/w/l/m00/cycle_time"));

  MigratedTwin shorter =
      migrate(twin, compile(test::serial_line({test::failing(Distribution::lognormal(10.0, 0.3), 500.0, 60.0),
                                               test::failing(Distribution::lognormal(10.0, 0.3), 500.0, 60.0)},
                                              {4})));
  EXPECT_THAT(shorter.report.state.removed, testing::Contains("/e/w/l/m02"));
  EXPECT_THAT(shorter.report.uncounted, testing::Contains("/e/w/l/m02"));
  EXPECT_THAT(shorter.report.unlearnt, testing::ElementsAre("/e/w/l/m02/cycle_time", "/e/w/l/m02/scrap"));
  EXPECT_TRUE(shorter.twin.faults().empty());
  test::PlantNews goes_on(shorter.twin.model(), 4);
  EXPECT_TRUE(hear(shorter.twin, goes_on, 60, 80));
}

}  // namespace
}  // namespace takt
