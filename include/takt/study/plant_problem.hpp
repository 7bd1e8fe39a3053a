// SPDX-License-Identifier: Apache-2.0
// A plant as something to choose designs of: variables are its numbers and counts by path, responses its KPIs.
//
//   const PlantProblem asked = read_problem({.vary = {"filler:/acme/filling/line_1/filler/cycle_time=9.0..12.0 s",
//                                                     "/acme/filling/line_1/rinsed/capacity=1..30"},
//                                            .maximise = {"/ throughput_per_h"}},
//                                           present);
//   ThreadPool pool;
//   const Problem problem = runnable(asked, present, {.horizon = 8h}, pool);
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "takt/engine/present.hpp"
#include "takt/study/problem.hpp"

namespace takt {

/// A problem as people write it.
struct ProblemText {
  /// "PATH=1..30", "NAME:PATH=8.0..12.0 s", "NAME:PATH=9 s,10 s": a number of the plant, or a count that makes its
  /// structure: ".../buffer/capacity", ".../machine/servers", ".../crew/size". A range of rates ("1..18 /min") for a
  /// time means the mean's reciprocal.
  std::vector<std::string> vary{};
  std::vector<std::string> constraints{};  ///< "first + second <= 20"
  /// "ENTITY KPI [RISK]": "/ throughput_per_h", "/ flow_time_s quantile 95 %", "/ flow_time_s cvar 90 %",
  /// "/ flow_time_s above 3600" (the probability of more), "... below ...".
  std::vector<std::string> maximise{}, minimise{};
  std::vector<std::string> limits{};  ///< "ENTITY KPI [RISK] <= NUMBER", or >=
};

/// The same, understood.
struct PlantProblem {
  Space space{};
  std::vector<std::string> paths{};                            ///< by variable
  std::vector<std::pair<std::string, std::string>> figures{};  ///< by response: entity, kpi
  std::vector<Goal> goals{};
  std::vector<Limit> limits{};
};

/// Throws InvalidInput with every fault: texts that cannot be read, paths and KPIs that the plant does not have (and
/// the nearest it has), values that a path cannot take.
PlantProblem read_problem(const ProblemText& text, const Present& present);

struct RunWindow {
  Duration horizon = std::chrono::hours{8};  ///< observed, after the warm-up
  Duration warmup{0};
  std::stop_token stop{};        ///< asked to stop, a run throws Interrupted
  std::function<void()> done{};  ///< after each run, from worker threads, several at a time
  std::function<void()> tick{};  ///< from the same, every few milliseconds; what it throws ends the batch
};

/// The problem with a runner that runs the plant: a future of the present for each trial, as a Study has it. Responses
/// of a future that does not reach its horizon are NaN. The pool must outlive it.
Problem runnable(const PlantProblem& problem, const Present& present, const RunWindow& window, ThreadPool& pool);

}  // namespace takt
