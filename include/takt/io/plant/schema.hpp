// SPDX-License-Identifier: Apache-2.0
// The JSON Schemas (draft 2020-12) of the formats that are JSON.
#pragma once

#include <span>
#include <string_view>

namespace takt::io {

/// The form of a format: its keys, the kind of each value, units, defaults. What a schema cannot say (names that must
/// exist, sums, the order of times) the readers check; docs/formats.md lists it. Of takt-snapshot/1 it is one line.
struct Schema {
  std::string_view format;  ///< "takt-plant/1"
  std::string_view text;    ///< JSON
};

/// Every schema, by name.
std::span<const Schema> schemas();

}  // namespace takt::io
