// SPDX-License-Identifier: Apache-2.0
// Weekly calendars with exceptions, in the local time of a named zone, daylight saving included.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "takt/core/time.hpp"

namespace takt {

/// Ties simulated time to the wall clock: simulated zero is `epoch` (UTC), local times are read in `zone` (IANA name).
/// Real instants are system_clock points in nanoseconds.
struct WallClock {
  using Instant = std::chrono::sys_time<std::chrono::nanoseconds>;
  Instant epoch{};
  std::string zone = "UTC";

  Instant to_wall(Time t) const { return epoch + t.time_since_epoch(); }
  Time to_sim(Instant i) const { return Time{i - epoch}; }
  friend bool operator==(const WallClock&, const WallClock&) = default;
};

/// "2026-03-02T06:00:00" in the zone, or with Z or an offset ("+01:00"); fractions of a second to nine digits; years
/// 1678 to 2261. A local time that occurs twice is the first, one that is skipped is the moment of the change. Throws
/// InvalidInput if it is not such a text or the zone is not known.
WallClock::Instant parse_instant(std::string_view text, const std::string& zone = "UTC");
std::string to_text(WallClock::Instant instant);  ///< UTC, ISO 8601, with Z, fraction only if not zero
bool zone_exists(const std::string& zone);

/// A span of local clock time within a day, [from, to); `to` may be 24 h. A shift past midnight is two spans.
struct DaySpan {
  std::chrono::minutes from{}, to{};
  friend auto operator<=>(const DaySpan&, const DaySpan&) = default;
};
using DaySpans = std::vector<DaySpan>;  ///< sorted, not overlapping

/// When something is on: spans a weekday (index 0 is Monday), replaced on the dates of `exceptions` ("2026-12-25").
struct Calendar {
  std::array<DaySpans, 7> week;
  std::map<std::string, DaySpans> exceptions;

  /// Whether it is on at an instant, and the first instant strictly after it at which that changes (kNever if it does
  /// not within two years). Local times skipped by daylight saving count as the moment of the change, those that occur
  /// twice as the first of the two: a span across the change is longer or shorter, never on twice. Thread-safe. Throws
  /// InvalidInput for a zone that is not known and for an exception that is not a date. The rules of daylight saving
  /// are known to 2037.
  bool on_at(WallClock::Instant instant, const std::string& zone) const;
  /// This one gives Instant::max() where nothing changes any more.
  WallClock::Instant next_change(WallClock::Instant after, const std::string& zone) const;
  /// The same on simulated time; kNever where nothing changes any more.
  bool on_at(Time t, const WallClock& clock) const { return on_at(clock.to_wall(t), clock.zone); }
  Time next_change(Time after, const WallClock& clock) const;

  friend bool operator==(const Calendar&, const Calendar&) = default;
};

/// Reads "06:00-14:00"; throws InvalidInput.
DaySpan parse_day_span(std::string_view text);
/// Reads "2026-12-25"; throws InvalidInput.
std::chrono::year_month_day parse_date(std::string_view text);

}  // namespace takt
