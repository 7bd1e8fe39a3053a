// SPDX-License-Identifier: Apache-2.0
// The event loop over one component. One event: take the earliest timer, change the state, move parts where they can
// go, set the timers of the machines touched.
//
//   run:       while the next event is due: shift change | repair | failure | completion | arrival; then settle
//   finish:    work done -> part to its place (deliver) or blocked -> next part (load)
//   deliver:   straight to an idle consumer, else into the buffer, else not at all
//   take:      from the buffer, else from a producer that waits; the places freed are refilled by those who wait
//   settle:    those who got rid of their part look for the next one, until nobody does
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "takt/core/event_queue.hpp"
#include "takt/engine/advance.hpp"
#include "takt/engine/detail/scratch.hpp"

namespace takt::detail {

/// The circle of waits that a producer just blocked closes, as lines of text; empty if there is none.
std::vector<std::string> circular_wait(const Model& model, const State& state, std::uint32_t producer);

/// `kPlain`: every machine of the component is of the plainest kind (ComponentSpec::plain), so that what it lacks costs
/// nothing.
template <class Queue, bool kPlain, class Observer>
class Stepper {
 public:
  Stepper(const Model& model, const Parameters& parameters, State& state, std::uint32_t component, Queue& queue,
          Scratch& scratch, Observer& observer)
      : model_(model),
        numbers_(parameters),
        state_(state),
        spec_(model.components[component]),
        view_(model, state),
        self_(view_.components[component]),
        machine_specs_(model.machines.data()),
        buffer_specs_(model.buffers.data()),
        machines_(view_.machines.data()),
        servers_(view_.servers.data()),
        buffers_(view_.buffers.data()),
        server_count_(static_cast<std::uint32_t>(view_.servers.size())),
        buffer_count_(static_cast<std::uint32_t>(view_.buffers.size())),
        queue_(queue),
        scratch_(scratch),
        observer_(observer),
        draws_(model, parameters, state) {
    scratch_.pending.clear();
    empty(scratch_.cycles, spec_.machines);
    empty(scratch_.arrivals, spec_.sources);
  }
  /// Runs to `until`; takes its events off `budget`.
  Outcome::Status run(Time until, std::uint64_t& budget);
  /// Zero-time logic only.
  void settle_all();
  const std::vector<std::string>& waits() const { return waits_; }

 private:
  /// What a machine has beyond the plainest kind; in a plain component the answer is known when this is compiled.
  static bool has(const MachineSpec& spec, MachineFlag flag) { return !kPlain && (spec.flags & flag) != 0; }
  static std::uint32_t servers_of(const MachineSpec& spec) { return kPlain ? 1 : spec.servers; }
  MachineState& machine(std::uint32_t m) { return machines_[m]; }
  ServerState& server(std::uint32_t s) { return servers_[s]; }
  Time now() const { return Time{Duration{now_}}; }
  bool is_server(std::uint32_t producer) const { return producer < server_count_; }
  /// A deadlock does not pass: it is told again by every later call.
  bool stuck_already();

  // the loop
  void fill_queue();
  Outcome::Status run_window(Time stop, std::uint64_t& budget);
  TAKT_HOT void handle(const NextEvent& event);
  void drain();

  // timers and draws: stepper_timers.hpp
  TAKT_HOT void set_timer(std::uint32_t m);
  void set_source_timer(std::uint32_t i);
  static bool in_process(const ServerState& s) { return kPlain ? s.activity == Activity::working : is_in_process(s); }
  TAKT_HOT void touch(std::uint32_t m);
  void update_clock(std::uint32_t m) { detail::update_clock(machine_specs_[m], machine(m), now_); }
  TAKT_HOT Tick draw_cycle(std::uint32_t m, const MachineSpec& spec, std::uint64_t ordinal, std::uint32_t product);
  Tick draw_load(const MachineSpec& spec, std::uint64_t ordinal, std::uint32_t product) const;
  std::uint32_t route_of_machine(const MachineSpec& spec, std::uint32_t product, std::uint64_t ordinal) const;

  // machines: stepper_machines.hpp
  bool can_load(std::uint32_t m);
  bool can_unload(std::uint32_t m);
  TAKT_HOT void set_activity(std::uint32_t m, std::uint32_t s, Activity to);
  TAKT_HOT void load(std::uint32_t m, std::uint32_t s, const Part& part);
  TAKT_HOT void finish(std::uint32_t m);
  void discard(std::uint32_t m, std::uint32_t s);
  /// A server without a part looks for the next one.
  void next(std::uint32_t m, std::uint32_t s) { look_for_part(m, s); }
  TAKT_HOT void look_for_part(std::uint32_t m, std::uint32_t s);
  TAKT_HOT bool take(std::uint32_t m, Part& part);
  void next_before_service(std::uint32_t m, std::uint32_t s);
  void ask_for_place(std::uint32_t m, std::uint32_t s);
  std::uint32_t asking_server(std::uint32_t m);
  void mark_siblings(std::uint32_t m);
  std::uint32_t parts_in_front(std::uint32_t m, std::uint32_t most);
  void ask_next(std::uint32_t m);
  std::optional<std::uint32_t> next_product(std::uint32_t m);

  // breakdowns, shifts and crews: stepper_breakdowns.hpp
  void fail(std::uint32_t m);
  void begin_repair(std::uint32_t m);
  void spoil(std::uint32_t m);
  void repair(std::uint32_t m);
  void change_shift(std::uint32_t m);
  void pause(std::uint32_t m) { shift_dues(view_, machine_specs_[m], -now_); }
  void unpause(std::uint32_t m) { shift_dues(view_, machine_specs_[m], now_); }
  void report_condition(std::uint32_t m, Condition before);
  void wake(std::uint32_t m);
  bool call_crew(std::uint32_t m);
  void release_crew(std::uint32_t c);

  // places: stepper_places.hpp
  void give_back_reservation(std::uint32_t s);
  bool reserve(std::uint32_t place);
  Part& part_at(const BufferState& b, std::uint32_t i) { return state_.parts[b.slot(i)]; }
  TAKT_HOT void push(std::uint32_t place, const Part& part);
  TAKT_HOT bool deliver(const Part& given, std::uint32_t place, std::uint32_t producer);
  void tell_consumers(std::uint32_t place);
  TAKT_HOT bool hand_over(const Part& given, std::uint32_t place);
  TAKT_HOT bool take_from(std::uint32_t place, Part& part);
  void doubt_consumers(std::uint32_t place);
  void refill(std::uint32_t place);
  Part release(std::uint32_t place, std::uint32_t producer);
  std::uint32_t source_of(std::uint32_t producer) const { return producer - server_count_; }
  std::uint32_t producer_of_source(std::uint32_t i) const { return server_count_ + i; }
  std::uint32_t next_waiting(std::uint32_t producer) const { return detail::next_waiting(view_, producer); }
  void wait_for_place(std::uint32_t producer, std::uint32_t place) { append_waiting(view_, place, producer); }
  void remove_waiting(std::uint32_t place, std::uint32_t producer) { detail::remove_waiting(view_, place, producer); }
  void stop_waiting(std::uint32_t s);
  bool gives_part(std::uint32_t producer);
  std::uint32_t first_waiting(std::uint32_t place);
  std::uint32_t first_to_start_or_waiting(std::uint32_t place);

  // sources: stepper_sources.hpp
  void arrive(std::uint32_t i);
  bool offer(std::uint32_t i);
  void note_release(std::uint32_t i, const Part& part);
  void hold(std::uint32_t i);
  Part release_from_source(std::uint32_t i);
  void schedule_next(std::uint32_t i);
  void supply(std::uint32_t i);

  static constexpr std::uint64_t kLivelock = 1'000'000;  // events at one instant

  const Model& model_;
  const Parameters& numbers_;
  State& state_;
  const ComponentSpec& spec_;
  StateView view_;
  ComponentState& self_;
  const MachineSpec* const machine_specs_;  // plain pointers: one load less for each use in the loop
  const BufferSpec* const buffer_specs_;
  MachineState* const machines_;
  ServerState* const servers_;
  BufferState* const buffers_;
  const std::uint32_t server_count_, buffer_count_;
  Queue& queue_;
  Scratch& scratch_;
  Observer& observer_;
  const Draws draws_;
  std::int64_t now_ = 0;
  std::vector<std::string> waits_;
};

template <class Queue, bool kPlain, class Observer>
Outcome::Status Stepper<Queue, kPlain, Observer>::run(Time until, std::uint64_t& budget) {
  if (stuck_already()) return Outcome::Status::deadlock;
  Outcome::Status status = Outcome::Status::done;
  do {
    const Time stop = until - self_.now > Queue::kWindow ? self_.now + Queue::kWindow : until;
    fill_queue();
    status = run_window(stop, budget);
  } while (status == Outcome::Status::done && self_.now < until);
  return status;
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::settle_all() {
  now_ = self_.now.time_since_epoch().count();
  queue_.reset(spec_.machines + spec_.sources, self_.now);
  for (std::uint32_t i = 0; i < spec_.sources; ++i) supply(spec_.first_source + i);
  for (std::uint32_t m = spec_.first_machine; m < spec_.first_machine + spec_.machines; ++m) wake(m);
  drain();
}

template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::stuck_already() {
  if (!spec_.cyclic) return false;
  for (std::uint32_t m = spec_.first_machine; m < spec_.first_machine + spec_.machines; ++m)
    for (std::uint32_t s = machine_specs_[m].first_server;
         s < machine_specs_[m].first_server + machine_specs_[m].servers; ++s)
      if (server(s).activity == Activity::blocked && !(waits_ = circular_wait(model_, state_, s)).empty()) return true;
  return false;
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::fill_queue() {
  now_ = self_.now.time_since_epoch().count();
  queue_.reset(spec_.machines + spec_.sources, self_.now);
  for (std::uint32_t i = 0; i < spec_.machines; ++i) set_timer(spec_.first_machine + i);
  for (std::uint32_t i = 0; i < spec_.sources; ++i) set_source_timer(spec_.first_source + i);
}

template <class Queue, bool kPlain, class Observer>
Outcome::Status Stepper<Queue, kPlain, Observer>::run_window(Time stop, std::uint64_t& budget) {
  std::uint64_t left = budget;
  for (;;) {
    const NextEvent event = queue_.next();
    if (event.time > stop) break;
    if (left == 0) {
      budget = 0;
      return Outcome::Status::paused;
    }
    --left;
    self_.still = event.time == self_.now ? self_.still + 1 : 0;
    self_.now = event.time;
    now_ = event.time.time_since_epoch().count();
    handle(event);
    if (!waits_.empty() || self_.still > kLivelock) [[unlikely]] {
      budget = left;
      return waits_.empty() ? Outcome::Status::livelock : Outcome::Status::deadlock;
    }
  }
  budget = left;
  if (stop > self_.now) self_.still = 0;
  self_.now = stop;
  return Outcome::Status::done;
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::handle(const NextEvent& event) {
  const std::uint32_t m = spec_.first_machine + event.slot;
  if (event.event_class == EventClass::completion) [[likely]] {
    finish(m);
  } else {
    switch (event.event_class) {
      case EventClass::failure: fail(m); break;
      case EventClass::repair: repair(m); break;
      case EventClass::arrival: arrive(spec_.first_source + event.slot - spec_.machines); break;
      default: change_shift(m); break;
    }
  }
  if (!scratch_.pending.empty()) drain();
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::drain() {
  for (std::size_t i = 0; i < scratch_.pending.size(); ++i) {
    const std::uint32_t producer = scratch_.pending[i];
    if (!is_server(producer))
      supply(source_of(producer));
    else if (server(producer).freed != 0)
      next(model_.machine_of_server[producer], producer);
  }
  scratch_.pending.clear();
}

}  // namespace takt::detail

#include "takt/engine/detail/stepper_breakdowns.hpp"
#include "takt/engine/detail/stepper_machines.hpp"
#include "takt/engine/detail/stepper_places.hpp"
#include "takt/engine/detail/stepper_sources.hpp"
#include "takt/engine/detail/stepper_timers.hpp"
