// SPDX-License-Identifier: Apache-2.0
// Scenarios by two goals: which of them no other beats in both.
#pragma once

#include <string>
#include <vector>

#include "takt/study/problem.hpp"
#include "takt/study/study.hpp"

namespace takt::report::detail {

/// The Pareto front drawn, with a table beside it; nothing without goals. Responses are columns of `result.kpis`.
std::string compromises(const StudyResult& result, const std::vector<Goal>& goals);

}  // namespace takt::report::detail
