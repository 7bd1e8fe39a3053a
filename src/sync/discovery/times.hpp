// SPDX-License-Identifier: Apache-2.0
// Cycle times and set-up times of a station, by product where products differ.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/discovery/flow.hpp"
#include "sync/discovery/law_fit.hpp"

namespace takt::discovery {

/// A law for each product, or one for all.
struct FoundLaws {
  std::map<std::uint32_t, FittedLaw> of{};  ///< by product; kNoOne: all products
  std::string note{};                       ///< what was seen beside
  LawByProduct laws(const Trace& trace) const;
};

/// Work of one visit in seconds, without the time in which its station was down or off shift.
double net_seconds(const Visit& visit, const Spans& stopped);

/// Times by visit of `visits`, fitted; products that a Kolmogorov-Smirnov test tells apart have laws of their own.
/// Where work that fails is lost, long times are seen too seldom: `hazard`, failures a second of work, weighs them up.
FoundLaws laws_of(const Trace& trace, const std::vector<std::uint32_t>& visits, const std::vector<double>& times,
                  double hazard = 0.0);

struct StationTimes {
  FoundLaws cycle;
  std::optional<FoundLaws> load;  ///< set-ups
  double share_with_setup = 0.0;  ///< of the visits
  bool setup_by_change = false;   ///< only seen where the product changes
  bool setup_from_cycle = false;  ///< not told: seen in the cycle times after a change
};

/// `stopped`: when the station was down or off shift. `work`: the net cycle of each visit of the station, kAside where
/// it is not one (going on, scrapped half-way, or an outlier taken for a breakdown).
StationTimes times_of(const Trace& trace, std::uint32_t station, const Spans& stopped, const std::vector<double>& work,
                      double hazard = 0.0);
inline constexpr double kAside = -1.0;

}  // namespace takt::discovery
