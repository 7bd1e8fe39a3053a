// SPDX-License-Identifier: Apache-2.0
// Which ways between stations lead through one and the same place.
#pragma once

#include <cstdint>
#include <vector>

#include "sync/discovery/flow.hpp"

namespace takt::discovery {

/// All items from one producer to one consumer, by ready.
struct Way {
  std::uint32_t from = 0, to = 0;
  std::vector<Item> items{};
};

struct Sharing {
  std::vector<std::uint32_t> group;  ///< by way
  std::vector<double> confidence;    ///< by group
};

/// Puts ways that share a place into one group.
Sharing shared_places(const Trace& trace, const std::vector<std::uint32_t>& servers, const std::vector<Way>& ways);

}  // namespace takt::discovery
