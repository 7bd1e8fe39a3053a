// SPDX-License-Identifier: Apache-2.0
// How parts come into the plant: always at hand, or by a law of intervals; held or lost where there is no place.
#pragma once

#include <string>
#include <vector>

#include "sync/discovery/flow.hpp"
#include "sync/discovery/law_fit.hpp"
#include "takt/plant/plant.hpp"

namespace takt::discovery {

struct FoundSource {
  Source source{};
  FittedLaw interval{};
  std::size_t parts = 0;
  double confidence = 0.0;
  std::string reason{};
  bool is_saturated() const { return std::holds_alternative<Source::Saturated>(source.supply); }
};

/// By Flow::sources. `stopped`: by station, when it was down or off shift.
std::vector<FoundSource> find_sources(const Trace& trace, const Flow& flow, const std::vector<Spans>& stopped);

}  // namespace takt::discovery
