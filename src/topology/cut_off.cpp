// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/cut_off.hpp"

#include <algorithm>
#include <boost/graph/dominator_tree.hpp>
#include <iterator>

#include "topology/digraph.hpp"

namespace takt {
namespace {

/// The nodes on every way of a product from outside to a node.
class Dominators {
 public:
  Dominators(const FlowGraph& graph, std::uint32_t product) {
    const detail::Digraph whole = detail::digraph_of(graph, product);
    std::vector<std::uint32_t> entries = detail::entries_of(graph, product);
    std::erase_if(entries, [&](std::uint32_t node) { return graph.nodes[node].kind != Entity::Kind::source; });
    reached_ = detail::reached_from(whole, entries);
    start_ = static_cast<std::uint32_t>(graph.nodes.size());
    detail::Digraph digraph(graph.nodes.size() + 1);  // only what parts reach, and the start before it
    for (auto [it, end] = edges(whole); it != end; ++it)
      if (reached_[source(*it, whole)]) add_edge(source(*it, whole), target(*it, whole), digraph);
    for (const std::uint32_t node : entries) add_edge(start_, node, digraph);
    above_.assign(num_vertices(digraph), kNone);
    boost::lengauer_tarjan_dominator_tree(
        digraph, start_, boost::make_iterator_property_map(above_.begin(), get(boost::vertex_index, digraph)));
  }

  bool reaches(std::uint32_t node) const { return reached_[node]; }

  /// Sorted, the node itself left out.
  std::vector<std::uint32_t> of(std::uint32_t node) const {
    std::vector<std::uint32_t> all;
    for (node = above_[node]; node != start_; node = above_[node]) all.push_back(node);
    std::ranges::sort(all);
    return all;
  }

 private:
  std::vector<bool> reached_;
  std::vector<std::uint32_t> above_;  // immediate dominators
  std::uint32_t start_ = 0;
};

}  // namespace

std::vector<CutOff> cut_offs(const FlowGraph& graph) {
  std::vector<Dominators> of_product;
  for (std::uint32_t p = 0; p < graph.products.size(); ++p) of_product.emplace_back(graph, p);

  std::vector<std::vector<std::uint32_t>> lost(graph.nodes.size());
  std::vector<std::uint32_t> fed;
  for (const std::uint32_t sink : detail::sinks_of(graph)) {
    std::vector<std::uint32_t> all, both;  // on every way of every product that comes here
    bool is_first = true;
    for (const Dominators& dominators : of_product) {
      if (!dominators.reaches(sink)) continue;
      const std::vector<std::uint32_t> these = dominators.of(sink);
      both.clear();
      std::ranges::set_intersection(all, these, std::back_inserter(both));
      all = is_first ? these : both;
      is_first = false;
    }
    if (!is_first) fed.push_back(sink);
    for (const std::uint32_t node : all) lost[node].push_back(sink);
  }

  std::vector<CutOff> cut_offs;
  for (std::uint32_t node = 0; node < lost.size(); ++node)
    if (!lost[node].empty()) cut_offs.push_back({node, lost[node], lost[node].size() == fed.size()});
  return cut_offs;
}

std::vector<CutOff> single_points_of_failure(const FlowGraph& graph) {
  std::vector<CutOff> points = cut_offs(graph);
  std::erase_if(points, [](const CutOff& cut) { return !cut.whole_plant; });
  return points;
}

}  // namespace takt
