// SPDX-License-Identifier: Apache-2.0
// Places on a way that leads back to where it came from: without room of their own, parts there could wait for each
// other for ever.
#pragma once

#include <vector>

#include "sync/discovery/flow.hpp"

namespace takt::discovery {

/// By place.
std::vector<bool> on_loops(const Trace& trace, const Flow& flow);

}  // namespace takt::discovery
