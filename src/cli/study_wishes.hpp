// SPDX-License-Identifier: Apache-2.0
// What `takt study` was asked for, and the plan that follows from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "takt/io/store/study_plan.hpp"
#include "takt/study/sweep.hpp"

namespace takt::cli {

struct StudyWishes {
  std::optional<std::filesystem::path> plant, from, scenarios;
  std::vector<std::pair<std::string, std::string>> numbers;  ///< of all scenarios
  std::vector<Axis> axes;
  std::string design = "grid";  ///< or "lhs", "list"
  std::uint32_t points = 0;
  std::optional<std::string> base;  ///< the scenario that the others are compared with
  std::uint64_t seed = 1;
  StudyOptions study;
};

/// The file that the plant of the futures stands in.
std::filesystem::path plant_file(const StudyWishes& wishes);

/// Reads "PATH=VALUES" (read_axis). Throws InvalidInput.
Axis read_varied(const std::string& text);

/// The plan as bytes. Throws InvalidInput with what is wrong in all scenarios, FileError, WrongUsage.
std::string make_plan(const StudyWishes& wishes);

}  // namespace takt::cli
