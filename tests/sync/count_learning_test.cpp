// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/count_learning.hpp"

#include <gtest/gtest.h>

#include "engine/plants.hpp"
#include "takt/core/byte_stream.hpp"

namespace takt {
namespace {

// m00 to m01 or m02; m02 to m03 or out.
Model forked() {
  PlantBuilder plant("p");
  const Machine machine = test::machine_with(Distribution::constant(5.0));
  plant.line("e", "w", "l")
      .source("inlet", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m00"}})
      .machine("m00", machine, {{"m01", 0.5}, {"b", 0.5}})
      .buffer("b", {10, 0}, {{"m02"}})
      .machine("m01", machine, {{"store"}})
      .machine("m02", machine, {{"m03", 0.5}, {"store", 0.5}})
      .machine("m03", machine, {{"store"}})
      .sink("store");
  return compile(plant.build());
}

struct Counts {
  std::string machine;
  std::optional<std::uint64_t> in{}, good{}, scrap{};
  std::uint64_t epoch = 0;
};

Snapshot snapshot_of(const std::vector<Counts>& all, const std::string& quality = "good") {
  Snapshot snapshot;
  snapshot.source = "plc";
  for (const Counts& counts : all) {
    EntityReading reading;
    reading.path = "/e/w/l/" + counts.machine;
    reading.counters = CounterReading{counts.in, counts.good, counts.scrap, counts.epoch};
    reading.quality = quality;
    snapshot.entities.push_back(reading);
  }
  return snapshot;
}

struct Learning {
  Model model = forked();
  CountLearning counts{model};
  Learnt learnt{{.half_life = 1e9, .prior_weight = 1e-6}};
  void see(const std::vector<Counts>& all, const std::string& quality = "good") {
    counts.observe(model, snapshot_of(all, quality), learnt);
  }
  double share(const std::string& path) const {
    return get_number(model, learnt.mean(model, model.defaults), "/e/w/l/" + path);
  }
};

TEST(CountLearning, ScrapIsLearntFromWhatBothCountersGrewBy) {
  Learning l;
  l.see({{.machine = "m00", .good = 1000, .scrap = 7}});
  EXPECT_EQ(l.learnt.find("/e/w/l/m00/scrap"), nullptr);  // what was before is not known
  l.see({{.machine = "m00", .good = 1090, .scrap = 17}});
  EXPECT_NEAR(l.share("m00/scrap"), 0.1, 1e-6);
  EXPECT_EQ(l.learnt.find("/e/w/l/m00/scrap")->provenance.observations, 100U);
  EXPECT_EQ(l.learnt.find("/e/w/l/m00/scrap")->provenance.sources.count("plc"), 1U);
}

TEST(CountLearning, ResetsAndFallingCountersTeachNothing) {
  Learning l;
  l.see({{.machine = "m00", .good = 1000, .scrap = 7}});
  l.see({{.machine = "m00", .good = 3, .scrap = 3, .epoch = 1}});
  l.see({{.machine = "m00", .good = 2, .scrap = 3, .epoch = 1}});
  l.see({{.machine = "m00", .good = 900, .scrap = 900, .epoch = 1}}, "uncertain");
  EXPECT_TRUE(l.learnt.empty());
  l.see({{.machine = "m00", .good = 5, .scrap = 4, .epoch = 1}});
  EXPECT_NEAR(l.share("m00/scrap"), 0.25, 1e-5);
}

TEST(CountLearning, WaysAreLearntWhereEveryOneIsCounted) {
  Learning l;
  l.see({{.machine = "m01", .in = 10}});
  l.see({{.machine = "m01", .in = 40}});
  EXPECT_TRUE(l.learnt.empty());  // the other way is not counted yet
  l.see({{.machine = "m02", .in = 5}});
  l.see({{.machine = "m01", .in = 60}, {.machine = "m02", .in = 55}});
  EXPECT_NEAR(l.share("m00/to/m01"), 0.5, 1e-6);  // 50 and 50 since the counting began
  l.see({{.machine = "m01", .in = 160}});
  EXPECT_NEAR(l.share("m00/to/m01"), 0.75, 1e-6);
  EXPECT_NEAR(l.share("m00/to/b"), 0.25, 1e-6);
}

TEST(CountLearning, OneUncountedWayFollowsFromTheGoodParts) {
  Learning l;
  l.see({{.machine = "m02", .good = 0}, {.machine = "m03", .in = 0}});
  for (std::uint64_t n = 10; n <= 500; n += 10) {
    l.see({{.machine = "m02", .good = n}, {.machine = "m03", .in = n / 5}});
  }
  EXPECT_NEAR(l.share("m02/to/m03"), 0.2, 1e-6);
  EXPECT_NEAR(l.share("m02/to/store"), 0.8, 1e-6);
}

TEST(CountLearning, IsWrittenAsBytesAndTakenUpAgain) {
  Learning l;
  l.see({{.machine = "m00", .good = 1000, .scrap = 7}});
  CountLearning again(l.model);
  from_bytes_of(to_bytes_of(l.counts), again);
  again.observe(l.model, snapshot_of({{.machine = "m00", .good = 1010, .scrap = 7}}), l.learnt);
  EXPECT_EQ(l.learnt.find("/e/w/l/m00/scrap")->provenance.observations, 10U);
}

}  // namespace
}  // namespace takt
