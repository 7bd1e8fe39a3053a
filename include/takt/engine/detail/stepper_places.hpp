// SPDX-License-Identifier: Apache-2.0
// Places for parts: what goes in, what comes out, who waits for room.
#pragma once

#include "takt/engine/detail/stepper.hpp"

namespace takt::detail {

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::give_back_reservation(std::uint32_t s) {
  server(s).reserved = 0;
  const std::uint32_t place = server(s).place;
  if (place < buffer_count_) {
    --buffers_[place].reserved;
    refill(place);
  }
}

template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::reserve(std::uint32_t place) {
  if (place >= buffer_count_) return true;
  BufferState& b = buffers_[place];
  if (b.level + b.reserved >= buffer_specs_[place].capacity) return false;
  ++b.reserved;
  return true;
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::push(std::uint32_t place, const Part& part) {
  BufferState& b = buffers_[place];
  if (b.ring != 0) {
    if (b.level == b.ring) grow_ring(model_, state_, place);
    part_at(b, b.level) = part;
  }
  ++b.level;
  observer_.level(place, 1, now());
}

/// Gives a part to a place; false if there is no room. A producer with a reservation uses it up.
template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::deliver(const Part& given, std::uint32_t place, std::uint32_t producer) {
  if (place >= buffer_count_) {
    const std::uint32_t sink = place - buffer_count_;
    ++view_.sinks[sink];
    observer_.move(producer, place, given, now());
    observer_.leave(sink, given, now());
    return true;
  }
  const bool reserved = !kPlain && is_server(producer) && server(producer).reserved != 0;
  BufferState& b = buffers_[place];
  if (b.level == 0 && hand_over(given, place)) {
    observer_.move(producer, place, given, now());
    if (reserved) give_back_reservation(producer);
    return true;
  }
  if (b.level + (reserved ? 0 : b.reserved) >= buffer_specs_[place].capacity) return false;
  if (reserved) {
    server(producer).reserved = 0;
    --b.reserved;
  }
  observer_.move(producer, place, given, now());
  push(place, given);
  tell_consumers(place);
  return true;
}

/// Consumers that block before service and had no part to start: now there is one, perhaps without a place to put it.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::tell_consumers(std::uint32_t place) {
  if (kPlain || place >= buffer_count_) return;
  const BufferSpec& spec = buffer_specs_[place];
  for (std::uint32_t i = spec.first_consumer; i < spec.first_consumer + spec.consumers; ++i) {
    const std::uint32_t m = model_.consumers[i];
    const MachineSpec& consumer = machine_specs_[m];
    if (!has(consumer, kBeforeService) || machine(m).busy == consumer.servers || !can_load(m)) continue;
    std::uint32_t s = consumer.first_server;
    while (server(s).activity != Activity::starved) ++s;
    next(m, s);
  }
}

/// Straight to the first consumer, in path order, that has an idle server and can start.
template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::hand_over(const Part& given, std::uint32_t place) {
  const BufferSpec& spec = buffer_specs_[place];
  for (std::uint32_t i = spec.first_consumer; i < spec.first_consumer + spec.consumers; ++i) {
    const std::uint32_t m = model_.consumers[i];
    const MachineSpec& consumer = machine_specs_[m];
    if (machine(m).busy == servers_of(consumer) || !can_load(m)) continue;
    std::uint32_t s = consumer.first_server;
    while (!kPlain && server(s).activity != Activity::starved) ++s;
    const Part part = given;
    if (has(consumer, kBeforeService)) {
      const std::uint32_t to = route_of_machine(consumer, part.product, machine(m).starts);
      if (!reserve(to)) continue;  // should no other take it, tell_consumers makes this one wait for its place
      server(s).place = to;
      server(s).reserved = 1;
    }
    ++buffers_[place].taken;
    load(m, s, part);
    touch(m);
    return true;
  }
  return false;
}

template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::take_from(std::uint32_t place, Part& part) {
  BufferState& b = buffers_[place];
  if (b.level > 0) {
    if (b.ring != 0) part = part_at(b, 0);
    --b.level;
    ++b.taken;
    observer_.level(place, -1, now());
    if (b.first_waiting != kNone) refill(place);
    if (!kPlain) doubt_consumers(place);
    return true;
  }
  const std::uint32_t producer = first_waiting(place);
  if (producer == kNone) return false;
  ++b.taken;
  part = release(place, producer);
  if (!kPlain) doubt_consumers(place);
  return true;
}

/// The last part is gone: consumers that wait to start on it (blocking before service) look again.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::doubt_consumers(std::uint32_t place) {
  const BufferSpec& spec = buffer_specs_[place];
  for (std::uint32_t i = spec.first_consumer; i < spec.first_consumer + spec.consumers; ++i) {
    const MachineSpec& consumer = machine_specs_[model_.consumers[i]];
    if (!has(consumer, kBeforeService)) continue;
    for (std::uint32_t s = consumer.first_server; s < consumer.first_server + consumer.servers; ++s) {
      if (server(s).waits_to_start != kAsks || server(s).freed != 0 || buffers_[place].level > 0) continue;
      server(s).freed = 1;
      scratch_.pending.push_back(s);
    }
    if (consumer.servers > 1) mark_siblings(model_.consumers[i]);
  }
}

/// Places that became free go to those who wait for them, first come first served.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::refill(std::uint32_t place) {
  for (;;) {
    BufferState& b = buffers_[place];
    if (b.level + b.reserved >= buffer_specs_[place].capacity) return;
    const std::uint32_t producer = first_to_start_or_waiting(place);
    if (producer == kNone) return;
    if (is_server(producer) && server(producer).waits_to_start != 0) {
      stop_waiting(producer);
      ++b.reserved;
      server(producer).reserved = 1;
      server(producer).freed = 1;
      scratch_.pending.push_back(producer);
    } else {
      push(place, release(place, producer));
    }
  }
}

/// Takes the part of a producer that waits; it is free for its next step.
template <class Queue, bool kPlain, class Observer>
Part Stepper<Queue, kPlain, Observer>::release(std::uint32_t place, std::uint32_t producer) {
  remove_waiting(place, producer);
  scratch_.pending.push_back(producer);
  if (is_server(producer)) server(producer).freed = 1;
  const Part part = is_server(producer) ? server(producer).part : release_from_source(source_of(producer));
  observer_.move(producer, place, part, now());
  return part;
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::stop_waiting(std::uint32_t s) {
  remove_waiting(server(s).place, s);
  server(s).waits_to_start = 0;
}

/// The first producer with a part for this place whose machine lets it out.
template <class Queue, bool kPlain, class Observer>
std::uint32_t Stepper<Queue, kPlain, Observer>::first_waiting(std::uint32_t place) {
  for (std::uint32_t p = buffers_[place].first_waiting; p != kNone; p = next_waiting(p))
    if (gives_part(p)) return p;
  return kNone;
}

/// Whether a producer that waits has a part, and its machine lets it out.
template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::gives_part(std::uint32_t producer) {
  return !is_server(producer) ||
         (server(producer).waits_to_start == 0 && can_unload(model_.machine_of_server[producer]));
}

template <class Queue, bool kPlain, class Observer>
std::uint32_t Stepper<Queue, kPlain, Observer>::first_to_start_or_waiting(std::uint32_t place) {
  for (std::uint32_t p = buffers_[place].first_waiting; p != kNone; p = next_waiting(p)) {
    if (!is_server(p)) return p;
    const std::uint32_t m = model_.machine_of_server[p];
    if (server(p).waits_to_start != 0 ? can_load(m) : can_unload(m)) return p;
  }
  return kNone;
}

}  // namespace takt::detail
