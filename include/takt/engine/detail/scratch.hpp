// SPDX-License-Identifier: Apache-2.0
// Memory of the event loops that outlives them, to be used again: nothing in it is state.
#pragma once

#include <cstdint>
#include <vector>

#include "takt/core/event_queue.hpp"
#include "takt/engine/advance.hpp"
#include "takt/engine/detail/draws.hpp"

namespace takt::detail {

/// A station of a line: a machine of the plainest kind and the place in front of it.
struct alignas(64) Station {
  // the machine: see MachineState and ServerState
  Tick due = 0;
  std::uint64_t alarm = 0;  ///< key of its next breakdown or end of repair
  Part part;
  std::uint64_t starts = 0, completions = 0;
  Tick total = 0;
  std::uint32_t machine = 0, server = 0;
  std::uint32_t slot = 0;   ///< in the queue
  std::uint16_t flags = 0;  ///< MachineFlag
  Activity activity = Activity::starved;
  std::uint8_t down = 0;
  // the place: see BufferState
  std::uint32_t level = 0, capacity = 0, ring = 0;
  Part* parts = nullptr;
  std::uint64_t taken = 0;
  std::uint32_t place = 0;
  std::uint8_t clock_runs = 0;
  Tick breakdown = 0;
  TimeBlock cycle;
};

struct Scratch {
  std::vector<TimeBlock> cycles, arrivals;
  std::vector<std::uint32_t> pending;
  std::vector<Station> stations;
  std::vector<Station*> station_at;
  TreeQueue tree;
  ScanQueue scan;
};

inline void empty(std::vector<TimeBlock>& blocks, std::size_t number) {
  if (blocks.size() < number) blocks.resize(number);
  for (std::size_t i = 0; i < number; ++i) blocks[i].first = TimeBlock::kEmpty;
}

/// The scratch memory of this thread.
Scratch& scratch();

/// Gives a buffer that is never full a ring of twice the slots.
void grow_ring(const Model& model, State& state, std::uint32_t buffer);

}  // namespace takt::detail
