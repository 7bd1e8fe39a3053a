// SPDX-License-Identifier: Apache-2.0
#include "line.hpp"

#include <algorithm>
#include <chrono>

#include "takt/io/plant/plant_file.hpp"

namespace bottling {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUnit = "line";
constexpr const char* kFiller = "/bottler/filling/line/filler";
constexpr double kLeastRun = 600.0;  // seconds of an hour: less does not tell a pace
constexpr std::uint32_t kFuturesOfHour = 800, kFuturesOfDay = 300;

takt::SpellOptions spell_options() {
  return {.zone = kZone,
          .mean_running_s = 360.0,
          .mean_standing_s = 180.0,
          .half_life_d = 120.0,
          .group_events = 10.0,
          .other_groups = 1.0,
          .clock_events = 0.2,
          .recent_events = 20.0,
          .recent_age_s = 480.0};
}

takt::SpellOptions shift_options() {
  return {.zone = kZone,
          .mean_running_s = 4 * 3600.0,
          .half_life_d = 120.0,
          .group_events = 10.0,
          .other_groups = 1.0,
          .clock_sd_s = 1800.0,
          .clock_log_sd = 3.0,
          .clock_events = 0.2,
          .recent_events = 1000.0};
}

constexpr takt::PaceOptions kPace{.prior_s = 6.0,
                                  .half_life_h = 20.0,
                                  .other_products_h = 2.0,
                                  .block_h = 0.5,
                                  .error_half_life_d = 60.0,
                                  .prior_errors = 2.0};

takt::Snapshot snapshot(Instant at, std::uint64_t sequence, takt::EntityReading reading) {
  takt::Snapshot snapshot{.ts = at, .source = "log", .seq = sequence};
  reading.path = kFiller;
  snapshot.entities.push_back(std::move(reading));
  return snapshot;
}

}  // namespace

Line::Line(const std::filesystem::path& plant)
    : twin_(takt::compile(takt::io::load_plant(plant / "line.json")), {.largest_gap = std::chrono::hours{24 * 365}}),
      spells_(spell_options()),
      shifts_(shift_options()),
      pace_(kPace) {}

void Line::observe(const News& news) {
  switch (news.kind) {
    case News::Kind::production:
      close(news.at);
      product_ = news.product;
      begin(news.at);
      break;
    case News::Kind::stop:
      stopped_ = true;
      if (product_) change(false, std::max(news.at, since_), news.known);
      break;
    case News::Kind::start:
      stopped_ = false;
      if (product_) change(true, news.at, news.known);
      break;
    case News::Kind::hour: add_hour(news.at, news.bottles); break;
    case News::Kind::hole:
      if (!product_ || stopped_) break;
      spells_.close(kUnit, news.at);
      change(true, news.known, news.known);
      break;
    case News::Kind::end_production:
      judge_day(news);
      close(news.at);
      break;
  }
}

void Line::begin(Instant at) {
  since_ = at;
  running_.clear();
  is_open_ = false;
  shifts_.observe({.unit = kUnit, .running = true, .at = at, .group = *product_});
  change(!stopped_, at, at);
  morning_.reset();
  morning_ = std::make_shared<const Line>(*this);
}

/// What would have been told in the morning of the day that is over, against what came of it.
void Line::judge_day(const News& end) {
  if (!morning_ || !(end.monitored_h > 0.0)) return;
  Question question{.cut = morning_->since_, .product = *product_, .of_day = true, .horizon = kLongestDay};
  days_[false].add(takt::place_in(morning_->raw_answer(question), end.bottles));
  question.availability = true;
  days_[true].add(takt::place_in(morning_->raw_answer(question), 100.0 * end.operation_h / end.monitored_h));
}

void Line::change(bool running, Instant at, Instant known) {
  if (is_open_) running_.back().second = std::max(at, running_.back().first);
  is_open_ = running;
  if (running) running_.emplace_back(at, at);
  spells_.observe({.unit = kUnit, .running = running, .at = at, .group = *product_});
  twin_.apply(snapshot(known, sequence_++, {.state = running ? "Execute" : "Aborted", .state_since = at}));
}

void Line::close(Instant at) {
  if (!product_) return;
  change(false, at, at);
  spells_.close(kUnit, at);
  shifts_.observe({.unit = kUnit, .running = false, .at = at, .group = *product_});
  product_.reset();
}

void Line::add_hour(Instant hour, double bottles) {
  bottles_ += bottles;
  takt::EntityReading reading;
  reading.counters = takt::CounterReading{.good = static_cast<std::uint64_t>(bottles_)};
  twin_.apply(snapshot(hour + 1h, sequence_++, std::move(reading)));
  if (running_.empty()) return;
  const double running_s = ran_s(hour, hour + 1h);
  if (running_s >= kLeastRun) pace_.observe(kUnit, product_.value_or(""), bottles, running_s, hour + 1h);
}

/// How long the line ran between two instants.
double Line::ran_s(Instant from, Instant to) const {
  takt::Duration ran{0};
  for (const auto& stretch : running_) {
    const bool open = is_open_ && &stretch == &running_.back();
    const Instant a = std::max(stretch.first, from), b = std::min(open ? to : stretch.second, to);
    if (b > a) ran += b - a;
  }
  return takt::to_seconds(ran);
}

takt::WeightedAtoms Line::answer(const Question& question) const {
  const takt::WeightedAtoms law = raw_answer(question);
  const auto calibration = days_.find(question.availability);
  const bool by_shift = question.of_day && !question.monitored;
  return by_shift && calibration != days_.end() ? calibration->second.apply(law) : law;
}

takt::WeightedAtoms Line::raw_answer(const Question& question) const {
  takt::WeightedAtoms law;
  for (const takt::SpellFuture& future : futures(question))
    law.atoms.push_back({.value = question.availability ? 100.0 * future.running_s / std::max(future.length_s, 1.0)
                                                        : static_cast<double>(future.pieces),
                         .weight = 1.0});
  return law;
}

std::vector<takt::SpellFuture> Line::futures(const Question& question) const {
  takt::Twin twin = twin_;
  Instant present = question.cut;
  std::optional<takt::RunningSpell> spell = product_ ? spells_.now(kUnit) : std::nullopt;
  // Before its beginning, a shift is known by what is monitored of its first hour.
  if (!spell && !question.of_day && question.monitored && question.horizon > *question.monitored)
    present += question.horizon - *question.monitored;
  const takt::Duration horizon = question.monitored.value_or(question.horizon);
  if (!spell) spell = {.running = true, .from = present, .seen = present};
  twin.apply(
      snapshot(present, sequence_, {.state = spell->running ? "Execute" : "Aborted", .state_since = spell->from}));
  takt::SpellOutlook outlook{.running = spells_.hazard(kUnit, question.product, true, present, horizon),
                             .standing = spells_.hazard(kUnit, question.product, false, present, horizon),
                             .age_s = takt::to_seconds(present - spell->from),
                             .pace = pace_.pace(kUnit, question.product),
                             .pace_errors = pace_.errors(kUnit, present),
                             .pace_block = kLongestDay};  // what is wrong with the pace is so for the day
  if (!question.monitored) {
    const double age_s = product_ ? takt::to_seconds(present - since_) : 0.0;
    outlook.closes_after = shifts_.hazard(kUnit, question.product, true, present, horizon).law(age_s, 0.0, 1.0, 0.0);
  }
  const std::uint32_t count = question.of_day ? kFuturesOfDay : kFuturesOfHour;
  return takt::spell_futures(twin.now(), {0}, outlook, horizon, count);
}

}  // namespace bottling
