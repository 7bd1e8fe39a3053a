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

bottling::Question question_of(const forecast::Point& point) {
  const bool of_day = point.horizon == "day";
  bottling::Question question{.cut = point.cut,
                              .product = std::to_string(static_cast<int>(point.told("product"))),
                              .of_day = of_day,
                              .availability = point.target == "day_avail_pct",
                              .horizon = of_day ? bottling::kLongestDay : takt::Duration{1h}};
  if (point.known.contains("monitored")) question.monitored = takt::from_seconds(3600.0 * point.told("monitored"));
  return question;
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
    forecasts[i] = forecast::forecast_of(line.answer(question_of(point)));
  }
  return forecasts;
}

}  // namespace

int main(int argc, char** argv) { return forecast::run_program(argc, argv, kSet, bottling::kZone, replay); }
