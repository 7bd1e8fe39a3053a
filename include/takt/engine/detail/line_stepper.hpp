// SPDX-License-Identifier: Apache-2.0
// The event loop over a serial line (ComponentSpec::line): the same events in the same order with the same numbers as
// the general one, told to the observer alike, in a fraction of the time. In a line a place has one producer and one
// consumer, so that nothing needs to be looked up: what a station needs lies in one record beside its neighbours'.
//
//   finish:   work done -> part to the next station or sink (give), or blocked -> feed
//   feed:     look for a part; whoever got rid of one by that looks in turn, station by station up the line
//
// The records are made from the State when a stepper is, and written back when it goes.
#pragma once

#include <algorithm>
#include <cstdint>

#include "takt/core/event_queue.hpp"
#include "takt/engine/detail/scratch.hpp"

namespace takt::detail {

template <class Queue, class Observer>
class LineStepper {
 public:
  LineStepper(const Model& model, const Parameters& parameters, State& state, std::uint32_t component, Queue& queue,
              Scratch& scratch, Observer& observer);
  ~LineStepper();
  LineStepper(const LineStepper&) = delete;
  LineStepper& operator=(const LineStepper&) = delete;

  /// Runs to `until`; takes its events off `budget`.
  Outcome::Status run(Time until, std::uint64_t& budget);

 private:
  Time now() const { return Time{Duration{now_}}; }

  void read(std::uint32_t position);
  void write(const Station& s) const;

  Outcome::Status run_window(Time stop, std::uint64_t& budget);
  TAKT_HOT void handle(const NextEvent& event);

  // timers
  void set_timers();
  void set_alarm(Station& s);
  TAKT_HOT void set_timer(Station& s);
  void set_source_timer();
  void update_clock(Station& s);

  // stations
  TAKT_HOT void set_activity(Station& s, Activity to);
  TAKT_HOT void load(Station& s, const Part& part);
  TAKT_HOT void finish(Station& s);
  TAKT_HOT bool give(Station& s);
  TAKT_HOT void feed(Station* s);
  TAKT_HOT bool look_for_part(Station& s);
  TAKT_HOT bool producer_waits(const Station& s) const;
  TAKT_HOT Part release_into(Station& s);
  TAKT_HOT bool deliver(const Part& part, std::uint32_t producer, Station& to);
  TAKT_HOT void push(Station& s, const Part& part);
  void grow(Station& s);
  void fail(Station& s);
  void repair(Station& s);
  void report_condition(const Station& s, Condition before);

  // the source
  void arrive();
  bool offer();
  void note_release(const Part& part);
  Part release_from_source();
  void hold();
  void supply();

  static constexpr std::uint64_t kLivelock = 1'000'000;  // events at one instant

  const Model& model_;
  State& state_;
  const ComponentSpec& spec_;
  StateView view_;
  ComponentState& self_;
  SourceState& source_;
  const SourceSpec& source_spec_;
  std::uint64_t& sink_;
  const std::uint32_t source_producer_, sink_place_;
  Station* first_;
  Station* last_;
  Station* const* station_at_;  ///< by slot
  Queue& queue_;
  Observer& observer_;
  const Draws draws_;
  const StreamKey arrivals_;
  TimeBlock arrival_block_;
  Tick now_ = 0;
  std::uint64_t still_ = 0;
};

template <class Queue, class Observer>
LineStepper<Queue, Observer>::LineStepper(const Model& model, const Parameters& parameters, State& state,
                                          std::uint32_t component, Queue& queue, Scratch& scratch, Observer& observer)
    : model_(model),
      state_(state),
      spec_(model.components[component]),
      view_(model, state),
      self_(view_.components[component]),
      source_(view_.sources[spec_.first_source]),
      source_spec_(model.sources[spec_.first_source]),
      sink_(view_.sinks[model.machines[model.flow_order[spec_.first_machine + spec_.machines - 1]].place -
                        model.buffers.size()]),
      source_producer_(static_cast<std::uint32_t>(view_.servers.size()) + spec_.first_source),
      sink_place_(model.machines[model.flow_order[spec_.first_machine + spec_.machines - 1]].place),
      queue_(queue),
      observer_(observer),
      draws_(model, parameters, state),
      arrivals_(draws_.arrival_stream(source_spec_)),
      now_(self_.now.time_since_epoch().count()),
      still_(self_.still) {
  if (scratch.stations.size() < spec_.machines) {
    scratch.stations.resize(spec_.machines);
    scratch.station_at.resize(spec_.machines);
  }
  first_ = scratch.stations.data();
  last_ = first_ + spec_.machines - 1;
  station_at_ = scratch.station_at.data();
  for (std::uint32_t i = 0; i < spec_.machines; ++i) {
    read(i);
    scratch.station_at[first_[i].slot] = first_ + i;
  }
}

template <class Queue, class Observer>
LineStepper<Queue, Observer>::~LineStepper() {
  self_.now = now();
  self_.still = still_;
  for (const Station* s = first_; s <= last_; ++s) write(*s);
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::read(std::uint32_t position) {
  Station& s = first_[position];
  read_machine(s, model_, view_, model_.flow_order[spec_.first_machine + position]);
  s.slot = s.machine - spec_.first_machine;
  s.cycle.first = TimeBlock::kEmpty;
  s.capacity = model_.buffers[s.place].capacity;
  const BufferState& buffer = view_.buffers[s.place];
  s.level = buffer.level;
  s.taken = buffer.taken;
  s.ring = buffer.ring;
  s.parts = state_.parts.data() + buffer.ring_at;
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::write(const Station& s) const {
  const bool waits = &s == first_ ? source_.holding != 0 : (&s - 1)->activity == Activity::blocked;
  const std::uint32_t producer = &s == first_ ? source_producer_ : (&s - 1)->server;
  write_machine(s, view_, waits ? producer : kNone);
  BufferState& buffer = view_.buffers[s.place];
  buffer.level = s.level;
  buffer.taken = s.taken;
}

template <class Queue, class Observer>
Outcome::Status LineStepper<Queue, Observer>::run(Time until, std::uint64_t& budget) {
  Outcome::Status status = Outcome::Status::done;
  do {
    const Time stop = until - now() > Queue::kWindow ? now() + Queue::kWindow : until;
    set_timers();
    status = run_window(stop, budget);
  } while (status == Outcome::Status::done && now() < until);
  return status;
}

template <class Queue, class Observer>
Outcome::Status LineStepper<Queue, Observer>::run_window(Time stop, std::uint64_t& budget) {
  std::uint64_t left = budget;
  std::uint64_t moved = left + still_;  // what was left when time last moved
  Outcome::Status status = Outcome::Status::done;
  for (;;) {
    const NextEvent event = queue_.next();
    if (event.time > stop) {
      if (stop > now()) moved = left;
      now_ = stop.time_since_epoch().count();
      break;
    }
    if (left == 0) {
      status = Outcome::Status::paused;
      break;
    }
    --left;
    if (event.time.time_since_epoch().count() != now_) moved = left;
    now_ = event.time.time_since_epoch().count();
    handle(event);
    if (moved - left > kLivelock) [[unlikely]] {
      status = Outcome::Status::livelock;
      break;
    }
  }
  budget = left;
  still_ = moved - left;
  return status;
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::handle(const NextEvent& event) {
  if (event.event_class == EventClass::completion) [[likely]]
    return finish(*station_at_[event.slot]);
  switch (event.event_class) {
    case EventClass::failure: return fail(*station_at_[event.slot]);
    case EventClass::repair: return repair(*station_at_[event.slot]);
    default: return arrive();
  }
}

// ---- timers ----------------------------------------------------------------------------------------------------

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::set_timers() {
  queue_.reset(spec_.machines + 1, now());
  for (Station* s = first_; s <= last_; ++s) {
    set_alarm(*s);
    set_timer(*s);
  }
  set_source_timer();
}

/// The key of the next breakdown or end of repair, kept until it changes.
template <class Queue, class Observer>
void LineStepper<Queue, Observer>::set_alarm(Station& s) {
  s.alarm = Queue::kNoEvent;
  if (s.clock_runs != 0) s.alarm = queue_.key(s.slot, Time{Duration{s.breakdown}}, EventClass::failure);
  if (s.down != 0) s.alarm = queue_.key(s.slot, Time{Duration{s.breakdown}}, EventClass::repair);
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::set_timer(Station& s) {
  typename Queue::Key key = s.alarm;
  if (s.activity == Activity::working && s.is_up())
    key = std::min(key, queue_.key(s.slot, Time{Duration{s.due}}, EventClass::completion));
  queue_.put(s.slot, key);
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::set_source_timer() {
  if (source_.holding != 0 || source_.due == kLater)
    queue_.clear(spec_.machines);
  else
    queue_.set(spec_.machines, Time{Duration{source_.due}}, EventClass::arrival);
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::update_clock(Station& s) {
  const bool runs = s.down == 0 && (s.spec->clock != FailureClock::working || s.activity == Activity::working);
  if ((s.flags & kHasFailure) == 0 || runs == (s.clock_runs != 0)) return;
  s.breakdown += runs ? now_ : -now_;
  s.clock_runs = runs ? 1 : 0;
  set_alarm(s);
}

// ---- stations --------------------------------------------------------------------------------------------------

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::set_activity(Station& s, Activity to) {
  const Activity from = s.activity;
  if (from == to) return;
  s.activity = to;
  observer_.mode(s.machine, s.server, {s.condition(), from}, {s.condition(), to}, now());
  if ((s.flags & kClockStops) != 0) update_clock(s);
}

/// Puts a part on an idle machine; the caller sets the timer.
template <class Queue, class Observer>
void LineStepper<Queue, Observer>::load(Station& s, const Part& part) {
  s.part = part;
  observer_.load(s.machine, part, now());
  const MachineSpec& spec = *s.spec;
  s.total = draws_.cycle(s.cycle, spec, s.starts++);
  s.due = s.is_up() ? now_ + s.total : s.total;
  set_activity(s, Activity::working);
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::finish(Station& s) {
  ++s.completions;
  observer_.complete(s.machine, s.part, now());
  if (give(s)) {
    feed(&s);
  } else {
    set_activity(s, Activity::blocked);
    set_timer(s);
  }
}

/// Sends the finished part on; false if there is no room for it.
template <class Queue, class Observer>
bool LineStepper<Queue, Observer>::give(Station& s) {
  if (&s != last_) return deliver(s.part, s.server, *(&s + 1));
  ++sink_;
  observer_.move(s.server, sink_place_, s.part, now());
  observer_.leave(sink_place_ - static_cast<std::uint32_t>(view_.buffers.size()), s.part, now());
  return true;
}

/// To the station if it is idle and can start, else into the place in front of it.
template <class Queue, class Observer>
bool LineStepper<Queue, Observer>::deliver(const Part& part, std::uint32_t producer, Station& to) {
  if (to.level == 0 && to.activity == Activity::starved && to.can_load()) {
    ++to.taken;
    load(to, part);
    set_timer(to);
    observer_.move(producer, to.place, part, now());
    return true;
  }
  if (to.level >= to.capacity) return false;
  observer_.move(producer, to.place, part, now());
  push(to, part);
  return true;
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::push(Station& s, const Part& part) {
  if (s.ring != 0) {
    if (s.level == s.ring) [[unlikely]]
      grow(s);
    s.parts[(s.taken + s.level) & (s.ring - 1)] = part;
  }
  ++s.level;
  observer_.level(s.place, 1, now());
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::grow(Station& s) {
  write(s);
  grow_ring(model_, state_, s.place);
  s.ring = view_.buffers[s.place].ring;
  for (Station* each = first_; each <= last_; ++each)
    each->parts = state_.parts.data() + view_.buffers[each->place].ring_at;
}

/// A station without a part looks for the next one; so does, in turn, whoever got rid of one.
template <class Queue, class Observer>
void LineStepper<Queue, Observer>::feed(Station* s) {
  while (look_for_part(*s)) {
    if (s == first_) return supply();
    --s;
  }
}

/// Whether the producer in front got rid of its part.
template <class Queue, class Observer>
bool LineStepper<Queue, Observer>::look_for_part(Station& s) {
  bool released = false;
  if (!s.can_load()) {
    set_activity(s, Activity::starved);
  } else if (s.level > 0) {
    Part part;
    if (s.ring != 0) part = s.parts[s.taken & (s.ring - 1)];
    --s.level;
    ++s.taken;
    observer_.level(s.place, -1, now());
    if (s.level < s.capacity && producer_waits(s)) {
      released = true;
      push(s, release_into(s));
    }
    load(s, part);
  } else if (producer_waits(s)) {
    released = true;
    ++s.taken;
    load(s, release_into(s));
  } else {
    set_activity(s, Activity::starved);
  }
  set_timer(s);
  return released;
}

template <class Queue, class Observer>
bool LineStepper<Queue, Observer>::producer_waits(const Station& s) const {
  if (&s == first_) return source_.holding != 0;
  return (&s - 1)->activity == Activity::blocked && (&s - 1)->can_unload();
}

/// The part of the producer that waits; it looks for its next one in `feed`.
template <class Queue, class Observer>
Part LineStepper<Queue, Observer>::release_into(Station& s) {
  const bool from_source = &s == first_;
  const Part part = from_source ? release_from_source() : (&s - 1)->part;
  observer_.move(from_source ? source_producer_ : (&s - 1)->server, s.place, part, now());
  return part;
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::fail(Station& s) {
  if (s.activity == Activity::working) s.due -= now_;
  s.clock_runs = 0;
  s.down = static_cast<std::uint8_t>(Condition::in_repair);
  s.breakdown_total = draws_.repair(*s.spec, s.breakdowns++);
  s.breakdown = now_ + s.breakdown_total;
  report_condition(s, Condition::up);
  set_alarm(s);
  set_timer(s);
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::repair(Station& s) {
  s.down = 0;
  s.breakdown_total = draws_.failure(*s.spec, s.breakdowns);
  s.breakdown = s.breakdown_total;
  set_alarm(s);
  update_clock(s);
  if (s.activity == Activity::working) s.due += now_;
  report_condition(s, Condition::in_repair);
  set_timer(s);
  if (s.activity == Activity::starved || (s.activity == Activity::blocked && give(s))) feed(&s);
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::report_condition(const Station& s, Condition before) {
  observer_.mode(s.machine, s.server, {before, s.activity}, {s.condition(), s.activity}, now());
}

}  // namespace takt::detail

#include "takt/engine/detail/line_stepper_source.hpp"
