// SPDX-License-Identifier: Apache-2.0
#include "takt/plant/message_ways.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <tuple>
#include <utility>

namespace takt {
namespace {

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();

}  // namespace

MessageWays::MessageWays(const Cyber& cyber) : cyber_(cyber), hops_(cyber.nodes.size()) {
  for (std::uint32_t n = 0; n < cyber.nodes.size(); ++n) node_.try_emplace(cyber.nodes[n].name, n);
  for (std::uint32_t l = 0; l < cyber.links.size(); ++l) {
    const auto a = node(cyber.links[l].from), b = node(cyber.links[l].to);
    if (!a || !b) continue;  // validate says so
    hops_[*a].push_back({l, *b});
    hops_[*b].push_back({l, *a});
  }
}

std::optional<std::uint32_t> MessageWays::node(std::string_view name) const {
  const auto found = node_.find(name);
  return found == node_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<MessageWays::Next> MessageWays::tree_to(std::uint32_t root) const {
  std::vector<Next> tree(cyber_.nodes.size(), {kFar, 0, 0, 0});
  using Open = std::tuple<std::int64_t, std::uint32_t, std::uint32_t>;  // latency, links, node
  std::priority_queue<Open, std::vector<Open>, std::greater<>> open;
  tree[root] = {0, 0, 0, root};
  open.emplace(0, 0U, root);
  while (!open.empty()) {
    const auto [latency, links, node] = open.top();
    open.pop();
    if (latency != tree[node].latency_ns || links != tree[node].links) continue;
    for (const Hop& hop : hops_[node]) {
      const std::int64_t further = latency + std::max<std::int64_t>(0, cyber_.links[hop.link].latency.count());
      Next& next = tree[hop.node];
      if (std::pair(further, links + 1) >= std::pair(next.latency_ns, next.links)) continue;
      next = {further, links + 1, hop.link, node};
      open.emplace(further, links + 1, hop.node);
    }
  }
  return tree;
}

std::optional<MessageWay> MessageWays::find(std::uint32_t from, std::uint32_t to) {
  const auto [at, is_new] = trees_.try_emplace(to);
  if (is_new) at->second = tree_to(to);
  const std::vector<Next>& tree = at->second;
  if (tree[from].latency_ns == kFar) return std::nullopt;
  MessageWay way{{}, {from}};
  for (std::uint32_t node = from; node != to; node = tree[node].node) {
    way.links.push_back(tree[node].link);
    way.nodes.push_back(tree[node].node);
  }
  return way;
}

}  // namespace takt
