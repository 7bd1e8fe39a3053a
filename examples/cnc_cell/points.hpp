// SPDX-License-Identifier: Apache-2.0
// What is to be forecast, and the forecasts, as the scorer's CSV files have them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "forecast.hpp"
#include "takt/core/calendar.hpp"

namespace cnc {

/// One row of the list of points: set, part, target, unit, cut, horizon, known.
struct Point {
  std::string key;  ///< the first six columns as they stand
  std::string target, unit;
  takt::WallClock::Instant cut{};
  std::optional<takt::Duration> horizon;          ///< none: the end of the running operation
  std::optional<takt::WallClock::Instant> start;  ///< of the running operation, where it is told
};

/// The rows of one set; others are passed over. Throws FileError or InvalidInput (file, line, expectation).
std::vector<Point> read_points(const std::filesystem::path& file, const std::string& set);

/// One row a point, in their order. Throws FileError.
void write_forecasts(const std::filesystem::path& file, const std::vector<Point>& points,
                     const std::vector<Forecast>& forecasts);

}  // namespace cnc
