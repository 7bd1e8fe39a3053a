// SPDX-License-Identifier: Apache-2.0
// Goals and limits from text.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"
#include "takt/study/problem.hpp"

namespace takt {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t from = text.find_first_not_of(' '); from != std::string_view::npos;
       from = text.find_first_not_of(' ', from)) {
    const std::size_t end = std::min(text.find(' ', from), text.size());
    words.emplace_back(text.substr(from, end - from));
    from = end;
  }
  return words;
}

std::optional<double> number_of(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Risk risk_of(std::span<const std::string> words, std::string_view text) {
  const auto wrong = [&](std::string value, std::string nearest = "") {
    return InvalidInput(Fault{.path = fmt::format("\"{}\"", text),
                              .value = std::move(value),
                              .expected = "mean, quantile P, cvar P (P such as 95 %), above NUMBER or below NUMBER",
                              .nearest = std::move(nearest)});
  };
  if (words.empty()) return {};
  const std::vector<std::string> names{"mean", "quantile", "cvar", "above", "below"};
  const auto name = std::ranges::find(names, words[0]);
  if (name == names.end()) throw wrong('"' + words[0] + '"', nearest_name(words[0], names));
  Risk risk{static_cast<Risk::Kind>(name - names.begin()), 0.0};
  const std::string level = fmt::format("{}", fmt::join(words.subspan(1), " "));
  if (risk.kind == Risk::Kind::mean && level.empty()) return risk;
  const bool is_share = risk.kind == Risk::Kind::quantile || risk.kind == Risk::Kind::cvar;
  if (is_share) {
    const auto share = parse_quantity(level);
    risk.level = share && share->dimension == Dimension::ratio ? share->value : 0.0;
  } else {
    risk.level = number_of(level).value_or(std::numeric_limits<double>::quiet_NaN());
  }
  const bool is_good = is_share ? risk.level > 0.0 && risk.level < 1.0 : std::isfinite(risk.level);
  if (!is_good || risk.kind == Risk::Kind::mean) throw wrong('"' + level + '"');
  return risk;
}

/// The figure at the front of the words, which are taken away: the names all have as many words.
std::size_t take_figure(std::vector<std::string>& words, std::string_view text, std::span<const std::string> names) {
  const std::size_t length = names.empty() ? 1 : words_of(names[0]).size();
  const std::size_t count = std::min(length, words.size());
  const std::string asked = fmt::format("{}", fmt::join(std::span(words).first(count), " "));
  const auto at = std::ranges::find(names, asked);
  if (at == names.end())
    throw InvalidInput(Fault{.path = fmt::format("\"{}\"", text),
                             .value = count < length ? "no figure" : asked,
                             .expected = length == 2 ? "ENTITY KPI such as \"/ throughput_per_h\"" : "a response",
                             .nearest = count < length ? "" : nearest_name(asked, names)});
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
  return static_cast<std::size_t>(at - names.begin());
}

}  // namespace

Goal parse_goal(std::string_view text, Sense sense, std::span<const std::string> names) {
  std::vector<std::string> words = words_of(text);
  const std::size_t response = take_figure(words, text, names);
  return {std::string(text), response, sense, risk_of(words, text)};
}

Limit parse_limit(std::string_view text, std::span<const std::string> names) {
  std::vector<std::string> words = words_of(text);
  const auto relation =
      std::ranges::find_if(words, [](const std::string& word) { return word == "<=" || word == ">="; });
  const std::optional<double> bound = words.end() - relation == 2 ? number_of(words.back()) : std::nullopt;
  if (!bound)
    throw InvalidInput(Fault{
        .path = fmt::format("\"{}\"", text), .value = "no bound", .expected = "FIGURE [RISK] <= NUMBER, or >= NUMBER"});
  const bool at_most = *relation == "<=";
  words.erase(relation, words.end());
  const std::size_t response = take_figure(words, text, names);
  return {std::string(text), response, at_most, *bound, risk_of(words, text)};
}

}  // namespace takt
