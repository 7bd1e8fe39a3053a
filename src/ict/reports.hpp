// SPDX-License-Identifier: Apache-2.0
// What the ICT worker says, read and made into figures of the plant.
#pragma once

#include <string>

#include "ict/wire.hpp"
#include "takt/ict/simulate.hpp"

namespace takt::ict {

/// Throw Error where the text is not what a worker says.
WireReport read_report(const std::string& line);
void read_ready(const std::string& line);

/// The figures; throws Error for the report of another plant.
CyberResult result_of(const Plant& plant, const WireRequest& request, const WireReport& report);

}  // namespace takt::ict
