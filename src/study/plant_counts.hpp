// SPDX-License-Identifier: Apache-2.0
// Counts that make the structure of a plant, by path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "takt/plant/plant.hpp"

namespace takt::detail {

/// ".../buffer/capacity", ".../machine/servers", ".../crew/size" of a plant. Null where there is no such count.
struct PlantCount {
  Buffer* buffer = nullptr;
  std::uint32_t* count = nullptr;

  explicit operator bool() const { return buffer != nullptr || count != nullptr; }
  void set(std::uint32_t value) const {
    if (buffer != nullptr)
      buffer->capacity = value;
    else
      *count = value;
  }
};
PlantCount find_count(Plant& plant, std::string_view path);
std::vector<std::string> count_paths_of(const Plant& plant);

}  // namespace takt::detail
