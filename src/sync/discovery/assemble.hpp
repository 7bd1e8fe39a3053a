// SPDX-License-Identifier: Apache-2.0
// What was found becomes a plant, with a word on each element.
#pragma once

#include <optional>
#include <vector>

#include "sync/discovery/breakdowns.hpp"
#include "sync/discovery/calendars.hpp"
#include "sync/discovery/flow.hpp"
#include "sync/discovery/sources.hpp"
#include "sync/discovery/times.hpp"

namespace takt::discovery {

struct Findings {
  Trace trace;
  Flow flow;
  std::vector<std::optional<FoundCalendar>> calendars;  ///< by station, and so on
  std::vector<StationTimes> times;
  std::vector<std::optional<FoundFailure>> failures;
  std::vector<FoundCrew> crews;
  std::vector<FoundSource> sources;
};

Discovered assemble(const Findings& found, const DiscoveryOptions& options);

/// Sentences on what the log does not tell.
std::vector<std::string> unseen(const Findings& found);

}  // namespace takt::discovery
