// SPDX-License-Identifier: Apache-2.0
// Scenarios as they are written, before anything is compiled: numbers by path, counts by path, another plant.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "takt/study/study.hpp"

namespace takt {

/// A value.
struct ScenarioPlan {
  std::string name{};
  std::vector<std::pair<std::string, std::string>> numbers{};  ///< path, value with unit; applied in order
  std::optional<Plant> plant{};                                ///< its own; none: the present's
  friend bool operator==(const ScenarioPlan&, const ScenarioPlan&) = default;
};

/// Moves the counts among the numbers into the plant (that of `present` if the scenario has none of its own). Counts
/// are whole numbers that make the structure: ".../buffer/capacity" (or "unlimited") and ".../buffer/initial",
/// ".../machine/servers", ".../crew/size". What is wrong with them goes behind `faults`.
void take_counts(ScenarioPlan& scenario, const Plant& present, std::vector<Fault>& faults);

/// The paths of all counts of a plant, sorted.
std::vector<std::string> count_paths(const Plant& plant);

/// A fault that set_numbers finds with a path that is not known may have meant a count: the nearest of both is named.
Fault with_counts(Fault fault, const Plant& plant);

/// Ready for a study. Throws InvalidInput for a plant that is not valid.
Scenario compiled(const ScenarioPlan& scenario, const CompileOptions& options);

}  // namespace takt
