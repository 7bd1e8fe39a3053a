// SPDX-License-Identifier: Apache-2.0
// A plant found in an event log: its stations and their servers, the ways of its products, the places between stations,
// the laws of times, set-ups, breakdowns, shifts and arrivals, each with how sure it is and why; and what a log of that
// kind cannot show.
//
//   takt::Discovered found = takt::discover(takt::io::read_event_log("mes.csv"));
//   takt::Model model = takt::compile(found.plant);
//   for (const std::string& each : found.unseen) std::cout << each << '\n';
//
// docs/discovery.md tells how each is found, with the sources of the methods.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "takt/plant/plant.hpp"
#include "takt/sync/event_log.hpp"

namespace takt {

struct DiscoveryOptions {
  /// What a station is: each resource; each activity, its resources being its servers; or resources where the log has
  /// them and they are not a pool that shares the activities.
  enum class StationsBy : std::uint8_t { automatic, resource, activity };
  StationsBy stations = StationsBy::automatic;
  std::string name = "discovered";  ///< of the plant
  std::string zone = "UTC";         ///< in which shifts are looked for (IANA name)
  /// A way that a smaller share of the parts takes from its station is left out, and told.
  double least_share = 0.0;
};

/// One thing found.
struct DiscoveredElement {
  std::string path;         ///< of the equipment, or "/calendars/<name>"
  std::string what;         ///< "station", "servers", "way", "capacity", "cycle_time", "load_time", "failure", ...
  std::string value;        ///< in words: "lognormal, mean 12.1 s, cv 31 %"
  double confidence = 0.0;  ///< from 0, a guess, to 1; what it is the probability of stands in docs/discovery.md
  std::string reason;       ///< the evidence: "blocked 318 times with 4 parts waiting"
  friend bool operator==(const DiscoveredElement&, const DiscoveredElement&) = default;
};

struct Discovered {
  Plant plant;                              ///< valid: it compiles
  std::vector<DiscoveredElement> elements;  ///< by station, in the order in which the log first names them
  std::vector<std::string> unseen;  ///< sentences: what this log does not tell, and what stands in the plant for it
  friend bool operator==(const Discovered&, const Discovered&) = default;
};

/// Finds the plant behind a log. Equal logs give equal plants. The time grows as n log n with the rows. Throws
/// InvalidInput for a log without work, for a zone that is not known and for options outside their range.
Discovered discover(const EventLog& log, const DiscoveryOptions& options = {});

}  // namespace takt
