// SPDX-License-Identifier: Apache-2.0
// Small steps of a state that keep its books: whoever changes a state, by events or by hand, takes these.
#pragma once

#include <cstdint>

#include "takt/engine/state.hpp"

namespace takt::detail {

inline bool is_in_process(const ServerState& s) {
  return s.activity == Activity::working || s.activity == Activity::setup;
}

/// The law of a machine for a product; `law` is its cycle_law or load_law.
inline std::uint32_t law_for(const Model& model, const MachineSpec& spec, std::uint32_t law, std::uint32_t product) {
  return (spec.flags & kLawByProduct) != 0 ? model.law_of[law + product] : law;
}

/// The ways out of a machine for a product.
inline RouteRange ways_of(const Model& model, const MachineSpec& spec, std::uint32_t product) {
  return (spec.flags & kRouteByProduct) != 0 ? model.routes_of[spec.ranges + product]
                                             : RouteRange{spec.first_route, spec.routes};
}

/// The place drawn from some ways by their probabilities.
inline std::uint32_t choose_way(const Model& model, const Parameters& numbers, RouteRange ways, StreamKey key,
                                std::uint64_t ordinal) {
  if (ways.count == 1) return model.routes[ways.first].place;
  Draw draw(key, ordinal);
  double u = draw.uniform();
  for (std::uint32_t i = ways.first; i + 1 < ways.first + ways.count; ++i) {
    u -= numbers.probabilities[model.routes[i].probability];
    if (u < 0.0) return model.routes[i].place;
  }
  return model.routes[ways.first + ways.count - 1].place;
}

/// Whether there is a part on a server.
inline bool has_part(const ServerState& s) { return s.activity != Activity::starved && s.waits_to_start == 0; }

/// The counts of a machine's servers by activity follow.
inline void change_activity(MachineState& machine, ServerState& server, Activity to) {
  const Activity from = server.activity;
  machine.working +=
      static_cast<std::uint32_t>(to == Activity::working) - static_cast<std::uint32_t>(from == Activity::working);
  machine.busy +=
      static_cast<std::uint32_t>(from == Activity::starved) - static_cast<std::uint32_t>(to == Activity::starved);
  server.activity = to;
}

/// The part that enters a component from a source now; nothing is told of it where parts are not kept one by one.
inline Part entering_part(const Model& model, std::uint64_t number, const SourceState& source, std::int64_t now) {
  if (!model.keeps_parts()) return {};
  return {now, static_cast<std::uint32_t>(number), source.part.product};
}

/// Starts or stops the failure clock as the machine's condition asks; `now` in nanoseconds.
inline void update_clock(const MachineSpec& spec, MachineState& machine, std::int64_t now) {
  bool runs = machine.down == 0;
  if (spec.clock == FailureClock::working) runs = runs && machine.off_shift == 0 && machine.working != 0;
  if (spec.clock == FailureClock::on_shift) runs = runs && machine.off_shift == 0;
  if (runs == (machine.clock_runs != 0)) return;
  machine.breakdown += runs ? now : -now;
  machine.clock_runs = runs ? 1 : 0;
}

/// Work stops (by = -now) or goes on (by = now): what is due becomes what is left, and back.
inline void shift_dues(const StateView& view, const MachineSpec& spec, std::int64_t by) {
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s)
    if (is_in_process(view.servers[s])) view.servers[s].due += by;
}

/// Producers are servers, then sources. The one behind a producer in the queue for a place.
inline std::uint32_t& next_waiting(const StateView& view, std::uint32_t producer) {
  return producer < view.servers.size() ? view.servers[producer].next_waiting
                                        : view.sources[producer - view.servers.size()].next_waiting;
}

inline void append_waiting(const StateView& view, std::uint32_t place, std::uint32_t producer) {
  BufferState& b = view.buffers[place];
  next_waiting(view, producer) = kNone;
  (b.last_waiting == kNone ? b.first_waiting : next_waiting(view, b.last_waiting)) = producer;
  b.last_waiting = producer;
}

/// The producer behind which it stood, or kNone. Does nothing if the producer does not wait there.
inline std::uint32_t remove_waiting(const StateView& view, std::uint32_t place, std::uint32_t producer) {
  BufferState& b = view.buffers[place];
  std::uint32_t before = kNone;
  std::uint32_t p = b.first_waiting;
  for (; p != producer && p != kNone; p = next_waiting(view, p)) before = p;
  if (p == kNone) return kNone;
  (before == kNone ? b.first_waiting : next_waiting(view, before)) = next_waiting(view, producer);
  if (b.last_waiting == producer) b.last_waiting = before;
  next_waiting(view, producer) = kNone;
  return before;
}

/// Puts a producer back where it was taken out.
inline void insert_waiting(const StateView& view, std::uint32_t place, std::uint32_t producer, std::uint32_t before) {
  BufferState& b = view.buffers[place];
  std::uint32_t& behind = before == kNone ? b.first_waiting : next_waiting(view, before);
  next_waiting(view, producer) = behind;
  behind = producer;
  if (b.last_waiting == before) b.last_waiting = producer;
}

inline void append_for_crew(const StateView& view, std::uint32_t crew, std::uint32_t machine) {
  CrewState& c = view.crews[crew];
  (c.last_waiting == kNone ? c.first_waiting : view.machines[c.last_waiting].next_for_crew) = machine;
  c.last_waiting = machine;
  ++c.waiting;
}

/// Takes a machine out of the queue of its crew, where it is.
inline void remove_for_crew(const StateView& view, std::uint32_t crew, std::uint32_t machine) {
  CrewState& c = view.crews[crew];
  std::uint32_t before = kNone;
  for (std::uint32_t i = c.first_waiting; i != machine; i = view.machines[i].next_for_crew) before = i;
  (before == kNone ? c.first_waiting : view.machines[before].next_for_crew) = view.machines[machine].next_for_crew;
  if (c.last_waiting == machine) c.last_waiting = before;
  view.machines[machine].next_for_crew = kNone;
  --c.waiting;
}

}  // namespace takt::detail
