// SPDX-License-Identifier: Apache-2.0
// The recursion of a line, part by part: see takt/engine/detail/line_recursion.hpp.
#include "engine/line_recursion.hpp"

#include <utility>

#include "takt/engine/detail/state_moves.hpp"

namespace takt::detail {

namespace {

/// How many of these, one after the other, take less than a time.
std::size_t below(std::span<const Duration> times, Tick limit) {
  std::size_t n = 0;
  while (n < times.size() && (limit -= times[n].count()) > 0) ++n;
  return n;
}

}  // namespace

bool LineRecursion::run(std::uint64_t most_events) {
  const auto initial = static_cast<std::int64_t>(initial_.size());
  for (std::int64_t k = 0; k < initial && !unsure_; ++k) follow_part(k);
  Together some{.first = initial};
  while (!unsure_ && enter(some)) {
    std::size_t stuck = some.held_up ? 0 : stages_.size();
    for (std::size_t i = 1; i < stages_.size(); ++i)
      if (!pass_together(i, some)) stuck = std::min(stuck, i);
    leave(std::span(some.parts).first(some.count), std::span(some.at).first(some.count));
    if (stuck < stages_.size()) stop_from(stuck);
  }
  stop_from(0);
  for (Stage& s : stages_) {
    s.completions += s.quiet;
    s.moves += s.quiet;
  }
  return !unsure_ && events() <= most_events;
}

/// A part that was in the line at the beginning, from where it was.
void LineRecursion::follow_part(std::int64_t k) {
  std::size_t i = 0;
  while (k < stages_[i].first - (stages_[i].holds ? 1 : 0)) ++i;
  Stage& s = stages_[i];
  const Part part = initial_[static_cast<std::size_t>(k)];
  Tick at = begin_;
  if (k >= s.first) {
    s.level += begin_;  // as if it came now: what is open is closed
  } else {
    if (s.activity == Activity::working) at = work(s, begin_, s.down != 0 ? s.due : s.due - begin_);
    if (at != kLater) at = depart(i, k, at);
    if (at == kLater) return stop_from(i);
    ++i;
  }
  for (; i < stages_.size(); ++i) {
    if (pass_quietly(stages_[i], k, std::span(&at, 1)) == 0) at = pass(i, k, part, at, false);
    if (at == kLater) return stop_from(i);
  }
  leave(std::span(&part, 1), std::span(&at, 1));
}

/// The next parts, from the source through the first station; false if there were none any more.
bool LineRecursion::enter(Together& some) {
  some.first += some.entered;
  const auto odd = static_cast<std::uint32_t>(some.first + stages_.front().ordinal_of_part) % together_;
  some.entered = some.count = takes_at_once_ ? take_at_once(some, together_ - odd) : 0;
  some.held_up = false;
  while (some.count < together_ - odd && !unsure_) {
    const std::int64_t k = some.first + some.entered;
    Part part;
    Tick at = kLater;
    bool after_all = false;
    if (!enter(k, part, at, after_all)) break;
    ++some.entered;
    if (pass_quietly(stages_.front(), k, std::span(&at, 1)) == 0) at = pass(0, k, part, at, after_all);
    if (at == kLater) {
      some.held_up = true;
    } else {
      some.at[some.count] = at;
      some.parts[some.count++] = part;
    }
  }
  return some.entered > 0;
}

/// Parts of a source that always has one, for as long as nothing happens to the station that takes them from it.
std::uint32_t LineRecursion::take_at_once(Together& some, std::uint32_t most) {
  Stage& s = stages_.front();
  const auto at = std::span(some.at).first(most);
  std::fill(at.begin(), at.end(), begin_);
  const std::size_t n = pass_quietly(s, some.first, at);
  std::uint64_t starts = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const Tick start = s.started[(static_cast<std::uint64_t>(some.first) + j) & s.start_mask];
    starts += static_cast<std::uint64_t>(start);
    some.parts[j] = entering_part(model_, parts_ + j, source_, start);
  }
  s.level -= static_cast<Tick>(starts - n * static_cast<std::uint64_t>(begin_));  // they did not wait in front of it
  sums_.wip -= static_cast<Tick>(starts);
  note_release(n);
  source_.arrivals += n;
  return static_cast<std::uint32_t>(n);
}

/// Parts through a station; `at` becomes when they come to the next one. False if not all leave it before the end.
bool LineRecursion::pass_together(std::size_t position, Together& some) {
  Stage& s = stages_[position];
  std::uint32_t through = 0;
  for (std::uint32_t j = 0; j < some.count; ++j) {
    const auto quiet =
        static_cast<std::uint32_t>(pass_quietly(s, some.first + j, std::span(some.at).subspan(j, some.count - j)));
    through += quiet;  // no part overtakes another
    j += quiet;
    if (j == some.count) break;
    const Tick at = pass(position, some.first + j, some.parts[j], some.at[j], false);
    if (at != kLater) some.at[through++] = at;
  }
  return std::exchange(some.count, through) == through;
}

/// The parts from number k on, of which `at` tells when they come, for as long as the station is up and stays so until
/// the part has gone on, which it does before the end; how many. `at` becomes when they come to the next station.
std::size_t LineRecursion::pass_quietly(Stage& s, std::int64_t k, std::span<Tick> at) {
  const Tick end = std::min(s.quiet_before, *s.next_quiet);
  if (std::max(s.at, at[0]) >= end) return 0;
  const auto ordinal = static_cast<std::uint64_t>(s.ordinal_of_part + k);
  const Duration one{cycle_time(s, k)};
  const std::span<const Duration> times = s.cycle.has(ordinal) ? s.cycle.from(ordinal) : std::span(&one, 1);
  const std::uint64_t room_slot = static_cast<std::uint64_t>(k - s.room_behind) & s.room_mask;
  const std::uint64_t start_slot = static_cast<std::uint64_t>(k) & s.start_mask;
  std::size_t most = std::min({at.size(), times.size(), s.room_mask + 1 - room_slot, s.start_mask + 1 - start_slot});
  if (s.clock_works) most = below(times.first(most), s.breakdown);

  const Tick* const room = s.room + room_slot;
  Tick* const started = s.started + start_slot;
  Tick free = s.at, worked = 0;
  std::uint64_t came = 0, starts = 0, left = 0;  // sums; only their differences count
  std::size_t n = 0;
  for (; n < most; ++n) {
    const Tick start = std::max(at[n], free);
    const Tick gone = std::max(start + times[n].count(), room[n]);
    if (gone >= end) break;
    worked += times[n].count();
    came += static_cast<std::uint64_t>(at[n]);
    starts += static_cast<std::uint64_t>(start);
    left += static_cast<std::uint64_t>(gone);
    started[n] = start;
    at[n] = free = gone;
  }
  if (n == 0) return 0;
  if (s.clock_works) s.breakdown -= worked;
  s.worked += worked;
  s.starved += static_cast<Tick>(starts - left) + free - s.since;
  s.level += static_cast<Tick>(starts - came);
  s.next += static_cast<std::int64_t>(n);
  s.since = s.at = free;
  s.quiet += n;
  return n;
}

/// When a part that comes to a station goes on; kLater if not before the end. `after_all`: it comes after all else of
/// that instant.
Tick LineRecursion::pass(std::size_t position, std::int64_t k, const Part& part, Tick arrival, bool after_all) {
  Stage& s = stages_[position];
  const Tick start = s.stopped ? kLater : load(s, k, part, arrival, after_all);
  if (start == kLater) {
    s.level -= arrival;
    s.left.push_back(part);
    stop(s);
    return kLater;
  }
  const Tick completed = work(s, start, s.total);
  const Tick left = completed == kLater ? kLater : depart(position, k, completed);
  if (left == kLater) stop(s);
  return left;
}

void LineRecursion::leave(std::span<const Part> parts, std::span<const Tick> at) {
  std::uint64_t wip = 0, entered = 0;
  for (std::size_t j = 0; j < at.size(); ++j) {
    wip += static_cast<std::uint64_t>(at[j]);
    entered += static_cast<std::uint64_t>(parts[j].entered);
  }
  sums_.wip += static_cast<Tick>(wip);
  sums_.flow += static_cast<Tick>(wip - entered);
}

Tick LineRecursion::load(Stage& s, std::int64_t k, const Part& part, Tick arrival, bool after_all) {
  const bool idle = s.at < arrival;
  const Tick start = can_load_from(s, std::max(arrival, s.at), idle && after_all);
  if (start == kLater) return kLater;
  s.level += start - arrival;
  s.total = cycle_time(s, k);
  s.next = k + 1;
  s.started[static_cast<std::uint64_t>(k) & s.start_mask] = start;
  s.part = part;
  mark(s, start, s.condition(), Activity::working);
  if (s.clock_works && s.down == 0) {
    s.breakdown += start;
    s.clock_runs = 1;
  }
  return start;
}

/// When `left` of work is done that goes on at `t`; kLater if not before the end.
Tick LineRecursion::work(Stage& s, Tick t, Tick left) {
  for (;;) {
    const Tick done = t + left;
    if (s.down != 0) {
      if (s.breakdown > end_) {
        s.due = left;
        return kLater;
      }
      t = s.breakdown;
      repair(s, t);
    } else if (s.clock_runs != 0 && s.breakdown <= done) {  // at one instant failures go before completions
      if (s.breakdown > end_) {
        s.due = done;
        return kLater;
      }
      t = s.breakdown;
      left = done - t;
      fail(s, t);
    } else {
      s.due = done;
      if (done > end_) return kLater;
      ++s.completions;
      note_event(done);
      if (s.clock_works) {
        s.breakdown -= done;
        s.clock_runs = 0;
      }
      return done;
    }
  }
}

/// When a finished part goes on; kLater if not before the end.
Tick LineRecursion::depart(std::size_t position, std::int64_t k, Tick completed) {
  Stage& s = stages_[position];
  Tick left = completed;
  s.at = std::max(s.at, completed);
  Stage* const next = position + 1 < stages_.size() ? &s + 1 : nullptr;
  if (next != nullptr && next->capacity == 0) {
    left = meet(s, *next, completed);
  } else if (const Tick room = next != nullptr ? room_for(*next, k) : begin_; room > completed) {
    mark(s, completed, s.condition(), Activity::blocked);
    left = can_unload_from(s, room);
  } else if (s.activity == Activity::blocked) {  // from the beginning, and there is room: it waits to be let out
    left = can_unload_from(s, completed);
  }
  if (left == kLater) return kLater;
  mark(s, left, s.condition(), Activity::starved);
  s.at = left;
  ++s.moves;
  return left;
}

/// Without a place between them: when the one can give and the other can take.
Tick LineRecursion::meet(Stage& s, Stage& next, Tick completed) {
  Tick t = can_load_from(next, std::max(completed, next.at));
  if (t == completed && s.activity == Activity::working) return t;
  mark(s, completed, s.condition(), Activity::blocked);
  while (t != kLater) {
    const Tick given = can_unload_from(s, t);
    if (given == t || given == kLater) return given;
    t = can_load_from(next, given);
    if (t == given) return t;
  }
  return kLater;
}

/// When there is a place for part k in front of a station; kLater if not before the end.
Tick LineRecursion::room_for(const Stage& s, std::int64_t k) const {
  if (s.capacity == kInfinite) return begin_;
  const std::int64_t gone = k - static_cast<std::int64_t>(s.capacity);
  return gone < s.next ? s.started[static_cast<std::uint64_t>(gone) & s.start_mask] : kLater;
}

// ---- a station's own events ------------------------------------------------------------------------------------

void LineRecursion::mark(Stage& s, Tick t, Condition condition, Activity activity) {
  s.mode[Mode{s.condition(), s.activity}.index()] += t - s.since;
  s.since = t;
  s.down = static_cast<std::uint8_t>(condition);
  s.activity = activity;
}

void LineRecursion::fail(Stage& s, Tick t) {
  mark(s, t, Condition::in_repair, s.activity);
  s.clock_runs = 0;
  s.breakdown_total = draws_.repair(s.repair_times, *s.spec, s.breakdowns++);
  s.breakdown = t + s.breakdown_total;
  note_event(t);
  set_quiet(s);
}

void LineRecursion::repair(Stage& s, Tick t) {
  mark(s, t, Condition::up, s.activity);
  s.breakdown_total = draws_.failure(s.failure_times, *s.spec, s.breakdowns);
  const bool runs =
      (s.flags & kClockStops) == 0 || s.spec->clock != FailureClock::working || s.activity == Activity::working;
  s.breakdown = s.breakdown_total + (runs ? t : 0);
  s.clock_runs = runs ? 1 : 0;
  ++s.repairs;
  note_event(t);
  set_quiet(s);
}

/// What happens to a station that does not work, until something from outside happens to it. If both happen at the same
/// instant only `with_end` says which goes first.
void LineRecursion::follow_idle(Stage& s, Tick until, bool with_end) {
  for (Tick t = s.alarm(); t <= until; t = s.alarm()) {
    if (t == until && !with_end) {
      unsure_ = true;
      break;
    }
    s.down != 0 ? repair(s, t) : fail(s, t);
  }
  s.at = until;
}

/// The first time from `t` on at which a free station takes a part in; kLater if not before the end.
Tick LineRecursion::can_load_from(Stage& s, Tick t, bool with_end) {
  if (s.stopped || t == kLater) return kLater;
  follow_idle(s, t, with_end);
  if (s.can_load()) return t;
  if (s.breakdown > end_) return kLater;
  s.at = s.breakdown;
  repair(s, s.at);
  return s.at;
}

/// The first time from `t` on at which a blocked station lets its part out; kLater if not before the end.
Tick LineRecursion::can_unload_from(Stage& s, Tick t) {
  if (t == kLater) return kLater;
  follow_idle(s, t, false);
  if (s.can_unload()) return t;
  if (s.breakdown > end_) return kLater;
  s.at = s.breakdown;
  repair(s, s.at);
  return s.at;
}

void LineRecursion::stop(Stage& s) {
  if (s.stopped) return;
  if (s.activity != Activity::working) follow_idle(s, end_, true);
  s.mode[Mode{s.condition(), s.activity}.index()] += end_ - s.since;
  s.stopped = true;
  set_quiet(s);
}

void LineRecursion::stop_from(std::size_t position) {
  for (std::size_t i = position; i < stages_.size(); ++i) stop(stages_[i]);
  some_stopped_ = true;
  for (Stage& s : stages_) set_quiet(s);
}

// ---- the source ------------------------------------------------------------------------------------------------

/// The next part that enters, and when; false if none does before the end.
bool LineRecursion::enter(std::int64_t k, Part& part, Tick& arrival, bool& after_all) {
  if (source_.holding != 0) {
    arrival = room_of_source(k, begin_, false);
    if (arrival == kLater) return false;
    source_.holding = 0;
    sums_.held += arrival;
    part = release(arrival);
    if (source_spec_.kind == SourceSpec::Kind::saturated) {  // the next one is at hand
      ++source_.arrivals;
      source_.holding = 1;
      sums_.held -= arrival;
    } else {
      draws_.next_arrival(source_spec_, source_, arrival, arrival_block_, arrivals_);
    }
    return true;
  }
  while (source_.due <= end_) {
    const Tick due = source_.due;
    ++source_.arrivals;
    ++arrived_;
    note_event(due);
    const Tick room = room_of_source(k, due, true);
    if (room <= due) {
      part = release(due);
      arrival = due;
      after_all = true;
      draws_.next_arrival(source_spec_, source_, due, arrival_block_, arrivals_);
      return true;
    }
    if (source_spec_.without_place == WithoutPlace::held) {
      source_.holding = 1;
      sums_.held -= due;
      return enter(k, part, arrival, after_all);
    }
    ++source_.lost;
    draws_.next_arrival(source_spec_, source_, due, arrival_block_, arrivals_);
  }
  return false;
}

/// When part k can enter, `t` or later. Of a station without a place it is only known that it cannot before.
Tick LineRecursion::room_of_source(std::int64_t k, Tick t, bool with_end) {
  Stage& s = stages_.front();
  if (s.capacity != 0) return std::max(room_for(s, k), t);
  if (s.at > t && with_end) return s.at;
  return can_load_from(s, std::max(t, s.at), with_end && s.at < t);
}

Part LineRecursion::release(Tick t) {
  const Part part = entering_part(model_, parts_, source_, t);
  note_release(1);
  sums_.wip -= t;
  return part;
}

void LineRecursion::note_release(std::uint64_t parts) {
  parts_ += parts;
  source_.released += parts;
  sums_.entered += parts;
}

}  // namespace takt::detail
