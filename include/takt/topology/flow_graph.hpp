// SPDX-License-Identifier: Apache-2.0
// The plant as a graph: where parts can go. What follows from it stands beside this header: findings, cycles, critical
// path, what a failure cuts off, capacity bounds, drawings. Everything here only reads its arguments: any number of
// threads may call it on the same Model.
//
//   const takt::FlowGraph graph = takt::flow_graph(model, model.defaults);
//   for (const takt::Finding& finding : takt::findings(graph)) warn(finding.sentence);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "takt/engine/model.hpp"

namespace takt {

/// An equipment that parts flow through.
struct FlowNode {
  std::string path;
  Entity::Kind kind = Entity::Kind::machine;  ///< machine, buffer, source or sink
  std::uint32_t index = 0;                    ///< among its kind in the Model
  std::uint32_t entity = 0;                   ///< index into Model::entities
  std::vector<std::uint32_t> supplies;        ///< products that come from here: a source's, a buffer's initial parts'
  bool scraps = false;                        ///< parts can leave the plant here as scrap
};

/// A way that parts can take. Ways of probability zero, and those out of a machine that scraps everything, are none.
struct FlowArc {
  std::uint32_t from = 0, to = 0;  ///< indices into FlowGraph::nodes
  std::uint32_t product = kNone;   ///< the only product that takes it; kNone: every product that comes to `from`
  double probability = 1.0;        ///< of a part at `from`; out of a buffer 1: who is free takes
};

/// The flow of parts. A plain value.
struct FlowGraph {
  std::vector<std::string> products;
  std::vector<FlowNode> nodes;  ///< by path
  std::vector<FlowArc> arcs;    ///< by (from, to, product)

  /// The node at a path; throws InvalidInput naming the nearest one.
  std::uint32_t node(const std::string& path) const;
};

/// The graph of a plant with these numbers, which tell the ways that have a probability above zero.
FlowGraph flow_graph(const Model& model, const Parameters& parameters);

}  // namespace takt
