// SPDX-License-Identifier: Apache-2.0
// From what an agent answers to messages: no connection and no clock of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/live/cell_book.hpp"
#include "io/live/mtconnect/document.hpp"
#include "takt/io/live/mtconnect.hpp"
#include "takt/sync/inbox.hpp"

namespace takt::io::mtconnect {

class Agent {
 public:
  Agent(std::string source, Cells cells);

  /// The sequence number to ask from; none: everything is to be asked for (`current`).
  std::optional<std::uint64_t> next() const { return next_; }
  void ask_for_everything() { next_.reset(); }

  /// The messages in an answer. Throws Error for an answer that is an error, unless that only says that what was asked
  /// for is gone.
  std::vector<Delivery> take(const Document& answer, WallClock::Instant arrival);

 private:
  void note(const Observation& observation, WallClock::Instant arrival, std::vector<Delivery>& out);
  void put(WallClock::Instant at, bool complete, std::vector<EntityReading> readings, WallClock::Instant arrival,
           std::vector<Delivery>& out);

  const std::string source_;
  const Cells cells_;
  detail::CellBook book_;
  std::optional<std::uint64_t> instance_, next_;
  std::uint64_t seq_ = 0;
  WallClock::Instant last_ = WallClock::Instant::min();  // of the last message: times of one source do not run back
};

}  // namespace takt::io::mtconnect
