// SPDX-License-Identifier: Apache-2.0
// How the things of a plant are written: JSON pointers (RFC 6901) of its takt-plant/1 form, names, spans of a day.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "takt/plant/plant.hpp"

namespace takt::detail {

/// A name as one token of a pointer: "~" and "/" are escaped.
inline std::string pointer_token(std::string_view name) {
  std::string token;
  token.reserve(name.size());
  for (const char c : name) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

inline std::string pointer_of(const Enterprise& enterprise) { return "/enterprises/" + pointer_token(enterprise.name); }
inline std::string pointer_of(const Enterprise& enterprise, const Workshop& workshop) {
  return pointer_of(enterprise) + "/workshops/" + pointer_token(workshop.name);
}
/// A line, controller or crew: `section` is "lines", "controllers" or "crews".
inline std::string pointer_of(const Enterprise& enterprise, const Workshop& workshop, std::string_view section,
                              std::string_view name) {
  return pointer_of(enterprise, workshop) + "/" + std::string(section) + "/" + pointer_token(name);
}

inline std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

/// The days as files name them, Monday first.
inline constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/// "06:00-14:00".
inline std::string span_text(DaySpan span) {
  const auto two_digits = [](std::int64_t n) { return (n >= 0 && n < 10 ? "0" : "") + std::to_string(n); };
  const auto clock = [&](std::chrono::minutes m) {
    return two_digits(m.count() / 60) + ":" + two_digits(m.count() % 60);
  };
  return clock(span.from) + "-" + clock(span.to);
}

}  // namespace takt::detail
