// SPDX-License-Identifier: Apache-2.0
// What cells tell, gathered into readings of equipment.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "takt/io/live/table.hpp"

namespace takt::io::detail {

/// Every reading holds all that is known of its equipment. Where a machine tells its state and its count of good parts
/// but not its cycle times, the time executed from one part counted to the next is one.
class CellBook {
 public:
  using Instant = WallClock::Instant;

  explicit CellBook(const Cells& cells);

  /// A value at an instant. A text that stands for none ("", "UNAVAILABLE", "NaN") takes the value back. Throws
  /// InvalidInput for one that cannot be.
  void note(const Cell& cell, std::string_view text, Instant at);
  /// Readings of the equipment of which something was told since the last call.
  std::vector<EntityReading> take();
  /// Of all equipment of which something is known.
  std::vector<EntityReading> everything();

 private:
  struct Known {
    EntityReading reading;
    bool tells_cycle_time = false;
    Duration executed{0};  // since the last part counted, up to the present execution
    std::optional<Instant> executes_since;
    bool is_news = false;
  };
  static void take_back(Known& known, const Cell& cell);
  static void note_state(Known& known, std::string state, Instant at);
  static void note_count(Known& known, Cell::Role role, std::uint64_t count, Instant at);

  std::map<std::string, Known> known_;  // by path
};

}  // namespace takt::io::detail
