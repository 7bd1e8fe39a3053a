// SPDX-License-Identifier: Apache-2.0
// The record played again: each point from what was recorded before its cut.
#pragma once

#include <vector>

#include "cell.hpp"
#include "points.hpp"

namespace cnc {

/// One forecast a point, in their order: minutes to the end of the running operation, or completions until the horizon.
/// The same bytes for any number of threads (0: one a core).
std::vector<Forecast> replay(const Cell& cell, Record& record, const std::vector<Point>& points, unsigned threads);

}  // namespace cnc
