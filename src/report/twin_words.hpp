// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "takt/engine/state.hpp"

namespace takt::report::detail {

std::string state_word(Condition condition, Activity activity);

/// What a machine does: "working", "in repair"; of several servers "2 working, 1 starved".
std::string machine_word(const Model& model, const State& state, std::uint32_t machine);

}  // namespace takt::report::detail
