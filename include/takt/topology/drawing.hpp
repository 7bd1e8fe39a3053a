// SPDX-License-Identifier: Apache-2.0
// The plant as a picture. The same graph gives the same bytes.
#pragma once

#include <string>

#include "takt/topology/flow_graph.hpp"

namespace takt {

/// Text for Graphviz' `dot`: one cluster a line, shapes by kind, probabilities on the ways that have one.
std::string to_graphviz(const FlowGraph& graph, const Model& model);

/// A picture as a whole SVG document, drawn without another program: layers from left to right, sources as arrows,
/// machines as boxes, buffers as shelves with their capacity, sinks as rings; ways back are dashed, below the rest.
/// Each equipment carries its path as a title, which browsers show on pointing, and as the id "takt:" and the path.
std::string to_svg(const FlowGraph& graph, const Model& model);

}  // namespace takt
