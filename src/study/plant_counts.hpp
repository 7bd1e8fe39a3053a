// SPDX-License-Identifier: Apache-2.0
// Counts that make the structure of a plant, by path: ".../buffer/capacity" and ".../buffer/initial",
// ".../machine/servers", ".../crew/size".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "takt/plant/plant.hpp"

namespace takt::detail {

/// Where a count is kept: one of a plant's own, or a capacity that may be none.
using PlantCount = std::variant<std::uint32_t*, std::optional<std::uint32_t>*>;

std::map<std::string, PlantCount> counts_of(Plant& plant);
std::optional<PlantCount> find_count(Plant& plant, const std::string& path);
void set_count(const PlantCount& count, std::uint32_t value);

}  // namespace takt::detail
