// SPDX-License-Identifier: Apache-2.0
// The loops of a plant: rework, pallets that come back, lines that feed each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "takt/topology/flow_graph.hpp"

namespace takt {

/// Nodes in the order of flow, each once, the lowest first; the last leads back to the first.
using Cycle = std::vector<std::uint32_t>;

struct Cycles {
  std::vector<Cycle> cycles;  ///< by their nodes
  bool all = true;            ///< false: there are more than `at_most`, and these are some of them
};

/// The elementary cycles: no node twice. A plant can have exponentially many, hence the limit. Each step of a cycle is
/// a way of some product; parallel ways count once. Method: Hawick and James, "Enumerating circuits and loops in graphs
/// with self-arcs and multiple-arcs" (2008), after Johnson (1975, doi 10.1137/0204007), in time O((n + a)(c + 1)) for n
/// nodes, a arcs and c cycles.
Cycles elementary_cycles(const FlowGraph& graph, std::size_t at_most = 1000);

/// The loops as wholes: largest sets of nodes that can all reach each other (strongly connected components, Tarjan
/// 1972, doi 10.1137/0201010) and hold a cycle. Sorted within and by their first node.
std::vector<std::vector<std::uint32_t>> loops(const FlowGraph& graph);

}  // namespace takt
