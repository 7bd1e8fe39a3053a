// SPDX-License-Identifier: Apache-2.0
// How messages go through the links of a plant's cyber side.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "takt/plant/cyber.hpp"

namespace takt {

/// From one node to another; both empty of links where they are the same.
struct MessageWay {
  std::vector<std::uint32_t> links;  ///< indices into Cyber::links
  std::vector<std::uint32_t> nodes;  ///< one more than links, both ends included
};

/// The ways with the least latency, then the fewest links, then those first in the order of links (Dijkstra 1959). What
/// is found from one node is kept. Holds on to the cyber side, which must outlive it unchanged. Not thread-safe.
class MessageWays {
 public:
  explicit MessageWays(const Cyber& cyber);
  std::optional<std::uint32_t> node(std::string_view name) const;  ///< index into Cyber::nodes
  /// Nothing if no links lead there.
  std::optional<MessageWay> find(std::uint32_t from, std::uint32_t to);

 private:
  struct Hop {
    std::uint32_t link, node;
  };
  struct Next {  ///< on the way to the root of a tree
    std::int64_t latency_ns;
    std::uint32_t links, link, node;
  };
  std::vector<Next> tree_to(std::uint32_t root) const;

  const Cyber& cyber_;
  std::unordered_map<std::string_view, std::uint32_t> node_;
  std::vector<std::vector<Hop>> hops_;
  std::map<std::uint32_t, std::vector<Next>> trees_;
};

}  // namespace takt
