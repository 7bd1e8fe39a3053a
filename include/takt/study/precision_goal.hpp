// SPDX-License-Identifier: Apache-2.0
// A precision as it is asked for by name, of a study that runs in rounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "takt/study/tasks.hpp"

namespace takt {

/// A relative precision asked of the mean of one figure in every scenario.
struct PrecisionGoal {
  std::string entity = "/";
  std::string kpi{};
  double relative = 0.0;  ///< above 0, below 1
};

/// Reads "throughput_per_h=1 %", of the whole plant, or "/acme/filling/line_1/filler/utilisation=2 %". Throws
/// InvalidInput.
PrecisionGoal parse_precision(std::string_view text);

/// Whether the first n replications reach all goals in all scenarios: t s / (sqrt(n) |mean|) <= g / (1 + g) at a
/// confidence of 95 % for all of them together (Bonferroni), with n of 5 at least (Law, Simulation Modeling and
/// Analysis, 2015, 9.4.1); of antithetic pairs, s and n are of the means of pairs. A figure without a value is not
/// precise. Throws InvalidInput for a figure that the study does not have.
bool is_reached(const std::vector<PrecisionGoal>& goals, const PreparedStudy& study, const Collector& collector,
                std::uint32_t n);

/// How many replications come after n without the precision: half as many more, whole pairs, at most those of the
/// study. The decision depends on whole rounds only, so that it is the same wherever they run.
std::uint32_t next_round(std::uint32_t n, const StudyOptions& options);

}  // namespace takt
