// SPDX-License-Identifier: Apache-2.0
// CSV files of a record: the columns that are needed, as text.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "takt/core/calendar.hpp"
#include "takt/core/error.hpp"

namespace forecast {

/// The cells of the columns asked for, and where they stood.
struct Row {
  std::vector<std::string> cells{};
  std::size_t file = 0;
  int line = 0;
  const std::string& operator[](std::size_t column) const { return cells[column]; }
};

struct Table {
  std::vector<std::filesystem::path> files;
  std::vector<Row> rows;  ///< file after file

  /// What `read` gives; what it throws names the row's file and line.
  template <class Read>
  auto checked(const Row& row, Read read) const {
    try {
      return read();
    } catch (const takt::InvalidInput& error) {
      takt::Fault fault = error.faults().front();
      fault.file = files[row.file].string();
      fault.line = row.line;
      throw takt::InvalidInput(std::move(fault));
    }
  }
};

/// Files with a line of names at the top, joined. Throws FileError, or InvalidInput for a column that is missing.
Table read_table(const std::vector<std::filesystem::path>& files, const std::vector<std::string>& columns);

/// The files of a folder of each of the places whose name begins so, sorted by name.
std::vector<std::filesystem::path> files_of(const std::vector<std::filesystem::path>& places, const std::string& begin);

/// "2022-09-08 12:00:00", also with a fraction, an offset, or as a date alone. Throws InvalidInput.
takt::WallClock::Instant instant_of(std::string text, const std::string& zone);
/// Throws InvalidInput.
double number_of(const std::string& text);

}  // namespace forecast
