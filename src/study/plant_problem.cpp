// SPDX-License-Identifier: Apache-2.0
#include "takt/study/plant_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "study/plant_counts.hpp"
#include "study/plant_value.hpp"
#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"
#include "takt/kpi/kpis.hpp"

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

/// Reads texts one after the other and gathers what is wrong with them.
class ProblemReader {
 public:
  explicit ProblemReader(const Present& present) : present_(present), names_(kpi_names(*present.model)) {}

  PlantProblem read(const ProblemText& text) {
    for (const std::string& each : text.vary) guarded([&] { variable(each); });
    for (const std::string& each : text.constraints)
      guarded([&] { problem_.space.constraints.push_back(parse_constraint(each, problem_.space)); });
    for (const std::string& each : text.maximise) guarded([&] { goal(each, Sense::maximise); });
    for (const std::string& each : text.minimise) guarded([&] { goal(each, Sense::minimise); });
    for (const std::string& each : text.limits) guarded([&] { limit(each); });
    if (problem_.goals.empty() && faults_.empty())
      faults_.push_back({.path = "goals", .value = "nothing", .expected = "a figure to maximise or to minimise"});
    if (faults_.empty()) guarded([&] { check(problem_.space); });
    if (!faults_.empty()) throw InvalidInput(std::move(faults_));
    return std::move(problem_);
  }

 private:
  void guarded(const auto& act) {
    try {
      act();
    } catch (const InvalidInput& error) {
      faults_.insert(faults_.end(), error.faults().begin(), error.faults().end());
    }
  }

  void variable(const std::string& text) {
    const std::size_t colon = text.find(":/");
    const bool is_named = colon != std::string::npos && colon > 0 && colon < text.find('=');
    Variable read = parse_variable(is_named ? std::string_view(text).substr(colon + 1) : text);
    const std::string path = read.name;
    if (is_named) read.name = text.substr(0, colon);
    problem_.space.variables.push_back(read);  // constraints may name it even if its path is wrong
    problem_.paths.push_back(path);
    check_values(read, path);
  }

  /// The ends of the range, or each choice, are set as a trial would set them.
  void check_values(const Variable& variable, const std::string& path) {
    std::vector<double> values{variable.low, variable.high};
    if (variable.kind == Variable::Kind::choice) {
      values.clear();
      for (double c = 0.0; c <= variable.high; c += 1.0) values.push_back(c);
    }
    Plant plant = present_.model->plant;
    const bool is_count = static_cast<bool>(detail::find_count(plant, path));
    const auto slot = is_count ? std::nullopt : find_slot(*present_.model, path);
    std::vector<Fault> faults;
    for (const double value : values) {
      if (is_count) {
        const auto n =
            number_of(variable.kind == Variable::Kind::choice ? value_text(variable, value) : fmt::format("{}", value));
        if (variable.kind == Variable::Kind::real || !n || *n < 1.0 || *n != std::floor(*n) || *n > 1e6)
          faults.push_back({.path = path,
                            .value = value_text(variable, value),
                            .expected = "whole numbers from 1 to 1000000, without a unit"});
        continue;
      }
      try {
        Parameters numbers = present_.parameters;
        set_number(*present_.model, numbers, path,
                   detail::plant_text(variable, slot && slot->kind == ParameterSlot::Kind::law, value));
      } catch (const InvalidInput& error) {
        faults.insert(faults.end(), error.faults().begin(), error.faults().end());
      }
    }
    // A path that is not known may nearly be a count, which the numbers do not know.
    for (Fault& fault : faults)
      if (!is_count && fault.nearest.empty())
        fault.nearest = nearest_name(path, detail::count_paths_of(present_.model->plant));
    const auto repeated = std::ranges::unique(faults);
    faults.erase(repeated.begin(), repeated.end());
    if (!faults.empty()) throw InvalidInput(std::move(faults));
  }

  /// The response that is the figure at the front of the words.
  std::size_t figure(std::span<const std::string> words, std::string_view text) {
    if (words.size() < 2)
      throw InvalidInput(Fault{.path = fmt::format("\"{}\"", text),
                               .value = "no figure",
                               .expected = "ENTITY KPI such as \"/ throughput_per_h\""});
    std::vector<std::string> known;
    for (const KpiName& name : names_) known.push_back(name.entity + " " + name.kpi);
    const std::string asked = words[0] + " " + words[1];
    if (std::ranges::find(known, asked) == known.end())
      throw InvalidInput(Fault{.path = fmt::format("\"{}\"", text),
                               .value = asked,
                               .expected = "an entity and one of its KPIs",
                               .nearest = nearest_name(asked, known)});
    const std::pair wanted{words[0], words[1]};
    const auto at = std::ranges::find(problem_.figures, wanted);
    const auto response = static_cast<std::size_t>(at - problem_.figures.begin());
    if (at == problem_.figures.end()) problem_.figures.push_back(wanted);
    return response;
  }

  void goal(const std::string& text, Sense sense) {
    const std::vector<std::string> words = words_of(text);
    const std::size_t response = figure(words, text);
    problem_.goals.push_back({text, response, sense, risk_of(std::span(words).subspan(2), text)});
  }

  void limit(const std::string& text) {
    std::vector<std::string> words = words_of(text);
    const auto relation =
        std::ranges::find_if(words, [](const std::string& word) { return word == "<=" || word == ">="; });
    const std::optional<double> bound = words.end() - relation == 2 ? number_of(words.back()) : std::nullopt;
    if (!bound)
      throw InvalidInput(Fault{
          .path = '"' + text + '"', .value = "no bound", .expected = "ENTITY KPI [RISK] <= NUMBER, or >= NUMBER"});
    const bool at_most = *relation == "<=";
    words.erase(relation, words.end());
    const std::size_t response = figure(words, text);
    problem_.limits.push_back({text, response, at_most, *bound, risk_of(std::span(words).subspan(2), text)});
  }

  const Present& present_;
  std::vector<KpiName> names_;
  PlantProblem problem_;
  std::vector<Fault> faults_;
};

}  // namespace

std::string detail::plant_text(const Variable& variable, bool is_time, double value) {
  std::string text = value_text(variable, value);
  if (!is_time) return text;
  const auto quantity = parse_quantity(text);
  if (!quantity || quantity->dimension != Dimension::rate || !(quantity->value > 0.0)) return text;
  return fmt::format("{} s", 1.0 / quantity->value);
}

PlantProblem read_problem(const ProblemText& text, const Present& present) { return ProblemReader(present).read(text); }

}  // namespace takt
