// SPDX-License-Identifier: Apache-2.0
#include "takt/study/scenario_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>
#include <variant>

#include "study/plant_counts.hpp"

namespace takt {
namespace {

constexpr std::string_view kUnlimited = "unlimited";
constexpr std::array<std::string_view, 4> kCounts{"capacity", "initial", "servers", "size"};

/// Whether a path may only mean a count: no number of a plant has such a name.
bool is_count(const std::string& path) {
  return std::ranges::find(kCounts, std::string_view(path).substr(path.rfind('/') + 1)) != kCounts.end();
}

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

/// False if the text is no such count.
bool set(const detail::PlantCount& count, std::string_view text) {
  if (const std::optional<std::uint32_t> value = whole_number(text)) {
    detail::set_count(count, *value);
    return true;
  }
  const auto* capacity = std::get_if<std::optional<std::uint32_t>*>(&count);
  if (capacity == nullptr || text != kUnlimited) return false;
  (*capacity)->reset();
  return true;
}

}  // namespace

std::vector<std::string> count_paths(const Plant& plant) {
  Plant copy = plant;
  std::vector<std::string> paths;
  for (const auto& [path, count] : detail::counts_of(copy)) paths.push_back(path);
  return paths;
}

void take_counts(ScenarioPlan& scenario, const Plant& present, std::vector<Fault>& faults) {
  const auto is_of_count = [](const auto& number) { return is_count(number.first); };
  if (std::ranges::none_of(scenario.numbers, is_of_count)) return;
  if (!scenario.plant) scenario.plant = present;
  const std::map<std::string, detail::PlantCount> counts = detail::counts_of(*scenario.plant);
  for (const auto& [path, text] : scenario.numbers) {
    if (!is_count(path)) continue;
    const auto found = counts.find(path);
    if (found == counts.end())
      faults.push_back({.path = path,
                        .expected = "the path of a count of the plant",
                        .nearest = nearest_name(path, count_paths(*scenario.plant))});
    else if (!set(found->second, text))
      faults.push_back(
          {.path = path,
           .value = '"' + text + '"',
           .expected = path.ends_with("/capacity") ? "a whole number or \"unlimited\"" : "a whole number"});
  }
  std::erase_if(scenario.numbers, is_of_count);
}

Fault with_counts(Fault fault, const Plant& plant) {
  if (!fault.value.empty()) return fault;  // the path is known, its value is wrong
  std::vector<std::string> known = count_paths(plant);
  if (!fault.nearest.empty()) known.push_back(fault.nearest);
  fault.nearest = nearest_name(fault.path, known);
  return fault;
}

Scenario compiled(const ScenarioPlan& scenario, const CompileOptions& options) {
  Scenario made{scenario.name, scenario.numbers, nullptr};
  if (scenario.plant) made.model = std::make_shared<const Model>(compile(*scenario.plant, options));
  return made;
}

}  // namespace takt
