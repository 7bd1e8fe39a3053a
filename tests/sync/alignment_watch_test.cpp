// SPDX-License-Identifier: Apache-2.0
// What comes in the order and at the times of a twin's futures, and what does not. TAKT_FIDELITY_SHIFTS=1000 runs so
// many shifts of each kind instead of the few below.
#include "takt/sync/alignment_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sync/shifts.hpp"
#include "takt/core/byte_stream.hpp"
#include "takt/core/thread_pool.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

std::uint32_t shifts(std::uint32_t otherwise) {
  const char* asked = std::getenv("TAKT_FIDELITY_SHIFTS");
  return asked == nullptr ? otherwise : static_cast<std::uint32_t>(std::stoul(asked));
}

double half() { return 0.5; }

Machine working(double mean_s) { return test::machine_with(Distribution::lognormal(mean_s, 0.3)); }

WallClock::Instant wall(Duration t) { return WallClock::Instant{t}; }

Event event(Event::Kind kind, std::uint32_t machine, Duration at) { return {Time{at}, kind, machine}; }

std::vector<std::string> told(const std::vector<Labelled>& sequence) {
  std::vector<std::string> rows;
  for (const Labelled& each : sequence)
    rows.push_back(std::to_string(each.label) + "@" + std::to_string(each.at / 1'000'000'000));
  return rows;
}

TEST(AlignmentWindow, SeesFuturesAtTheTimesAtWhichThePlantReported) {
  AlignmentWindow window(wall(100s), wall(160s), 0s,
                         {{.machine = 3, .base = 7.0}, {.machine = 5, .every = 2, .base = 0.0}});
  const auto future = window.next_future(Time{1000s});
  for (const int s : {1001, 1012, 1031, 1059}) future(event(Event::Kind::complete, 3, 1s * s));
  future(event(Event::Kind::complete, 4, 1012s));  // not compared
  for (const int s : {1005, 1006, 1007}) future(event(Event::Kind::complete, 5, 1s * s));
  window.tell(3, wall(100s), 7.0);  // known at the beginning
  window.tell(3, wall(130s), 9.0);
  window.tell(5, wall(130s), 5.0);
  window.tell(3, wall(155s), 8.0);   // one too many was told before
  window.tell(3, wall(170s), 20.0);  // beyond the end
  const auto sequences = window.sequences(half);
  ASSERT_EQ(sequences.size(), 2U);
  EXPECT_THAT(told(sequences[0]), testing::ElementsAre("0@30", "0@30", "1@30", "1@30"));
  // The third event of machine 3 is told at 55 s; the fourth was not, and machine 5 was not heard of again.
  EXPECT_THAT(told(sequences[1]), testing::ElementsAre("0@30", "0@30", "1@30", "0@55"));
}

TEST(AlignmentWindow, LeavesOutFinishedPartsThatAreScrap) {
  AlignmentWindow window(wall(0s), wall(60s), 0s, {{.machine = 0}, {.machine = 1, .every = 2}});
  const auto future = window.next_future(Time{});
  future(event(Event::Kind::complete, 0, 1s));
  future(event(Event::Kind::scrap, 0, 1s));
  future(event(Event::Kind::complete, 0, 2s));
  future(event(Event::Kind::mode, 0, 2s));
  future(event(Event::Kind::scrap, 0, 2s));  // of a part in process, by a failure
  future(event(Event::Kind::complete, 1, 3s));
  future(event(Event::Kind::complete, 1, 4s));
  future(event(Event::Kind::scrap, 1, 4s));
  future(event(Event::Kind::complete, 1, 5s));
  for (const std::uint32_t machine : {0U, 1U}) window.tell(machine, wall(60s), 0.0);
  EXPECT_THAT(told(window.sequences(half)[1]), testing::ElementsAre("0@60", "1@60"));
}

TEST(AlignmentWatch, ComparesStationsOfALargePlantInTurn) {
  const Model model = compile(test::serial_line(
      std::vector<Machine>(30, test::machine_with(Distribution::constant(10.0))), std::vector<std::uint32_t>(29, 5)));
  std::map<std::uint32_t, double> counts;
  for (std::uint32_t m = 0; m < 30; ++m) counts[m] = 1.0;
  AlignmentWatch watch({.events = 400, .of_station = 30});
  std::vector<int> times(30);
  for (int i = 0; i < 9; ++i) {
    const AlignmentWindow window = watch.plan(model, model.defaults, counts, wall(0s), wall(600s), 150s);
    EXPECT_LE(window.stations().size() * 30, 400U);
    for (const AlignmentWindow::Station& station : window.stations()) {
      EXPECT_EQ(station.every, 2U);  // 60 parts
      EXPECT_EQ(station.within, 10s);
      ++times[station.machine];
    }
  }
  EXPECT_GE(std::ranges::min(times), 3);
  EXPECT_LE(std::ranges::max(times) - std::ranges::min(times), 1);
}

TEST(AlignmentWatch, KnowsCyclesByProductAndLeavesOutWhatIsSlow) {
  PlantBuilder plant("mill");
  plant.product("a").product("b");
  auto line = plant.line("e", "w", "l");
  line.source("inlet", {Source::Saturated{}, {{"a", 1.0}, {"b", 1.0}}, WithoutPlace::lost}, {{"saw"}});
  Machine saw = working(10.0);
  saw.cycle_time = {Distribution::constant(10.0), {{"b", Distribution::constant(30.0)}}};
  line.machine("saw", saw, {{"oven"}});
  line.machine("oven", working(200.0), {{"press"}});
  line.machine("press", working(40.0), {{"store"}});
  line.sink("store");
  const Model model = compile(plant.build());
  AlignmentWatch watch;
  const AlignmentWindow window =
      watch.plan(model, model.defaults, {{0, 0.0}, {1, 0.0}, {2, 0.0}}, wall(0s), wall(600s), 150s);
  std::map<std::string, Duration> within;
  for (const AlignmentWindow::Station& station : window.stations())
    within[model.machine_path(station.machine)] = station.within;
  EXPECT_THAT(within, testing::ElementsAre(testing::Pair("/e/w/l/press", 20s), testing::Pair("/e/w/l/saw", 10s)));
}

// ---- shifts -------------------------------------------------------------------------------------------------------

/// Nothing but counters is reported.
Snapshot counters_of(const Model& model, const State& real, std::uint64_t seq) {
  Snapshot snapshot = test::report_of(model, real, seq);
  for (EntityReading& reading : snapshot.entities) reading.state.reset();
  return snapshot;
}

/// Parts go from a saw to one of two presses.
Model two_presses(double to_first) {
  PlantBuilder plant("presses");
  auto line = plant.line("e", "w", "l");
  line.source("inlet", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"saw"}});
  line.machine("saw", working(20.0), {{"rack_1", to_first}, {"rack_2", 1.0 - to_first}});
  line.buffer("rack_1", {20, 0}, {{"press_1"}});
  line.buffer("rack_2", {20, 0}, {{"press_2"}});
  line.machine("press_1", working(15.0), {{"store"}});
  line.machine("press_2", working(15.0), {{"store"}});
  line.sink("store");
  return compile(plant.build());
}

struct End {
  bool doubted = false, invalid = false;   ///< by alignment, at any time
  bool by_order = false, by_time = false;  ///< called invalid
  Verdict verdict;
  double mean_z = 0.0;  ///< of timing
  std::string sentence;
};

/// A shift of a twin that hears counters.
template <class Report>
End shift_of(const Model& model, std::uint64_t seed, Report&& report, Duration length = 8h, bool learn = false) {
  Twin twin(model, {.seed = mix64(~seed), .learn = learn});
  End end;
  std::uint64_t seq = 0;
  for (Duration t = 30s; t <= length; t += 30s) {
    twin.apply(report(t, ++seq));
    for (const Doubt& each : twin.verdict().doubts)
      if (each.check == "alignment") {
        const bool is_invalid = each.trust == Trust::invalid,
                   is_order = each.sentence.find("in another order") != std::string::npos;
        end.doubted = true;
        end.invalid = end.invalid || is_invalid;
        (is_order ? end.by_order : end.by_time) |= is_invalid;
        end.sentence = each.sentence;
      }
  }
  end.verdict = twin.verdict();
  const AlignmentWatch& watch = twin.fidelity().alignment();
  end.mean_z = watch.timing().sum_z / static_cast<double>(std::max<std::uint64_t>(watch.windows(), 1));
  return end;
}

/// A shift of a plant that is another one than the twin's.
End shift_of(const Model& twin, const Model& plant, std::uint64_t seed, Duration length = 8h, bool learn = false) {
  State real = start(plant, plant.defaults, mix64(seed));
  return shift_of(
      twin, seed,
      [&](Duration t, std::uint64_t seq) {
        advance(plant, plant.defaults, real, Time{t});
        return counters_of(plant, real, seq);
      },
      length, learn);
}

template <class Run>
std::vector<End> many(std::uint32_t count, Run&& run) {
  std::vector<End> ends(count);
  ThreadPool pool;
  pool.run(count, [&](std::size_t i) { ends[i] = run(1000 + i); });
  const auto of = [&](auto member) { return static_cast<int>(std::ranges::count(ends, true, member)); };
  std::printf("%d of %u shifts doubted by alignment, %d called invalid\n", of(&End::doubted), count, of(&End::invalid));
  return ends;
}

// A twin that is right is doubted by its alignment in at most 0.5 % of the shifts, so that of 20 two are once in two
// hundred. 47 ranks of each shift are uniform: the mean of their normal scores over 20 shifts has a standard deviation
// of 1 / sqrt(940) = 0.033 and is beyond four of them once in 15 000. Futures whose own reports were seen finer or
// coarser than the plant's would push it to one side by tenths.
TEST(AlignmentWatch, TrustsATwinThatIsRight) {
  const Model model = two_presses(0.5);
  const std::uint32_t count = shifts(20);
  const std::vector<End> ends = many(count, [&](std::uint64_t seed) { return shift_of(model, model, seed); });
  EXPECT_LE(std::ranges::count(ends, true, &End::doubted), count < 100 ? 1 : count / 50);
  double mean = 0.0;
  for (const End& each : ends) mean += each.mean_z / count;
  EXPECT_NEAR(mean, 0.0, 4.0 / std::sqrt(47.0 * count));
  const AlignmentScores& scores = *ends[0].verdict.alignment;
  EXPECT_EQ(scores.windows, 47U);
  EXPECT_NEAR(scores.logic, scores.expected_logic, 0.05);
  EXPECT_NEAR(scores.timing, scores.expected_timing, 0.05);
}

// Three of four parts go to the first press, where the twin believes that it is half of them.
TEST(AlignmentWatch, FindsPartsThatTakeAnotherWay) {
  const Model model = two_presses(0.5), plant = two_presses(0.75);
  const std::uint32_t count = shifts(10);
  const std::vector<End> ends = many(count, [&](std::uint64_t seed) { return shift_of(model, plant, seed); });
  EXPECT_GE(std::ranges::count(ends, true, &End::by_order), 85 * count / 100);
  EXPECT_THAT(ends[0].sentence, testing::HasSubstr("furthest off is /e/w/l/press_"));
}

/// Ten parts, one every 10 s, then a pause of 100 s: a part in 20 s, as the twin believes, but out of its step.
Snapshot in_batches(const Model& model, Duration t, std::uint64_t seq) {
  const auto s = static_cast<std::uint64_t>(t / 1s);
  Snapshot snapshot;
  snapshot.ts = model.plant.clock.to_wall(Time{t});
  snapshot.source = "plc";
  snapshot.seq = seq;
  snapshot.complete = true;
  EntityReading& reading = snapshot.entities.emplace_back();
  reading.path = model.machine_path(0);
  reading.counters =
      CounterReading{std::nullopt, s / 200 * 10 + std::min<std::uint64_t>(s % 200 / 10, 10), std::nullopt, 0};
  return snapshot;
}

TEST(AlignmentWatch, FindsEventsThatAreOutOfStepThoughThePaceIsRight) {
  const Model model = compile(test::serial_line({working(20.0)}, {}));
  const std::uint32_t count = shifts(10);
  const std::vector<End> ends = many(count, [&](std::uint64_t seed) {
    return shift_of(model, seed, [&](Duration t, std::uint64_t seq) { return in_batches(model, t, seq); });
  });
  EXPECT_GE(std::ranges::count(ends, true, &End::by_time), 85 * count / 100);
  EXPECT_LE(std::ranges::count(ends, true, &End::by_order), count / 10);
  const AlignmentScores& scores = *ends[0].verdict.alignment;
  EXPECT_LT(scores.timing, scores.expected_timing - 0.1);
  EXPECT_NEAR(scores.logic, scores.expected_logic, 0.05);
  EXPECT_EQ(scores.furthest, model.machine_path(0));
  EXPECT_THAT(ends[0].sentence, testing::HasSubstr("at other times"));
  for (const Doubt& each : ends[0].verdict.doubts)  // nothing else has seen it
    EXPECT_THAT(each.check, testing::AnyOf("alignment", "skill")) << each.sentence;
}

TEST(AlignmentWatch, BeginsAnewWithAnotherReference) {
  const Model model = compile(test::serial_line({working(20.0)}, {}));
  Twin twin(model, {.learn = false});
  std::uint64_t seq = 0;
  for (Duration t = 30s; t <= 8h; t += 30s) twin.apply(in_batches(model, t, ++seq));
  EXPECT_EQ(twin.verdict().trust, Trust::invalid);
  twin.adopt();
  EXPECT_EQ(twin.verdict().trust, Trust::valid);
  EXPECT_FALSE(twin.verdict().alignment.has_value());
}

}  // namespace
}  // namespace takt
