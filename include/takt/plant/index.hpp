// SPDX-License-Identifier: Apache-2.0
// Finds the entities of a plant by name: one place for how references are resolved. Used by validate and compile.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "takt/plant/plant.hpp"

namespace takt {

/// Where everything of a plant stands. Holds pointers into the plant, which must outlive it unchanged.
class PlantIndex {
 public:
  explicit PlantIndex(const Plant& plant);

  struct Place {
    std::string path;     ///< "/acme/filling/line_1/filler"
    std::string pointer;  ///< "/enterprises/acme/workshops/filling/lines/line_1/equipment/filler"
    const Enterprise* enterprise;
    const Workshop* workshop;
    const Line* line;
    const Equipment* equipment;
  };
  struct CrewPlace {
    std::string path;  ///< "/acme/filling/mechanics"
    std::string pointer;
    const Crew* crew;
  };

  std::span<const Place> equipment() const { return equipment_; }  ///< sorted by path
  std::span<const CrewPlace> crews() const { return crews_; }      ///< sorted by path

  /// The equipment or crew that `name` means when it is written at `from`; an index into the lists above. A place
  /// without a line stands for its workshop, as where a controller names what it owns.
  std::optional<std::size_t> find_equipment(const std::string& name, const Place& from) const;
  std::optional<std::size_t> find_crew(const std::string& name, const Place& from) const;

  /// The shortest names that would be understood at `from`; for the nearest valid name in messages.
  std::vector<std::string> equipment_names(const Place& from) const;
  std::vector<std::string> crew_names(const Place& from) const;

 private:
  std::vector<Place> equipment_;
  std::vector<CrewPlace> crews_;
  std::unordered_map<std::string, std::size_t> equipment_at_, crew_at_;  // by path
};

}  // namespace takt
