// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "takt/engine/present.hpp"

namespace takt::report::detail {

/// The "semantics" of takt-results/1: the choices that change results, as this plant makes them.
std::string semantics_json(const Present& present);

}  // namespace takt::report::detail
