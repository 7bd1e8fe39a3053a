// SPDX-License-Identifier: Apache-2.0
// Simulated time: integer nanoseconds on std::chrono, so that sums are exact and runs repeat bit for bit.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace takt {

/// A length of simulated time. One tick is a nanosecond; the range is ± 292 years.
using Duration = std::chrono::duration<std::int64_t, std::nano>;

/// The clock of the simulated plant. Its zero is the start of the simulation; a plant's epoch ties it to
/// wall-clock time (see calendar.hpp). It has no now(): only `advance` moves time.
struct SimClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SimClock, Duration>;
  static constexpr bool is_steady = true;  // NOLINT(readability-identifier-naming): std::chrono's name
};

/// An instant of simulated time.
using Time = SimClock::time_point;

/// Later than every instant a run can reach.
inline constexpr Time kNever{Duration{std::numeric_limits<std::int64_t>::max()}};

/// A duration in seconds, as the statistics use it.
constexpr double to_seconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }

/// The longest duration a law may give; longer values are cut to it (about 146 years).
inline constexpr double kLongestSeconds = 4.6e9;

/// Seconds to the nearest nanosecond; negative values and NaN become zero.
constexpr Duration from_seconds(double seconds) {
  const double some = seconds > 0.0 ? seconds : 0.0;
  const double cut = some < kLongestSeconds ? some : kLongestSeconds;
  // Beyond 52 days a double has no halves left, and this may be one nanosecond off.
  return Duration{static_cast<std::int64_t>(cut * 1e9 + 0.5)};  // NOLINT(bugprone-incorrect-roundings)
}

}  // namespace takt
