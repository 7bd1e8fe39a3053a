// SPDX-License-Identifier: Apache-2.0
// Tables as historians and machine controls write them (CSV), and what their columns mean.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "takt/core/error.hpp"
#include "takt/sync/snapshot.hpp"

namespace takt::io {

/// What one column, tag or data item tells.
struct Cell {
  enum class Role : std::uint8_t { state, in, good, scrap, level, cycle_time_s, health };
  std::string equipment;  ///< path of the machine or buffer it speaks of
  Role role = Role::state;
  /// Of a state: value -> PackML state. Values that are missing here are taken as names of PackML.
  std::map<std::string, std::string> states{};
  std::string health{};  ///< of health: the name of the reading
  friend bool operator==(const Cell&, const Cell&) = default;
};
using Cells = std::map<std::string, Cell>;  ///< by column, tag or data item

/// Either a row an instant, with a column for each cell; or a row a value, with a column that names the cell.
struct TableMapping {
  std::string time = "timestamp";  ///< the column with the instant: ISO 8601, or a number of seconds since 1970
  std::string zone = "UTC";        ///< of instants without an offset
  char separator = ',';
  std::string tag{}, value{};  ///< columns with the name and the value of a cell; empty: cells are columns
  Cells cells{};
  friend bool operator==(const TableMapping&, const TableMapping&) = default;
};

}  // namespace takt::io
