// SPDX-License-Identifier: Apache-2.0
// What a clock on the wall shows.
#pragma once

#include <string>

#include "takt/core/calendar.hpp"

namespace takt {

/// The local time of a zone at an instant, counted from 1970-01-01T00:00:00 on that clock. Throws InvalidInput for a
/// zone that is not known. Thread-safe.
Duration local_time(WallClock::Instant instant, const std::string& zone);

}  // namespace takt
