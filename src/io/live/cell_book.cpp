// SPDX-License-Identifier: Apache-2.0
#include "io/live/cell_book.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "io/plant/packml.hpp"

namespace takt::io::detail {
namespace {

constexpr double kMostCounted = 9007199254740992.0;  // 2^53, as in takt-snapshot/1
constexpr double kMostInBuffer = 10'000'000;

bool is_none(std::string_view text) {
  constexpr std::array<std::string_view, 7> kNone{"", "UNAVAILABLE", "NaN", "nan", "null", "NULL", "N/A"};
  return std::ranges::find(kNone, text) != kNone.end();
}

[[noreturn]] void refuse(std::string_view text, std::string expected, std::string nearest = {}) {
  throw InvalidInput(
      Fault{.value = '"' + std::string(text) + '"', .expected = std::move(expected), .nearest = std::move(nearest)});
}

double number(std::string_view text, double most, const char* expected) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= -most) || !(value <= most))
    refuse(text, expected);
  return value;
}

double not_negative(std::string_view text, double most, const char* expected) {
  const double value = number(text, most, expected);
  if (value < 0.0) refuse(text, expected);
  return value;
}

std::uint64_t count(std::string_view text) {
  constexpr const char* kExpected = "a whole number of parts, 0 or more";
  const double value = not_negative(text, kMostCounted, kExpected);
  if (value != std::floor(value)) refuse(text, kExpected);
  return static_cast<std::uint64_t>(value);
}

std::string state(const Cell& cell, std::string_view text) {
  const auto mapped = cell.states.find(std::string(text));
  if (mapped != cell.states.end()) return mapped->second;
  if (std::ranges::find(kPackmlStates, text) != kPackmlStates.end()) return std::string(text);
  std::vector<std::string> known(kPackmlStates.begin(), kPackmlStates.end());
  for (const auto& [value, name] : cell.states) known.push_back(value);
  refuse(text, "a value that its \"states\" name, or a PackML state", nearest_name(text, known));
}

}  // namespace

CellBook::CellBook(const Cells& cells) {
  for (const auto& [name, cell] : cells) {
    Known& known = known_[cell.equipment];
    known.reading.path = cell.equipment;
    known.tells_cycle_time = known.tells_cycle_time || cell.role == Cell::Role::cycle_time_s;
  }
}

void CellBook::note(const Cell& cell, std::string_view text, Instant at) {
  constexpr double kAny = std::numeric_limits<double>::max();
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  Known& known = known_.at(cell.equipment);
  if (is_none(text)) {
    take_back(known, cell);
    return;
  }
  switch (cell.role) {
    case Cell::Role::state: note_state(known, state(cell, text), at); break;
    case Cell::Role::in:
    case Cell::Role::good:
    case Cell::Role::scrap: note_count(known, cell.role, count(text), at); break;
    case Cell::Role::level:
      known.reading.level = not_negative(text, kMostInBuffer, "a number of parts from 0 to 10000000");
      break;
    case Cell::Role::cycle_time_s:
      known.reading.cycle_time_last_s = not_negative(text, kAny, "a number of seconds, 0 or more");
      break;
    case Cell::Role::health: known.reading.health[cell.health] = number(text, kAny, "a number"); break;
  }
  known.is_news = true;
}

void CellBook::take_back(Known& known, const Cell& cell) {
  EntityReading& reading = known.reading;
  switch (cell.role) {
    case Cell::Role::state:
      reading.state.reset();
      reading.state_since.reset();
      known.executes_since.reset();
      known.executed = Duration{0};
      break;
    case Cell::Role::in:
      if (reading.counters) reading.counters->in.reset();
      break;
    case Cell::Role::good:
      if (reading.counters) reading.counters->good.reset();
      break;
    case Cell::Role::scrap:
      if (reading.counters) reading.counters->scrap.reset();
      break;
    case Cell::Role::level: reading.level.reset(); break;
    case Cell::Role::cycle_time_s: reading.cycle_time_last_s.reset(); break;
    case Cell::Role::health: reading.health.erase(cell.health); break;
  }
}

void CellBook::note_state(Known& known, std::string state, Instant at) {
  EntityReading& reading = known.reading;
  if (reading.state == state) return;
  if (known.executes_since) known.executed += at - *known.executes_since;
  known.executes_since = state == "Execute" ? std::optional(at) : std::nullopt;
  // Of the state that was found at the beginning it is not known since when it holds.
  reading.state_since = reading.state ? std::optional(at) : std::nullopt;
  reading.state = std::move(state);
}

void CellBook::note_count(Known& known, Cell::Role role, std::uint64_t count, Instant at) {
  if (!known.reading.counters) known.reading.counters.emplace();
  CounterReading& counters = *known.reading.counters;
  std::optional<std::uint64_t>& mine = role == Cell::Role::in     ? counters.in
                                       : role == Cell::Role::good ? counters.good
                                                                  : counters.scrap;
  if (mine && count < *mine) ++counters.reset_epoch;
  if (role == Cell::Role::good && mine != count) {
    const Duration executed = known.executed + (known.executes_since ? at - *known.executes_since : Duration{0});
    known.executed = Duration{0};
    if (known.executes_since) known.executes_since = at;
    const bool is_next = mine && count == *mine + 1;
    if (is_next && executed > Duration{0} && !known.tells_cycle_time)
      known.reading.cycle_time_last_s = to_seconds(executed);
  }
  mine = count;
}

std::vector<EntityReading> CellBook::take() {
  std::vector<EntityReading> readings;
  for (auto& [path, known] : known_) {
    if (!std::exchange(known.is_news, false)) continue;
    readings.push_back(known.reading);
    known.reading.cycle_time_last_s.reset();
  }
  return readings;
}

std::vector<EntityReading> CellBook::everything() {
  for (auto& [path, known] : known_) known.is_news = known.reading != EntityReading{.path = path};
  return take();
}

}  // namespace takt::io::detail
