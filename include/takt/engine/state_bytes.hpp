// SPDX-License-Identifier: Apache-2.0
// A State as bytes, as fast as memory allows: to hand it to another process or to put it aside in memory. Only the same
// version of takt on the same kind of machine reads them; what is kept on file is a checkpoint (takt/io/store).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "takt/engine/state.hpp"

namespace takt {

/// Replaces the content of `into`, whose memory is used again.
void to_bytes(const Model& model, const State& state, std::vector<std::byte>& into);

/// Reads them back into a state, whose memory is used again. Throws InvalidInput if the bytes are not whole, were
/// changed, or are those of another model; `into` is empty then.
void from_bytes(const Model& model, std::span<const std::byte> bytes, State& into);

}  // namespace takt
