// SPDX-License-Identifier: Apache-2.0
#include "study/plant_counts.hpp"

namespace takt::detail {

std::map<std::string, PlantCount> counts_of(Plant& plant) {
  std::map<std::string, PlantCount> counts;
  for (Enterprise& enterprise : plant.enterprises)
    for (Workshop& workshop : enterprise.workshops) {
      const std::string at = "/" + enterprise.name + "/" + workshop.name + "/";
      for (Crew& crew : workshop.crews) counts[at + crew.name + "/size"] = &crew.size;
      for (Line& line : workshop.lines)
        for (Equipment& equipment : line.equipment) {
          const std::string path = at + line.name + "/" + equipment.name;
          if (auto* machine = std::get_if<Machine>(&equipment.is)) counts[path + "/servers"] = &machine->servers;
          if (auto* buffer = std::get_if<Buffer>(&equipment.is)) {
            counts[path + "/capacity"] = &buffer->capacity;
            counts[path + "/initial"] = &buffer->initial;
          }
        }
    }
  return counts;
}

std::optional<PlantCount> find_count(Plant& plant, const std::string& path) {
  const std::map<std::string, PlantCount> counts = counts_of(plant);
  const auto found = counts.find(path);
  return found == counts.end() ? std::nullopt : std::optional(found->second);
}

void set_count(const PlantCount& count, std::uint32_t value) {
  std::visit([value](auto* kept) { *kept = value; }, count);
}

}  // namespace takt::detail
