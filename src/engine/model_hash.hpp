// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "takt/engine/model.hpp"

namespace takt::detail {

/// Of everything that decides how a plant runs: structure, names, semantics and default numbers. Models with the same
/// hash run alike, and a State of one is a State of the other. Never changes between versions.
std::uint64_t hash_of(const Model& model);

}  // namespace takt::detail
