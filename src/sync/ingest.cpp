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

constexpr std::uint64_t kEpochs = 256;  ///< bdSeq counts to 255

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
  not_negative("silence", options.silence);
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

std::string_view name_of(SourceStanding standing) {
  constexpr std::array<std::string_view, 5> kNames{"unborn", "in_step", "out_of_step", "stale", "dead"};
  return kNames[static_cast<std::size_t>(standing)];
}

SourceStanding Ingest::standing(std::string_view name) const {
  const Source* const source = find(name);
  if (source == nullptr || (!source->life.born && !source->is_dead)) return SourceStanding::unborn;
  if (source->is_dead) return SourceStanding::dead;
  const double silent_s = now_ > source->last_arrival ? to_seconds(now_ - source->last_arrival) : 0.0;
  const double usual_s = std::max(options_.report_periods * source->period_s, to_seconds(options_.silence));
  if (source->period_s > 0.0 && silent_s > usual_s) return SourceStanding::stale;
  return source->life.missed ? SourceStanding::out_of_step : SourceStanding::in_step;
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
  source.life.born = false;
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

std::uint64_t Ingest::after(const Life& life, std::uint64_t seq) {
  return life.modulus == 0 ? seq + 1 : (seq + 1) % life.modulus;
}

/// How far a sequence number is beyond the one that is due.
std::uint64_t Ingest::ahead_of(const Life& life, std::uint64_t seq) {
  return life.modulus == 0 ? seq - life.next : (seq + life.modulus - life.next) % life.modulus;
}

/// More than half a round ahead is behind.
bool Ingest::is_behind(const Life& life, std::uint64_t ahead) {
  return life.modulus == 0 ? (ahead >> 63) != 0 : ahead >= life.modulus - life.modulus / 2;
}

/// More than half a round ahead is older, where numbers wrap.
bool Ingest::is_older(const Life& life, std::uint64_t epoch) {
  if (life.modulus == 0 || epoch >= kEpochs || life.epoch >= kEpochs) return epoch < life.epoch;
  return (epoch + kEpochs - life.epoch) % kEpochs >= kEpochs / 2;
}

bool Ingest::was_given_up(const Life& life, std::uint64_t seq) {
  return std::ranges::any_of(life.given_up, [&](const auto& stretch) {
    const std::uint64_t within =
        life.modulus == 0 ? seq - stretch.first : (seq + life.modulus - stretch.first) % life.modulus;
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
  source.recorded = sending.recorded;
  if (sending.recorded) {
    source.has_arrived = true;
    source.last_arrival = std::max(source.last_arrival, arrival);
  } else {
    note_arrival(source, message.ts, arrival);
    if (arrival > now_ && now_ != Instant::min()) tick(arrival);  // so that it matters less how often others tick
  }
  if (is_of_life_before(source, message, arrival))
    return add_in_order(source, *source.before, std::move(message), arrival);
  Life& life = source.life;
  life.modulus = modulus;
  if (const std::optional<Taken> refused = begin_epoch(source, message, arrival)) return count(*refused);
  life.modulus = modulus;
  if (message.complete && (!life.born || modulus != 0)) {
    if (life.born && message.ts <= life.birth) return count(message.ts == life.birth ? Taken::duplicate : Taken::late);
    begin_life(source, std::move(message), arrival);
    return count(Taken::accepted);
  }
  if (!life.born) return hold(source, life, std::move(message), arrival);
  return add_in_order(source, life, std::move(message), arrival);
}

/// News that a birth overtook, as long as it may be on its way.
bool Ingest::is_of_life_before(const Source& source, const Snapshot& message, Instant arrival) {
  if (!source.before || arrival > source.before_until || source.is_dead) return false;
  const bool is_birth = message.complete && source.before->modulus != 0;
  if (is_birth || message.epoch != source.before->epoch) return false;
  return message.epoch != source.life.epoch || message.ts < source.life.birth;
}

/// Turns to the epoch of a message. What became of it where it is of one that is over.
std::optional<Taken> Ingest::begin_epoch(Source& source, const Snapshot& message, Instant arrival) {
  Life& life = source.life;
  const bool is_known = life.born || source.is_dead || !life.held.empty();
  if (is_known && is_older(life, message.epoch)) {
    // Sources forget their epoch and begin again with 0. Of two births the later one counts; news does not say of
    // which birth it is, so the source is asked for one.
    if (message.ts <= source.birth) return Taken::late;
    if (!message.complete) {
      ask(source, arrival);
      return Taken::late;
    }
  }
  if (source.is_dead && message.epoch == life.epoch && (!message.complete || message.ts <= source.birth)) {
    ask(source, arrival);  // sent before it died, or it has come back without telling everything
    return Taken::late;
  }
  if (message.epoch != life.epoch) {
    put_aside(source, arrival);
    life.epoch = message.epoch;
  }
  return std::nullopt;
}

/// The life of a source is over; its last news may still be on their way.
void Ingest::put_aside(Source& source, Instant arrival) {
  if (source.life.born) {
    end_life_before(source);
    source.before = std::move(source.life);
    source.before_until = arrival + options_.reorder;
  } else {
    drop_held(source.life, [](const Snapshot&) { return true; });
  }
  source.life = {};
}

/// What was waited for does not come any more; the birth that followed made up for it.
void Ingest::end_life_before(Source& source) {
  if (!source.before) return;
  while (!source.before->held.empty()) give_up_gap(source, *source.before);
  source.before.reset();
}

/// A birth: counting begins anew, and what is older than it is over.
void Ingest::begin_life(Source& source, Snapshot message, Instant arrival) {
  std::map<std::uint64_t, Held> early;  // news that overtook their birth
  if (source.life.born) {
    for (auto held = source.life.held.begin(); held != source.life.held.end();) {
      const auto each = held++;
      if (each->second.message.ts >= message.ts) early.insert(source.life.held.extract(each));
    }
    const std::uint64_t modulus = source.life.modulus;
    put_aside(source, arrival);
    source.life.held = std::move(early);
    source.life.modulus = modulus;
  }
  Life& life = source.life;
  life.epoch = message.epoch;
  life.birth = source.birth = message.ts;
  life.next = after(life, message.seq);
  life.born = true;
  life.missed = false;
  life.newest = source.newest;
  life.given_up.clear();
  source.is_dead = false;
  source.asked.reset();
  drop_held(life,
            [&](const Snapshot& held) { return held.ts < life.birth || is_behind(life, ahead_of(life, held.seq)); });
  accept(source, life, std::move(message), arrival);
  drain(source, life);
}

Taken Ingest::add_in_order(Source& source, Life& life, Snapshot message, Instant arrival) {
  const std::uint64_t ahead = ahead_of(life, message.seq);
  if (life.modulus != 0 && message.ts < life.birth) return count(Taken::late);
  if (is_behind(life, ahead)) {
    // Later than all that came out: not sent again, but news of a birth that is still to come.
    const bool is_early = life.modulus != 0 && message.ts > life.last_sent && &life == &source.life;
    if (is_early) return hold(source, life, std::move(message), arrival);
    return count(was_given_up(life, message.seq) ? Taken::late : Taken::duplicate);
  }
  if (ahead > 0) return hold(source, life, std::move(message), arrival);
  if (message.complete) life.missed = false;
  life.next = after(life, life.next);
  const bool is_in_time = accept(source, life, std::move(message), arrival);
  drain(source, life);
  return count(is_in_time ? Taken::accepted : Taken::late);
}

Taken Ingest::hold(Source& source, Life& life, Snapshot message, Instant arrival) {
  const std::uint64_t seq = message.seq;
  if (!life.held.try_emplace(seq, Held{std::move(message), arrival}).second) return count(Taken::duplicate);
  ++held_;
  count(Taken::held);
  if (life.held.size() > options_.most_held) {
    ask(source, arrival);
    give_up_gap(source, life);
  }
  return Taken::held;
}

/// False if the birth that followed comes out no later: what is older has no place any more.
bool Ingest::accept(Source& source, Life& life, Snapshot message, Instant arrival) {
  const bool is_over = &life != &source.life;
  const Instant at = std::max({message.ts + source.offset, life.newest, source.recorded ? Instant::min() : watermark_});
  if (is_over && at >= source.life.begin) return false;
  life.newest = at;
  life.last_sent = std::max(life.last_sent, message.ts);
  if (life.begin == Instant::max()) life.begin = at;
  source.newest = std::max(source.newest, at);
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  ready_.push_back({at, source.accepted++, source.number, free_.back()});
  slots_[free_.back()] = {std::move(message), arrival};
  free_.pop_back();
  std::push_heap(ready_.begin(), ready_.end(), comes_later());
  return true;
}

/// A number that wraps, or begins anew with a birth, goes on: so that (epoch, seq) names one message only. Counted as
/// they come out, for that is the same in whatever order they came in.
void Ingest::count_on(Source& source, std::uint64_t modulus, Snapshot& message) {
  if (modulus == 0) return;
  if (source.given_seq) {
    const std::uint64_t due = *source.given_seq + 1;
    message.seq = due + (message.seq + modulus - due % modulus) % modulus;
  }
  source.given_seq = message.seq;
}

/// Those held whose turn it is.
void Ingest::drain(Source& source, Life& life) {
  for (auto turn = life.held.find(life.next); turn != life.held.end(); turn = life.held.find(life.next)) {
    if (turn->second.message.complete) life.missed = false;
    const bool is_in_time = accept(source, life, std::move(turn->second.message), turn->second.arrival);
    life.held.erase(turn);
    --held_;
    --counts_.taken[static_cast<std::size_t>(Taken::held)];
    count(is_in_time ? Taken::accepted : Taken::late);
    life.next = after(life, life.next);
  }
}

/// Whether what is missing was waited for long enough.
bool Ingest::has_waited(const Life& life, Instant now) const {
  return std::ranges::any_of(life.held, [&](const auto& held) { return now - held.second.arrival > options_.reorder; });
}

void Ingest::drop_held(Life& life, const std::function<bool(const Snapshot&)>& is_over) {
  const std::size_t dropped = std::erase_if(life.held, [&](const auto& held) { return is_over(held.second.message); });
  held_ -= dropped;
  counts_.taken[static_cast<std::size_t>(Taken::held)] -= dropped;
  counts_.taken[static_cast<std::size_t>(Taken::late)] += dropped;
}

/// Where to begin without a birth: at the first of those held, as they were counted.
std::uint64_t Ingest::first_of_unborn(const Life& life) {
  std::uint64_t first = life.held.begin()->first;
  if (life.modulus == 0) return first;
  std::uint64_t before = life.held.rbegin()->first, widest = 0;  // the one behind the largest gap of the round
  for (const auto& [seq, message] : life.held) {
    const std::uint64_t gap = (seq + life.modulus - before) % life.modulus;
    if (gap > widest || widest == 0) {
      widest = std::max<std::uint64_t>(gap, 1);
      first = seq;
    }
    before = seq;
  }
  return first;
}

/// What is missing before the first of those held will not come any more.
void Ingest::give_up_gap(Source& source, Life& life) {
  if (!life.born) {
    life.next = first_of_unborn(life);
    life.born = true;
    life.newest = source.newest;
    source.is_dead = false;
  }
  const auto nearest =
      std::ranges::min_element(life.held, {}, [&](const auto& held) { return ahead_of(life, held.first); });
  const std::uint64_t missing = ahead_of(life, nearest->first);
  counts_.missing += missing;
  life.given_up.emplace_back(life.next, missing);
  if (life.given_up.size() > kGivenUp) life.given_up.pop_front();
  life.missed = true;
  life.next = nearest->first;
  drain(source, life);
}

// ---- time ----------------------------------------------------------------------------------------------------------

void Ingest::tick(Instant now) {
  now_ = std::max(now_, now);
  for (Source& source : sources_) {
    if (source.before && now > source.before_until) end_life_before(source);
    while (has_waited(source.life, now)) give_up_gap(source, source.life);
    if (source.life.born && source.life.missed) ask(source, now);
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
  for (Source& source : sources_) {
    end_life_before(source);
    while (!source.life.held.empty()) give_up_gap(source, source.life);
  }
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
  Source& source = sources_[first.source];
  if (!source.recorded) message.ts = given_;
  count_on(source, source.life.modulus, message);
  ++counts_.given;
  return message;
}

}  // namespace takt
