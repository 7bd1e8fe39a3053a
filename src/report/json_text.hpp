// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "core/number_text.hpp"

namespace takt::report::detail {

/// A text as a JSON string.
std::string json_string(std::string_view text);

/// A number in its shortest form that reads back as the same; null if JSON has none for it.
inline std::string json_number(double value) {
  return std::isfinite(value) ? takt::detail::number_text(value) : "null";
}

}  // namespace takt::report::detail
