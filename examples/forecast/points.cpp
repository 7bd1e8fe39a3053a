// SPDX-License-Identifier: Apache-2.0
#include "points.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "table.hpp"
#include "takt/core/error.hpp"

namespace forecast {
namespace {

std::map<std::string, std::string> facts_of(const std::string& text) {
  std::map<std::string, std::string> facts;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find(';', from), text.size());
    const std::string fact = text.substr(from, to - from);
    const std::size_t equals = std::min(fact.find('='), fact.size());
    facts[fact.substr(0, equals)] = equals < fact.size() ? fact.substr(equals + 1) : "";
    from = to + 1;
  }
  return facts;
}

}  // namespace

Forecast forecast_of(const takt::WeightedAtoms& law) {
  Forecast forecast{.mean = law.mean()};
  const std::vector<double> quantiles = law.quantiles(kQuantiles);
  std::copy(quantiles.begin(), quantiles.end(), forecast.quantiles.begin());
  return forecast;
}

double Point::told(const std::string& name) const {
  const auto it = known.find(name);
  if (it == known.end()) {
    throw takt::InvalidInput(
        takt::Fault{.path = key, .value = "no " + name, .expected = name + "=... in the column known"});
  }
  return number_of(it->second);
}

std::vector<Point> read_points(const std::filesystem::path& file, const std::string& set, const std::string& zone) {
  std::vector<Point> points;
  const Table table = read_table({file}, {"set", "part", "target", "unit", "cut", "horizon", "known"});
  for (const Row& row : table.rows) {
    if (row[0] != set) continue;
    Point point{.target = row[2], .unit = row[3], .horizon = row[5], .known = facts_of(row[6])};
    for (std::size_t i = 0; i < 6; ++i) point.key += row[i] + ",";
    point.cut = table.checked(row, [&] { return instant_of(row[4], zone); });
    points.push_back(std::move(point));
  }
  return points;
}

void write_forecasts(const std::filesystem::path& file, const std::vector<Point>& points,
                     const std::vector<Forecast>& forecasts) {
  std::string text = "set,part,target,unit,cut,horizon,q05,q25,q50,q75,q95,mean\n";
  for (std::size_t i = 0; i < points.size(); ++i) {
    text += points[i].key;
    std::array<char, 192> row{};
    const auto& [q, mean] = forecasts[i];
    std::snprintf(row.data(), row.size(), "%.6f,%.6f,%.6f,%.6f,%.6f,%.6f\n", q[0], q[1], q[2], q[3], q[4], mean);
    text += row.data();
  }
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw takt::FileError("cannot write '" + file.string() + "'");
}

}  // namespace forecast
