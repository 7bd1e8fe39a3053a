// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace forecast {
namespace {

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

/// Where the columns stand in a file.
std::vector<std::size_t> places_of(const std::vector<std::string>& columns, const std::string& head,
                                   const std::filesystem::path& file) {
  const std::vector<std::string> names = cells_of(head);
  std::vector<std::size_t> places;
  for (const std::string& column : columns) {
    const auto at = std::ranges::find(names, column);
    if (at == names.end()) {
      takt::Fault fault{.value = head, .expected = "a column " + column, .nearest = takt::nearest_name(column, names)};
      fault.file = file.string();
      fault.line = 1;
      throw takt::InvalidInput(std::move(fault));
    }
    places.push_back(static_cast<std::size_t>(at - names.begin()));
  }
  return places;
}

}  // namespace

Table read_table(const std::vector<std::filesystem::path>& files, const std::vector<std::string>& columns) {
  Table table{.files = files, .rows = {}};
  for (std::size_t f = 0; f < files.size(); ++f) {
    std::ifstream in(files[f]);
    std::string line;
    if (!in || !std::getline(in, line)) throw takt::FileError("cannot read '" + files[f].string() + "'");
    const std::vector<std::size_t> places = places_of(columns, line, files[f]);
    for (int number = 2; std::getline(in, line); ++number) {
      std::vector<std::string> cells = cells_of(line);
      Row row{.file = f, .line = number};
      for (const std::size_t place : places) row.cells.push_back(place < cells.size() ? cells[place] : "");
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

std::vector<std::filesystem::path> files_of(const std::vector<std::filesystem::path>& places,
                                            const std::string& begin) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& place : places) {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(place, none)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(begin) && name.ends_with(".csv")) found.push_back(entry.path());
    }
    std::ranges::sort(found);
    files.insert(files.end(), found.begin(), found.end());
  }
  if (files.empty()) throw takt::FileError("no file " + begin + "*.csv in '" + places.front().string() + "'");
  return files;
}

takt::WallClock::Instant instant_of(std::string text, const std::string& zone) {
  constexpr std::size_t kDate = 10;
  if (text.size() <= kDate) return takt::parse_instant(text + "T00:00:00", zone);
  text[kDate] = 'T';
  return takt::parse_instant(text, zone);
}

double number_of(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') throw takt::InvalidInput(takt::Fault{.value = text, .expected = "a number"});
  return number;
}

}  // namespace forecast
