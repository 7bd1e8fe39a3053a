// SPDX-License-Identifier: Apache-2.0
// Variables and constraints from text, and points as text.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "takt/core/error.hpp"
#include "takt/study/space.hpp"

namespace takt {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Takes a number from the front of the text.
std::optional<double> take_number(std::string_view& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

Variable choice_of(std::string name, std::string_view list) {
  Variable variable{.name = std::move(name), .kind = Variable::Kind::choice};
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t comma = std::min(list.find(',', from), list.size());
    variable.choices.emplace_back(trimmed(list.substr(from, comma - from)));
    from = comma + 1;
  }
  variable.high = static_cast<double>(variable.choices.size() - 1);
  return variable;
}

}  // namespace

Variable parse_variable(std::string_view text) {
  const auto wrong = [text] {
    return InvalidInput(Fault{.value = fmt::format("\"{}\"", text),
                              .expected = "NAME=1..18 (whole), NAME=8..12 s or NAME=0.5..2.0 (real), or NAME=a,b,c"});
  };
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0) throw wrong();
  std::string name(trimmed(text.substr(0, equals)));
  const std::string_view range = trimmed(text.substr(equals + 1));
  const std::size_t dots = range.find("..");
  if (name.empty() || range.empty()) throw wrong();
  if (dots == std::string_view::npos) return choice_of(std::move(name), range);
  std::string_view low_text = range.substr(0, dots), high_text = range.substr(dots + 2);
  const std::string_view whole_text = high_text;
  const std::optional<double> low = take_number(low_text), high = take_number(high_text);
  if (!low || !high || !low_text.empty()) throw wrong();
  const std::string_view unit = trimmed(high_text);
  const std::string_view high_number = trimmed(whole_text.substr(0, whole_text.size() - high_text.size()));
  const auto is_written_whole = [](std::string_view number) {
    return number.find_first_of(".eE") == std::string_view::npos;
  };
  const bool is_whole = (unit.empty() || unit == "parts" || unit.front() == '/') &&
                        is_written_whole(range.substr(0, dots)) && is_written_whole(high_number);
  if (!(*low <= *high))
    throw InvalidInput(Fault{.path = name, .value = std::string(range), .expected = "a range from low to high"});
  return {.name = std::move(name),
          .kind = is_whole ? Variable::Kind::integer : Variable::Kind::real,
          .low = *low,
          .high = *high,
          .unit = std::string(unit)};
}

Constraint parse_constraint(std::string_view text, const Space& space) {
  const auto wrong = [text](const std::string& value, const std::string& expected, const std::string& nearest = "") {
    return InvalidInput(Fault{
        .path = fmt::format("constraint \"{}\"", text), .value = value, .expected = expected, .nearest = nearest});
  };
  const std::size_t at = text.find_first_of("<>=");
  if (at == std::string_view::npos) throw wrong("no relation", "SUM <= NUMBER, SUM >= NUMBER or SUM = NUMBER");
  Constraint constraint;
  constraint.factors.resize(space.variables.size());
  constraint.relation = text[at] == '<'   ? Constraint::Relation::at_most
                        : text[at] == '>' ? Constraint::Relation::at_least
                                          : Constraint::Relation::equal;
  std::string_view right = text.substr(at + 1);
  if (!right.empty() && right.front() == '=') right.remove_prefix(1);
  right = trimmed(right);
  std::string_view number = right;
  const std::optional<double> bound = take_number(number);
  if (!bound || !number.empty()) throw wrong(std::string(right), "a number on the right");
  constraint.bound = *bound;
  std::vector<std::string> names;
  for (const Variable& variable : space.variables) names.push_back(variable.name);
  std::string_view left = trimmed(text.substr(0, at));
  if (left.empty()) throw wrong("nothing", "a sum of variables on the left");
  double sign = 1.0;
  for (bool first = true; !left.empty(); first = false) {
    if (left.front() == '+' || left.front() == '-') {
      sign = left.front() == '-' ? -1.0 : 1.0;
      left = trimmed(left.substr(1));
    } else if (!first) {
      throw wrong(std::string(left), "+ or - between variables");
    }
    const double factor = take_number(left).value_or(1.0);
    left = trimmed(left);
    if (!left.empty() && left.front() == '*') left = trimmed(left.substr(1));
    // A name ends at a space: names with + or - in them are fine.
    const std::size_t end = std::min(left.find(' '), left.size());
    const std::string name(left.substr(0, end));
    const auto known = std::ranges::find(names, name);
    if (known == names.end()) throw wrong('"' + name + '"', "a variable", nearest_name(name, names));
    constraint.factors[static_cast<std::size_t>(known - names.begin())] += sign * factor;
    left = trimmed(left.substr(end));
  }
  return constraint;
}

std::string value_text(const Variable& variable, double value) {
  if (variable.kind == Variable::Kind::choice) return variable.choices[static_cast<std::size_t>(value)];
  return variable.unit.empty() ? fmt::format("{}", value) : fmt::format("{} {}", value, variable.unit);
}

std::string point_text(const Space& space, std::span<const double> point) {
  std::string text;
  for (std::size_t v = 0; v < point.size(); ++v)
    text +=
        fmt::format("{}{} = {}", v == 0 ? "" : ", ", space.variables[v].name, value_text(space.variables[v], point[v]));
  return text;
}

}  // namespace takt
