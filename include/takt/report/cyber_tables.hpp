// SPDX-License-Identifier: Apache-2.0
// What the cyber side does, for people and as JSON. docs/ict.md says what each figure means.
#pragma once

#include <string>

#include "takt/ict/simulate.hpp"
#include "takt/study/placement.hpp"

namespace takt::report {

/// Control loops with their latencies and requirements, nodes, links.
std::string cyber_tables(const CyberResult& result, const Plant& plant);
/// What each placement costs, and how much later commands could come.
std::string placement_tables(const PlacementStudy& study);

/// One JSON document, ended by a newline: a result, or a study of placements.
std::string cyber_json(const CyberResult& result, const Plant& plant);
std::string placement_json(const PlacementStudy& study, const Plant& plant);

}  // namespace takt::report
