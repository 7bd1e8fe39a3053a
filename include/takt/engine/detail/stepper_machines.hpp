// SPDX-License-Identifier: Apache-2.0
// A machine takes a part, works on it and gives it away.
#pragma once

#include "takt/engine/detail/stepper.hpp"

namespace takt::detail {

template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::can_load(std::uint32_t m) {
  return machine(m).is_up() || (machine_specs_[m].flags & kLoadsWhileDown) != 0;
}

template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::can_unload(std::uint32_t m) {
  return machine(m).is_up() || (machine_specs_[m].flags & kUnloadsWhileDown) != 0;
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::set_activity(std::uint32_t m, std::uint32_t s, Activity to) {
  MachineState& ms = machine(m);
  ServerState& ss = server(s);
  const Activity from = ss.activity;
  if (from == to) return;
  change_activity(ms, ss, to);
  const Condition condition = ms.condition();
  observer_.mode(m, s, {condition, from}, {condition, to}, now());
}

/// Puts a part on an idle server. The caller touches the machine.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::load(std::uint32_t m, std::uint32_t s, const Part& part) {
  const MachineSpec& spec = machine_specs_[m];
  MachineState& ms = machine(m);
  ServerState& ss = server(s);
  ss.part = part;
  observer_.load(m, part, now());
  const std::uint64_t ordinal = ms.starts++;
  ss.operation = static_cast<std::uint32_t>(ordinal);
  if (has(spec, kHasLoad)) {
    ss.total = draw_load(spec, ordinal, part.product);
    set_activity(m, s, Activity::setup);
  } else {
    ss.total = draw_cycle(m, spec, ordinal, part.product);
    set_activity(m, s, Activity::working);
  }
  ss.due = ms.is_up() ? now_ + ss.total : ss.total;
}

/// The operation of the server whose work is done now; the lowest server first.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::finish(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  std::uint32_t s = spec.first_server;
  while (!kPlain && !(in_process(server(s)) && server(s).due == now_)) ++s;
  ServerState& ss = server(s);
  MachineState& ms = machine(m);
  if (!kPlain && ss.activity == Activity::setup) {
    ss.total = draw_cycle(m, spec, ms.ordinal_of(ss.operation), ss.part.product);
    ss.due = now_ + ss.total;
    set_activity(m, s, Activity::working);
    touch(m);
    return;
  }
  const std::uint64_t ordinal = ms.completions++;
  observer_.complete(m, ss.part, now());
  if (!kPlain && numbers_.probabilities[spec.scrap] > 0.0 &&
      Draw(draws_.stream(spec.path_hash, Purpose::scrap), ordinal).uniform() < numbers_.probabilities[spec.scrap]) {
    ++ms.scrapped;
    discard(m, s);
    next(m, s);
    return;
  }
  if (!has(spec, kBeforeService))
    ss.place = route_of_machine(spec, ss.part.product, ordinal);
  else if (ss.reserved == 0)  // a state made by hand: the place was not asked for before
    ss.place = route_of_machine(spec, ss.part.product, ms.ordinal_of(ss.operation));
  if (deliver(ss.part, ss.place, s)) {
    look_for_part(m, s);
  } else {
    wait_for_place(s, ss.place);
    set_activity(m, s, Activity::blocked);
    touch(m);
    tell_consumers(ss.place);
    if (spec_.cyclic) waits_ = circular_wait(model_, state_, s);
  }
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::discard(std::uint32_t m, std::uint32_t s) {
  observer_.scrap(m, server(s).part, now());
  if (server(s).reserved != 0) give_back_reservation(s);
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::look_for_part(std::uint32_t m, std::uint32_t s) {
  ServerState& ss = server(s);
  const MachineSpec& spec = machine_specs_[m];
  ss.freed = 0;
  if (has(spec, kBeforeService)) {
    next_before_service(m, s);
    return;
  }
  Part part;
  if (can_load(m) && take(m, part))
    load(m, s, part);
  else
    set_activity(m, s, Activity::starved);
  touch(m);
}

template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::take(std::uint32_t m, Part& part) {
  const MachineSpec& spec = machine_specs_[m];
  if (kPlain || spec.inputs == 1) return take_from(spec.input, part);
  MachineState& ms = machine(m);
  for (std::uint32_t i = 1; i <= spec.inputs; ++i) {  // each input in turn, beginning behind the last one used
    const std::uint32_t input = (ms.last_input + i) % spec.inputs;
    if (take_from(model_.inputs[spec.first_input + input], part)) {
      ms.last_input = input;
      return true;
    }
  }
  return false;
}

/// Blocking before service: a place downstream is reserved before the part is taken in.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::next_before_service(std::uint32_t m, std::uint32_t s) {
  ask_for_place(m, s);
  if (machine_specs_[m].servers > 1) mark_siblings(m);
  touch(m);
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::ask_for_place(std::uint32_t m, std::uint32_t s) {
  ServerState& ss = server(s);
  const MachineSpec& spec = machine_specs_[m];
  if (ss.waits_to_start == kBehind) ss.waits_to_start = 0;
  const bool asks = ss.reserved != 0 || ss.waits_to_start == kAsks || asking_server(m) == kNone;  // one at a time
  const std::optional<std::uint32_t> product = asks && can_load(m) ? next_product(m) : std::nullopt;
  if (!product) {
    if (ss.reserved != 0) give_back_reservation(s);
    if (ss.waits_to_start != 0) stop_waiting(s);
    set_activity(m, s, Activity::starved);
    return;
  }
  const std::uint32_t place = route_of_machine(spec, *product, machine(m).starts);
  if (ss.reserved != 0 && ss.place != place) give_back_reservation(s);
  if (ss.reserved == 0) {
    if (ss.waits_to_start != 0 && ss.place != place) stop_waiting(s);
    ss.place = place;
    if (!reserve(place)) {
      if (ss.waits_to_start == 0) wait_for_place(s, place);
      ss.waits_to_start = kAsks;
      set_activity(m, s, Activity::blocked);
      if (spec_.cyclic) waits_ = circular_wait(model_, state_, s);
      return;
    }
    ss.reserved = 1;
    if (ss.waits_to_start != 0) stop_waiting(s);
  }
  Part part;
  take(m, part);
  load(m, s, part);
  ask_next(m);
}

template <class Queue, bool kPlain, class Observer>
std::uint32_t Stepper<Queue, kPlain, Observer>::asking_server(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s)
    if (server(s).waits_to_start == kAsks) return s;
  return kNone;
}

/// While one server asks for a place, the others for whom there are parts are blocked behind it.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::mark_siblings(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  const std::uint32_t asking = asking_server(m);
  std::uint32_t parts = asking == kNone ? 0 : parts_in_front(m, spec.servers);
  if (parts > 0) --parts;  // the first is for the one that asks
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
    ServerState& ss = server(s);
    if (s == asking || ss.freed != 0 || (ss.activity != Activity::starved && ss.waits_to_start != kBehind)) continue;
    const bool behind = parts > 0;
    if (behind) {
      --parts;
      ss.place = server(asking).place;
    }
    ss.waits_to_start = behind ? kBehind : 0;
    set_activity(m, s, behind ? Activity::blocked : Activity::starved);
  }
}

/// Parts that the machine could take in now, counted up to `most`.
template <class Queue, bool kPlain, class Observer>
std::uint32_t Stepper<Queue, kPlain, Observer>::parts_in_front(std::uint32_t m, std::uint32_t most) {
  const MachineSpec& spec = machine_specs_[m];
  std::uint32_t parts = 0;
  for (std::uint32_t i = spec.first_input; i < spec.first_input + spec.inputs && parts < most; ++i) {
    const BufferState& b = buffers_[model_.inputs[i]];
    parts += std::min(b.level, most);
    for (std::uint32_t p = b.first_waiting; p != kNone && parts < most; p = next_waiting(p))
      if (gives_part(p)) ++parts;
  }
  return std::min(parts, most);
}

/// One server started: the next idle one may ask for a place.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::ask_next(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
    const ServerState& ss = server(s);
    if ((ss.activity != Activity::starved && ss.waits_to_start != kBehind) || ss.freed != 0) continue;
    server(s).freed = 1;
    scratch_.pending.push_back(s);
    return;
  }
}

/// The product of the part that `take` would give.
template <class Queue, bool kPlain, class Observer>
std::optional<std::uint32_t> Stepper<Queue, kPlain, Observer>::next_product(std::uint32_t m) {
  const MachineSpec& spec = machine_specs_[m];
  for (std::uint32_t i = spec.inputs == 1 ? 0 : 1; i < spec.inputs + (spec.inputs == 1 ? 0 : 1); ++i) {
    const std::uint32_t input = (machine(m).last_input + i) % spec.inputs;
    const std::uint32_t place = model_.inputs[spec.first_input + input];
    const BufferState& b = buffers_[place];
    if (b.level > 0) return b.ring == 0 ? 0 : part_at(b, 0).product;
    if (const std::uint32_t p = first_waiting(place); p != kNone)
      return is_server(p) ? server(p).part.product : view_.sources[source_of(p)].part.product;
  }
  return std::nullopt;
}

}  // namespace takt::detail
