// SPDX-License-Identifier: Apache-2.0
// Memory of the event loops that outlives them, to be used again: nothing in it is state.
#pragma once

#include <cstdint>
#include <vector>

#include "takt/core/event_queue.hpp"
#include "takt/engine/advance.hpp"
#include "takt/engine/detail/line_machine.hpp"

/// The path of an event that happens millions of times a second is compiled as one piece.
#define TAKT_HOT [[gnu::always_inline]] inline

namespace takt::detail {

/// A station of a line: a machine and the place in front of it (see BufferState).
struct alignas(64) Station : LineMachine {
  std::uint64_t alarm = 0;  ///< key of its next breakdown or end of repair
  std::uint32_t slot = 0;   ///< in the queue
  std::uint32_t level = 0, capacity = 0, ring = 0;
  Part* parts = nullptr;
  std::uint64_t taken = 0;
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
