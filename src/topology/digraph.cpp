// SPDX-License-Identifier: Apache-2.0
#include "topology/digraph.hpp"

#include <algorithm>
#include <boost/graph/strong_components.hpp>
#include <utility>

#include "topology/sorted.hpp"

namespace takt::detail {
namespace {

template <class Next>
std::vector<bool> closure(std::size_t size, const std::vector<std::uint32_t>& from, Next next) {
  std::vector<bool> seen(size, false);
  std::vector<std::uint32_t> open;
  const auto visit = [&](std::uint32_t node) {
    if (seen[node]) return;
    seen[node] = true;
    open.push_back(node);
  };
  for (const std::uint32_t node : from) visit(node);
  while (!open.empty()) {
    const std::uint32_t node = open.back();
    open.pop_back();
    next(node, visit);
  }
  return seen;
}

}  // namespace

Digraph digraph_of(const FlowGraph& graph, std::uint32_t product) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> arcs;
  for (const FlowArc& arc : graph.arcs)
    if (product == kAnyProduct || arc.product == kNone || arc.product == product) arcs.emplace_back(arc.from, arc.to);
  sort_once(arcs);
  return Digraph(arcs.begin(), arcs.end(), graph.nodes.size());
}

std::vector<std::uint32_t> entries_of(const FlowGraph& graph, std::uint32_t product) {
  std::vector<std::uint32_t> entries;
  for (std::uint32_t node = 0; node < graph.nodes.size(); ++node)
    if (std::ranges::count(graph.nodes[node].supplies, product) > 0) entries.push_back(node);
  return entries;
}

std::vector<bool> reached_from(const Digraph& graph, const std::vector<std::uint32_t>& from) {
  return closure(num_vertices(graph), from, [&graph](std::uint32_t node, auto visit) {
    for (auto [it, end] = out_edges(node, graph); it != end; ++it)
      visit(static_cast<std::uint32_t>(target(*it, graph)));
  });
}

std::vector<bool> leading_to(const Digraph& graph, const std::vector<std::uint32_t>& to) {
  return closure(num_vertices(graph), to, [&graph](std::uint32_t node, auto visit) {
    for (auto [it, end] = in_edges(node, graph); it != end; ++it) visit(static_cast<std::uint32_t>(source(*it, graph)));
  });
}

std::vector<std::uint32_t> sinks_of(const FlowGraph& graph) {
  std::vector<std::uint32_t> sinks;
  for (std::uint32_t node = 0; node < graph.nodes.size(); ++node)
    if (graph.nodes[node].kind == Entity::Kind::sink) sinks.push_back(node);
  return sinks;
}

Components components_of(const Digraph& graph) {
  Components components;
  components.of.resize(num_vertices(graph));
  const auto count = boost::strong_components(
      graph, boost::make_iterator_property_map(components.of.begin(), get(boost::vertex_index, graph)));
  components.members.resize(count);
  for (std::uint32_t node = 0; node < components.of.size(); ++node)
    components.members[components.of[node]].push_back(node);
  return components;
}

bool is_loop(const Digraph& graph, const std::vector<std::uint32_t>& members) {
  return members.size() > 1 || edge(members.front(), members.front(), graph).second;
}

}  // namespace takt::detail
