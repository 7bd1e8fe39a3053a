// SPDX-License-Identifier: Apache-2.0
// The program's own test: over many seeds the z of a right simulation is about standard normal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "case_file.hpp"
#include "long_run.hpp"

namespace takt::validation {

inline constexpr double kFarthestMeanZ = 1.0;
inline constexpr double kLeastSpread = 0.45, kMostSpread = 1.8;  ///< of z, as a standard deviation

/// The z of one value over the seeds.
struct Spread {
  std::string id, name;
  double mean = 0.0, standard_deviation = 0.0;
  std::uint64_t seeds = 0;  ///< that gave a z
  bool passed = false;
};

/// Runs the cases under the seeds from `settings.seed` on; one row for each value that is random in all of them.
std::vector<Spread> run_seeds(const std::vector<Case>& cases, std::uint32_t seeds, const Settings& settings);

}  // namespace takt::validation
