// SPDX-License-Identifier: Apache-2.0
#include "takt/study/sweep.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>

#include "takt/core/random.hpp"

namespace takt {
namespace {

constexpr std::uint32_t kMostSteps = 100'000;

[[noreturn]] void refuse(const std::string& path, std::string_view found, std::string expected) {
  throw InvalidInput(Fault{.path = path, .value = '"' + std::string(found) + '"', .expected = std::move(expected)});
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The parts between commas, without spaces around them.
std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    parts.push_back(trimmed(text.substr(from, comma - from)));
    from = comma + 1;
  }
  return parts;
}

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The value a share of the way from one end to the other, as text.
std::string value_at(const Axis::Range& range, double share) {
  const double value = share >= 1.0 ? range.to.value : range.from.value + share * (range.to.value - range.from.value);
  if (range.whole) return std::to_string(std::llround(value));
  return to_text(Quantity{value, range.from.dimension});
}

Axis::Range read_range(const std::string& path, std::string_view text) {
  constexpr const char* kExpected = "range(FROM, TO, STEPS) or range(FROM, TO), both ends of one kind";
  const auto parts = parts_of(text.substr(6, text.size() - 7));
  if (parts.size() < 2 || parts.size() > 3) refuse(path, text, kExpected);
  Axis::Range range;
  const auto first = whole_number(parts[0]), last = whole_number(parts[1]);
  range.whole = first && last;
  const auto from = range.whole ? Quantity{double(*first), Dimension::count} : parse_quantity(parts[0]);
  const auto to = range.whole ? Quantity{double(*last), Dimension::count} : parse_quantity(parts[1]);
  if (!from || !to || from->dimension != to->dimension) refuse(path, text, kExpected);
  range.from = *from;
  range.to = *to;
  if (parts.size() == 3) {
    const auto steps = whole_number(parts[2]);
    if (!steps || *steps < 2 || *steps > kMostSteps)
      refuse(path, parts[2], "a whole number of steps from 2 to " + std::to_string(kMostSteps));
    range.steps = *steps;
  }
  return range;
}

/// Which stratum comes when: a permutation drawn from a stream of the axis' own (Durstenfeld 1964).
std::vector<std::uint32_t> shuffled(StreamKey stream, std::uint32_t points) {
  std::vector<std::uint32_t> order(points);
  std::iota(order.begin(), order.end(), 0U);
  for (std::uint32_t i = points; i > 1; --i) {
    const auto other = static_cast<std::uint32_t>(Draw(stream, points + std::uint64_t{i}).uniform() * i);
    std::swap(order[i - 1], order[std::min(other, i - 1)]);
  }
  return order;
}

std::vector<std::string> hypercube_values(const Axis& axis, const Design& design) {
  const StreamKey stream = stream_key(design.seed, 0, hash_path(axis.path + " in a Latin hypercube"), Purpose::learn);
  const std::vector<std::uint32_t> order = shuffled(stream, design.points);
  std::vector<std::string> values;
  for (std::uint32_t i = 0; i < design.points; ++i) {
    const double share = (order[i] + Draw(stream, i).uniform()) / design.points;
    if (axis.range) {
      values.push_back(value_at(*axis.range, share));
    } else {
      const auto which = static_cast<std::size_t>(share * static_cast<double>(axis.values.size()));
      values.push_back(axis.values[std::min(which, axis.values.size() - 1)]);
    }
  }
  return values;
}

/// What names an axis in the scenarios: the end of its path, or all of it where two ends are the same.
std::vector<std::string> labels_of(const std::vector<Axis>& axes) {
  std::vector<std::string> labels;
  for (const Axis& axis : axes) {
    const std::size_t last = axis.path.rfind('/');
    const std::size_t before = last == std::string::npos || last == 0 ? last : axis.path.rfind('/', last - 1);
    labels.push_back(before == std::string::npos ? axis.path : axis.path.substr(before + 1));
  }
  if (std::set(labels.begin(), labels.end()).size() < labels.size())
    for (std::size_t a = 0; a < axes.size(); ++a) labels[a] = axes[a].path;
  return labels;
}

/// The values of each axis, scenario by scenario: [axis][scenario].
std::vector<std::vector<std::string>> columns_of(const std::vector<Axis>& axes, const Design& design) {
  std::vector<std::vector<std::string>> columns;
  if (design.kind == Design::Kind::latin_hypercube) {
    if (design.points < 1 || design.points > kMostScenarios)
      refuse("points", std::to_string(design.points), "from 1 to " + std::to_string(kMostScenarios));
    for (const Axis& axis : axes) columns.push_back(hypercube_values(axis, design));
    return columns;
  }
  std::size_t scenarios = 1;
  for (const Axis& axis : axes) {
    if (axis.values.empty()) refuse(axis.path, "a range without steps", "range(FROM, TO, STEPS)");
    if (design.kind == Design::Kind::list && axis.values.size() != axes[0].values.size())
      refuse(axis.path, std::to_string(axis.values.size()) + " values",
             std::to_string(axes[0].values.size()) + " values, as " + axes[0].path + " has");
    scenarios = design.kind == Design::Kind::list ? axis.values.size() : scenarios * axis.values.size();
    if (scenarios > kMostScenarios)
      refuse(axis.path, std::to_string(scenarios) + " scenarios", "at most " + std::to_string(kMostScenarios));
  }
  std::size_t each = scenarios;  // scenarios with one value of the axis and of those before it
  for (const Axis& axis : axes) {
    each /= design.kind == Design::Kind::grid ? axis.values.size() : 1;
    std::vector<std::string>& column = columns.emplace_back();
    for (std::size_t i = 0; i < scenarios; ++i)
      column.push_back(axis.values[design.kind == Design::Kind::list ? i : i / each % axis.values.size()]);
  }
  return columns;
}

}  // namespace

Axis read_axis(std::string path, std::string_view text) {
  Axis axis{std::move(path), {}, {}};
  text = trimmed(text);
  if (text.starts_with("range(") && text.ends_with(')')) {
    axis.range = read_range(axis.path, text);
    for (std::uint32_t i = 0; i < axis.range->steps; ++i) {
      std::string value = value_at(*axis.range, static_cast<double>(i) / (axis.range->steps - 1));
      if (axis.values.empty() || axis.values.back() != value) axis.values.push_back(std::move(value));
    }
    return axis;
  }
  for (const std::string_view part : parts_of(text)) {
    if (part.empty()) refuse(axis.path, text, "values such as \"9 s,10 s\", or range(FROM, TO, STEPS)");
    axis.values.emplace_back(part);
  }
  return axis;
}

std::vector<ScenarioPlan> sweep(const std::vector<Axis>& axes, const Design& design) {
  std::vector<ScenarioPlan> scenarios;
  if (axes.empty()) return scenarios;
  const std::vector<std::vector<std::string>> columns = columns_of(axes, design);
  const std::vector<std::string> labels = labels_of(axes);
  for (std::size_t i = 0; i < columns[0].size(); ++i) {
    ScenarioPlan& scenario = scenarios.emplace_back();
    for (std::size_t a = 0; a < axes.size(); ++a) {
      scenario.name += (a == 0 ? "" : ", ") + labels[a] + "=" + columns[a][i];
      scenario.numbers.emplace_back(axes[a].path, columns[a][i]);
    }
  }
  return scenarios;
}

}  // namespace takt
