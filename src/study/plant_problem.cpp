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
#include "takt/study/scenario_plan.hpp"

namespace takt {
namespace {

std::optional<double> number_of(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Reads texts one after the other and gathers what is wrong with them.
class ProblemReader {
 public:
  explicit ProblemReader(const Present& present) : present_(present), kpis_(kpi_names(*present.model)) {
    for (const KpiName& kpi : kpis_) names_.push_back(kpi.entity + " " + kpi.kpi);
  }

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

  bool is_number(const std::string& path) const {
    try {
      get_number(*present_.model, present_.parameters, path);
      return true;
    } catch (const InvalidInput&) {
      return false;
    }
  }

  /// The ends of the range, or each choice, are set as a trial would set them.
  void check_values(const Variable& variable, const std::string& path) {
    std::vector<double> values{variable.low, variable.high};
    if (variable.kind == Variable::Kind::choice) {
      values.clear();
      for (double c = 0.0; c <= variable.high; c += 1.0) values.push_back(c);
    }
    Plant plant = present_.model->plant;
    const bool is_count = detail::find_count(plant, path).has_value();
    const auto slot = is_count ? std::nullopt : find_slot(*present_.model, path);
    if (!is_count && !slot && !is_number(path)) {
      std::vector<std::string> known = count_paths(plant);
      for (const ParameterSlot& each : slots_of(*present_.model)) known.push_back(slot_path(*present_.model, each));
      throw InvalidInput(Fault{.path = path,
                               .expected = "the path of a number or a count of plant " + plant.name,
                               .nearest = nearest_name(path, known)});
    }
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
    faults.erase(std::unique(faults.begin(), faults.end()), faults.end());
    if (!faults.empty()) throw InvalidInput(std::move(faults));
  }

  /// The response for one of the plant's figures.
  std::size_t response(std::size_t figure) {
    const std::pair wanted{kpis_[figure].entity, kpis_[figure].kpi};
    const auto at = std::ranges::find(problem_.figures, wanted);
    const auto number = static_cast<std::size_t>(at - problem_.figures.begin());
    if (at == problem_.figures.end()) problem_.figures.push_back(wanted);
    return number;
  }

  void goal(const std::string& text, Sense sense) {
    Goal goal = parse_goal(text, sense, names_);
    goal.response = response(goal.response);
    problem_.goals.push_back(std::move(goal));
  }

  void limit(const std::string& text) {
    Limit limit = parse_limit(text, names_);
    limit.response = response(limit.response);
    problem_.limits.push_back(std::move(limit));
  }

  const Present& present_;
  std::vector<KpiName> kpis_;
  std::vector<std::string> names_;  ///< of figures: "ENTITY KPI"
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
