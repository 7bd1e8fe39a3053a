// SPDX-License-Identifier: Apache-2.0
// Shifts: the times of the week at which a station never finishes anything although it has work.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sync/discovery/flow.hpp"
#include "takt/core/calendar.hpp"

namespace takt::discovery {

struct FoundCalendar {
  Calendar calendar{};
  Spans off{};  ///< over the time of the log
  double confidence = 0.0;
  std::string reason{};
};

/// By station; none where nothing speaks for shifts. See docs/discovery.md, "Calendars".
std::vector<std::optional<FoundCalendar>> find_calendars(const Trace& trace, const Flow& flow, const std::string& zone);

}  // namespace takt::discovery
