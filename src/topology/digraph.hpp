// SPDX-License-Identifier: Apache-2.0
// The flow graph in Boost.Graph's hands.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <vector>

#include "takt/topology/flow_graph.hpp"

namespace takt::detail {

/// Vertices are the nodes of the flow graph under the same numbers; an arc between two stands once.
using Digraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;

inline constexpr std::uint32_t kAnyProduct = kNone;

/// The ways of one product, or of any.
Digraph digraph_of(const FlowGraph& graph, std::uint32_t product = kAnyProduct);

/// The nodes from which a product comes into the plant.
std::vector<std::uint32_t> entries_of(const FlowGraph& graph, std::uint32_t product);

/// Which nodes can be reached from some, those included.
std::vector<bool> reached_from(const Digraph& graph, const std::vector<std::uint32_t>& from);

/// Which nodes lead to some, those included.
std::vector<bool> leading_to(const Digraph& graph, const std::vector<std::uint32_t>& to);

/// The sinks of a flow graph.
std::vector<std::uint32_t> sinks_of(const FlowGraph& graph);

/// Strongly connected components: an arc between two leads from the higher number to the lower.
struct Components {
  std::vector<std::uint32_t> of;                    ///< (nodes)
  std::vector<std::vector<std::uint32_t>> members;  ///< (components), each sorted
};
Components components_of(const Digraph& graph);

/// Whether a component holds a cycle: several nodes, or one that leads to itself.
bool is_loop(const Digraph& graph, const std::vector<std::uint32_t>& members);

}  // namespace takt::detail
