// SPDX-License-Identifier: Apache-2.0
// The value of a variable as the plant takes it.
#pragma once

#include <string>

#include "takt/study/space.hpp"

namespace takt::detail {

/// "9.5 s"; of a rate for a time the reciprocal in seconds.
std::string plant_text(const Variable& variable, bool is_time, double value);

}  // namespace takt::detail
