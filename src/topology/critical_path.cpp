// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/critical_path.hpp"

#include <algorithm>
#include <utility>

#include "topology/digraph.hpp"
#include "topology/station.hpp"

namespace takt {
namespace {

constexpr double kNoWay = -1.0;

class LongestWay {
 public:
  LongestWay(const FlowGraph& graph, const Model& model, const Parameters& parameters, std::uint32_t product)
      : graph_(graph),
        model_(model),
        parameters_(parameters),
        product_(product),
        digraph_(detail::digraph_of(graph, product)),
        components_(detail::components_of(digraph_)),
        seconds_(components_.members.size(), kNoWay),
        next_(components_.members.size(), kNone) {}

  CriticalPath find() {
    // An arc leads from a higher number to a lower one: what comes next is known already.
    for (std::uint32_t c = 0; c < components_.members.size(); ++c) continue_from(c);
    CriticalPath path;
    std::uint32_t first = kNone;
    for (const std::uint32_t node : detail::entries_of(graph_, product_)) {
      const std::uint32_t c = components_.of[node];
      if (graph_.nodes[node].kind != Entity::Kind::source || seconds_[c] == kNoWay) continue;
      if (first != kNone && seconds_[c] <= path.seconds) continue;
      first = c;
      path.seconds = seconds_[c];
    }
    if (first == kNone) return path;
    path.product = product_;
    for (std::uint32_t c = first; c != kNone; c = next_[c])
      path.nodes.insert(path.nodes.end(), components_.members[c].begin(), components_.members[c].end());
    return path;
  }

 private:
  void continue_from(std::uint32_t c) {
    double rest = kNoWay, own = 0.0;
    for (const std::uint32_t node : components_.members[c]) {
      if (graph_.nodes[node].kind == Entity::Kind::sink) rest = std::max(rest, 0.0);
      if (graph_.nodes[node].kind == Entity::Kind::machine)
        own += detail::operation_seconds(model_, parameters_, graph_.nodes[node].index, product_);
      for (auto [it, end] = out_edges(node, digraph_); it != end; ++it) {
        const std::uint32_t to = components_.of[target(*it, digraph_)];
        if (to == c || seconds_[to] <= rest) continue;
        rest = seconds_[to];
        next_[c] = to;
      }
    }
    if (rest != kNoWay) seconds_[c] = own + rest;
  }

  const FlowGraph& graph_;
  const Model& model_;
  const Parameters& parameters_;
  const std::uint32_t product_;
  const detail::Digraph digraph_;
  const detail::Components components_;
  std::vector<double> seconds_;      // (components): from its beginning to a sink
  std::vector<std::uint32_t> next_;  // (components)
};

}  // namespace

CriticalPath critical_path(const FlowGraph& graph, const Model& model, const Parameters& parameters) {
  CriticalPath longest;
  for (std::uint32_t p = 0; p < graph.products.size(); ++p) {
    CriticalPath path = LongestWay(graph, model, parameters, p).find();
    if (path.product != kNone && (longest.product == kNone || path.seconds > longest.seconds))
      longest = std::move(path);
  }
  return longest;
}

}  // namespace takt
