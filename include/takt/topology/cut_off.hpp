// SPDX-License-Identifier: Apache-2.0
// What stops when an equipment stops for good.
#pragma once

#include <cstdint>
#include <vector>

#include "takt/topology/flow_graph.hpp"

namespace takt {

/// An equipment and what it cuts off.
struct CutOff {
  std::uint32_t node = 0;
  std::vector<std::uint32_t> sinks;  ///< that receive nothing any more; sorted; a sink is not cut off by itself
  bool whole_plant = false;          ///< no sink receives anything: a single point of failure
};

/// The equipment without which some sink receives nothing, by node; for every product the node lies on each of its ways
/// from a source to the sink: it dominates the sink in the graph with a start before all sources. Only sinks that a
/// source feeds are counted; what a buffer held at the beginning is used up. Method: dominator trees by Lengauer and
/// Tarjan (1979, doi 10.1145/357062.357071), one a product.
std::vector<CutOff> cut_offs(const FlowGraph& graph);

/// Those that stop the whole plant.
std::vector<CutOff> single_points_of_failure(const FlowGraph& graph);

}  // namespace takt
