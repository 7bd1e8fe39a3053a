// SPDX-License-Identifier: Apache-2.0
// Work for people: who does what, by when, and how far it is. States and their changes are those of a job order
// (ISA-95 part 4; OPC 10031-4).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "takt/core/calendar.hpp"

namespace takt {

enum class WorkState : std::uint8_t {
  not_allowed_to_start,  ///< written, not released
  allowed_to_start,      ///< released to its owner
  running,
  interrupted,
  ended,   ///< done
  aborted  ///< will not be done
};
std::string_view name_of(WorkState state);  ///< "NotAllowedToStart", ...

struct WorkOrder {
  std::uint64_t number = 0;
  std::string about{};  ///< a path
  std::string task{};   ///< what is to be done, in words
  std::string cause{};  ///< the alert or command that asks for it; may be empty
  std::string owner{};  ///< whose it is; a crew or a person; may be empty until it is released
  WorkState state = WorkState::not_allowed_to_start;
  WallClock::Instant written{}, changed{};
  WallClock::Instant due = WallClock::Instant::max();

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(number, about, task, cause, owner, state, written, changed, due);
  }
  friend bool operator==(const WorkOrder&, const WorkOrder&) = default;
};

/// A value. Not thread-safe.
class WorkOrders {
 public:
  /// Numbers it and puts it down; its state is the first one. Throws InvalidInput without a task or what it is about.
  const WorkOrder& write(WorkOrder order, WallClock::Instant now);
  /// Throws InvalidInput for a number that is not known, for an order that is over, and without a name.
  const WorkOrder& assign(std::uint64_t number, std::string owner, WallClock::Instant now);
  /// Throws InvalidInput for a number that is not known, and where the present state does not lead to this one.
  const WorkOrder& move(std::uint64_t number, WorkState to, WallClock::Instant now);

  const WorkOrder& order(std::uint64_t number) const;  ///< throws InvalidInput for a number that is not known
  std::vector<WorkOrder> open() const;                 ///< neither ended nor aborted, by due time, then by number
  std::vector<WorkOrder> late(WallClock::Instant now) const;  ///< of these, beyond their due time

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(orders_);
  }

 private:
  WorkOrder& known(std::uint64_t number);

  std::map<std::uint64_t, WorkOrder> orders_;
};

}  // namespace takt
