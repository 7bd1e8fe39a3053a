// SPDX-License-Identifier: Apache-2.0
// What is legal in a plant but hardly meant: equipment that no part reaches, ways that end nowhere. `validate` refuses
// what cannot run; these run, and are worth a warning.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "takt/topology/flow_graph.hpp"

namespace takt {

struct Finding {
  enum class Kind : std::uint8_t {
    unreachable,   ///< no part comes there, from a source or from a buffer's initial parts
    dead_end,      ///< parts come there, and no way leads on to a sink
    endless_loop,  ///< parts go round in it: no way leads out to a sink
  };
  Kind kind = Kind::unreachable;
  std::vector<std::string> paths;     ///< the equipment, by path
  std::vector<std::string> products;  ///< for which it holds; empty: for every product that comes there
  std::string sentence;               ///< for a person to read, without a full stop
};

/// All of them, by kind and path; each connected group of equipment is one finding. Linear in the size of the plant
/// times its products.
std::vector<Finding> findings(const FlowGraph& graph);

}  // namespace takt
