// SPDX-License-Identifier: Apache-2.0
// Metrics by name and the cells of a reading that they stand for.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "takt/io/live/sparkplug.hpp"

namespace takt::io::sparkplug {

inline constexpr std::array<std::string_view, 7> kFamilies{"PackML/",    "Counters/", "Buffer/",  "InProcess/",
                                                           "CycleTime/", "Health/",   "Setpoint/"};

/// A metric's name in two: "filler/Counters/Good" of a node is Counters/Good of its device filler.
struct MetricName {
  std::string_view device, cell;
};
/// None if the name says nothing to a twin.
std::optional<MetricName> split_name(std::string_view name);

/// What a metric is read into.
struct MetricContext {
  WallClock::Instant ts{};
  std::optional<std::uint64_t> timestamp_ms{};  ///< of the metric
  bool is_birth = false;
  PackmlNumbers numbers = PackmlNumbers::none;
};

/// Puts a value into `delta`, and into `image` what later values build on. Empty if it fits, else what was expected.
std::string put_cell(std::string_view cell, const Value& value, const MetricContext& context, EntityReading& delta,
                     EntityReading& image);

std::string text_of(const Value& value);
std::optional<WallClock::Instant> instant_of_ms(std::uint64_t ms);
std::uint64_t ms_of(WallClock::Instant instant);

}  // namespace takt::io::sparkplug
