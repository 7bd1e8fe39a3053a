// SPDX-License-Identifier: Apache-2.0
// The longest way through a plant.
#pragma once

#include <cstdint>
#include <vector>

#include "takt/topology/flow_graph.hpp"

namespace takt {

struct CriticalPath {
  std::uint32_t product = kNone;     ///< that needs the longest; kNone: no product can get from a source to a sink
  std::vector<std::uint32_t> nodes;  ///< source, ..., sink; the members of a loop stand together
  double seconds = 0.0;              ///< mean load and cycle times of its machines, added up
};

/// The way from a source to a sink, over all products, on which the mean load times and mean cycle times of the
/// machines add up to most: what a part of that way would need if it never waited, no machine failed and none was off
/// shift. It is a sum of means and no quantile; waiting, failures and shifts come on top. A loop counts as one stop at
/// which every machine in it is visited once, so that the ways form an acyclic graph (its condensation), on which the
/// longest one is found in linear time.
CriticalPath critical_path(const FlowGraph& graph, const Model& model, const Parameters& parameters);

}  // namespace takt
