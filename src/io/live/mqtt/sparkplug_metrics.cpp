// SPDX-License-Identifier: Apache-2.0
#include "io/live/mqtt/sparkplug_metrics.hpp"

#include <algorithm>
#include <cmath>

#include "io/plant/packml.hpp"

namespace takt::io::sparkplug {
namespace {

constexpr double kMostCounted = 9007199254740992.0;  // 2^53, as in takt-snapshot/1
constexpr double kMostInBuffer = 10'000'000.0;
constexpr std::uint64_t kMostMs = 9'000'000'000'000ULL;  // in the year 2255: nanoseconds end in 2262
constexpr std::size_t kLongestText = 512;                // as of names in files

/// ANSI/ISA-TR88.00.02, the values of StateCurrent from 1 on.
constexpr std::array<std::string_view, 17> kPacktags{
    "Clearing", "Stopped", "Starting",  "Idle",       "Suspended",    "Execute",   "Stopping",   "Aborting", "Aborted",
    "Holding",  "Held",    "Unholding", "Suspending", "Unsuspending", "Resetting", "Completing", "Complete"};

std::optional<double> number_of(const Value& value) {
  if (const auto* natural = std::get_if<std::uint64_t>(&value)) return static_cast<double>(*natural);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

std::optional<double> not_negative(const Value& value) {
  const std::optional<double> number = number_of(value);
  return number && std::isfinite(*number) && *number >= 0.0 ? number : std::nullopt;
}

std::optional<std::uint64_t> count_of(const Value& value) {
  const std::optional<double> number = not_negative(value);
  if (!number || *number > kMostCounted || *number != std::floor(*number)) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<WallClock::Instant> instant_of(const Value& value, WallClock::Instant ts) {
  std::optional<WallClock::Instant> instant;
  if (const auto* text = std::get_if<std::string>(&value)) {
    try {
      instant = parse_instant(*text);
    } catch (const InvalidInput&) {
      return std::nullopt;
    }
  } else if (const auto* ms = std::get_if<std::uint64_t>(&value)) {
    instant = instant_of_ms(*ms);
  }
  constexpr double kFarthestS = 100 * 365.2425 * 86400;
  if (!instant || std::abs(to_seconds(instant->time_since_epoch()) - to_seconds(ts.time_since_epoch())) > kFarthestS)
    return std::nullopt;
  return instant;
}

std::string put_state(const Value& value, const MetricContext& context, EntityReading& delta, EntityReading& image) {
  std::string_view name;
  if (const auto* text = std::get_if<std::string>(&value)) {
    const auto known = std::ranges::find(io::detail::kPackmlStates, *text);
    if (known != io::detail::kPackmlStates.end()) name = *known;
  } else if (context.numbers == PackmlNumbers::packtags) {
    const std::optional<std::uint64_t> number = count_of(value);
    if (number && *number >= 1 && *number <= kPacktags.size()) name = kPacktags[*number - 1];
  }
  if (name.empty())
    return context.numbers == PackmlNumbers::packtags ? "a PackML state by its name or number"
                                                      : "a PackML state by its name, such as \"Execute\"";
  delta.state = name;
  if (!context.is_birth && image.state != delta.state && context.timestamp_ms)  // reported as it changed
    delta.state_since = instant_of(*context.timestamp_ms, context.ts);
  image.state = name;
  return {};
}

std::string put_counter(std::string_view cell, const Value& value, EntityReading& delta, EntityReading& image) {
  const std::optional<std::uint64_t> count = count_of(value);
  if (!count) return "a count to 2^53";
  if (!image.counters) image.counters.emplace();
  if (!delta.counters) delta.counters = CounterReading{.reset_epoch = image.counters->reset_epoch};
  if (cell == "Infeed") {
    delta.counters->in = count;
  } else if (cell == "Good") {
    delta.counters->good = count;
  } else if (cell == "Scrap") {
    delta.counters->scrap = count;
  } else {
    delta.counters->reset_epoch = image.counters->reset_epoch = *count;
  }
  return {};
}

std::string put_part(std::string_view cell, const Value& value, WallClock::Instant ts, EntityReading& delta,
                     EntityReading& image) {
  const bool is_none = std::holds_alternative<std::monostate>(value);
  const auto* const text = std::get_if<std::string>(&value);
  if (!image.in_process) image.in_process.emplace();
  if (cell == "PartId") {
    if (!is_none && (text == nullptr || text->size() > kLongestText)) return "a text of at most 512 bytes";
    const std::string part = is_none ? std::string() : *text;
    if (part.empty() || image.in_process->empty() || image.in_process->front().part != part)
      image.in_process->clear();  // another part: what was known of the last one is over
    if (!part.empty() && image.in_process->empty()) image.in_process->push_back({.part = part});
  } else if (!is_none) {
    if (image.in_process->empty()) image.in_process->emplace_back();
    PartInProcess& part = image.in_process->front();
    if (cell == "Operation") {
      if (text == nullptr || text->size() > kLongestText) return "a text of at most 512 bytes";
      part.product = *text;
    } else if (cell == "StartedAt") {
      const std::optional<WallClock::Instant> at = instant_of(value, ts);
      if (!at) return "an instant within 100 years of the message's";
      part.started_at = at;
    } else {
      const std::optional<double> worked = not_negative(value);
      if (!worked) return "seconds, not below 0";
      part.worked_s = worked;
    }
  }
  delta.in_process = image.in_process;
  return {};
}

template <class Signed>
Value as_signed(const Value& value) {
  const auto* raw = std::get_if<std::uint64_t>(&value);
  return raw == nullptr ? value : Value{std::int64_t{static_cast<Signed>(*raw)}};
}

}  // namespace

Value typed(Value value, DataType type) {
  switch (type) {
    case DataType::int8: return as_signed<std::int8_t>(value);
    case DataType::int16: return as_signed<std::int16_t>(value);
    case DataType::int32: return as_signed<std::int32_t>(value);
    case DataType::int64: return as_signed<std::int64_t>(value);
    default: return type <= DataType::uuid ? std::move(value) : Value{};
  }
}

std::optional<MetricName> split_name(std::string_view name) {
  for (const std::string_view family : kFamilies) {
    if (name.starts_with(family)) return MetricName{{}, name};
    const std::size_t at = name.find("/" + std::string(family));
    if (at != std::string_view::npos && at > 0) return MetricName{name.substr(0, at), name.substr(at + 1)};
  }
  return std::nullopt;
}

std::string put_cell(std::string_view cell, const Value& value, const MetricContext& context, EntityReading& delta,
                     EntityReading& image) {
  const std::string_view name = cell.substr(cell.find('/') + 1);
  if (cell.starts_with("InProcess/")) return put_part(name, value, context.ts, delta, image);
  if (cell.starts_with("Counters/")) return put_counter(name, value, delta, image);
  if (cell == "PackML/StateCurrent") return put_state(value, context, delta, image);
  if (cell == "PackML/StateSince") {
    const std::optional<WallClock::Instant> since = instant_of(value, context.ts);
    if (!since) return "an instant within 100 years of the message's";
    delta.state_since = since;
    if (!delta.state) delta.state = image.state;
    return {};
  }
  const bool is_any = cell.starts_with("Health/") || cell.starts_with("Setpoint/");
  const std::optional<double> number = is_any ? number_of(value) : not_negative(value);
  if (!number || !std::isfinite(*number)) return is_any ? "a number" : "a number, not below 0";
  if (cell == "Buffer/Level") {
    if (*number > kMostInBuffer) return "at most 10000000 parts";
    delta.level = number;
  } else if (cell == "CycleTime/LastS") {
    delta.cycle_time_last_s = number;
  } else if (name.size() <= kLongestText) {
    (cell.starts_with("Setpoint/") ? delta.setpoints : delta.health)[std::string(name)] = *number;
  }
  return {};
}

std::string text_of(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* natural = std::get_if<std::uint64_t>(&value)) return std::to_string(*natural);
  if (const auto* real = std::get_if<double>(&value)) return std::to_string(*real);
  if (const auto* text = std::get_if<std::string>(&value)) return '"' + text->substr(0, 80) + '"';
  return "null";
}

std::optional<WallClock::Instant> instant_of_ms(std::uint64_t ms) {
  if (ms > kMostMs) return std::nullopt;
  return WallClock::Instant{std::chrono::milliseconds{static_cast<std::int64_t>(ms)}};
}

std::uint64_t ms_of(WallClock::Instant instant) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(instant.time_since_epoch()).count();
  return ms < 0 ? 0 : static_cast<std::uint64_t>(ms);
}

}  // namespace takt::io::sparkplug
