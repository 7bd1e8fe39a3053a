// SPDX-License-Identifier: Apache-2.0
// The command line that the back-tests of real logs have in common.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "points.hpp"

namespace forecast {

struct Task {
  std::filesystem::path plant;                ///< the folder with the plant file
  std::vector<std::filesystem::path> places;  ///< the folders with the record
  std::vector<Point> points;
  unsigned threads = 0;
};

/// PROGRAM --data DIR [--held DIR] --points FILE --out FILE [--threads N] [--plant DIR]: reads the points of a set,
/// forecasts them and writes what was forecast. The exit status.
int run_program(int argc, char** argv, const std::string& set, const std::string& zone,
                const std::function<std::vector<Forecast>(const Task&)>& run);

}  // namespace forecast
