// SPDX-License-Identifier: Apache-2.0
#include "points.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <string_view>

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"

namespace cnc {
namespace {

constexpr std::string_view kColumns = "set,part,target,unit,cut,horizon,known";
constexpr std::size_t kKeyColumns = 6;

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

/// "2017-02-07 10:45:00", UTC.
takt::WallClock::Instant instant_of(std::string text) {
  if (text.size() > 10) text[10] = 'T';
  return takt::parse_instant(text + (text.size() <= 10 ? "T00:00:00Z" : "Z"));
}

Point point_of(const std::vector<std::string>& cells) {
  Point point;
  for (std::size_t i = 0; i < kKeyColumns; ++i) point.key += cells[i] + ",";
  point.target = cells[2];
  point.unit = cells[3];
  point.cut = instant_of(cells[4]);
  if (cells[5] != "end") point.horizon = takt::parse_duration(cells[5]);
  constexpr std::string_view kStart = "start=";
  if (cells[6].starts_with(kStart)) point.start = instant_of(cells[6].substr(kStart.size()));
  return point;
}

}  // namespace

std::vector<Point> read_points(const std::filesystem::path& file, const std::string& set) {
  std::ifstream in(file);
  if (!in) throw takt::FileError("cannot open '" + file.string() + "'");
  std::vector<Point> points;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const std::vector<std::string> cells = cells_of(line);
    try {
      if (number == 1 ? !line.starts_with(kColumns) : cells.size() < kKeyColumns + 1) {
        throw takt::InvalidInput(takt::Fault{.value = line, .expected = "the columns " + std::string(kColumns)});
      }
      if (number > 1 && cells[0] == set) points.push_back(point_of(cells));
    } catch (const takt::InvalidInput& error) {
      takt::Fault fault = error.faults().front();
      fault.file = file.string();
      fault.line = number;
      throw takt::InvalidInput(fault);
    }
  }
  return points;
}

void write_forecasts(const std::filesystem::path& file, const std::vector<Point>& points,
                     const std::vector<Forecast>& forecasts) {
  std::string text = "set,part,target,unit,cut,horizon,q05,q25,q50,q75,q95,mean\n";
  for (std::size_t i = 0; i < points.size(); ++i) {
    text += points[i].key;
    std::array<char, 128> row{};
    const auto& [q, mean] = forecasts[i];
    std::snprintf(row.data(), row.size(), "%.6f,%.6f,%.6f,%.6f,%.6f,%.6f\n", q[0], q[1], q[2], q[3], q[4], mean);
    text += row.data();
  }
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw takt::FileError("cannot write '" + file.string() + "'");
}

}  // namespace cnc
