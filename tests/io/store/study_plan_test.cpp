// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/study_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "engine/plants.hpp"
#include "io/store/scratch_folder.hpp"
#include "sync/plant_news.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/row_cache.hpp"
#include "takt/io/store/shard.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using test::ScratchFolder;

const StudyOptions kOptions{.horizon = 1h, .warmup = 5min, .replications = 7, .threads = 2};

Model bottling() { return compile(load_plant("examples/bottling/bottling.json")); }

Study study_of(Present present, StudyOptions options = kOptions) {
  Study study(std::move(present), std::move(options));
  study.add("as is");
  study.add("faster").set("/acme/filling/line_1/filler/cycle_time", "9 s");
  Plant larger = study.present().model->plant;
  std::vector<Equipment>& line = larger.enterprises[0].workshops[0].lines[0].equipment;
  std::get<Buffer>(std::ranges::find(line, "filled", &Equipment::name)->is).capacity = 100;
  study.add({"larger", {}, std::make_shared<const Model>(compile(larger))});
  return study;
}

Twin learnt_twin() {
  Twin twin(bottling(), {.seed = 7, .particles = 20});
  test::PlantNews news(twin.model(), 3);
  for (std::uint64_t seq = 0; seq < 20; ++seq) twin.apply(news.at(Time{1min * (seq + 1)}, seq));
  return twin;
}

/// The results of a study, wherever it ran, as the bytes of their file.
std::string file_of(const Study& study) {
  return results_bytes(study.run(), report::provenance_of(study.present(), study.options()),
                       to_json(study.present().model->plant));
}
std::string file_of(const StoredResults& stored) {
  return results_bytes(stored.result, stored.provenance, stored.plant);
}

/// All futures by tasks of three, the last ones first, from bytes alone.
std::string by_tasks(const std::string& plan) {
  const PreparedPlan ready(plan);
  std::vector<TaskRange> tasks = tasks_of(ready.study.futures(), 3);
  std::ranges::reverse(tasks);
  Collector collector(ready.study);
  for (const TaskRange task : tasks) collector.add(rows_of_bytes(run_task(plan, task), ready.hash));
  return file_of(ready.results(std::move(collector)));
}

TEST(StudyPlan, OfAPlantRunsAsItsStudy) {
  const Study study = study_of(Present::of(bottling(), 5));
  EXPECT_EQ(by_tasks(plan_bytes(plan_of(study))), file_of(study));
}

TEST(StudyPlan, OfARunBeginsInItsState) {
  Present present = Present::of(bottling(), 5);
  State state = start(*present.model, present.parameters);
  advance(*present.model, present.parameters, state, Time{3h});
  present.state = state;
  set_number(*present.model, present.parameters, "/acme/filling/line_1/filler/cycle_time", "12 s");
  const Study study = study_of(present);
  EXPECT_EQ(by_tasks(plan_bytes(plan_of(study))), file_of(study));
}

TEST(StudyPlan, OfATwinCarriesWhatItHasLearntAndDoesNotKnow) {
  const Twin twin = learnt_twin();
  const Study study = study_of(twin.now(9));
  ASSERT_TRUE(study.present().draw && study.present().beginning);
  EXPECT_THROW(plan_of(study), InvalidInput) << "the twin has to come along";
  EXPECT_EQ(by_tasks(plan_bytes(plan_of(study, twin))), file_of(study));
}

TEST(StudyPlan, IsTheSameBytesForTheSameStudy) {
  const std::string plan = plan_bytes(plan_of(study_of(Present::of(bottling(), 5))));
  EXPECT_EQ(plan, plan_bytes(plan_of(study_of(Present::of(bottling(), 5)))));
  EXPECT_NE(plan_hash(plan), plan_hash(plan_bytes(plan_of(study_of(Present::of(bottling(), 6))))));
  EXPECT_EQ(plan_bytes(plan_of_bytes(plan)), plan);
}

TEST(StudyPlan, TellsBytesThatAreCutOrChangedAnywhere) {
  const std::string plan = plan_bytes(plan_of(study_of(Present::of(bottling(), 5))));
  for (std::size_t size = 0; size < plan.size(); size += 977)
    EXPECT_THROW(plan_of_bytes(plan.substr(0, size)), InvalidInput) << size;
  for (std::size_t at = 0; at < plan.size(); at += 977) {
    std::string changed = plan;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_THROW(plan_of_bytes(changed), InvalidInput) << at;
  }
}

TEST(StudyPlan, RowsOfAnotherPlanAreRefused) {
  const std::string plan = plan_bytes(plan_of(study_of(Present::of(bottling(), 5))));
  const std::string other = plan_bytes(plan_of(study_of(Present::of(bottling(), 6))));
  const std::string rows = run_task(plan, {0, 2});
  EXPECT_NO_THROW(rows_of_bytes(rows, plan_hash(plan)));
  EXPECT_THROW(rows_of_bytes(rows, plan_hash(other)), InvalidInput);
  EXPECT_THROW(rows_of_bytes(rows.substr(0, rows.size() - 1), plan_hash(plan)), InvalidInput);
}

TEST(Shards, CoverAllFuturesOnce) {
  for (const std::uint64_t futures : {0U, 1U, 7U, 100U})
    for (const std::uint32_t of : {1U, 2U, 3U, 16U}) {
      std::uint64_t next = 0;
      for (std::uint32_t number = 1; number <= of; ++number) {
        const TaskRange range = range_of({number, of}, futures);
        EXPECT_EQ(range.first, next);
        next = range.last;
      }
      EXPECT_EQ(next, futures);
    }
  for (const char* wrong : {"", "0/3", "4/3", "1", "1/", "/3", "1/3x", "-1/3", "1/99999999"})
    EXPECT_THROW(parse_shard(wrong), InvalidInput) << wrong;
}

class ShardFiles : public testing::Test {
 protected:
  std::filesystem::path write(std::uint32_t number, std::uint32_t of, std::uint64_t seed = 5) const {
    const PreparedPlan plan(plan_bytes(plan_of(study_of(Present::of(bottling(), seed)))));
    const auto file = folder_ / (std::to_string(number) + "_" + std::to_string(of) + "_" + std::to_string(seed));
    save_shard(file, {number, of}, plan.bytes, plan.study.run(range_of({number, of}, plan.study.futures())));
    return file;
  }
  static std::vector<std::string> faults(const std::vector<std::filesystem::path>& files) {
    try {
      merge_shards(files);
    } catch (const InvalidInput& error) {
      std::vector<std::string> texts;
      for (Fault fault : error.faults()) {
        fault.file = std::filesystem::path(fault.file).filename().string();
        texts.push_back(fault.file + "|" + fault.path + "|" + fault.value);
      }
      return texts;
    }
    return {};
  }
  ScratchFolder folder_;
};

TEST_F(ShardFiles, InAnyOrderGiveTheResultOfTheStudy) {
  const std::vector files{write(3, 3), write(1, 3), write(2, 3)};
  EXPECT_EQ(file_of(merge_shards(files).results), file_of(study_of(Present::of(bottling(), 5))));
}

TEST_F(ShardFiles, NameWhatIsCutForeignTwiceAndMissing) {
  const auto first = write(1, 4), second = write(2, 4), foreign = write(3, 4, 6), otherwise = write(2, 3);
  const auto cut = folder_ / "cut", nowhere = folder_ / "nowhere";
  const std::string whole = read_whole(second);
  write_whole(cut, whole.substr(0, whole.size() / 2));
  EXPECT_THAT(faults({first, cut, foreign, otherwise, first, nowhere}),
              testing::ElementsAre("cut||bytes that were cut off or changed", "3_4_6||a shard of another study",
                                   "2_3_5||shard 2/3", "1_4_5||shard 1/4 once more",
                                   testing::HasSubstr("nowhere||cannot read"), "|shard 2/4|no sound file of it",
                                   "|shard 3/4|no sound file of it", "|shard 4/4|no sound file of it"));
}

TEST(RowCache, LetsAStudyThatWasKilledGoOn) {
  const ScratchFolder folder;
  const PreparedPlan plan(plan_bytes(plan_of(study_of(Present::of(bottling(), 5)))));
  {
    RowCache cache(folder / "cache", plan);
    cache.add(plan.study.run({3, 9}));
    cache.flush();
  }
  Collector collector(plan.study);
  EXPECT_EQ(RowCache(folder / "cache", plan).load(collector), 6U);
  EXPECT_THAT(collector.missing(), testing::ElementsAre(TaskRange{0, 3}, TaskRange{9, 21}));
  for (const TaskRange left : collector.missing()) collector.add(plan.study.run(left));
  EXPECT_EQ(file_of(plan.results(std::move(collector))), file_of(study_of(Present::of(bottling(), 5))));
}

TEST(RowCache, ServesOtherStudiesThatShareAScenario) {
  const ScratchFolder folder;
  const PreparedPlan plan(plan_bytes(plan_of(study_of(Present::of(bottling(), 5)))));
  RowCache cache(folder / "cache", plan);
  cache.add(plan.study.run({0, plan.study.futures()}));
  cache.flush();
  Study more(Present::of(bottling(), 5), {.horizon = 1h, .warmup = 5min, .replications = 9, .threads = 1});
  more.add("new").set("/acme/filling/line_1/filler/cycle_time", "8 s");
  more.add("quicker, as it is called here").set("/acme/filling/line_1/filler/cycle_time", "9 s");
  const PreparedPlan longer(plan_bytes(plan_of(more)));
  Collector collector(longer.study);
  EXPECT_EQ(RowCache(folder / "cache", longer).load(collector), 7U);
  EXPECT_THAT(collector.missing(), testing::ElementsAre(TaskRange{0, 9}, TaskRange{16, 18}));
  for (const TaskRange left : collector.missing()) collector.add(longer.study.run(left));
  EXPECT_EQ(file_of(longer.results(std::move(collector))), file_of(more));
}

TEST(RowCache, LeavesFilesAloneThatAreNotSound) {
  const ScratchFolder folder;
  const PreparedPlan plan(plan_bytes(plan_of(study_of(Present::of(bottling(), 5)))));
  {
    RowCache cache(folder / "cache", plan);
    cache.add(plan.study.run({0, 7}));
  }
  const auto file = folder / "cache" / plan.scenario_key(0) / "0-7.rows";
  const std::string whole = read_whole(file);
  write_whole(file, whole.substr(0, whole.size() - 1));
  Collector collector(plan.study);
  EXPECT_EQ(RowCache(folder / "cache", plan).load(collector), 0U);
}

TEST(RowCache, TellsHorizonsSeedsAndNumbersApart) {
  const auto key = [](std::uint64_t seed, Duration horizon, const char* value) {
    Study study(Present::of(bottling(), seed), {.horizon = horizon, .replications = 2});
    study.add("x").set("/acme/filling/line_1/filler/cycle_time", value);
    return PreparedPlan(plan_bytes(plan_of(study))).scenario_key(0);
  };
  const std::string one = key(1, 1h, "9 s");
  EXPECT_EQ(one, key(1, 1h, "9 s"));
  EXPECT_NE(one, key(2, 1h, "9 s"));
  EXPECT_NE(one, key(1, 2h, "9 s"));
  EXPECT_NE(one, key(1, 1h, "8 s"));
}

}  // namespace
}  // namespace takt::io
