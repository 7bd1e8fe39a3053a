// SPDX-License-Identifier: Apache-2.0
#include "topology/layout.hpp"

#include <algorithm>

#include "topology/digraph.hpp"

namespace takt::detail {
namespace {

using Arc = std::pair<std::uint32_t, std::uint32_t>;

std::vector<std::uint32_t> after(const Digraph& graph, std::uint32_t node) {
  std::vector<std::uint32_t> nodes;
  for (auto [it, end] = out_edges(node, graph); it != end; ++it)
    nodes.push_back(static_cast<std::uint32_t>(target(*it, graph)));
  return nodes;
}

std::vector<std::uint32_t> before(const Digraph& graph, std::uint32_t node) {
  std::vector<std::uint32_t> nodes;
  for (auto [it, end] = in_edges(node, graph); it != end; ++it)
    nodes.push_back(static_cast<std::uint32_t>(source(*it, graph)));
  return nodes;
}

/// Goes down from the sources, then from what they do not reach. An arc to a node on the way there leads back; without
/// those, the nodes in the order in which they were left, reversed, have every arc pointing forward.
class Descent {
 public:
  explicit Descent(const FlowGraph& flow) : graph_(digraph_of(flow)), mark_(flow.nodes.size(), Mark::fresh) {
    for (std::uint32_t node = 0; node < flow.nodes.size(); ++node)
      if (flow.nodes[node].kind == Entity::Kind::source) go_down_from(node);
    for (std::uint32_t node = 0; node < flow.nodes.size(); ++node) go_down_from(node);
    std::ranges::reverse(order_);
    std::ranges::sort(ways_back_);
  }
  const Digraph& graph() const { return graph_; }
  const std::vector<std::uint32_t>& order() const { return order_; }
  const std::vector<Arc>& ways_back() const { return ways_back_; }
  bool leads_back(std::uint32_t from, std::uint32_t to) const {
    return std::ranges::binary_search(ways_back_, Arc{from, to});
  }

 private:
  enum class Mark : char { fresh, on_the_way, left };
  struct Step {
    std::uint32_t node;
    std::vector<std::uint32_t> next;
  };

  void go_down_from(std::uint32_t start) {
    std::vector<Step> way;
    const auto enter = [&](std::uint32_t node) {
      if (mark_[node] != Mark::fresh) return;
      mark_[node] = Mark::on_the_way;
      way.push_back({node, after(graph_, node)});
      std::ranges::reverse(way.back().next);
    };
    enter(start);
    while (!way.empty()) {
      Step& step = way.back();
      if (step.next.empty()) {
        mark_[step.node] = Mark::left;
        order_.push_back(step.node);
        way.pop_back();
        continue;
      }
      const std::uint32_t to = step.next.back();
      step.next.pop_back();
      if (mark_[to] == Mark::on_the_way) ways_back_.emplace_back(step.node, to);
      enter(to);
    }
  }

  Digraph graph_;
  std::vector<Mark> mark_;
  std::vector<std::uint32_t> order_;
  std::vector<Arc> ways_back_;
};

/// As far to the left as what comes before allows; a source next to what it feeds.
std::vector<std::uint32_t> layers_of(const FlowGraph& flow, const Descent& descent) {
  std::vector<std::uint32_t> layer(flow.nodes.size(), 0);
  for (const std::uint32_t node : descent.order())
    for (const std::uint32_t to : after(descent.graph(), node))
      if (!descent.leads_back(node, to)) layer[to] = std::max(layer[to], layer[node] + 1);
  for (std::uint32_t node = 0; node < layer.size(); ++node) {
    const std::vector<std::uint32_t> fed = after(descent.graph(), node);
    if (flow.nodes[node].kind != Entity::Kind::source || fed.empty()) continue;
    std::uint32_t nearest = layer[fed.front()];
    for (const std::uint32_t to : fed) nearest = std::min(nearest, layer[to]);
    layer[node] = nearest - 1;
  }
  return layer;
}

}  // namespace

Layout lay_out(const FlowGraph& graph) {
  const Descent descent(graph);
  Layout layout{layers_of(graph, descent), std::vector<std::uint32_t>(graph.nodes.size(), 0), {}, descent.ways_back()};
  std::uint32_t layers = 0;
  for (const std::uint32_t layer : layout.layer) layers = std::max(layers, layer + 1);
  std::vector<std::vector<std::uint32_t>> members(layers);
  for (std::uint32_t node = 0; node < graph.nodes.size(); ++node) members[layout.layer[node]].push_back(node);

  // Each layer in the order of the mean place of its neighbours, to the right and to the left in turn. Places are
  // measured from the middle of a layer.
  std::vector<double> height(graph.nodes.size(), 0.0);
  const auto place = [&](const std::vector<std::uint32_t>& nodes) {
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      layout.row[nodes[i]] = i;
      height[nodes[i]] = i - 0.5 * static_cast<double>(nodes.size() - 1);
    }
  };
  for (const auto& nodes : members) place(nodes);
  for (int sweep = 0; sweep < 8; ++sweep)
    for (std::uint32_t k = 0; k < layers; ++k) {
      auto& nodes = members[sweep % 2 == 0 ? k : layers - 1 - k];
      std::vector<std::pair<double, std::uint32_t>> wanted;
      for (const std::uint32_t node : nodes) {
        const auto beside = sweep % 2 == 0 ? before(descent.graph(), node) : after(descent.graph(), node);
        double sum = 0.0;
        for (const std::uint32_t other : beside) sum += height[other];
        wanted.emplace_back(beside.empty() ? height[node] : sum / static_cast<double>(beside.size()), node);
      }
      std::ranges::stable_sort(wanted, {}, &std::pair<double, std::uint32_t>::first);
      for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = wanted[i].second;
      place(nodes);
    }
  for (const auto& nodes : members) layout.rows.push_back(static_cast<std::uint32_t>(nodes.size()));
  return layout;
}

}  // namespace takt::detail
