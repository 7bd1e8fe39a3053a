// SPDX-License-Identifier: Apache-2.0
// When a machine or a source is due, and the numbers drawn for it.
#pragma once

#include "takt/engine/detail/stepper.hpp"

namespace takt::detail {

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::set_timer(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  const MachineState& ms = machine(m);
  Tick time = kLater;
  EventClass event_class = EventClass::completion;
  if (ms.busy != 0 && ms.is_up()) {
    for (std::uint32_t s = spec.first_server; s < spec.first_server + servers_of(spec); ++s)
      if (in_process(server(s)) && server(s).due < time) time = server(s).due;
  }
  if ((ms.clock_runs != 0 || ms.down == static_cast<std::uint8_t>(Condition::in_repair)) && ms.breakdown <= time) {
    time = ms.breakdown;
    event_class = ms.clock_runs != 0 ? EventClass::failure : EventClass::repair;
  }
  if (has(spec, kHasCalendar) && ms.next_shift <= time) {
    time = ms.next_shift;
    event_class = EventClass::shift;
  }
  if (time == kLater)
    queue_.clear(m - spec_.first_machine);
  else
    queue_.set(m - spec_.first_machine, Time{Duration{time}}, event_class);
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::set_source_timer(std::uint32_t i) {
  const SourceState& source = view_.sources[i];
  const std::uint32_t slot = spec_.machines + i - spec_.first_source;
  if (source.holding != 0 || source.due == kLater)
    queue_.clear(slot);
  else
    queue_.set(slot, Time{Duration{source.due}}, EventClass::arrival);
}

/// After anything happened to a machine: its failure clock runs or not, its earliest timer is set.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::touch(std::uint32_t m) {
  if ((machine_specs_[m].flags & kClockStops) != 0) update_clock(m);
  set_timer(m);
}

template <class Queue, bool kPlain, class Observer>
Tick Stepper<Queue, kPlain, Observer>::draw_cycle(std::uint32_t m, const MachineSpec& spec, std::uint64_t ordinal,
                                                  std::uint32_t product) {
  if (has(spec, kLawByProduct)) return draws_.cycle_of_product(spec, ordinal, product);
  return draws_.cycle(scratch_.cycles[m - spec_.first_machine], spec, ordinal);
}

template <class Queue, bool kPlain, class Observer>
Tick Stepper<Queue, kPlain, Observer>::draw_load(const MachineSpec& spec, std::uint64_t ordinal,
                                                 std::uint32_t product) const {
  return draws_.time(law_for(model_, spec, spec.load_law, product), draws_.stream(spec.path_hash, Purpose::load),
                     ordinal);
}

template <class Queue, bool kPlain, class Observer>
std::uint32_t Stepper<Queue, kPlain, Observer>::route_of_machine(const MachineSpec& spec, std::uint32_t product,
                                                                 std::uint64_t ordinal) const {
  if (kPlain || spec.routes == 1) return spec.place;
  return draws_.way(ways_of(model_, spec, product), spec.path_hash, ordinal);
}

}  // namespace takt::detail
