// SPDX-License-Identifier: Apache-2.0
#include "takt/study/study.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <thread>

#include "engine/plants.hpp"
#include "takt/sync/twin.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Model two_machines() {
  const Machine machine = test::failing(Distribution::lognormal(10.0, 0.3), 500.0, 60.0);
  return compile(test::serial_line({machine, machine}, {4}));
}

TEST(Study, GivesTheSameBytesOnAnyNumberOfThreads) {
  Twin twin(two_machines());
  Snapshot down;
  down.ts = twin.model().plant.clock.to_wall(Time{1h});
  down.entities.emplace_back().path = "/e/w/l/m00";
  down.entities[0].state = "Aborted";
  twin.apply(down);
  std::vector<std::vector<double>> values;
  for (const unsigned threads : {1U, 2U, 8U}) {
    Study study(twin.now(), {.horizon = 1h, .replications = 40, .threads = threads});
    study.add("as is");
    study.add("faster").set("/e/w/l/m00/cycle_time", "8 s");
    values.push_back(study.run().values);
  }
  const auto bytes = [](const std::vector<double>& v) {
    return std::string(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(double));
  };
  EXPECT_EQ(bytes(values[0]), bytes(values[1]));
  EXPECT_EQ(bytes(values[0]), bytes(values[2]));
}

TEST(Study, PairsItsScenarios) {
  Study study(Present::of(two_machines()), {.horizon = 8h, .replications = 30});
  study.add("as is");
  study.add("faster").set("/e/w/l/m00/cycle_time", "9 s").set("/e/w/l/m01/cycle_time", "9 s");
  study.add("the same");
  const StudyResult result = study.run();
  for (const Difference& d : result.compared_with("as is")) {
    if (d.scenario == "the same") {
      EXPECT_EQ(d.mean, 0.0) << d.kpi.entity << " " << d.kpi.kpi;
    }
    if (d.scenario == "faster" && d.kpi == KpiName{"/", "throughput_per_h", "1/h"}) {
      EXPECT_TRUE(d.clear());
      EXPECT_GT(d.mean, 0.0);
      const double independent =
          result.summary(0, result.kpi_index("/", "throughput_per_h")).half_width_95 * std::sqrt(2.0);
      EXPECT_LT(d.half_width_95, independent / 2);  // common random numbers
    }
  }
}

TEST(Study, TellsEveryWrongNumberAtOnce) {
  Study study(Present::of(two_machines()));
  study.add("wrong").set("/e/w/l/m00/cycle_tim", "9 s").set("/e/w/l/m01/cycle_time", "9 kg");
  try {
    study.run();
    FAIL();
  } catch (const InvalidInput& error) {
    ASSERT_EQ(error.faults().size(), 2U);
    EXPECT_EQ(error.faults()[0].nearest, "/e/w/l/m00/cycle_time");
    EXPECT_EQ(error.faults()[1].path, "/e/w/l/m01/cycle_time");
  }
}

TEST(Study, ShowsAWrongNumberAsItWasWrittenAndAnUnknownPathOnce) {
  Study study(Present::of(two_machines()));
  study.add("wrong").set("/e/w/l/m00/cycle_time", "-11 s").set("/e/w/l/m02/cycle_time", "9 s");
  try {
    study.run();
    FAIL();
  } catch (const InvalidInput& error) {
    ASSERT_EQ(error.faults().size(), 2U);
    EXPECT_EQ(error.faults()[0].value, "\"-11 s\"");
    EXPECT_TRUE(to_text(error.faults()[1]).starts_with("/e/w/l/m02/cycle_time: expected the path of a number of plant"))
        << to_text(error.faults()[1]);
  }
}

std::string refusal(StudyOptions options) {
  try {
    Study(Present::of(two_machines()), std::move(options));
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

TEST(Study, SaysHowManyReplicationsAndThreadsThereCanBe) {
  EXPECT_EQ(refusal({.replications = 0}), "replications: found 0, expected from 1 to 10000000");
  EXPECT_EQ(refusal({.replications = 4294967295}), "replications: found 4294967295, expected from 1 to 10000000");
  EXPECT_EQ(refusal({.threads = 4097}), "threads: found 4097, expected from 0 to 4096");
  EXPECT_EQ(refusal({.replications = kMostReplications, .threads = kMostThreads}), "");
}

// A sanitizer's own memory is counted too, and would be refused.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

TEST(Study, SaysHowMuchIsTooMuchForTheMemory) {
  if (kSanitized) GTEST_SKIP();
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  const struct rlimit little { std::min<rlim_t>(rlim_t{2} << 30, before.rlim_max), before.rlim_max };
  ASSERT_EQ(setrlimit(RLIMIT_AS, &little), 0);
  std::string told;
  try {
    Study(Present::of(two_machines()), {.replications = kMostReplications, .threads = 1}).run();
  } catch (const Error& error) {
    told = error.what();
  }
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_TRUE(told.starts_with("not enough memory for 10000000 futures x ")) << told;
}

TEST(Study, HasNoMoreThreadsThanFutures) {
  const auto threads = [] {
    return std::ranges::distance(std::filesystem::directory_iterator("/proc/self/task"),
                                 std::filesystem::directory_iterator());
  };
  std::thread([] {}).join();  // a sanitizer has a thread of its own from the first one on
  const auto before = threads();
  std::ptrdiff_t most = 0;
  StudyOptions options{.horizon = 1h, .replications = 3, .threads = 64};
  options.progress = [&](std::size_t, std::size_t) { most = std::max(most, threads()); };
  Study(Present::of(two_machines()), options).run();
  EXPECT_LE(most, before + 2);
}

TEST(Study, StopsSoonWhenAsked) {
  std::stop_source stop;
  Study study(Present::of(two_machines()),
              {.horizon = 24h * 365, .replications = 100, .threads = 2, .stop = stop.get_token()});
  std::jthread asker([&stop] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(study.run(), Interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(Study, ReportsReplicationsThatGetStuck) {
  PlantBuilder plant("p");
  auto line = plant.line("e", "w", "l");
  line.source("s", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"a"}});
  line.machine("a", test::machine_with(Distribution::exponential(1.0)), {{"b"}});
  line.machine("b", test::machine_with(Distribution::exponential(1.0)), {{"a", 0.5}, {"out", 0.5}}).sink("out");
  const StudyResult result = Study(Present::of(compile(plant.build())), {.horizon = 1h, .replications = 5}).run();
  ASSERT_EQ(result.unfinished.size(), 5U);
  EXPECT_EQ(result.unfinished[0].outcome.status, Outcome::Status::deadlock);
  EXPECT_TRUE(std::isnan(result.value(0, 0, 0)));
}

}  // namespace
}  // namespace takt
