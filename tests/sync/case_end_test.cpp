// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/case_end.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "takt/core/error.hpp"
#include "takt/core/random.hpp"

namespace takt {
namespace {

using std::chrono::hours;
using Instant = WallClock::Instant;

constexpr double kDay_s = 86400.0;
const Instant kStart = parse_instant("2026-01-01T00:00:00Z");

Instant day(double days) { return kStart + from_seconds(days * kDay_s); }

// A shop whose orders are worked on every half day until they end after a random time, and are then packed.
struct Shop {
  EventLog log;
  std::map<std::uint32_t, double> end;  // by case

  void add(const std::string& name, const std::string& product, double quantity, double from, double to) {
    for (double t = from; t < to; t += 0.5) row(name, "turn", product, quantity, t);
    row(name, "pack", product, quantity, to);
    end[log.cases.find(name)] = to;
  }
  void row(const std::string& name, const std::string& activity, const std::string& product, double quantity,
           double at) {
    log.add({.case_id = name,
             .activity = activity,
             .product = product,
             .start = day(at),
             .complete = day(at) + hours{1},
             .quantity = quantity});
  }
  std::vector<std::uint32_t> open_at(double t) const {
    std::vector<std::uint32_t> open;
    for (const auto& [order, to] : end) {
      const bool has_begun = std::ranges::any_of(log.events, [&, id = order](const LoggedEvent& event) {
        return event.case_id == id && event.start < day(t);
      });
      if (has_begun && day(to) + hours{1} > day(t)) open.push_back(order);
    }
    return open;
  }
};

// Ten orders a day for 60 days; "slow" products last 20 days on average, others 5, exponentially.
Shop random_shop(std::uint64_t seed) {
  Shop shop;
  const StreamKey stream = stream_key(seed, 0, hash_path("/shop"), Purpose::cycle);
  for (int i = 0; i < 600; ++i) {
    const bool slow = i % 2 == 0;
    const double from = 0.1 * i;
    const double lasts = (slow ? -20.0 : -5.0) * std::log(Draw(stream, static_cast<std::uint64_t>(i)).uniform());
    shop.add("order " + std::to_string(i), slow ? "slow" : "fast", 10.0, from, from + lasts);
  }
  shop.log.sort();
  return shop;
}

double quantile_days(const WeightedAtoms& law, double p) { return law.quantiles(std::array{p})[0] / kDay_s; }

std::uint32_t first_of(const Shop& shop, const std::vector<std::uint32_t>& open, const std::string& product) {
  for (const std::uint32_t each : open) {
    if (shop.log.products[shop.log.facts[each].product] == product) return each;
  }
  return NameTable::kNone;
}

TEST(CaseEnd, TheHazardOfEachProductIsLearntThoughSlowCasesAreStillOpen) {
  const Shop shop = random_shop(1);
  const std::vector<std::uint32_t> open = shop.open_at(50.0);
  const CaseEnds ends(shop.log, day(50.0), open, {.effect_sd = 2.0});
  // Medians are ln 2 times the means, 20 and 5 days. About 220 slow and 240 fast ones have ended: the logarithm of a
  // rate is known to 7 %, so that a quarter off is three standard errors and more.
  const double slow = quantile_days(ends.remaining(first_of(shop, open, "slow"), hours{24 * 200}), 0.5);
  const double fast = quantile_days(ends.remaining(first_of(shop, open, "fast"), hours{24 * 200}), 0.5);
  EXPECT_NEAR(slow / (20.0 * std::log(2.0)), 1.0, 0.25);
  EXPECT_NEAR(fast / (5.0 * std::log(2.0)), 1.0, 0.25);
}

TEST(CaseEnd, BandsOfNinetyPercentHoldWhatComesInNinetyPercent) {
  int inside = 0, all = 0;
  for (const std::uint64_t seed : {2U, 3U, 4U}) {
    const Shop shop = random_shop(seed);
    const std::vector<std::uint32_t> open = shop.open_at(40.0);
    const CaseEnds ends(shop.log, day(40.0), open);
    for (const std::uint32_t each : open) {
      const WeightedAtoms law = ends.remaining(each, hours{24 * 300});
      const double left = shop.end.at(each) + 1.0 / 24.0 - 40.0;
      inside += quantile_days(law, 0.05) <= left && left <= quantile_days(law, 0.95);
      ++all;
    }
  }
  ASSERT_GT(all, 250);
  // Four standard errors of a binomial share at 250: a band of 80 % or of 98 % would leave it.
  EXPECT_NEAR(static_cast<double>(inside) / all, 0.9, 0.076);
}

TEST(CaseEnd, WhatOrdersEndWithIsFoundAndHastensTheirEnd) {
  Shop shop;
  // Orders last 20 days and end with the packing.
  for (int i = 0; i < 80; ++i) {
    const std::string name = "order " + std::to_string(i);
    shop.add(name, "tube", 5.0 + i % 7, 0.7 * i, 0.7 * i + 20.0);
    if (i % 2 == 0) shop.row(name, "pack", "tube", 0.0, 0.7 * i + 19.0);  // half of them in two lots
  }
  shop.log.sort();
  const std::vector<std::uint32_t> open = shop.open_at(50.0);
  const CaseEnds ends(shop.log, day(50.0), open);
  ASSERT_EQ(ends.closing_activities().size(), 1U);
  EXPECT_EQ(shop.log.activities[ends.closing_activities()[0]], "pack");
  const auto effects = ends.effects();
  const auto reached = std::ranges::find(effects, "reached pack", &CaseEnds::Effect::name);
  ASSERT_NE(reached, effects.end());
  EXPECT_GT(reached->log_ratio, 2.0 * reached->sd);
}

TEST(CaseEnd, TheHorizonCutsTheLaw) {
  const Shop shop = random_shop(5);
  const std::vector<std::uint32_t> open = shop.open_at(50.0);
  const CaseEnds ends(shop.log, day(50.0), open);
  const std::uint32_t slow = first_of(shop, open, "slow");
  const WeightedAtoms capped = ends.remaining(slow, hours{24 * 7});
  EXPECT_NEAR(capped.weight(), 1.0, 1e-9);
  EXPECT_DOUBLE_EQ(quantile_days(capped, 0.99), 7.0);
  // Where the log ends there, the last event of a case that goes on is up to half a day before: so often it is heard.
  const WeightedAtoms ended = ends.remaining(slow, hours{24 * 7}, Horizon::log_end);
  EXPECT_NEAR(ended.weight(), 1.0, 1e-9);
  EXPECT_LT(quantile_days(ended, 0.99), 7.0);
  EXPECT_GT(quantile_days(ended, 0.99), 6.4);
  EXPECT_LT(ended.mean(), capped.mean());
}

TEST(CaseEnd, WhatIsRecordedLaterChangesNothing) {
  const Shop shop = random_shop(6);
  const std::vector<std::uint32_t> open = shop.open_at(30.0);
  EventLog early = shop.log;
  std::erase_if(early.events, [](const LoggedEvent& event) { return event.start >= day(30.0); });
  for (LoggedEvent& event : early.events) {
    if (*event.complete > day(30.0)) event.complete.reset();
  }
  const CaseEnds whole(shop.log, day(30.0), open), part(early, day(30.0), open);
  for (const std::uint32_t each : open) {
    EXPECT_EQ(whole.remaining(each, hours{24 * 20}, Horizon::log_end),
              part.remaining(each, hours{24 * 20}, Horizon::log_end));
  }
}

TEST(CaseEnd, BeforeAnythingHasEndedThePriorIsTold) {
  Shop shop;
  shop.add("a", "tube", 0.0, 0.0, 30.0);
  shop.log.sort();
  const CaseEnds ends(shop.log, day(0.4), std::array{0U},
                      {.prior_steps = 10.0, .prior_log_sd = 0.01, .level_sd = 0.01});
  EXPECT_NEAR(quantile_days(ends.remaining(0, hours{24 * 1000}), 0.5), 10.0 * std::log(2.0), 0.3);
  EXPECT_TRUE(ends.closing_activities().empty());
}

TEST(CaseEnd, WrongCasesAndOptionsAreRefused) {
  const Shop shop = random_shop(7);
  const std::vector<std::uint32_t> open = shop.open_at(30.0);
  EXPECT_THROW(CaseEnds(shop.log, day(30.0), std::array{599U}), InvalidInput);   // begins later
  EXPECT_THROW(CaseEnds(shop.log, day(30.0), std::array{9999U}), InvalidInput);  // not in the log
  EXPECT_THROW(CaseEnds(shop.log, day(30.0), open, {.step = hours{0}}), InvalidInput);
  EXPECT_THROW(CaseEnds(shop.log, day(30.0), open, {.distances = {1, 2}}), InvalidInput);
  const CaseEnds ends(shop.log, day(30.0), open);
  EXPECT_THROW(ends.remaining(599, hours{24}), InvalidInput);
}

}  // namespace
}  // namespace takt
