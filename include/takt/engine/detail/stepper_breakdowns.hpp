// SPDX-License-Identifier: Apache-2.0
// A machine fails, is repaired by a crew, goes off shift and comes back.
#pragma once

#include "takt/engine/detail/stepper.hpp"

namespace takt::detail {

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::fail(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  MachineState& ms = machine(m);
  const Condition before = ms.condition();
  if (before == Condition::up) pause(m);
  ms.clock_runs = 0;
  ++ms.breakdowns;
  const bool at_once = spec.crew == kNone || call_crew(m);
  if (at_once)
    begin_repair(m);
  else
    ms.down = static_cast<std::uint8_t>(Condition::waiting_for_crew);
  report_condition(m, before);
  if (spec.on_failure != OnFailure::resume) spoil(m);
  touch(m);
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::begin_repair(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  MachineState& ms = machine(m);
  ms.down = static_cast<std::uint8_t>(Condition::in_repair);
  ms.breakdown_total = draws_.repair(spec, ms.breakdowns - 1);
  ms.breakdown = now_ + ms.breakdown_total;
}

/// The part in process, or in set-up, does not just wait for the repair: that starts anew, or the part is scrapped.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::spoil(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
    ServerState& ss = server(s);
    if (!in_process(ss)) continue;
    if (spec.on_failure == OnFailure::restart) {
      const std::uint64_t ordinal = machine(m).starts++;
      ss.operation = static_cast<std::uint32_t>(ordinal);
      ss.total = ss.activity == Activity::setup ? draw_load(spec, ordinal, ss.part.product)
                                                : draw_cycle(m, spec, ordinal, ss.part.product);
      ss.due = ss.total;
    } else {
      ++machine(m).spoiled;
      discard(m, s);
      next(m, s);
    }
  }
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::repair(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  MachineState& ms = machine(m);
  const Condition before = ms.condition();
  ms.down = 0;
  ms.breakdown_total = draws_.failure(spec, ms.breakdowns);
  ms.breakdown = ms.breakdown_total;
  update_clock(m);  // touch leaves a clock alone that runs all the time
  if (ms.condition() == Condition::up) unpause(m);
  report_condition(m, before);
  if (spec.crew != kNone) release_crew(spec.crew);
  update_clock(m);
  wake(m);
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::change_shift(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  MachineState& ms = machine(m);
  const Condition before = ms.condition();
  const Calendar& calendar = model_.calendars[spec.calendar];
  const bool off = !calendar.on_at(now(), model_.plant.clock);
  ms.next_shift = calendar.next_change(now(), model_.plant.clock).time_since_epoch().count();
  if (before == Condition::up && off) pause(m);
  ms.off_shift = off ? 1 : 0;
  if (before != Condition::up && ms.condition() == Condition::up) unpause(m);
  if (before != ms.condition()) report_condition(m, before);
  wake(m);
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::report_condition(std::uint32_t m, Condition before) {
  const MachineSpec& spec = machine_specs_[m];
  const Condition after = machine(m).condition();
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s)
    observer_.mode(m, s, {before, server(s).activity}, {after, server(s).activity}, now());
}

/// A machine that may do again what it could not: let finished parts out, take parts in.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::wake(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
    ServerState& ss = server(s);
    if (ss.freed != 0) continue;  // on the list already
    if (ss.activity == Activity::starved || (ss.activity == Activity::blocked && ss.waits_to_start != 0)) {
      next(m, s);
    } else if (ss.activity == Activity::blocked && can_unload(m)) {
      // Out of the queue first: a consumer that starts on this part at once would let it in a second time.
      const std::uint32_t before = detail::remove_waiting(view_, ss.place, s);
      if (deliver(ss.part, ss.place, s))
        next(m, s);
      else
        insert_waiting(view_, ss.place, s, before);
    }
  }
  touch(m);
}

template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::call_crew(std::uint32_t m) {
  const std::uint32_t c = machine_specs_[m].crew;
  CrewState& crew = view_.crews[c];
  if (crew.busy < model_.crews[c].size) {
    ++crew.busy;
    observer_.crew(c, 1, 0, now());
    return true;
  }
  append_for_crew(view_, c, m);
  observer_.crew(c, 0, 1, now());
  return false;
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::release_crew(std::uint32_t c) {
  CrewState& crew = view_.crews[c];
  ++crew.served;
  const std::uint32_t m = crew.first_waiting;
  if (m == kNone) {
    --crew.busy;
    observer_.crew(c, -1, 0, now());
    return;
  }
  remove_for_crew(view_, c, m);
  observer_.crew(c, 0, -1, now());
  begin_repair(m);
  report_condition(m, Condition::waiting_for_crew);
  touch(m);
}

}  // namespace takt::detail
