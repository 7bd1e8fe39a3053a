// SPDX-License-Identifier: Apache-2.0
// Where each equipment stands in a drawing: layers from left to right, as in Sugiyama, Tagawa and Toda (1981, doi
// 10.1109/TSMC.1981.4308636), without their bends.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "takt/topology/flow_graph.hpp"

namespace takt::detail {

struct Layout {
  std::vector<std::uint32_t> layer, row;                           ///< (nodes)
  std::vector<std::uint32_t> rows;                                 ///< (layers): nodes in it
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ways_back;  ///< arcs (from, to) that lead to the left; sorted
};

Layout lay_out(const FlowGraph& graph);

}  // namespace takt::detail
