// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "takt/engine/state.hpp"
#include "takt/engine/verdict.hpp"

namespace takt::report::detail {

std::string state_word(Condition condition, Activity activity);

/// What a machine does: "working", "in repair"; of several servers "2 working, 1 starved".
std::string machine_word(const Model& model, const State& state, std::uint32_t machine);

/// How alike events and futures are, beside what would be right; a sentence without its full stop.
std::string alignment_words(const AlignmentScores& scores);

}  // namespace takt::report::detail
