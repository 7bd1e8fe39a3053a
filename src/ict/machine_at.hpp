// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>

#include "takt/plant/plant.hpp"

namespace takt::ict {

/// The machine at a path of a plant, to be changed; nullptr if there is none.
inline Machine* machine_at(Plant& plant, const std::string& path) {
  for (Enterprise& enterprise : plant.enterprises)
    for (Workshop& workshop : enterprise.workshops)
      for (Line& line : workshop.lines)
        for (Equipment& equipment : line.equipment)
          if ("/" + enterprise.name + "/" + workshop.name + "/" + line.name + "/" + equipment.name == path)
            return std::get_if<Machine>(&equipment.is);
  return nullptr;
}

}  // namespace takt::ict
