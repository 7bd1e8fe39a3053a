// SPDX-License-Identifier: Apache-2.0
// Forecasts of a real bottling line from its log: bottles in an hour, in a day, and the share of the time it runs. See
// README.md.
#include <algorithm>
#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include "../forecast/program.hpp"
#include "line.hpp"

namespace {

using namespace std::chrono_literals;

constexpr const char* kSet = "bottling_line";
constexpr takt::Duration kLongestDay = 14h;

bottling::Question question_of(const forecast::Point& point) {
  const bool of_hour = point.horizon == "1h";
  bottling::Question question{
      .cut = point.cut, .product = point.known.at("product"), .horizon = of_hour ? takt::Duration{1h} : kLongestDay};
  if (point.known.contains("monitored")) question.monitored = takt::from_seconds(3600.0 * point.told("monitored"));
  return question;
}

/// Bottles, or the share of the time that the line runs in percent. A day's bottles are so many that they are no count.
forecast::Forecast answer(const forecast::Point& point, const std::vector<takt::SpellFuture>& futures) {
  const bool availability = point.target == "day_avail_pct";
  takt::WeightedAtoms law;
  for (const takt::SpellFuture& future : futures)
    law.atoms.push_back({.value = availability ? 100.0 * future.running_s / std::max(future.length_s, 1.0)
                                               : static_cast<double>(future.pieces),
                         .weight = 1.0});
  return forecast::forecast_of(law);
}

std::vector<forecast::Forecast> replay(const forecast::Task& task) {
  bottling::Line line(task.plant);
  const std::vector<bottling::News> news = bottling::read_news(task.places);
  std::vector<std::size_t> order(task.points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return task.points[i].cut; });

  std::vector<forecast::Forecast> forecasts(task.points.size());
  auto next = news.begin();
  for (const std::size_t i : order) {
    const forecast::Point& point = task.points[i];
    for (; next != news.end() && next->known <= point.cut; ++next) line.observe(*next);
    forecasts[i] = answer(point, line.futures(question_of(point)));
  }
  return forecasts;
}

}  // namespace

int main(int argc, char** argv) { return forecast::run_program(argc, argv, kSet, bottling::kZone, replay); }
