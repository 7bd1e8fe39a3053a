// SPDX-License-Identifier: Apache-2.0
// A space that is read is a problem of the plant, or says why not: its goals are figures, its ranges have both ends.
#include <cmath>

#include "fuzz.hpp"
#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/plant/space_file.hpp"

namespace {

constexpr const char* kPlant = R"({"format": "takt-plant/1", "name": "p", "enterprises": {"e": {"workshops": {"w": {
  "lines": {"l": {"equipment": {
    "in": {"kind": "source", "supply": "saturated", "to": "m"},
    "m": {"kind": "machine", "cycle_time": {"law": "gamma", "mean": "3 s", "cv": "50 %"},
          "to": [{"to": "b", "probability": "90 %"}, {"to": "out", "probability": "10 %"}]},
    "b": {"kind": "buffer", "capacity": 4, "to": "n"},
    "n": {"kind": "machine", "cycle_time": "2 s", "servers": 2, "to": "out"},
    "out": {"kind": "sink"}}}}}}}}})";

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace takt;
  static const Present present = Present::of(compile(io::parse_plant(kPlant)));
  try {
    const ProblemText text = io::parse_space(fuzz::text_of(data, size), "s.json");
    const PlantProblem problem = read_problem(text, present);
    fuzz::require(problem.paths.size() == problem.space.variables.size(), "a path for each variable");
    fuzz::require(problem.space.variables.size() == text.vary.size(), "a variable for each text");
    for (const Variable& variable : problem.space.variables)
      fuzz::require(std::isfinite(variable.low) && variable.low <= variable.high, "a range has both ends");
    for (const Constraint& constraint : problem.space.constraints)
      fuzz::require(constraint.factors.size() == problem.paths.size(), "a factor for each variable");
    fuzz::require(!problem.goals.empty(), "a goal at least");
    for (const Goal& goal : problem.goals)
      fuzz::require(goal.response < problem.figures.size(), "a goal is one of the figures");
    for (const Limit& limit : problem.limits)
      fuzz::require(limit.response < problem.figures.size() && std::isfinite(limit.bound), "and so is a limit");
  } catch (const InvalidInput& error) {
    fuzz::require(!error.faults().empty(), "a refusal says why");
  }
  return 0;
}
