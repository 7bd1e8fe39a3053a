// SPDX-License-Identifier: Apache-2.0
// Forecasts of three retrofitted machines from their five-minute rows: how much each will make in the next hour. See
// README.md.
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "../forecast/program.hpp"
#include "../forecast/table.hpp"
#include "shop.hpp"

namespace {

constexpr const char* kSet = "sme_retrofit";
constexpr const char* kAutomatic = "2.0";  // status: automatic production

struct Report {
  std::string asset;
  retrofit::Instant at{};
  double items = 0.0;
  bool automatic = false;
  std::string product;
};

/// All rows in the order of time.
std::vector<Report> read_reports(const std::vector<std::filesystem::path>& places) {
  const forecast::Table table =
      forecast::read_table(forecast::files_of(places, "company_A"), {"ts", "asset", "items", "status", "product"});
  std::vector<Report> reports;
  for (const forecast::Row& row : table.rows) {
    reports.push_back(table.checked(row, [&row] {
      return Report{row[1], forecast::instant_of(row[0], "UTC"), forecast::number_of(row[2]),
                    forecast::number_of(row[3]) == forecast::number_of(kAutomatic), row[4]};
    }));
  }
  std::ranges::stable_sort(reports, {}, &Report::at);
  return reports;
}

std::vector<forecast::Forecast> replay(const forecast::Task& task) {
  retrofit::Shop shop(task.plant);
  const std::vector<Report> reports = read_reports(task.places);
  std::vector<std::size_t> order(task.points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return task.points[i].cut; });

  std::vector<forecast::Forecast> forecasts(task.points.size());
  auto next = reports.begin();
  for (const std::size_t i : order) {
    const forecast::Point& point = task.points[i];
    for (; next != reports.end() && next->at < point.cut; ++next)
      shop.observe(next->asset, next->at, next->items, next->automatic, next->product);
    forecasts[i] = shop.items_in_next_hour(point.unit, point.cut);
  }
  return forecasts;
}

}  // namespace

int main(int argc, char** argv) { return forecast::run_program(argc, argv, kSet, "UTC", replay); }
