// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/cycles.hpp"

#include <algorithm>
#include <boost/graph/hawick_circuits.hpp>
#include <utility>

#include "topology/digraph.hpp"

namespace takt {
namespace {

struct Enough {};  // thrown to leave the search, which has no other way out

struct Collector {
  template <class Path, class Graph>
  void cycle(const Path& path, const Graph&) {
    if (into->cycles.size() == at_most) {
      into->all = false;
      throw Enough{};
    }
    Cycle& cycle = into->cycles.emplace_back();
    for (const auto vertex : path) cycle.push_back(static_cast<std::uint32_t>(vertex));
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  }
  Cycles* into;
  std::size_t at_most;
};

}  // namespace

Cycles elementary_cycles(const FlowGraph& graph, std::size_t at_most) {
  Cycles found;
  try {
    boost::hawick_circuits(detail::digraph_of(graph), Collector{&found, at_most});
  } catch (const Enough&) {  // found.all tells
  }
  std::ranges::sort(found.cycles);
  return found;
}

std::vector<std::vector<std::uint32_t>> loops(const FlowGraph& graph) {
  const detail::Digraph digraph = detail::digraph_of(graph);
  std::vector<std::vector<std::uint32_t>> found;
  for (auto& members : detail::components_of(digraph).members)
    if (detail::is_loop(digraph, members)) found.push_back(std::move(members));
  std::ranges::sort(found);
  return found;
}

}  // namespace takt
