// SPDX-License-Identifier: Apache-2.0
#include "record.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "../forecast/table.hpp"

namespace bottling {
namespace {

using namespace std::chrono_literals;

constexpr takt::Duration kNoticed = 60s;  // a stop is one when it has lasted this long
constexpr takt::Duration kHour = 1h;

struct Production {
  std::string date, product;
  Instant from{}, to{};
  double bottles = 0.0, monitored_h = 0.0, operation_h = 0.0;
};
struct Stop {
  std::string date, from, to;  // times of the day
};

Instant instant(const std::string& date, const std::string& time) {
  return forecast::instant_of(date + " " + time, kZone);
}

std::vector<Production> read_productions(const std::vector<std::filesystem::path>& places) {
  const forecast::Table table =
      forecast::read_table(forecast::files_of(places, "daily_operation_summary"),
                           {"date", "product_type_l", "production_start_time", "production_end_time",
                            "production_units", "monitored_time_dec", "operation_time_dec"});
  std::vector<Production> productions;
  for (const forecast::Row& row : table.rows)
    productions.push_back(table.checked(row, [&row] {
      return Production{row[0],
                        row[1],
                        instant(row[0], row[2]),
                        instant(row[0], row[3]),
                        forecast::number_of(row[4]),
                        forecast::number_of(row[5]),
                        forecast::number_of(row[6])};
    }));
  std::ranges::stable_sort(productions, {}, &Production::from);
  return productions;
}

std::vector<Stop> read_stops(const std::vector<std::filesystem::path>& places) {
  const forecast::Table table = forecast::read_table(forecast::files_of(places, "downtime_event_log"),
                                                     {"date", "downtime_start_time", "downtime_end_time"});
  std::vector<Stop> stops;
  for (const forecast::Row& row : table.rows) {
    table.checked(row, [&row] { return instant(row[0], row[1]) < instant(row[0], row[2]); });
    stops.push_back({row[0], row[1], row[2]});
  }
  return stops;
}

/// The log goes on from stop to stop: one dated later than the next ones has a wrong date. It belongs to a production
/// between its neighbours; without any it is left out.
void mend_dates(std::vector<Stop>& stops, const std::vector<Production>& productions) {
  std::string next = "9999";
  std::vector<std::string> earliest_after(stops.size());
  for (std::size_t i = stops.size(); i-- > 0;) {
    earliest_after[i] = next;
    next = std::min(next, stops[i].date);
  }
  std::string before;
  for (std::size_t i = 0; i < stops.size(); ++i) {
    if (stops[i].date <= earliest_after[i]) {
      before = stops[i].date;
      continue;
    }
    stops[i].date.clear();
    for (const Production& production : productions)
      if (production.date > before && production.date < earliest_after[i]) stops[i].date = production.date;
  }
  std::erase_if(stops, [](const Stop& stop) { return stop.date.empty(); });
}

/// The hours of a file that are told once; a value where a column is asked for.
std::map<Instant, double> read_hours(const std::vector<std::filesystem::path>& places, const std::string& file,
                                     const std::string& column) {
  const forecast::Table table = forecast::read_table(forecast::files_of(places, file), {"date", "hour_start", column});
  std::map<Instant, double> hours;
  std::set<Instant> twice;
  for (const forecast::Row& row : table.rows) {
    const auto [hour, value] = table.checked(row, [&row] {
      const auto of_day = std::chrono::hours{static_cast<int>(forecast::number_of(row[1]))};
      return std::pair{forecast::instant_of(row[0], kZone) + of_day, forecast::number_of(row[2])};
    });
    if (!hours.emplace(hour, value).second) twice.insert(hour);
  }
  for (const Instant hour : twice) hours.erase(hour);
  return hours;
}

}  // namespace

std::vector<News> read_news(const std::vector<std::filesystem::path>& places) {
  const std::vector<Production> productions = read_productions(places);
  std::vector<Stop> stops = read_stops(places);
  mend_dates(stops, productions);
  const std::map<Instant, double> made = read_hours(places, "processed_hourly", "production_gallons");
  const std::map<Instant, double> monitored = read_hours(places, "hourly_operation_breakdown", "monitored_time_h");

  std::vector<News> news;
  std::set<Instant> with_stops;
  for (const Stop& stop : stops) {
    const Instant from = instant(stop.date, stop.from), to = instant(stop.date, stop.to);
    news.push_back({.known = std::min(from + kNoticed, to), .kind = News::Kind::stop, .at = from});
    news.push_back({.known = to, .kind = News::Kind::start, .at = to});
    for (Instant hour = std::chrono::floor<std::chrono::hours>(from); hour < to; hour += kHour) with_stops.insert(hour);
  }
  for (const auto& [hour, bottles] : made)
    news.push_back({.known = hour + kHour, .kind = News::Kind::hour, .at = hour, .bottles = bottles});
  for (const Production& each : productions) {
    news.push_back({.known = each.from, .kind = News::Kind::production, .at = each.from, .product = each.product});
    news.push_back({.known = each.to,
                    .kind = News::Kind::end_production,
                    .at = each.to,
                    .bottles = each.bottles,
                    .monitored_h = each.monitored_h,
                    .operation_h = each.operation_h});
    for (Instant hour = std::chrono::ceil<std::chrono::hours>(each.from); hour + kHour < each.to; hour += kHour)
      if (!made.contains(hour) && !monitored.contains(hour) && !with_stops.contains(hour))
        news.push_back({.known = hour + kHour, .kind = News::Kind::hole, .at = hour});
  }
  std::ranges::stable_sort(news, {}, [](const News& each) { return std::pair{each.known, each.kind}; });
  return news;
}

}  // namespace bottling
