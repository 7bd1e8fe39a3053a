// SPDX-License-Identifier: Apache-2.0
// What is to be forecast, and the forecasts, as the scorer's CSV files have them.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "takt/core/calendar.hpp"
#include "takt/sync/weighted_atoms.hpp"

namespace forecast {

inline constexpr std::array kQuantiles{0.05, 0.25, 0.5, 0.75, 0.95};

/// The quantiles of one future and the mean over all.
struct Forecast {
  std::array<double, kQuantiles.size()> quantiles{};
  double mean = 0.0;
};
Forecast forecast_of(const takt::WeightedAtoms& law);

/// One row of the list of points: set, part, target, unit, cut, horizon, known ("product=3;monitored=0.5").
struct Point {
  std::string key{};  ///< the first six columns as they stand
  std::string target{}, unit{}, horizon{};
  takt::WallClock::Instant cut{};
  std::map<std::string, std::string> known{};

  /// A number that is told; throws InvalidInput if it is not.
  double told(const std::string& name) const;
};

/// The rows of one set, in their order; others are passed over. Times are local times of the zone. Throws FileError or
/// InvalidInput (file, line, expectation).
std::vector<Point> read_points(const std::filesystem::path& file, const std::string& set, const std::string& zone);

/// One row a point, in their order. Throws FileError.
void write_forecasts(const std::filesystem::path& file, const std::vector<Point>& points,
                     const std::vector<Forecast>& forecasts);

}  // namespace forecast
