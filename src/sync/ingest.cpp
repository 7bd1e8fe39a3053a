// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/ingest.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"

namespace takt {
namespace {

constexpr std::size_t kGivenUp = 16;  ///< stretches remembered, to tell late ones from repeated ones

/// An offset is not followed more finely than this: the least delay of a network differs by as much from day to day.
constexpr Duration kOffsetStep = std::chrono::milliseconds{100};

/// Whether a time by a clock that may be wrong, even one that was never set, can be compared with another.
bool is_near(WallClock::Instant a, WallClock::Instant b) {
  constexpr double kMostSeconds = 100.0 * 365.25 * 86400.0;
  return std::abs(to_seconds(a.time_since_epoch()) - to_seconds(b.time_since_epoch())) < kMostSeconds;
}

Duration rounded(Duration offset) {
  const double steps = static_cast<double>(offset.count()) / static_cast<double>(kOffsetStep.count());
  return Duration{std::llround(steps) * kOffsetStep.count()};
}

}  // namespace

Ingest::Ingest(IngestOptions options) : options_(options) {
  std::vector<Fault> faults;
  const auto not_negative = [&faults](const char* name, Duration value) {
    if (value < Duration{0}) faults.push_back({name, to_text(value), "a time not below zero", "", "", 0});
  };
  not_negative("reorder", options.reorder);
  not_negative("lateness", options.lateness);
  not_negative("idle", options.idle);
  not_negative("ask_again", options.ask_again);
  not_negative("clock_tolerance", options.clock_tolerance);
  not_negative("skew_window", options.skew_window);
  if (options.sequence_modulus == 1 || options.sequence_modulus == 2)
    faults.push_back({"sequence_modulus", std::to_string(options.sequence_modulus), "0, or 3 and above", "", "", 0});
  if (!(options.report_periods > 0.0))
    faults.push_back({"report_periods", std::to_string(options.report_periods), "a number above 0", "", "", 0});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

// ---- sources -------------------------------------------------------------------------------------------------------

Ingest::Source& Ingest::source_of(const std::string& name) {
  const auto [it, is_new] = number_of_.try_emplace(name, static_cast<std::uint32_t>(sources_.size()));
  if (is_new) {
    Source& source = sources_.emplace_back();
    source.name = name;
    source.number = it->second;
  }
  return sources_[it->second];
}

const Ingest::Source* Ingest::find(std::string_view name) const {
  const auto it = number_of_.find(name);
  return it == number_of_.end() ? nullptr : &sources_[it->second];
}

/// The clock of a source by the least delay, and how often it speaks.
void Ingest::note_arrival(Source& source, Instant sent, Instant arrival) {
  const Duration delay = arrival - sent;
  auto& delays = source.delays;
  while (!delays.empty() && delays.back().second >= delay) delays.pop_back();
  delays.emplace_back(arrival, delay);
  while (delays.front().first < arrival - options_.skew_window) delays.pop_front();
  const Duration least = delays.front().second;
  const bool is_off = least > options_.clock_tolerance || least < -options_.clock_tolerance;
  source.offset = is_off ? rounded(least) : Duration{0};

  if (source.has_arrived && arrival > source.last_arrival) {
    constexpr double kWeight = 0.1;
    const double gap = to_seconds(arrival - source.last_arrival);
    source.period_s = source.period_s > 0.0 ? source.period_s + kWeight * (gap - source.period_s) : gap;
  }
  source.last_arrival = source.has_arrived ? std::max(source.last_arrival, arrival) : arrival;
  source.has_arrived = true;
}

SourceStanding Ingest::standing(std::string_view name) const {
  const Source* const source = find(name);
  if (source == nullptr || (!source->born && !source->is_dead)) return SourceStanding::unborn;
  if (source->is_dead) return SourceStanding::dead;
  const double silent_s = now_ > source->last_arrival ? to_seconds(now_ - source->last_arrival) : 0.0;
  if (source->period_s > 0.0 && silent_s > options_.report_periods * source->period_s) return SourceStanding::stale;
  return source->missed ? SourceStanding::out_of_step : SourceStanding::in_step;
}

Duration Ingest::clock_offset(std::string_view name) const {
  const Source* const source = find(name);
  return source == nullptr ? Duration{0} : source->offset;
}

std::vector<std::string> Ingest::sources() const {
  std::vector<std::string> names;
  for (const auto& [name, number] : number_of_) names.push_back(name);
  return names;
}

void Ingest::died(std::string_view name, Instant arrival) {
  Source& source = source_of(std::string(name));
  source.is_dead = true;
  source.born = false;
  source.last_arrival = std::max(source.last_arrival, arrival);
}

void Ingest::ask(Source& source, Instant now) {
  if (source.asked && now - *source.asked < options_.ask_again) return;
  source.asked = now;
  asked_.push_back(source.name);
  ++counts_.rebirths;
}

std::vector<std::string> Ingest::rebirths() { return std::exchange(asked_, {}); }

// ---- the order of a source -----------------------------------------------------------------------------------------

std::uint64_t Ingest::after(const Source& source, std::uint64_t seq) {
  return source.modulus == 0 ? seq + 1 : (seq + 1) % source.modulus;
}

/// How far a sequence number is beyond the one that is due.
std::uint64_t Ingest::ahead_of(const Source& source, std::uint64_t seq) {
  const std::uint64_t modulus = source.modulus;
  return modulus == 0 ? seq - source.next : (seq + modulus - source.next) % modulus;
}

/// More than half a round ahead is behind.
bool Ingest::is_behind(const Source& source, std::uint64_t ahead) {
  const std::uint64_t modulus = source.modulus;
  return modulus == 0 ? (ahead >> 63) != 0 : ahead >= modulus - modulus / 2;
}

bool Ingest::was_given_up(const Source& source, std::uint64_t seq) {
  return std::ranges::any_of(source.given_up, [&](const auto& stretch) {
    const std::uint64_t modulus = source.modulus;
    const std::uint64_t within = modulus == 0 ? seq - stretch.first : (seq + modulus - stretch.first) % modulus;
    return within < stretch.second;
  });
}

Taken Ingest::reject(const char* reason) {
  ++counts_.reasons[reason];
  return count(Taken::rejected);
}

Taken Ingest::add(Snapshot&& message, Instant arrival) {
  return add(std::move(message), arrival, {.sequence_modulus = options_.sequence_modulus});
}

Taken Ingest::add(Snapshot&& message, Instant arrival, const Sending& sending) {
  const std::uint64_t modulus = sending.sequence_modulus;
  if (waiting() >= options_.most_waiting) return count(Taken::full);
  if (message.source.empty()) return reject("no source");
  if (modulus != 0 && message.seq >= modulus) return reject("a sequence number beyond the modulus");
  if (!is_near(message.ts, arrival)) return reject("a time more than a hundred years from its arrival");
  Source& source = source_of(message.source);
  source.modulus = modulus;
  source.recorded = sending.recorded;
  if (sending.recorded) {
    source.has_arrived = true;
    source.last_arrival = std::max(source.last_arrival, arrival);
  } else {
    note_arrival(source, message.ts, arrival);
  }
  const bool is_known = source.born || source.is_dead || !source.held.empty();
  if (is_known && message.epoch < source.epoch) return count(Taken::late);
  if (source.is_dead && message.epoch == source.epoch && (!message.complete || message.ts <= source.birth))
    return count(Taken::late);  // sent before it died
  if (message.epoch > source.epoch || !is_known) {
    if (message.epoch != source.epoch) {
      drop_held(source, [](const Snapshot&) { return true; });
      source.born = false;
      source.given_up.clear();
    }
    source.epoch = message.epoch;
  }
  if (message.complete && (!source.born || modulus != 0)) {
    if (source.born && message.ts <= source.birth)
      return count(message.ts == source.birth ? Taken::duplicate : Taken::late);
    begin_life(source, std::move(message), arrival);
    return count(Taken::accepted);
  }
  if (!source.born) return hold(source, std::move(message), arrival);
  return add_in_order(source, std::move(message), arrival);
}

/// A birth: counting begins anew, and what is older than it is over.
void Ingest::begin_life(Source& source, Snapshot message, Instant arrival) {
  source.birth = message.ts;
  source.next = after(source, message.seq);
  source.born = true;
  source.missed = false;
  source.is_dead = false;
  source.asked.reset();
  source.given_up.clear();
  drop_held(source, [&](const Snapshot& held) {
    return held.ts < source.birth || is_behind(source, ahead_of(source, held.seq));
  });
  accept(source, std::move(message), arrival);
  drain(source);
}

Taken Ingest::add_in_order(Source& source, Snapshot message, Instant arrival) {
  const std::uint64_t ahead = ahead_of(source, message.seq);
  if (source.modulus != 0 && message.ts < source.birth) return count(Taken::late);
  if (is_behind(source, ahead)) return count(was_given_up(source, message.seq) ? Taken::late : Taken::duplicate);
  if (ahead > 0) return hold(source, std::move(message), arrival);
  if (message.complete) source.missed = false;
  source.next = after(source, source.next);
  accept(source, std::move(message), arrival);
  drain(source);
  return count(Taken::accepted);
}

Taken Ingest::hold(Source& source, Snapshot message, Instant arrival) {
  const std::uint64_t seq = message.seq;
  if (!source.held.try_emplace(seq, Held{std::move(message), arrival}).second) return count(Taken::duplicate);
  ++held_;
  count(Taken::held);
  if (source.held.size() > options_.most_held) {
    ask(source, arrival);
    give_up_gap(source);
  }
  return Taken::held;
}

void Ingest::accept(Source& source, Snapshot message, Instant arrival) {
  source.newest = std::max({message.ts + source.offset, source.newest, source.recorded ? Instant::min() : watermark_});
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  ready_.push_back({source.newest, source.accepted++, source.number, free_.back()});
  slots_[free_.back()] = {std::move(message), arrival};
  free_.pop_back();
  std::push_heap(ready_.begin(), ready_.end(), comes_later());
}

/// Those held whose turn it is.
void Ingest::drain(Source& source) {
  for (auto turn = source.held.find(source.next); turn != source.held.end(); turn = source.held.find(source.next)) {
    if (turn->second.message.complete) source.missed = false;
    accept(source, std::move(turn->second.message), turn->second.arrival);
    source.held.erase(turn);
    --held_;
    --counts_.taken[static_cast<std::size_t>(Taken::held)];
    count(Taken::accepted);
    source.next = after(source, source.next);
  }
}

/// Whether what is missing was waited for long enough.
bool Ingest::has_waited(const Source& source, Instant now) const {
  return std::ranges::any_of(source.held,
                             [&](const auto& held) { return now - held.second.arrival > options_.reorder; });
}

void Ingest::drop_held(Source& source, const std::function<bool(const Snapshot&)>& is_over) {
  const std::size_t before = source.held.size();
  std::erase_if(source.held, [&](const auto& held) { return is_over(held.second.message); });
  const std::size_t dropped = before - source.held.size();
  held_ -= dropped;
  counts_.taken[static_cast<std::size_t>(Taken::held)] -= dropped;
  counts_.taken[static_cast<std::size_t>(Taken::late)] += dropped;
}

/// What is missing before the first of those held will not come any more.
void Ingest::give_up_gap(Source& source) {
  if (!source.born) {  // begins without a birth: from the first of them on, as they were counted
    const std::uint64_t modulus = source.modulus;
    std::uint64_t first = source.held.begin()->first;
    if (modulus != 0) {  // the one behind the largest gap of the round
      std::uint64_t before = source.held.rbegin()->first, widest = 0;
      for (const auto& [seq, message] : source.held) {
        const std::uint64_t gap = (seq + modulus - before) % modulus;
        if (gap > widest || widest == 0) {
          widest = std::max<std::uint64_t>(gap, 1);
          first = seq;
        }
        before = seq;
      }
    }
    source.born = true;
    source.is_dead = false;
    source.next = first;
  }
  const auto nearest =
      std::ranges::min_element(source.held, {}, [&](const auto& held) { return ahead_of(source, held.first); });
  const std::uint64_t missing = ahead_of(source, nearest->first);
  counts_.missing += missing;
  source.given_up.emplace_back(source.next, missing);
  if (source.given_up.size() > kGivenUp) source.given_up.pop_front();
  source.missed = true;
  source.next = nearest->first;
  drain(source);
}

// ---- time ----------------------------------------------------------------------------------------------------------

void Ingest::tick(Instant now) {
  now_ = std::max(now_, now);
  for (Source& source : sources_) {
    while (has_waited(source, now)) give_up_gap(source);
    if (source.born && source.missed) ask(source, now);
  }
  move_watermark(now);
}

/// The least of the newest times of those that speak; never back. Where nobody does, time goes on by the clock, but in
/// records only to their end: what they tell next may be of any time.
void Ingest::move_watermark(Instant now) {
  Instant least = now, end_of_records = Instant::min();
  bool is_live = false;
  for (const Source& source : sources_) {
    if (!source.has_arrived) continue;
    const Duration idle = source.recorded ? std::min(options_.idle, options_.reorder) : options_.idle;
    const bool is_over = source.is_dead || now - source.last_arrival >= idle;
    is_live = is_live || !source.recorded || !is_over;
    if (source.recorded) end_of_records = std::max(end_of_records, source.newest);
    if (is_over) continue;
    // One that waits for a message is waited for; one of which nothing came out yet, as long as that may be on its way.
    least = std::min(least, source.newest == Instant::min() ? source.last_arrival - options_.reorder : source.newest);
  }
  watermark_ = std::max(watermark_, is_live ? least - options_.lateness : end_of_records);
}

std::optional<Snapshot> Ingest::next() {
  if (ready_.empty() || ready_.front().at > watermark_) return std::nullopt;
  return take_first();
}

std::optional<Snapshot> Ingest::next_of_rest() {
  for (Source& source : sources_)
    while (!source.held.empty()) give_up_gap(source);
  if (ready_.empty()) return std::nullopt;
  return take_first();
}

Snapshot Ingest::take_first() {
  std::pop_heap(ready_.begin(), ready_.end(), comes_later());
  const Ready first = ready_.back();
  ready_.pop_back();
  free_.push_back(first.slot);
  Snapshot message = std::move(slots_[first.slot].message);
  given_arrival_ = slots_[first.slot].arrival;
  given_ = std::max(given_, first.at);
  if (!sources_[first.source].recorded) message.ts = given_;
  ++counts_.given;
  return message;
}

}  // namespace takt
