// SPDX-License-Identifier: Apache-2.0
// A machine of a line (ComponentSpec::line) with its one server in one record, and how it comes from a State and back.
#pragma once

#include <cstdint>

#include "takt/engine/detail/draws.hpp"

namespace takt::detail {

/// See MachineState and ServerState, whose fields it has.
struct LineMachine {
  Tick due = 0, total = 0;
  Tick breakdown = 0, breakdown_total = 0;
  Part part;
  std::uint64_t starts = 0, completions = 0;
  const MachineSpec* spec = nullptr;
  std::uint32_t machine = 0, server = 0;
  std::uint32_t place = 0;  ///< the one in front of it
  std::uint32_t breakdowns = 0;
  std::uint16_t flags = 0;  ///< MachineFlag
  Activity activity = Activity::starved;
  std::uint8_t down = 0, clock_runs = 0;

  Condition condition() const { return static_cast<Condition>(down); }
  bool is_up() const { return down == 0; }
  bool can_load() const { return is_up() || (flags & kLoadsWhileDown) != 0; }
  bool can_unload() const { return is_up() || (flags & kUnloadsWhileDown) != 0; }
};

inline void read_machine(LineMachine& into, const Model& model, const StateView& view, std::uint32_t m) {
  const MachineSpec& spec = model.machines[m];
  const MachineState& machine = view.machines[m];
  const ServerState& server = view.servers[spec.first_server];
  into = {.due = server.due,
          .total = server.total,
          .breakdown = machine.breakdown,
          .breakdown_total = machine.breakdown_total,
          .part = server.part,
          .starts = machine.starts,
          .completions = machine.completions,
          .spec = &spec,
          .machine = m,
          .server = spec.first_server,
          .place = spec.input,
          .breakdowns = machine.breakdowns,
          .flags = spec.flags,
          .activity = server.activity,
          .down = machine.down,
          .clock_runs = machine.clock_runs};
}

/// `waiting`: the producer that waits for a place in front of it, or kNone.
inline void write_machine(const LineMachine& from, const StateView& view, std::uint32_t waiting) {
  MachineState& machine = view.machines[from.machine];
  ServerState& server = view.servers[from.server];
  if (machine.starts != from.starts) server.operation = static_cast<std::uint32_t>(from.starts - 1);
  if (machine.completions != from.completions) server.place = from.spec->place;
  server.due = from.due;
  server.total = from.total;
  server.part = from.part;
  server.activity = from.activity;
  machine.breakdown = from.breakdown;
  machine.breakdown_total = from.breakdown_total;
  machine.starts = from.starts;
  machine.completions = from.completions;
  machine.breakdowns = from.breakdowns;
  machine.working = from.activity == Activity::working ? 1 : 0;
  machine.busy = from.activity != Activity::starved ? 1 : 0;
  machine.down = from.down;
  machine.clock_runs = from.clock_runs;
  BufferState& buffer = view.buffers[from.place];
  buffer.first_waiting = buffer.last_waiting = waiting;
}

}  // namespace takt::detail
