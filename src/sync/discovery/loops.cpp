// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/loops.hpp"

#include <algorithm>

namespace takt::discovery {
namespace {

/// Strong components (Kosaraju): order of leaving on the graph, then a search of the reverse one.
class Components {
 public:
  explicit Components(std::size_t nodes) : next_(nodes), back_(nodes), of_(nodes, kNoOne) {}
  void join(std::uint32_t from, std::uint32_t to) {
    next_[from].push_back(to);
    back_[to].push_back(from);
  }
  std::vector<std::uint32_t> find() {
    std::vector<std::uint32_t> order;
    std::vector<bool> seen(next_.size(), false);
    for (std::uint32_t n = 0; n < next_.size(); ++n) leave_in_order(n, seen, order);
    std::uint32_t number = 0;
    for (auto at = order.rbegin(); at != order.rend(); ++at)
      if (of_[*at] == kNoOne) gather(*at, number++);
    return of_;
  }

 private:
  void leave_in_order(std::uint32_t root, std::vector<bool>& seen, std::vector<std::uint32_t>& order) {
    if (seen[root]) return;
    std::vector<std::pair<std::uint32_t, std::size_t>> path{{root, 0}};
    seen[root] = true;
    while (!path.empty()) {
      auto& [node, at] = path.back();
      if (at == next_[node].size()) {
        order.push_back(node);
        path.pop_back();
      } else if (const std::uint32_t to = next_[node][at++]; !seen[to]) {
        seen[to] = true;
        path.emplace_back(to, 0);
      }
    }
  }
  void gather(std::uint32_t root, std::uint32_t number) {
    std::vector<std::uint32_t> open{root};
    of_[root] = number;
    while (!open.empty()) {
      const std::uint32_t node = open.back();
      open.pop_back();
      for (const std::uint32_t from : back_[node])
        if (of_[from] == kNoOne) {
          of_[from] = number;
          open.push_back(from);
        }
    }
  }
  std::vector<std::vector<std::uint32_t>> next_, back_;
  std::vector<std::uint32_t> of_;
};

}  // namespace

std::vector<bool> on_loops(const Trace& trace, const Flow& flow) {
  const auto stations = static_cast<std::uint32_t>(trace.stations.size());
  Components components(stations);
  for (const Place& place : flow.places)
    for (const std::uint32_t from : place.producers)
      for (const std::uint32_t to : place.consumers)
        if (from < stations) components.join(from, to);
  const std::vector<std::uint32_t> of = components.find();
  std::vector<bool> on;
  for (const Place& place : flow.places) {
    bool loops = false;
    for (const std::uint32_t from : place.producers)
      for (const std::uint32_t to : place.consumers) loops = loops || (from < stations && of[from] == of[to]);
    on.push_back(loops);
  }
  return on;
}

}  // namespace takt::discovery
