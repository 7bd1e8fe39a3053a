// SPDX-License-Identifier: Apache-2.0
#include "takt/report/results.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/plants.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

struct Told {
  StudyResult result;
  std::string text;
  Json json;
};

Told tell(Plant plant, StudyOptions options, const std::vector<Scenario>& scenarios = {}, std::uint64_t seed = 7) {
  const Present present = Present::of(compile(std::move(plant)), seed);
  Study study(present, options);
  for (const Scenario& scenario : scenarios) study.add(scenario);
  Told told{study.run(), {}, {}};
  told.text = report::results_json(told.result, report::provenance_of(present, options));
  told.json = Json::parse(told.text);
  return told;
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

TEST(ResultsJson, HasTheKeysOfItsContractInTheirOrder) {
  const Told told = tell(test::slow_middle(), {.horizon = 1h, .warmup = 10min, .replications = 3});
  EXPECT_EQ(keys_of(told.json),
            (std::vector<std::string>{"format", "plant", "model_hash", "seed", "horizon_s", "warmup_s", "replications",
                                      "semantics", "kpis", "capacity", "migrations", "unfinished", "little_gap"}));
  EXPECT_EQ(told.json["format"], "takt-results/1");
  EXPECT_EQ(told.json["plant"], "slow \"middle\"");
  EXPECT_EQ(told.json["model_hash"].get<std::string>().size(), 16U);
  EXPECT_EQ(told.json["seed"], 7);
  EXPECT_EQ(told.json["horizon_s"], 3600);
  EXPECT_EQ(told.json["warmup_s"], 600);
  EXPECT_EQ(told.json["replications"], 3);
  EXPECT_EQ(told.json["unfinished"], Json::array());
  EXPECT_EQ(told.text.back(), '\n');
}

TEST(ResultsJson, TellsEveryFigureOfEveryScenarioToTheLastBit) {
  const Told told = tell(test::slow_middle(), {.horizon = 1h, .replications = 5},
                         {{"as is", {}}, {"a \"faster\" one", {{"/acme/hall/line/slow/cycle_time", "10 s"}}}});
  const Json& kpis = told.json["kpis"];
  const std::size_t columns = told.result.kpis.size();
  ASSERT_EQ(kpis.size(), 2 * columns);
  for (std::size_t i = 0; i < kpis.size(); ++i) {
    const KpiName& name = told.result.kpis[i % columns];
    const Summary summary = told.result.summary(i / columns, i % columns);
    EXPECT_EQ(kpis[i]["scenario"], told.result.scenarios[i / columns]);
    EXPECT_EQ(kpis[i]["entity"], name.entity);
    EXPECT_EQ(kpis[i]["kpi"], name.kpi);
    EXPECT_EQ(kpis[i]["unit"], name.unit);
    EXPECT_EQ(kpis[i]["n"], summary.n);
    const auto same = [](const Json& told_number, double value) {
      if (std::isnan(value)) return told_number.is_null();
      return std::bit_cast<std::uint64_t>(told_number.get<double>()) == std::bit_cast<std::uint64_t>(value);
    };
    EXPECT_TRUE(same(kpis[i]["mean"], summary.mean)) << name.entity << " " << name.kpi;
    EXPECT_TRUE(same(kpis[i]["half_width_95"], summary.half_width_95));
    EXPECT_TRUE(same(kpis[i]["quantiles"]["0.05"], summary.q05));
    EXPECT_TRUE(same(kpis[i]["quantiles"]["0.5"], summary.q50));
    EXPECT_TRUE(same(kpis[i]["quantiles"]["0.95"], summary.q95));
  }
}

TEST(ResultsJson, SaysNullWhereAValueDoesNotExist) {
  const Told told = tell(test::slow_middle(), {.horizon = 1h, .replications = 1});
  bool found = false;
  for (const Json& row : told.json["kpis"]) {
    EXPECT_TRUE(row["half_width_95"].is_null());  // one replication has no spread
    if (row["entity"] != "/acme/hall/line/in" || row["kpi"] != "blocked_share") continue;
    found = true;
    EXPECT_TRUE(row["mean"].is_null());  // of a saturated source
    EXPECT_EQ(row["n"], 0);
  }
  EXPECT_TRUE(found);
  EXPECT_TRUE(told.json["little_gap"].is_null());  // parts are not kept one by one
}

TEST(ResultsJson, IsTheSameBytesOnAnyNumberOfThreads) {
  const auto text_on = [](unsigned threads) {
    return tell(test::slow_middle(), {.horizon = 1h, .replications = 20, .threads = threads}).text;
  };
  const std::string one = text_on(1);
  EXPECT_EQ(one, text_on(2));
  EXPECT_EQ(one, text_on(8));
}

TEST(ResultsJson, ListsTheMachinesWhereTheyChooseDifferently) {
  const Json semantics = tell(test::slow_middle(), {.horizon = 1min, .replications = 1}).json["semantics"];
  EXPECT_EQ(semantics["blocking"], Json::parse(R"({"after_service": ["/acme/hall/line/first", "/acme/hall/line/slow"],)"
                                               R"( "before_service": ["/acme/hall/line/last"]})"));
  EXPECT_EQ(semantics["failure_clock"], "calendar");
  EXPECT_EQ(semantics["on_failure"], "resume");
  EXPECT_EQ(semantics["loads_while_down"], false);
  EXPECT_EQ(semantics["unloads_while_down"], true);
  EXPECT_EQ(semantics["begin"], "empty at time zero");
  EXPECT_FALSE(semantics.contains("without_place"));  // a saturated source never finds no place
}

TEST(ResultsJson, SaysWhichFuturesDidNotEndAndWhoWaitsForWhom) {
  const Told told = tell(test::stuck(), {.horizon = 24h, .replications = 2});
  ASSERT_EQ(told.json["unfinished"].size(), 2U);
  const Json& first = told.json["unfinished"][0];
  EXPECT_EQ(first["scenario"], "as is");
  EXPECT_EQ(first["replication"], 0);
  EXPECT_EQ(first["reason"], "deadlock");
  EXPECT_GT(first["time_s"].get<double>(), 0.0);
  EXPECT_EQ(first["circular_wait"].size(), 2U);
  EXPECT_NE(first["circular_wait"][0].get<std::string>().find("waits for a place in"), std::string::npos);
  for (const Json& row : told.json["kpis"]) EXPECT_EQ(row["n"], 0);
}

TEST(ResultsJson, SaysWhenItBeganWithTheStateOfATwin) {
  Plant plant = test::slow_middle();
  plant.clock.epoch = parse_instant("2026-03-02T06:00:00Z");
  Twin twin(compile(std::move(plant)));
  twin.advance_to(Time{30min});
  const Present present = twin.now();
  const StudyOptions options{.horizon = 1min, .replications = 1};
  const Json json =
      Json::parse(report::results_json(Study(present, options).run(), report::provenance_of(present, options)));
  EXPECT_EQ(json["semantics"]["begin"], "the state at 2026-03-02T06:30:00Z, pending times drawn anew given their age");
  EXPECT_EQ(json["semantics"]["parameters"], "the plant's");
  EXPECT_EQ(json["semantics"]["clock"], Json::parse(R"({"epoch": "2026-03-02T06:00:00Z", "zone": "UTC"})"));
}

}  // namespace
}  // namespace takt
