// SPDX-License-Identifier: Apache-2.0
// Why a machine does nothing: the chain of causes in a state.
#pragma once

#include <string>
#include <vector>

#include "takt/engine/state.hpp"

namespace takt {

/// One line a cause, the machine itself first, each followed by what it waits for: "/…/filler is blocked: /…/buffer_2
/// is full (10 of 10)", "/…/capper takes from it and is in repair, 4 min 12 s to go". The chain ends where something is
/// at work, down, off shift, or a source has its next arrival yet to come; a circle of waits is named as such. A
/// machine at work has one line. Thread-safe.
std::vector<std::string> why(const Model& model, const State& state, MachineId machine);

}  // namespace takt
