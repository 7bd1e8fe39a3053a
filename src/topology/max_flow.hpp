// SPDX-License-Identifier: Apache-2.0
// A bound on what one component sends to the sinks, by maximum flow.
#pragma once

#include <cstdint>
#include <vector>

#include "takt/topology/capacity.hpp"

namespace takt::detail {

struct MaxFlow {
  double rate = 0.0;               ///< parts a second; may be infinite
  std::vector<std::uint32_t> cut;  ///< entities of a minimum cut, sorted
};

MaxFlow max_flow(const Model& model, const Parameters& parameters, std::uint32_t component,
                 const CapacityOptions& options);

}  // namespace takt::detail
