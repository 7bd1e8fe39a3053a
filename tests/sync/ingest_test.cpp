// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/ingest.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "engine/choices.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using Instant = Ingest::Instant;

constexpr Instant kBegin{Duration{1'700'000'000s}};

Snapshot message(const std::string& source, std::uint64_t seq, Instant ts, bool complete = false,
                 std::uint64_t epoch = 1) {
  return {.ts = ts, .source = source, .epoch = epoch, .seq = seq, .complete = complete, .entities = {}, .orders = {}};
}

/// What came out, as text.
std::vector<std::string> all_of(Ingest& ingest) {
  std::vector<std::string> told;
  while (auto next = ingest.next_of_rest()) told.push_back(next->source + std::to_string(next->seq));
  return told;
}

using Told = std::vector<std::string>;

TEST(Ingest, PutsASourceIntoItsOrder) {
  Ingest ingest;
  EXPECT_EQ(ingest.add(message("a", 0, kBegin, true), kBegin), Taken::accepted);
  EXPECT_EQ(ingest.add(message("a", 2, kBegin + 2s), kBegin + 2s), Taken::held);
  EXPECT_EQ(ingest.add(message("a", 2, kBegin + 2s), kBegin + 2s), Taken::duplicate);
  EXPECT_EQ(ingest.add(message("a", 1, kBegin + 1s), kBegin + 3s), Taken::accepted);
  EXPECT_EQ(ingest.add(message("a", 1, kBegin + 1s), kBegin + 3s), Taken::duplicate);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::in_step);
  EXPECT_EQ(all_of(ingest), (Told{"a0", "a1", "a2"}));
}

TEST(Ingest, GivesOutBehindTheWatermarkInTheOrderOfEventTime) {
  Ingest ingest({.lateness = 5s});
  ingest.add(message("a", 0, kBegin, true), kBegin);
  ingest.add(message("b", 0, kBegin + 100ms, true), kBegin + 100ms);
  ingest.add(message("b", 1, kBegin + 3s), kBegin + 3s);
  ingest.add(message("a", 1, kBegin + 1s), kBegin + 3s);
  ingest.add(message("a", 2, kBegin + 9s), kBegin + 9s);
  ingest.tick(kBegin + 9s);
  EXPECT_FALSE(ingest.next());  // b was last heard of at 3 s
  ingest.add(message("b", 2, kBegin + 9s), kBegin + 9s);
  ingest.tick(kBegin + 9s);
  Told told;
  while (auto next = ingest.next()) told.push_back(next->source + std::to_string(next->seq));
  EXPECT_EQ(told, (Told{"a0", "b0", "a1", "b1"}));
  ingest.tick(kBegin + 9s + 31s);  // both are idle now
  EXPECT_EQ(ingest.next()->source, "a");
}

TEST(Ingest, AsksForEverythingWhereSomethingIsMissing) {
  Ingest ingest;
  ingest.add(message("a", 0, kBegin, true), kBegin);
  ingest.add(message("a", 3, kBegin + 3s), kBegin + 3s);
  ingest.tick(kBegin + 4s);
  EXPECT_TRUE(ingest.rebirths().empty());
  ingest.tick(kBegin + 6s);
  EXPECT_EQ(ingest.rebirths(), Told{"a"});
  EXPECT_EQ(ingest.standing("a"), SourceStanding::out_of_step);
  EXPECT_EQ(ingest.counts().missing, 2U);
  EXPECT_EQ(ingest.add(message("a", 1, kBegin + 1s), kBegin + 6s), Taken::late);
  ingest.tick(kBegin + 7s);
  EXPECT_TRUE(ingest.rebirths().empty());
  ingest.tick(kBegin + 17s);
  EXPECT_EQ(ingest.rebirths(), Told{"a"});
  ingest.add(message("a", 0, kBegin + 18s, true, 2), kBegin + 18s);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::in_step);
  EXPECT_EQ(all_of(ingest), (Told{"a0", "a3", "a256"}));
}

TEST(Ingest, ABirthInTheSameLifeCountsAnew) {  // as a rebirth of Sparkplug B does
  Ingest ingest;
  ingest.add(message("a", 0, kBegin, true), kBegin);
  ingest.add(message("a", 1, kBegin + 1s), kBegin + 1s);
  EXPECT_EQ(ingest.add(message("a", 0, kBegin + 5s, true), kBegin + 5s), Taken::accepted);
  EXPECT_EQ(ingest.add(message("a", 0, kBegin, true), kBegin + 5s), Taken::late);
  EXPECT_EQ(ingest.add(message("a", 0, kBegin + 5s, true), kBegin + 5s), Taken::duplicate);
  EXPECT_EQ(ingest.add(message("a", 1, kBegin + 6s), kBegin + 6s), Taken::accepted);
  EXPECT_EQ(all_of(ingest), (Told{"a0", "a1", "a256", "a257"}));
}

TEST(Ingest, EpochsWrapAsBdSeqDoes) {
  Ingest ingest;
  std::uint64_t seconds = 0;
  const auto at = [&seconds] { return kBegin + std::chrono::seconds{seconds}; };
  for (const std::uint64_t epoch : {254U, 255U, 0U, 1U}) {
    ++seconds;
    EXPECT_EQ(ingest.add(message("a", 0, at(), true, epoch), at()), Taken::accepted) << epoch;
    EXPECT_EQ(ingest.add(message("a", 1, at(), false, epoch), at()), Taken::accepted) << epoch;
  }
  seconds += 10;
  ingest.tick(at());
  EXPECT_EQ(ingest.add(message("a", 0, kBegin + 2s, true, 255), at()), Taken::late) << "a life that is over";
  EXPECT_EQ(ingest.add(message("a", 2, kBegin + 2s, false, 255), at()), Taken::late);
  EXPECT_EQ(ingest.add(message("a", 2, at(), false, 1), at()), Taken::accepted);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::in_step);
}

TEST(Ingest, ASourceThatForgetsItsEpochIsHeardAgain) {
  Ingest ingest;
  ingest.add(message("a", 0, kBegin, true, 7), kBegin);
  EXPECT_EQ(ingest.add(message("a", 0, kBegin - 1s, true, 0), kBegin + 1s), Taken::late) << "older than the last birth";
  EXPECT_TRUE(ingest.rebirths().empty());
  EXPECT_EQ(ingest.add(message("a", 1, kBegin + 2s, false, 0), kBegin + 2s), Taken::late);
  EXPECT_EQ(ingest.rebirths(), Told{"a"}) << "its birth was lost";
  EXPECT_EQ(ingest.add(message("a", 0, kBegin + 3s, true, 0), kBegin + 3s), Taken::accepted);
  EXPECT_EQ(ingest.add(message("a", 1, kBegin + 4s, false, 0), kBegin + 4s), Taken::accepted);
  EXPECT_EQ(all_of(ingest), (Told{"a0", "a256", "a257"}));
}

TEST(Ingest, ABirthThatOvertakesNewsDoesNotMakeThemLate) {
  for (const std::uint64_t epoch : {1U, 2U}) {  // a rebirth, a restart
    Ingest ingest;
    ingest.add(message("a", 0, kBegin, true), kBegin);
    EXPECT_EQ(ingest.add(message("a", 0, kBegin + 3s, true, epoch), kBegin + 3s), Taken::accepted);
    EXPECT_EQ(ingest.add(message("a", 2, kBegin + 2s), kBegin + 3s), Taken::held);
    EXPECT_EQ(ingest.add(message("a", 1, kBegin + 1s), kBegin + 3s), Taken::accepted);
    EXPECT_EQ(ingest.add(message("a", 1, kBegin + 1s), kBegin + 3s), Taken::duplicate);
    EXPECT_EQ(ingest.add(message("a", 1, kBegin + 4s, false, epoch), kBegin + 4s), Taken::accepted);
    EXPECT_EQ(ingest.add(message("a", 4, kBegin + 2500ms), kBegin + 4s), Taken::held) << "3 is lost, and made up for";
    ingest.tick(kBegin + 6s);
    EXPECT_EQ(ingest.standing("a"), SourceStanding::in_step);
    EXPECT_TRUE(ingest.rebirths().empty());
    EXPECT_EQ(ingest.add(message("a", 3, kBegin + 2400ms), kBegin + 6s), Taken::late);
    EXPECT_EQ(all_of(ingest), (Told{"a0", "a1", "a2", "a4", "a256", "a257"}));
    EXPECT_EQ(ingest.counts().of(Taken::held), 0U);
  }
}

TEST(Ingest, NewsOlderThanABirthThatCameOutAreLate) {
  Ingest ingest({.reorder = 5s, .lateness = 1s});
  ingest.add(message("a", 0, kBegin, true), kBegin);
  ingest.add(message("a", 0, kBegin + 2s, true), kBegin + 2s);
  ingest.add(message("a", 1, kBegin + 4s), kBegin + 4s);
  ingest.tick(kBegin + 4s);
  while (ingest.next()) continue;
  EXPECT_EQ(ingest.add(message("a", 1, kBegin + 1s), kBegin + 4s), Taken::late);
}

TEST(Ingest, NewsThatOvertakeTheirBirthWaitForIt) {
  Ingest ingest;
  for (std::uint64_t seq = 0; seq < 200; ++seq) ingest.add(message("a", seq, kBegin, seq == 0), kBegin);
  EXPECT_EQ(ingest.add(message("a", 1, kBegin + 2s), kBegin + 2s), Taken::held);
  EXPECT_EQ(ingest.add(message("a", 100, kBegin), kBegin + 2s), Taken::duplicate);
  EXPECT_EQ(ingest.add(message("a", 0, kBegin + 1s, true), kBegin + 2s), Taken::accepted);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::in_step);
  EXPECT_EQ(all_of(ingest).back(), "a257");
}

TEST(Ingest, WhereNumbersDoNotWrapCompleteMessagesKeepTheirPlace) {
  Ingest ingest({.sequence_modulus = 0});
  ingest.add(message("a", 700, kBegin, true), kBegin);
  EXPECT_EQ(ingest.add(message("a", 702, kBegin + 2s, true), kBegin + 2s), Taken::held);
  EXPECT_EQ(ingest.add(message("a", 701, kBegin + 1s), kBegin + 2s), Taken::accepted);
  EXPECT_EQ(all_of(ingest), (Told{"a700", "a701", "a702"}));
}

TEST(Ingest, SourcesCountEachInItsWay) {
  Ingest ingest;
  ingest.add(message("plug", 255, kBegin, true), kBegin, {.sequence_modulus = 256});
  ingest.add(message("file", 255, kBegin, true), kBegin, {.sequence_modulus = 0});
  EXPECT_EQ(ingest.add(message("plug", 0, kBegin + 1s), kBegin + 1s, {.sequence_modulus = 256}), Taken::accepted);
  EXPECT_EQ(ingest.add(message("file", 256, kBegin + 1s), kBegin + 1s, {.sequence_modulus = 0}), Taken::accepted);
  EXPECT_EQ(ingest.add(message("plug", 256, kBegin + 1s), kBegin + 1s, {.sequence_modulus = 256}), Taken::rejected);
}

TEST(Ingest, ARecordKeepsItsTimesAndTellsWhenItArrived) {
  Ingest ingest({.lateness = Duration{0}});
  ingest.add(message("file", 0, kBegin - 24h, true), kBegin, {.recorded = true});
  ingest.add(message("file", 1, kBegin - 23h), kBegin + 1ms, {.recorded = true});
  ingest.tick(kBegin + 1ms);
  ASSERT_EQ(ingest.next()->ts, kBegin - 24h);
  EXPECT_EQ(ingest.arrival_of_last(), kBegin);
  ASSERT_EQ(ingest.next()->ts, kBegin - 23h);
  EXPECT_EQ(ingest.arrival_of_last(), kBegin + 1ms);
  ingest.tick(kBegin + 10h);
  EXPECT_EQ(ingest.standing("file"), SourceStanding::in_step);
}

TEST(Ingest, ASourceWithoutABirthIsHeardAfterAWhile) {
  Ingest ingest;
  for (const std::uint64_t seq : {1U, 255U, 0U})  // around the end of the count
    EXPECT_EQ(ingest.add(message("a", seq, kBegin + (seq + 1) % 256 * 1ms), kBegin), Taken::held);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::unborn);
  ingest.tick(kBegin + 3s);
  EXPECT_EQ(ingest.rebirths(), Told{"a"});
  EXPECT_EQ(ingest.standing("a"), SourceStanding::out_of_step);
  EXPECT_EQ(all_of(ingest), (Told{"a255", "a256", "a257"}));
}

TEST(Ingest, CorrectsAClockThatIsOff) {
  Ingest ingest;
  ingest.add(message("slow", 0, kBegin - 1h, true), kBegin);
  ingest.add(message("right", 0, kBegin + 1s, true), kBegin + 1s + 20ms);
  ingest.add(message("slow", 1, kBegin - 1h + 2s), kBegin + 2s);
  EXPECT_EQ(ingest.clock_offset("slow"), Duration{1h});
  EXPECT_EQ(ingest.clock_offset("right"), Duration{0});
  EXPECT_EQ(all_of(ingest), (Told{"slow0", "right0", "slow1"}));
}

TEST(Ingest, TellsTheSilentFromTheDead) {
  Ingest ingest({.silence = Duration{0}});
  for (std::uint64_t i = 0; i < 5; ++i) {
    const Instant at = kBegin + static_cast<std::int64_t>(i) * 1s;
    ingest.add(message("a", i, at, i == 0), at);
    ingest.tick(at);
  }
  EXPECT_EQ(ingest.standing("a"), SourceStanding::in_step);
  ingest.tick(kBegin + 8s);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::stale);
  ingest.died("a", kBegin + 9s);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::dead);
  EXPECT_EQ(ingest.add(message("a", 5, kBegin + 5s), kBegin + 9s), Taken::late) << "sent before it died";
  EXPECT_EQ(ingest.add(message("a", 0, kBegin, true), kBegin + 9s), Taken::late);
  ingest.tick(kBegin + 20s);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::dead);
  ingest.rebirths();
  ingest.add(message("a", 6, kBegin + 20s), kBegin + 20s);
  EXPECT_EQ(ingest.rebirths(), Told{"a"}) << "it has come back, and has to tell everything";
  ingest.add(message("a", 0, kBegin + 20s, true, 2), kBegin + 20s);
  ingest.tick(kBegin + 20s);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::in_step);
}

TEST(Ingest, ASourceThatReportsInBurstsIsNotStaleBetweenThem) {
  Ingest ingest;
  for (std::uint64_t i = 0; i < 100; ++i) ingest.add(message("a", i, kBegin + i * 1ms, i == 0), kBegin + i * 1ms);
  ingest.tick(kBegin + 29s);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::in_step);
  ingest.tick(kBegin + 31s);
  EXPECT_EQ(ingest.standing("a"), SourceStanding::stale);
}

TEST(Ingest, TakesNoMoreThanItMayHold) {
  Ingest ingest({.most_held = 10, .most_waiting = 100});
  ingest.add(message("a", 0, kBegin, true), kBegin);
  std::uint64_t full = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    Snapshot each = message("a", (2 + i) % 256, kBegin + 1s);
    const bool is_full = ingest.add(std::move(each), kBegin + 1s) == Taken::full;
    full += is_full ? 1 : 0;
    EXPECT_EQ(each.source.empty(), !is_full);  // as it was, to be added again
  }
  EXPECT_LE(ingest.waiting(), 100U);
  EXPECT_EQ(full, 201U);
  EXPECT_EQ(ingest.counts().of(Taken::full), full);
}

TEST(Ingest, RefusesWhatIsNoMessage) {
  Ingest ingest;
  EXPECT_EQ(ingest.add(message("", 0, kBegin, true), kBegin), Taken::rejected);
  EXPECT_EQ(ingest.add(message("a", 256, kBegin, true), kBegin), Taken::rejected);
  for (const Instant wild : {Instant::min(), Instant::max(), kBegin + std::chrono::years{101}})
    EXPECT_EQ(ingest.add(message("a", 0, wild, true), kBegin), Taken::rejected);
  EXPECT_EQ(ingest.add(message("a", 0, Instant{}, true), kBegin), Taken::accepted) << "a clock that was never set";
  EXPECT_EQ(ingest.counts().reasons.size(), 3U);
  EXPECT_THROW(Ingest({.reorder = -1s}), InvalidInput);
  EXPECT_THROW(Ingest({.report_periods = 0.0}), InvalidInput);
}

/// Sources that number and stamp what they send, and a network that loses, repeats and delays it.
class Plant {
 public:
  static constexpr std::uint32_t kSources = 4, kCells = 6;

  explicit Plant(std::uint64_t seed, double loss) : choices_(seed), loss_(loss) {
    for (Source& source : sources_) source.clock = Duration{6'000'000 * (std::int64_t{choices_.below(1001)} - 500)};
  }

  struct Delivery {
    Instant arrival;
    Snapshot message;
  };

  static std::string name(std::size_t source) { return "plc_" + std::to_string(source); }

  void send_birth(std::size_t s, Instant now) {
    Source& source = sources_[s];
    source.epoch = (source.epoch + 1) % 256;
    source.seq = 0;
    Snapshot birth = message(name(s), source.seq++, now + source.clock, true, source.epoch);
    for (std::uint32_t c = 0; c < kCells; ++c) birth.entities.push_back(reading(c, source.cells[c]));
    deliver(std::move(birth), now, 0.0);
  }
  void send_news(std::size_t s, Instant now, bool may_be_lost = true) {
    Source& source = sources_[s];
    const std::uint32_t cell = choices_.below(kCells);
    source.cells[cell] = ++values_;
    Snapshot news = message(name(s), source.seq, now + source.clock, false, source.epoch);
    source.seq = (source.seq + 1) % 256;
    news.entities.push_back(reading(cell, source.cells[cell]));
    deliver(std::move(news), now, may_be_lost ? loss_ : 0.0);
  }
  std::uint32_t some(std::uint32_t below) { return choices_.below(below); }
  double cell(std::size_t s, std::uint32_t c) const { return source_at(s).cells[c]; }

  /// What has arrived by then.
  std::vector<Delivery> arrived(Instant now) {
    const auto first =
        std::partition(network_.begin(), network_.end(), [now](const Delivery& each) { return each.arrival > now; });
    std::vector<Delivery> here(std::make_move_iterator(first), std::make_move_iterator(network_.end()));
    network_.erase(first, network_.end());
    std::ranges::stable_sort(here, {}, &Delivery::arrival);
    return here;
  }

 private:
  struct Source {
    std::uint64_t epoch = 253, seq = 0;
    Duration clock{0};
    std::array<double, kCells> cells{};
  };
  const Source& source_at(std::size_t s) const { return sources_[s]; }

  static EntityReading reading(std::uint32_t cell, double value) {
    return {.path = "/e/w/l/b" + std::to_string(cell), .level = value};
  }
  void deliver(Snapshot message, Instant now, double loss) {
    const Instant arrival = now + 5ms + (choices_.chance(0.05) ? choices_.below(1500) : choices_.below(40)) * 1ms;
    if (choices_.chance(loss)) return;
    if (choices_.chance(0.05)) network_.push_back({arrival + choices_.below(500) * 1ms, message});
    network_.push_back({arrival, std::move(message)});
  }

  test::Choices choices_;
  double loss_;
  std::array<Source, kSources> sources_;
  double values_ = 0.0;
  std::vector<Delivery> network_;
};

std::uint64_t deliveries_wanted() {
  const char* wanted = std::getenv("TAKT_INGEST_DELIVERIES");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 100'000;
}

/// Five of a hundred messages twice, two of a thousand lost, delays up to 1.5 s, clocks off by up to 3 s, restarts.
TEST(Ingest, HasNoWrongCellWhateverTheNetworkDoes) {
  std::uint64_t deliveries = 0, wrong = 0, compared = 0, rebirths = 0;
  for (std::uint64_t run = 1; deliveries < deliveries_wanted(); ++run) {
    Plant plant(run, 0.002);
    Ingest ingest;
    std::map<std::pair<std::string, std::string>, double> image;
    std::vector<std::pair<Instant, std::size_t>> asked;
    Instant last_given = Instant::min(), watermark = Instant::min();
    std::uint64_t added = 0;
    const auto turn = [&](Instant now) {
      for (Plant::Delivery& each : plant.arrived(now)) {
        ++added;
        ingest.add(std::move(each.message), each.arrival);
      }
      ingest.tick(now);
      ASSERT_GE(ingest.watermark(), watermark);
      watermark = ingest.watermark();
      for (const std::string& source : ingest.rebirths()) asked.emplace_back(now + 50ms, source.back() - '0');
      while (const auto next = ingest.next()) {
        ASSERT_GE(next->ts, last_given);
        last_given = next->ts;
        for (const EntityReading& reading : next->entities) image[{next->source, reading.path}] = *reading.level;
      }
      for (auto& [at, source] : asked)
        if (at <= now) {
          plant.send_birth(source, now);
          at = Instant::max();
        }
    };
    Instant now = kBegin;
    for (std::size_t s = 0; s < Plant::kSources; ++s) plant.send_birth(s, now);
    for (int step = 0; step < 6000; ++step) {
      now += 20ms;
      plant.send_news(plant.some(Plant::kSources), now);
      if (plant.some(3000) == 0) plant.send_birth(plant.some(Plant::kSources), now);  // a restart
      if (step % 5 == 0) turn(now);
    }
    // The network comes to rest; each still says something now and then: the loss of a last word cannot be known.
    for (int step = 0; step < 1200; ++step) {
      now += 50ms;
      if (step < 400 && step % 20 == 0)
        for (std::size_t s = 0; s < Plant::kSources; ++s) plant.send_news(s, now, false);
      turn(now);
    }
    for (std::size_t s = 0; s < Plant::kSources; ++s) {
      const SourceStanding standing = ingest.standing(Plant::name(s));
      if (standing == SourceStanding::out_of_step) continue;  // it says so itself
      for (std::uint32_t c = 0; c < Plant::kCells; ++c) {
        ++compared;
        wrong += image[{Plant::name(s), "/e/w/l/b" + std::to_string(c)}] != plant.cell(s, c) ? 1 : 0;
      }
    }
    const IngestCounts& counts = ingest.counts();
    const std::uint64_t taken = std::accumulate(counts.taken.begin(), counts.taken.end(), std::uint64_t{0});
    ASSERT_EQ(taken, added) << "each message is one of these";
    ASSERT_EQ(counts.of(Taken::accepted), counts.given);
    ASSERT_EQ(counts.of(Taken::held), 0U);
    deliveries += added;
    rebirths += counts.rebirths;
  }
  std::cout << deliveries << " deliveries, " << rebirths << " rebirths, " << compared << " cells compared\n";
  EXPECT_EQ(wrong, 0U);
  EXPECT_GT(compared, deliveries / 400);
  EXPECT_GT(rebirths, 0U);
}

/// The same messages, delayed in other ways but for less than is waited.
TEST(Ingest, WhatComesOutDoesNotDependOnTheOrderOfArrival) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::vector<std::string> first;
    for (std::uint64_t order = 0; order < 4; ++order) {
      test::Choices choices(seed * 100 + order);
      std::vector<Plant::Delivery> deliveries;
      for (int s = 0; s < 3; ++s)
        for (std::uint64_t i = 0; i < 400; ++i) {
          const Instant ts = kBegin + static_cast<std::int64_t>(i * 50 + i * i % 7) * 1ms;
          // Born at the start, reborn in the same epoch, and begun anew.
          const std::uint64_t births = i < 150 ? 0 : i < 310 ? 150 : 310;
          const Snapshot each =
              message(Plant::name(static_cast<std::size_t>(s)), (i - births) % 256, ts, i == births, i < 310 ? 255 : 0);
          const Duration delay = i == 0 ? Duration{5ms} : Duration{choices.below(900) * 1ms};
          deliveries.push_back({ts + delay, each});
          if (choices.chance(0.1)) deliveries.push_back({ts + delay + choices.below(90) * 1ms, each});
        }
      std::ranges::stable_sort(deliveries, {}, &Plant::Delivery::arrival);
      Ingest ingest({.reorder = 1s, .lateness = 1s});
      std::vector<std::string> told;
      const auto tell = [&told](const Snapshot& each) {
        told.push_back(each.source + "/" + std::to_string(each.seq) + "@" +
                       std::to_string(each.ts.time_since_epoch().count()));
      };
      for (const Plant::Delivery& each : deliveries) {
        ingest.add(Snapshot(each.message), each.arrival);
        ingest.tick(each.arrival);
        while (const auto next = ingest.next()) tell(*next);
      }
      while (const auto next = ingest.next_of_rest()) tell(*next);
      ASSERT_EQ(told.size(), 1200U);
      if (order == 0) first = told;
      ASSERT_EQ(told, first) << "seed " << seed << ", order " << order;
    }
  }
}

}  // namespace
}  // namespace takt
