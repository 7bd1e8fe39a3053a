// SPDX-License-Identifier: Apache-2.0
// How often parts take each way out of a station.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sync/discovery/flow.hpp"

namespace takt::discovery {

/// Where a part may go: a place by number, or kOut, out of the plant.
inline constexpr std::uint32_t kOut = kNoOne;

struct Ways {
  /// Parts by way; by product (kNoOne: all). More than the one for all only where products differ.
  std::map<std::uint32_t, std::map<std::uint32_t, std::size_t>> of{};
  std::size_t departures = 0;  ///< good ones
  std::size_t scrapped = 0;
  bool scrap_by_ending = false;  ///< not told: parts that ended where the others went on
  double scrap() const {
    return departures + scrapped == 0 ? 0.0
                                      : static_cast<double>(scrapped) / static_cast<double>(departures + scrapped);
  }
};

Ways ways_of(const Trace& trace, const Flow& flow, std::uint32_t station);
/// The same out of a source.
Ways ways_of_source(const Trace& trace, const Flow& flow, std::uint32_t source);

}  // namespace takt::discovery
