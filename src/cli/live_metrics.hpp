// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "takt/io/live/service.hpp"

namespace takt::cli {

/// A live service for Prometheus (text format 0.0.4); the names are listed in docs/live.md.
std::string metrics_text(const io::LiveService& service, WallClock::Instant now);

}  // namespace takt::cli
