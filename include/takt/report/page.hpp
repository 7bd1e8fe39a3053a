// SPDX-License-Identifier: Apache-2.0
// The results of a study as one page of HTML: for a screen and for paper, with nothing to load and nothing to run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "takt/engine/model.hpp"
#include "takt/report/results.hpp"

namespace takt::report {

/// What one server did for a time, in one future.
struct GanttBar {
  std::string machine{};  ///< with its server, where it has several
  std::string mode{};     ///< "working", "starved", ...; names of takt/io/store/timeline.hpp
  double from_s = 0.0, to_s = 0.0;
};

/// The page: the plant drawn; whether its twin can be trusted; the whole plant and its lines in every scenario, with
/// 95 % intervals; paired differences from the first scenario; how single futures spread; what machines did and which
/// one limits; `gantt`, if there is any; and where all of it comes from. `model` is that of the results. UTF-8, the
/// same bytes for the same result. It has no script and no address of anything outside. Thread-safe.
std::string html_page(const StudyResult& result, const Provenance& provenance, const Model& model,
                      const std::vector<GanttBar>& gantt = {});

}  // namespace takt::report
