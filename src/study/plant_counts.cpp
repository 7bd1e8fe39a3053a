// SPDX-License-Identifier: Apache-2.0
#include "study/plant_counts.hpp"

#include <variant>

namespace takt::detail {
namespace {

/// Calls f(path, count) for every count.
template <class ThePlant, class F>
void each_count(ThePlant& plant, const F& f) {
  for (auto& enterprise : plant.enterprises)
    for (auto& workshop : enterprise.workshops) {
      const std::string within = "/" + enterprise.name + "/" + workshop.name + "/";
      for (auto& crew : workshop.crews) f(within + crew.name + "/size", nullptr, &crew.size);
      for (auto& line : workshop.lines)
        for (auto& equipment : line.equipment) {
          const std::string path = within + line.name + "/" + equipment.name;
          if (auto* buffer = std::get_if<Buffer>(&equipment.is)) f(path + "/capacity", buffer, nullptr);
          if (auto* machine = std::get_if<Machine>(&equipment.is)) f(path + "/servers", nullptr, &machine->servers);
        }
    }
}

}  // namespace

PlantCount find_count(Plant& plant, std::string_view path) {
  PlantCount found;
  each_count(plant, [&](const std::string& here, Buffer* buffer, std::uint32_t* count) {
    if (here == path) found = {buffer, count};
  });
  return found;
}

std::vector<std::string> count_paths_of(const Plant& plant) {
  std::vector<std::string> paths;
  each_count(plant, [&](std::string path, const Buffer*, const std::uint32_t*) { paths.push_back(std::move(path)); });
  return paths;
}

}  // namespace takt::detail
