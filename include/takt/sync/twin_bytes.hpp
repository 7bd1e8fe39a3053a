// SPDX-License-Identifier: Apache-2.0
// A twin, and what stands before it, as bytes: to be put aside and taken up bit for bit by the same version of takt.
// What is kept for longer is a file (takt/io/store/twin_file.hpp).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "takt/sync/twin.hpp"

namespace takt {

/// Everything but the model, whose hash stands with it.
std::vector<std::byte> to_bytes(const Twin& twin);

/// Throws InvalidInput if the bytes are not whole, are those of another model or were written by a version of takt that
/// knows other things.
Twin twin_of_bytes(std::shared_ptr<const Model> model, std::span<const std::byte> bytes);

}  // namespace takt
