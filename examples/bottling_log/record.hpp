// SPDX-License-Identifier: Apache-2.0
// The log of the line as what became known, one thing after the other.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "takt/core/calendar.hpp"

namespace bottling {

using Instant = takt::WallClock::Instant;

/// The zone of the log's clock is not told: its times are taken as they stand.
inline constexpr const char* kZone = "UTC";

/// Something that the log tells.
struct News {
  enum class Kind : std::uint8_t {
    production,      ///< of a product begins
    stop,            ///< has begun
    start,           ///< the stop is over
    hour,            ///< what was made in a clock hour
    hole,            ///< a clock hour of which nothing is told
    end_production,  ///< what was under way is over
  };
  Instant known{};  ///< when it becomes known
  Kind kind = Kind::production;
  Instant at{};                                 ///< when it was; of an hour or hole: its beginning
  std::string product{};                        ///< production
  double bottles = 0.0;                         ///< hour, end_production
  double monitored_h = 0.0, operation_h = 0.0;  ///< end_production
};

/// All news in the order of their becoming known. Hours told twice are left out. Stops with a date that does not fit
/// the order of the log get that of the production between their neighbours. Throws FileError or InvalidInput.
std::vector<News> read_news(const std::vector<std::filesystem::path>& places);

}  // namespace bottling
