// SPDX-License-Identifier: Apache-2.0
// How the record of a live twin's control tells of alerts and work, and what its entries lead back to.
#pragma once

#include <optional>
#include <string>

#include "takt/sync/control/alerts.hpp"
#include "takt/sync/control/commands.hpp"
#include "takt/sync/control/work_orders.hpp"

namespace takt::io::detail {

/// "alert_raised", "alert_cleared", "alert_acknowledged": the rule is the item.
AuditEntry entry_of(const AlertEvent& event, WallClock::Instant now);
/// None if it tells of no alert.
std::optional<AlertEvent> alert_event_of(const AuditEntry& entry);

/// "work_written" (its detail the cause), "work_owned" (the owner), "work_moved" (the state): the number is the value,
/// the task the item, the due time the end.
AuditEntry entry_of(const WorkOrder& order, std::string what, std::string who, WallClock::Instant now,
                    std::string detail);
/// Changes an order as an entry tells.
void follow(const AuditEntry& entry, WorkOrder& order);

/// Why a command is asked for.
inline std::string why_of(const std::string& rule, const std::string& remedy) { return rule + ": " + remedy; }

inline bool is_under_way(CommandState state) {
  return state == CommandState::awaiting_confirmation || state == CommandState::ready || state == CommandState::sent;
}

}  // namespace takt::io::detail
