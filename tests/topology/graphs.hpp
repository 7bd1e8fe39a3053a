// SPDX-License-Identifier: Apache-2.0
// Small random flow graphs, and plain searches to hold the library's against.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "takt/core/random.hpp"
#include "takt/topology/flow_graph.hpp"

namespace takt::test {

/// Random numbers by one stream.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : draw_({seed, 0}, 0) {}
  bool chance(double p) { return draw_.uniform() < p; }
  std::uint32_t number(std::uint32_t below) { return static_cast<std::uint32_t>(draw_.bits() % below); }
  double between(double low, double high) { return low + (high - low) * draw_.uniform(); }

 private:
  Draw draw_;
};

/// Up to nine nodes and three products; arcs as they come, also to the node itself and twice.
inline FlowGraph random_graph(std::uint64_t seed) {
  Dice dice(seed);
  FlowGraph graph;
  const std::uint32_t products = 1 + dice.number(3), nodes = 3 + dice.number(7);
  for (std::uint32_t p = 0; p < products; ++p) graph.products.push_back("p" + std::to_string(p));
  for (std::uint32_t i = 0; i < nodes; ++i) {
    FlowNode node{"/e/w/l/n" + std::to_string(i), Entity::Kind::machine, i, i, {}, false};
    if (i < 2) {
      node.kind = Entity::Kind::source;
      for (std::uint32_t p = 0; p < products; ++p)
        if (dice.chance(0.7)) node.supplies.push_back(p);
    } else if (i + 2 >= nodes) {
      node.kind = Entity::Kind::sink;
    }
    graph.nodes.push_back(node);
  }
  const double density = dice.between(0.1, 0.7);
  for (std::uint32_t from = 0; from < nodes; ++from)
    for (std::uint32_t to = 2; to < nodes; ++to) {
      if (graph.nodes[from].kind == Entity::Kind::sink || !dice.chance(density)) continue;
      if (dice.chance(0.6)) {
        graph.arcs.push_back({from, to, kNone, 1.0});
        continue;
      }
      for (std::uint32_t p = 0; p < products; ++p)
        if (dice.chance(0.6)) graph.arcs.push_back({from, to, p, 1.0});
    }
  return graph;
}

/// Whether a product comes from some node to another without a third.
inline bool reaches(const FlowGraph& graph, std::uint32_t product, std::uint32_t from, std::uint32_t to,
                    std::uint32_t without = kNone) {
  if (from == without || to == without) return false;
  std::vector<bool> seen(graph.nodes.size(), false);
  seen[from] = true;
  for (bool more = true; more;) {
    more = false;
    for (const FlowArc& arc : graph.arcs) {
      if (!seen[arc.from] || seen[arc.to] || arc.to == without) continue;
      if (arc.product != kNone && arc.product != product) continue;
      more = seen[arc.to] = true;
    }
  }
  return seen[to];
}

/// Whether any source gives a node any product, without another node.
inline bool is_fed(const FlowGraph& graph, std::uint32_t node, std::uint32_t without = kNone) {
  for (std::uint32_t s = 0; s < graph.nodes.size(); ++s)
    for (const std::uint32_t p : graph.nodes[s].supplies)
      if (reaches(graph, p, s, node, without)) return true;
  return false;
}

}  // namespace takt::test
