// SPDX-License-Identifier: Apache-2.0
// Laws of time as takt-plant/1 writes them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/plant/json_reader.hpp"
#include "io/plant/json_writer.hpp"
#include "takt/plant/plant.hpp"

namespace takt::io::detail {

/// Nothing, after a fault, if it is no law.
std::optional<Distribution> read_law(JsonReader& reader, JsonValue value);
std::optional<LawByProduct> read_law_by_product(JsonReader& reader, JsonValue value,
                                                const std::vector<std::string>& products);

void write_law(JsonWriter& writer, const Distribution& law);
void write_law_by_product(JsonWriter& writer, const LawByProduct& laws);

}  // namespace takt::io::detail
