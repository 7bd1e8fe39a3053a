// SPDX-License-Identifier: Apache-2.0
#include "takt/plant/index.hpp"

#include <algorithm>
#include <utility>

#include "plant/text.hpp"

namespace takt {
namespace {

using Paths = std::unordered_map<std::string, std::size_t>;

std::string workshop_path(const PlantIndex::Place& place) {
  return "/" + place.enterprise->name + "/" + place.workshop->name;
}
std::string line_path(const PlantIndex::Place& place) { return workshop_path(place) + "/" + place.line->name; }

std::optional<std::size_t> look_up(const Paths& at, const std::string& path) {
  const auto found = at.find(path);
  if (found == at.end()) return std::nullopt;
  return found->second;
}

// Sorts by path; of two things with one path, which validate reports, the first written is found by it.
template <class AnyPlace>
Paths sort_by_path(std::vector<AnyPlace>& places) {
  std::stable_sort(places.begin(), places.end(), [](const AnyPlace& a, const AnyPlace& b) { return a.path < b.path; });
  Paths at;
  at.reserve(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) at.emplace(places[i].path, i);
  return at;
}

}  // namespace

PlantIndex::PlantIndex(const Plant& plant) {
  for (const Enterprise& enterprise : plant.enterprises) {
    for (const Workshop& workshop : enterprise.workshops) {
      const std::string base = "/" + enterprise.name + "/" + workshop.name + "/";
      for (const Crew& crew : workshop.crews) {
        crews_.push_back({base + crew.name, detail::pointer_of(enterprise, workshop, "crews", crew.name), &crew});
      }
      for (const Line& line : workshop.lines) {
        for (const Equipment& equipment : line.equipment) {
          equipment_.push_back({base + line.name + "/" + equipment.name,
                                pointer_of(enterprise, workshop, line, equipment), &enterprise, &workshop, &line,
                                &equipment});
        }
      }
    }
  }
  equipment_at_ = sort_by_path(equipment_);
  crew_at_ = sort_by_path(crews_);
}

std::optional<std::size_t> PlantIndex::find_equipment(const std::string& name, const Place& from) const {
  if (name.starts_with('/')) return look_up(equipment_at_, name);
  if (from.line != nullptr) {
    if (const auto beside = look_up(equipment_at_, line_path(from) + "/" + name)) return beside;
  }
  return look_up(equipment_at_, workshop_path(from) + "/" + name);
}

std::optional<std::size_t> PlantIndex::find_crew(const std::string& name, const Place& from) const {
  return look_up(crew_at_, name.starts_with('/') ? name : workshop_path(from) + "/" + name);
}

std::vector<std::string> PlantIndex::equipment_names(const Place& from) const {
  std::vector<std::string> names;
  names.reserve(equipment_.size());
  for (const Place& place : equipment_) {
    if (place.workshop != from.workshop) {
      names.push_back(place.path);
    } else if (place.line != from.line) {
      names.push_back(place.line->name + "/" + place.equipment->name);
    } else {
      names.push_back(place.equipment->name);
    }
  }
  return names;
}

std::vector<std::string> PlantIndex::crew_names(const Place& from) const {
  const std::string beside = workshop_path(from) + "/";
  std::vector<std::string> names;
  names.reserve(crews_.size());
  for (const CrewPlace& place : crews_) {
    names.push_back(place.path == beside + place.crew->name ? place.crew->name : place.path);
  }
  return names;
}

}  // namespace takt
