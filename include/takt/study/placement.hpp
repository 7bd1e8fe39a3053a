// SPDX-License-Identifier: Apache-2.0
// Edge, cloud or split: where the analytics of a plant should run, by what each place costs the factory.
//
//   const takt::PlacementStudy study = takt::compare_placements(plant, {.study = {.horizon = 8h, .replications = 50}});
//   study.result.compared_with("as written");
#pragma once

#include <string>
#include <vector>

#include "takt/ict/coupling.hpp"
#include "takt/ict/simulate.hpp"
#include "takt/study/study.hpp"

namespace takt {

struct PlacementOptions {
  StudyOptions study{};                               ///< of the factory
  CyberOptions cyber{};                               ///< of the cyber side
  std::uint64_t seed = 1;                             ///< of the factory
  Duration longest_delay = std::chrono::minutes{10};  ///< the break-even is looked for up to it
};

/// What a placement costs an hour, in the plant's currency, with 95 % half widths over replications.
struct PlacementCost {
  std::string placement;
  double computing = 0.0;  ///< nodes, traffic and energy of the cyber side
  double scrap = 0.0, scrap_half_width_95 = 0.0;
  double downtime = 0.0, downtime_half_width_95 = 0.0;  ///< of all machines
  double total() const { return computing + scrap + downtime; }
};

/// What a placement changes against the first one: means of paired differences with 95 % half widths.
struct PlacementDifference {
  std::string placement;
  double scrap_per_h = 0.0, scrap_half_width_95 = 0.0;    ///< parts an hour
  double down_min_per_h = 0.0, down_half_width_95 = 0.0;  ///< minutes an hour, of all machines together
};

/// How much later every command of a placement could come until it costs as much as another one does as it is.
struct BreakEven {
  std::string placement, other;
  double delay_s = 0.0;  ///< to a thousandth of itself or a tenth of a millisecond; infinite beyond `longest_delay`
};

struct PlacementStudy {
  std::vector<std::string> placements;  ///< "as written", then those of the plant
  std::vector<CyberResult> cyber;       ///< of each
  StudyResult result;                   ///< a scenario each, under the same random numbers
  std::vector<PlacementCost> costs;
  std::vector<PlacementDifference> differences;  ///< of each but the first
  std::vector<BreakEven> break_evens;            ///< of the cheapest placement, against each other one
};

/// Simulates the cyber side of each placement, couples it to the factory, and runs all as scenarios of one study.
/// Throws as simulate_cyber and Study do; InvalidInput for a plant without placements.
PlacementStudy compare_placements(const Plant& plant, const PlacementOptions& options = {});

}  // namespace takt
