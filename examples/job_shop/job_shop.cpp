// SPDX-License-Identifier: Apache-2.0
// Forecasts of a real job shop from its production log: how long until the last event of every open order. See
// README.md.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "../forecast/program.hpp"
#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"
#include "takt/io/store/event_log_file.hpp"
#include "takt/sync/case_end.hpp"

namespace {

namespace fs = std::filesystem;

constexpr const char* kSet = "production_4tu";
constexpr double kDay_s = 86400.0;

/// The parts of the log that lie in a folder, in the order of their names, joined.
takt::EventLog read_place(const fs::path& place, const takt::EventLog& before) {
  if (!fs::is_directory(place)) throw takt::FileError("no folder '" + place.string() + "'");
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(place)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("events_") && (name.ends_with(".csv") || name.ends_with(".csv.gz")))
      files.insert(entry.path());
  }
  if (files.empty()) throw takt::FileError("no events_*.csv in '" + place.string() + "'");
  takt::EventLog log = before;
  const takt::io::EventLogColumns columns{
      .kinds = {{"S", takt::EventKind::setup}, {"B", takt::EventKind::breakdown}}};  // the rest goes by usual names
  for (const fs::path& file : files) log = takt::joined(log, takt::io::read_event_log(file, columns));
  return log;
}

/// How a point's horizon cuts the truth: a number of days, or the end of the log.
forecast::Forecast forecast_point(const takt::CaseEnds& ends, std::uint32_t order, const forecast::Point& point) {
  const takt::Duration horizon = takt::from_seconds(point.told("limit") * kDay_s);
  const auto kind = point.horizon == "log" ? takt::Horizon::log_end : takt::Horizon::cap;
  takt::WeightedAtoms law = ends.remaining(order, horizon, kind);
  for (takt::WeightedAtoms::Atom& atom : law.atoms) atom.value /= kDay_s;
  return forecast::forecast_of(law);
}

std::vector<forecast::Forecast> run(const forecast::Task& task) {
  takt::EventLog log;
  for (const fs::path& place : task.places) log = read_place(place, log);
  // The order book of a cut: the orders that are asked for.
  std::map<takt::WallClock::Instant, std::set<std::uint32_t>> books;
  for (const forecast::Point& point : task.points) {
    const std::uint32_t order = log.cases.find(point.unit);
    if (order == takt::NameTable::kNone) {
      throw takt::InvalidInput(takt::Fault{.path = "unit",
                                           .value = point.unit,
                                           .expected = "an order of the log",
                                           .nearest = takt::nearest_name(point.unit, log.cases.names())});
    }
    books[point.cut].insert(order);
  }
  std::map<takt::WallClock::Instant, takt::CaseEnds> known;
  for (const auto& [cut, book] : books) {
    known.emplace(cut, takt::CaseEnds(log, cut, std::vector<std::uint32_t>(book.begin(), book.end())));
  }
  std::vector<forecast::Forecast> forecasts;
  for (const forecast::Point& point : task.points) {
    forecasts.push_back(forecast_point(known.at(point.cut), log.cases.find(point.unit), point));
  }
  return forecasts;
}

}  // namespace

int main(int argc, char** argv) { return forecast::run_program(argc, argv, kSet, "UTC", run); }
