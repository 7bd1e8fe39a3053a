// SPDX-License-Identifier: Apache-2.0
#include "takt/study/optimise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "takt/core/error.hpp"

namespace takt {
namespace {

/// Replications of the clean-up begin here: no search asks for as many.
constexpr std::uint32_t kFresh = 1U << 22;

void check(const OptimiseOptions& options, const Problem& problem) {
  check(problem);
  std::vector<Fault> faults;
  const auto need = [&](bool good, const char* path, double value, const char* expected) {
    if (!good) faults.push_back({.path = path, .value = fmt::format("{}", value), .expected = expected});
  };
  need(options.budget >= 20, "budget", static_cast<double>(options.budget), "at least 20 runs");
  need(options.budget < kFresh, "budget", static_cast<double>(options.budget), "below 4194304 runs");
  need(options.clean_up > 0.0 && options.clean_up < 1.0, "clean-up", options.clean_up, "a share between 0 and 1");
  need(options.candidates >= 1, "candidates", options.candidates, "at least 1");
  need(options.indifference >= 0.0, "indifference", options.indifference, "0 or above");
  need(options.confidence > 0.0 && options.confidence < 1.0, "confidence", options.confidence, "between 0 and 1");
  const bool is_one_mean = problem.goals.size() == 1 && problem.goals[0].risk.kind == Risk::Kind::mean;
  need(options.indifference == 0.0 || is_one_mean, "indifference", options.indifference,
       "0, since there is not one goal that is a mean");
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

/// The best that a search has found, best first; those looked at longest before those seen only briefly.
std::vector<DesignPoint> candidates_of(const Evaluations& evaluations, std::size_t most) {
  const Problem& problem = evaluations.problem();
  std::vector<Evaluated> all = evaluations.all();
  if (problem.goals.size() > 1) {
    std::vector<Evaluated> front = pareto_front(problem, all);
    if (!front.empty()) all = std::move(front);
  } else {
    std::uint32_t longest = 0;
    for (const Evaluated& each : all) longest = std::max(longest, each.replications);
    const auto is_brief = [&](const Evaluated& e) { return 4 * e.replications < longest; };
    std::ranges::stable_sort(all, [&](const Evaluated& a, const Evaluated& b) {
      return is_brief(a) != is_brief(b) ? is_brief(b) : is_better(problem, a, b);
    });
  }
  std::vector<DesignPoint> points;
  // Of a front that is too long, some all along it.
  const std::size_t count = std::min(most, all.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = problem.goals.size() > 1 && count > 1 ? i * (all.size() - 1) / (count - 1) : i;
    points.push_back(all[at].point);
  }
  return points;
}

std::string sentence_of(const Problem& problem, const Optimum& optimum, const OptimiseOptions& options) {
  if (optimum.candidates.empty()) return "No feasible point was found.";
  if (optimum.front.empty())
    return fmt::format("None of {} points tried keeps the limits; closest is {}.", optimum.points,
                       point_text(problem.space, optimum.candidates.front().point));
  const std::string tried = fmt::format("{} points tried in {} runs", optimum.points, optimum.runs);
  if (problem.goals.size() > 1)
    return fmt::format("{} of {} candidates are worth choosing from: none is beaten in all goals ({}).",
                       optimum.front.size(), optimum.candidates.size(), tried);
  const Evaluated& best = optimum.front.front();
  const Goal& goal = problem.goals[0];
  std::string text =
      fmt::format("{} gives {} = {:.6g}", point_text(problem.space, best.point), goal.name, best.goals[0].value);
  if (!std::isnan(best.goals[0].standard_error)) text += fmt::format(" +- {:.2g}", 1.96 * best.goals[0].standard_error);
  if (optimum.selection && optimum.selection->is_guaranteed)
    return text + fmt::format(": best of the {} candidates found, with at least {:g} % confidence to within {:g} ({}).",
                              optimum.candidates.size(), 100.0 * options.confidence, options.indifference, tried);
  if (optimum.selection)
    return text + fmt::format(
                      ": looks best of the {} candidates found, but the budget did not reach to tell {:g} "
                      "apart ({}).",
                      optimum.candidates.size(), options.indifference, tried);
  return text + fmt::format(": best of the {} candidates found, run again with equal replications ({}).",
                            optimum.candidates.size(), tried);
}

}  // namespace

Search exhaustive(std::uint32_t replications) {
  return [replications](Evaluations& evaluations, std::uint64_t) {
    const std::vector<DesignPoint> points = all_points(evaluations.problem().space);
    if (points.empty()) return;
    const std::uint64_t each = replications != 0 ? replications : evaluations.left() / points.size();
    if (each == 0)
      throw InvalidInput(Fault{.path = "budget",
                               .value = std::to_string(evaluations.left()) + " runs for the search",
                               .expected = "one for each of " + std::to_string(points.size()) + " points"});
    evaluations(points, static_cast<std::uint32_t>(each));
  };
}

Optimum optimise(const Problem& problem, const Search& search, const OptimiseOptions& options) {
  check(options, problem);
  const auto for_clean_up = static_cast<std::uint64_t>(options.clean_up * static_cast<double>(options.budget));
  Evaluations evaluations(problem, options.budget - for_clean_up);
  Optimum optimum;
  try {
    search(evaluations, options.seed);
  } catch (const BudgetSpent&) {
    optimum.budget_spent = true;
  }
  const std::vector<DesignPoint> points = candidates_of(evaluations, options.candidates);
  optimum.points = evaluations.all().size();

  // What the search leaves of its share goes to the clean-up.
  Evaluations fresh(problem, options.budget - evaluations.spent(), kFresh);
  if (!points.empty() && options.indifference > 0.0 && points.size() > 1) {
    const auto first_stage =
        static_cast<std::uint32_t>(std::clamp<std::uint64_t>(fresh.budget() / (3 * points.size()), 2, 20));
    optimum.selection = select_rinott(points, [&](std::span<const Trial> trials) { return fresh.run(trials); },
                                      {.indifference = options.indifference,
                                       .confidence = options.confidence,
                                       .first_stage = first_stage,
                                       .sense = problem.goals[0].sense,
                                       .response = problem.goals[0].response,
                                       .first_replication = kFresh,
                                       .most_runs = fresh.budget()});
  } else if (!points.empty()) {
    fresh(points, static_cast<std::uint32_t>(std::max<std::uint64_t>(1, fresh.budget() / points.size())));
  }
  optimum.runs = evaluations.spent() + fresh.spent();
  optimum.candidates = fresh.all();
  std::ranges::stable_sort(optimum.candidates,
                           [&](const Evaluated& a, const Evaluated& b) { return is_better(problem, a, b); });
  if (problem.goals.size() > 1)
    optimum.front = pareto_front(problem, optimum.candidates);
  else if (!optimum.candidates.empty() && optimum.candidates.front().violation == 0.0)
    optimum.front = {optimum.candidates.front()};
  if (optimum.selection) {
    // Its designs follow the candidates as they now stand, best first. Where limits put another one first than its own
    // choice, the guarantee is that among those that keep them: each has as many replications as it needs.
    Selection sorted = *optimum.selection;
    for (std::size_t i = 0; i < optimum.candidates.size(); ++i) {
      const auto from =
          static_cast<std::size_t>(std::ranges::find(points, optimum.candidates[i].point) - points.begin());
      sorted.means[i] = optimum.selection->means[from];
      sorted.replications[i] = optimum.selection->replications[from];
    }
    sorted.best = 0;
    optimum.selection = sorted;
  }
  optimum.sentence = sentence_of(problem, optimum, options);
  return optimum;
}

}  // namespace takt
