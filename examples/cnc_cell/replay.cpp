// SPDX-License-Identifier: Apache-2.0
#include "replay.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <utility>

#include "futures.hpp"
#include "history.hpp"
#include "takt/core/thread_pool.hpp"

namespace cnc {
namespace {

template <class Key>
std::vector<std::size_t> order_by(const std::vector<Point>& points, Key key) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return points[i].*key; });
  return order;
}

/// Reads the record in the order of time and stops at each point's cut: a moment holds nothing that came later.
std::vector<Moment> moments_of(const Cell& cell, Record& record, History& history, const std::vector<Point>& points) {
  std::vector<Moment> moments(points.size());
  std::size_t machine = 0;
  takt::MachineObservation seen;
  bool more = record.next(machine, seen);
  for (const std::size_t i : order_by(points, &Point::cut)) {
    for (; more && seen.time < points[i].cut; more = record.next(machine, seen)) history.observe(machine, seen);
    moments[i] = history.moment(cell.machine(points[i].unit), points[i].cut);
  }
  return moments;
}

/// Minutes to the end of the running operation.
Forecast forecast_end(const History& history, const Moment& moment, const Point& point) {
  constexpr takt::Duration kSame = std::chrono::milliseconds{10};
  constexpr double kMinute = 60.0;  // seconds
  takt::Operation running = moment.running.value_or(takt::Operation{});
  if (point.start && (!moment.running || std::chrono::abs(running.start - *point.start) > kSame)) {
    running = {};  // told to run, but not seen to
    running.start = *point.start;
  }
  const takt::WeightedAtoms law = history.end_law(moment, running);
  const std::vector<double> quantiles = law.quantiles(kQuantiles);
  Forecast forecast;
  for (std::size_t i = 0; i < quantiles.size(); ++i) forecast.quantiles[i] = quantiles[i] / kMinute;
  forecast.mean = law.mean() / kMinute;
  return forecast;
}

/// Points that differ in their horizon only: the same futures answer them.
struct Question {
  std::vector<std::size_t> points;
  std::vector<takt::Duration> horizons;  ///< growing; none: the end of the running operation
};

std::vector<Question> questions_of(const std::vector<Point>& points) {
  std::vector<Question> questions;
  std::map<std::pair<std::string, takt::WallClock::Instant>, std::size_t> of_moment;
  for (const std::size_t i : order_by(points, &Point::horizon)) {
    if (!points[i].horizon) {
      questions.push_back({{i}, {}});
      continue;
    }
    const auto [at, is_new] = of_moment.try_emplace({points[i].unit, points[i].cut}, questions.size());
    if (is_new) questions.emplace_back();
    questions[at->second].points.push_back(i);
    questions[at->second].horizons.push_back(*points[i].horizon);
  }
  return questions;
}

}  // namespace

std::vector<Forecast> replay(const Cell& cell, Record& record, const std::vector<Point>& points, unsigned threads) {
  History history(cell.silences());
  const std::vector<Moment> moments = moments_of(cell, record, history, points);
  const std::vector<Question> questions = questions_of(points);
  std::vector<Forecast> forecasts(points.size());
  takt::ThreadPool pool(threads);
  pool.run(questions.size(), [&](std::size_t q) {
    const Question& question = questions[q];
    const std::size_t first = question.points.front();
    if (question.horizons.empty()) {
      forecasts[first] = forecast_end(history, moments[first], points[first]);
      return;
    }
    const takt::Model& line = cell.machines[moments[first].machine].line;
    const std::vector<Forecast> counts = forecast_completions(line, history, moments[first], question.horizons);
    for (std::size_t i = 0; i < counts.size(); ++i) forecasts[question.points[i]] = counts[i];
  });
  return forecasts;
}

}  // namespace cnc
