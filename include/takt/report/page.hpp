// SPDX-License-Identifier: Apache-2.0
// The results of a study as one page of HTML: for a screen and for paper, with nothing to load and nothing to run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "takt/engine/model.hpp"
#include "takt/report/results.hpp"
#include "takt/study/problem.hpp"

namespace takt::report {

/// What one server did for a time, in one future.
struct GanttBar {
  std::string machine{};  ///< with its server, where it has several
  std::string mode{};     ///< "working", "starved", ...; names of takt/io/store/timeline.hpp
  double from_s = 0.0, to_s = 0.0;
};

/// The page: the plant drawn; whether its twin can be trusted; the whole plant and its lines in every scenario, with
/// 95 % intervals; paired differences from the first scenario; which scenarios no other beats in both of two `goals`,
/// if there are any; how single futures spread; what machines did and which one limits; `gantt`, if there is any; and
/// where all of it comes from. `model` is that of the results; responses of goals are columns of `result.kpis`. UTF-8,
/// the same bytes for the same result. It has no script and no address of anything outside. Thread-safe.
std::string html_page(const StudyResult& result, const Provenance& provenance, const Model& model,
                      const std::vector<GanttBar>& gantt = {}, const std::vector<Goal>& goals = {});

/// The goals of a page from texts: "ENTITY KPI [RISK]" such as "/ throughput_per_h" or "/ flow_time_s quantile 95 %".
/// Throws InvalidInput with every fault: what cannot be read, figures that are none of `kpis`, and more or fewer than
/// two goals, unless there are none.
std::vector<Goal> page_goals(const std::vector<KpiName>& kpis, const std::vector<std::string>& maximise,
                             const std::vector<std::string>& minimise);

}  // namespace takt::report
