// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "topology/digraph.hpp"

namespace takt {
namespace {

using detail::Digraph;
using Nodes = std::vector<std::uint32_t>;

/// "/a, /b and /c"; of many only the first.
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 6;
  const std::size_t shown = names.size() <= kMost ? names.size() : kMost - 1;
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

/// Splits nodes into the groups that arcs between them hold together.
std::vector<Nodes> groups_of(const Digraph& graph, const std::vector<bool>& among) {
  std::vector<Nodes> groups;
  std::vector<bool> seen(among.size(), false);
  for (std::uint32_t first = 0; first < among.size(); ++first) {
    if (!among[first] || seen[first]) continue;
    Nodes group{first};
    seen[first] = true;
    const auto visit = [&](auto vertex) {
      if (!among[vertex] || seen[vertex]) return;
      seen[vertex] = true;
      group.push_back(static_cast<std::uint32_t>(vertex));
    };
    for (std::size_t i = 0; i < group.size(); ++i) {
      for (auto [it, end] = out_edges(group[i], graph); it != end; ++it) visit(target(*it, graph));
      for (auto [it, end] = in_edges(group[i], graph); it != end; ++it) visit(source(*it, graph));
    }
    std::ranges::sort(group);
    groups.push_back(std::move(group));
  }
  return groups;
}

class Finder {
 public:
  explicit Finder(const FlowGraph& graph) : graph_(graph), reached_(graph.nodes.size(), false) {}

  std::vector<Finding> find() {
    for (std::uint32_t p = 0; p < graph_.products.size(); ++p) look_at(p);
    std::vector<bool> never = reached_;
    never.flip();
    for (std::uint32_t node = 0; node < never.size(); ++node)
      if (graph_.nodes[node].kind == Entity::Kind::source) never[node] = false;
    for (Nodes& group : groups_of(detail::digraph_of(graph_), never))
      found_[{Finding::Kind::unreachable, std::move(group)}];
    std::vector<Finding> findings;
    for (const auto& [what, products] : found_) findings.push_back(in_words(what.first, what.second, products));
    return findings;
  }

 private:
  using What = std::pair<Finding::Kind, Nodes>;

  void look_at(std::uint32_t product) {
    const Digraph digraph = detail::digraph_of(graph_, product);
    const std::vector<bool> comes = detail::reached_from(digraph, detail::entries_of(graph_, product));
    const std::vector<bool> leaves = detail::leading_to(digraph, detail::sinks_of(graph_));
    for (std::uint32_t node = 0; node < comes.size(); ++node) {
      if (!comes[node]) continue;
      reached_[node] = true;
      products_at_[node].insert(product);
    }
    std::vector<bool> stays(comes.size(), false);
    const detail::Components components = detail::components_of(digraph);
    for (const Nodes& members : components.members) {
      if (!comes[members.front()] || leaves[members.front()]) continue;
      if (detail::is_loop(digraph, members) && is_closed(digraph, components, members))
        found_[{Finding::Kind::endless_loop, members}].insert(product);
      else
        for (const std::uint32_t node : members) stays[node] = true;
    }
    for (Nodes& group : groups_of(digraph, stays)) found_[{Finding::Kind::dead_end, std::move(group)}].insert(product);
  }

  static bool is_closed(const Digraph& digraph, const detail::Components& components, const Nodes& members) {
    for (const std::uint32_t node : members)
      for (auto [it, end] = out_edges(node, digraph); it != end; ++it)
        if (components.of[target(*it, digraph)] != components.of[node]) return false;
    return true;
  }

  Finding in_words(Finding::Kind kind, const Nodes& nodes, const std::set<std::uint32_t>& products) const {
    Finding finding{kind, {}, {}, {}};
    bool scraps = false, every_product = true;
    for (const std::uint32_t node : nodes) {
      finding.paths.push_back(graph_.nodes[node].path);
      scraps = scraps || graph_.nodes[node].scraps;
      const auto at = products_at_.find(node);
      every_product = every_product && (at == products_at_.end() || at->second == products);
    }
    if (!every_product)
      for (const std::uint32_t p : products) finding.products.push_back(graph_.products[p]);
    const std::string parts =
        finding.products.empty()
            ? "parts"
            : fmt::format("parts of product{} {}", products.size() > 1 ? "s" : "", listed(finding.products));
    const std::string where = listed(finding.paths);
    switch (kind) {
      case Finding::Kind::unreachable:
        finding.sentence = fmt::format("no part ever comes to {}: no way from a source leads there", where);
        break;
      case Finding::Kind::dead_end:
        finding.sentence = fmt::format("{} at {} never reach a sink{}", parts, where,
                                       scraps ? ": they end there as scrap or go round without end" : "");
        break;
      case Finding::Kind::endless_loop:
        finding.sentence = fmt::format("{} at {} go round in a loop without a way to a sink{}", parts, where,
                                       scraps ? "; they leave it as scrap only" : "");
        break;
    }
    return finding;
  }

  const FlowGraph& graph_;
  std::vector<bool> reached_;
  std::map<std::uint32_t, std::set<std::uint32_t>> products_at_;
  std::map<What, std::set<std::uint32_t>> found_;  // the products for which it holds
};

}  // namespace

std::vector<Finding> findings(const FlowGraph& graph) { return Finder(graph).find(); }

}  // namespace takt
