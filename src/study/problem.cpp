// SPDX-License-Identifier: Apache-2.0
#include "takt/study/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"
#include "takt/study/output_analysis.hpp"

namespace takt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Estimate mean_of(std::span<const double> values) {
  Moments moments;
  for (const double v : values) moments.add(v);
  return {moments.mean(), moments.count() < 2 ? kNaN : moments.standard_error()};
}

Estimate chance_of(std::span<const double> values, double level, bool above) {
  const auto hits = std::ranges::count_if(values, [&](double v) { return above ? v > level : v < level; });
  const auto n = static_cast<double>(values.size());
  const double p = static_cast<double>(hits) / n;
  return {p, values.size() < 2 ? kNaN : std::sqrt(p * (1.0 - p) / (n - 1.0))};
}

Estimate cvar_of(std::vector<double> values, double level, bool largest_is_worst) {
  // The largest being worst: q + mean of (x - q)+ / (1 - level) at the level-quantile q, its defining average.
  if (!largest_is_worst)
    for (double& v : values) v = -v;
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  // The order statistic, at which the average has its least value.
  const double place = std::ceil(level * static_cast<double>(sorted.size())) - 1.0;
  const double q = sorted[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(sorted.size() - 1)))];
  for (double& v : values) v = q + std::max(0.0, v - q) / (1.0 - level);
  Estimate result = mean_of(values);
  if (!largest_is_worst) result.value = -result.value;
  return result;
}

Estimate quantile_of(std::span<const double> values, double level) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  constexpr double kOneDeviation = 0.682689492137086;
  const auto interval = quantile_interval(values, level, kOneDeviation);
  return {quantile(sorted, level), interval ? interval->half_width() : kNaN};
}

double signed_value(const Goal& goal, const Estimate& e) {  // larger is better
  return goal.sense == Sense::maximise ? e.value : -e.value;
}

}  // namespace

std::string to_string(Risk::Kind kind) {
  switch (kind) {
    case Risk::Kind::mean: return "mean";
    case Risk::Kind::quantile: return "quantile";
    case Risk::Kind::cvar: return "cvar";
    case Risk::Kind::chance_above: return "chance_above";
    case Risk::Kind::chance_below: return "chance_below";
  }
  return "";
}

Estimate estimate(std::span<const double> values, const Risk& risk, Sense sense) {
  if (values.empty() || std::ranges::any_of(values, [](double v) { return std::isnan(v); })) return {kNaN, kNaN};
  switch (risk.kind) {
    case Risk::Kind::mean: return mean_of(values);
    case Risk::Kind::quantile: return quantile_of(values, risk.level);
    case Risk::Kind::cvar: return cvar_of({values.begin(), values.end()}, risk.level, sense == Sense::minimise);
    case Risk::Kind::chance_above: return chance_of(values, risk.level, true);
    case Risk::Kind::chance_below: return chance_of(values, risk.level, false);
  }
  return {};
}

void check(const Problem& problem) {
  check(problem.space);
  std::vector<Fault> faults;
  const auto need_level = [&](const std::string& name, const Risk& risk) {
    const bool is_share = risk.kind == Risk::Kind::quantile || risk.kind == Risk::Kind::cvar;
    if ((is_share && !(risk.level > 0.0 && risk.level < 1.0)) || !std::isfinite(risk.level))
      faults.push_back({.path = name + " " + to_string(risk.kind),
                        .value = fmt::format("{}", risk.level),
                        .expected = is_share ? "a level between 0 and 1" : "a number"});
  };
  if (problem.goals.empty()) faults.push_back({.path = "goals", .value = "nothing", .expected = "at least one"});
  for (const Goal& goal : problem.goals) need_level(goal.name, goal.risk);
  for (const Limit& limit : problem.limits) {
    need_level(limit.name, limit.risk);
    if (!std::isfinite(limit.bound))
      faults.push_back({.path = limit.name, .value = fmt::format("{}", limit.bound), .expected = "a finite bound"});
  }
  if (!problem.runner) faults.push_back({.path = "runner", .value = "nothing", .expected = "something to run"});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

bool is_better(const Problem& problem, const Evaluated& a, const Evaluated& b) {
  if (a.violation != b.violation) return a.violation < b.violation;
  const double of_a = signed_value(problem.goals[0], a.goals[0]), of_b = signed_value(problem.goals[0], b.goals[0]);
  return of_a > of_b || (!std::isnan(of_a) && std::isnan(of_b));
}

bool dominates(const Problem& problem, const Evaluated& a, const Evaluated& b) {
  if (a.violation != b.violation) return a.violation < b.violation;
  bool is_better_in_one = false;
  for (std::size_t g = 0; g < problem.goals.size(); ++g) {
    const double of_a = signed_value(problem.goals[g], a.goals[g]), of_b = signed_value(problem.goals[g], b.goals[g]);
    if (!(of_a >= of_b)) return false;
    is_better_in_one = is_better_in_one || of_a > of_b;
  }
  return is_better_in_one;
}

std::vector<Evaluated> pareto_front(const Problem& problem, std::span<const Evaluated> all) {
  std::vector<Evaluated> front;
  for (const Evaluated& each : all) {
    const bool has_values = std::ranges::none_of(each.goals, [](const Estimate& e) { return std::isnan(e.value); });
    if (each.violation == 0.0 && has_values &&
        std::ranges::none_of(all, [&](const Evaluated& other) { return dominates(problem, other, each); }))
      front.push_back(each);
  }
  std::ranges::stable_sort(front, [&](const Evaluated& a, const Evaluated& b) {
    return signed_value(problem.goals[0], a.goals[0]) > signed_value(problem.goals[0], b.goals[0]);
  });
  return front;
}

Evaluations::Evaluations(const Problem& problem, std::uint64_t budget, std::uint32_t first_replication)
    : problem_(problem), budget_(budget), first_replication_(first_replication) {}

void Evaluations::spend(std::uint64_t runs) {
  if (runs > left()) throw BudgetSpent();
  spent_ += runs;
}

std::vector<Evaluated> Evaluations::operator()(std::span<const DesignPoint> points, std::uint32_t replications) {
  std::vector<Trial> trials;
  std::map<DesignPoint, std::uint32_t> asked;  // where each begins
  for (const DesignPoint& point : points) {
    if (!is_feasible(problem_.space, point))
      throw InvalidInput(Fault{.path = "design point",
                               .value = point.size() == problem_.space.variables.size()
                                            ? fmt::format("{}", fmt::join(point, ", "))
                                            : fmt::format("{} values", point.size()),
                               .expected = "a point of the space"});
    const auto known = rows_.find(point);
    const auto have = known == rows_.end()
                          ? 0U
                          : static_cast<std::uint32_t>(known->second.size() / std::max<std::size_t>(1, responses_));
    if (!asked.emplace(point, have).second) continue;
    for (std::uint32_t r = have; r < replications; ++r) trials.push_back({point, first_replication_ + r});
  }
  spend(trials.size());
  if (!trials.empty()) {
    const std::vector<double> values = problem_.runner(trials);
    const std::size_t width = values.size() / trials.size();
    if (responses_ == 0) responses_ = width;
    if (width == 0 || width != responses_ || width * trials.size() != values.size())
      throw Error(fmt::format("the runner gave {} values for {} trials", values.size(), trials.size()));
    for (std::size_t i = 0; i < trials.size(); ++i) {
      std::vector<double>& rows = rows_[DesignPoint(trials[i].design.begin(), trials[i].design.end())];
      rows.insert(rows.end(), values.begin() + static_cast<std::ptrdiff_t>(i * width),
                  values.begin() + static_cast<std::ptrdiff_t>((i + 1) * width));
    }
  }
  std::vector<Evaluated> result;
  for (const DesignPoint& point : points) result.push_back(evaluated(point, rows_[point], replications));
  return result;
}

std::vector<double> Evaluations::run(std::span<const Trial> trials) {
  spend(trials.size());
  const std::vector<double> values = problem_.runner(trials);
  if (trials.empty()) return values;
  responses_ = values.size() / trials.size();
  for (std::size_t i = 0; i < trials.size(); ++i) {
    std::vector<double>& rows = rows_[DesignPoint(trials[i].design.begin(), trials[i].design.end())];
    rows.insert(rows.end(), values.begin() + static_cast<std::ptrdiff_t>(i * responses_),
                values.begin() + static_cast<std::ptrdiff_t>((i + 1) * responses_));
  }
  return values;
}

std::vector<Evaluated> Evaluations::all() const {
  std::vector<Evaluated> result;
  for (const auto& [point, rows] : rows_)
    result.push_back(evaluated(point, rows, static_cast<std::uint32_t>(rows.size() / responses_)));
  return result;
}

Evaluated Evaluations::evaluated(const DesignPoint& point, std::span<const double> rows,
                                 std::uint32_t replications) const {
  Evaluated result{.point = point, .replications = replications};
  std::vector<double> column(replications);
  const auto take = [&](std::size_t response) {
    if (response >= responses_)
      throw Error(fmt::format("the runner gave {} responses, response {} was asked for", responses_, response));
    for (std::uint32_t r = 0; r < replications; ++r) column[r] = rows[r * responses_ + response];
  };
  for (const Goal& goal : problem_.goals) {
    take(goal.response);
    result.goals.push_back(estimate(column, goal.risk, goal.sense));
  }
  for (const Limit& limit : problem_.limits) {
    take(limit.response);
    const Estimate e = estimate(column, limit.risk, limit.at_most ? Sense::minimise : Sense::maximise);
    const double over = limit.at_most ? e.value - limit.bound : limit.bound - e.value;
    result.violation += std::isnan(over) ? std::numeric_limits<double>::infinity()
                                         : std::max(0.0, over) / std::max(1e-12, std::abs(limit.bound));
    result.limits.push_back(e);
  }
  return result;
}

}  // namespace takt
