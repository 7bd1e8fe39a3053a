// SPDX-License-Identifier: Apache-2.0
// The best of many designs: a search spends most of a budget of runs, then what it found is run afresh and chosen from
// with a guarantee where there can be one.
//
//   const Optimum found = optimise(problem, r_spline(), {.budget = 20'000, .indifference = 0.02});
//   found.sentence;
//
// Same problem, search, budget and seed: the same answer for any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "takt/study/problem.hpp"

namespace takt {

/// Any search: asks for points until it is content or BudgetSpent is thrown. One of those below, or an optimiser from
/// elsewhere in a function. It returns nothing: what it asked for is what it found.
using Search = std::function<void(Evaluations& evaluations, std::uint64_t seed)>;

/// Every point, each with the same number of replications; 0: as many as the budget has for all.
Search exhaustive(std::uint32_t replications = 0);

/// For whole numbers and choices. R-SPLINE (Wang, Pasupathy & Schmeiser 2013): from several starts, each descends on
/// the average of a few replications, then again from there with more of them. A descent goes along the gradient of a
/// piecewise linear interpolation, then looks at all neighbours until none is better. The neighbours include exchanges
/// between variables that a constraint binds. Of one goal.
struct RSplineOptions {
  std::uint32_t starts = 5;
  std::uint32_t replications = 4;  ///< in the first descent
  double growth = 1.6;             ///< of the replications, from descent to descent
};
Search r_spline(RSplineOptions options = {});

/// For all kinds of variables. Bayesian optimisation: a Gaussian process (Matern 5/2, noise of each point as estimated:
/// Ankenman, Nelson & Staum 2010) is fitted to what was run, and the next point is where it expects the largest
/// improvement (Jones, Schonlau & Welch 1998), limits counted by their probability of being kept. Several goals: each
/// step improves a weighting of them, another one each time (ParEGO, Knowles 2006). For a few hundred points.
struct SurrogateOptions {
  std::uint32_t initial = 0;  ///< points before the first fit; 0: 5 and 3 for each variable
  std::uint32_t points = 0;   ///< at most so many in all; 0: what the budget has, at most 300
  std::uint32_t replications =
      0;  ///< of each point; 0: so that the budget is enough for 30 points and 10 for each variable
};
Search surrogate(SurrogateOptions options = {});

struct OptimiseOptions {
  std::uint64_t budget = 10'000;  ///< runs in all: search, then clean-up
  double clean_up = 0.3;          ///< the share of the clean-up
  std::uint32_t candidates = 8;   ///< the best found that go into it
  /// The difference in the goal that matters: the clean-up is Rinott's procedure at `confidence`. 0: the candidates get
  /// equal replications, and there is no guarantee. Only for one goal that is a mean.
  double indifference = 0.0;
  double confidence = 0.95;
  std::uint64_t seed = 1;  ///< of the search; the runs have seeds of their own
};

/// What was found.
struct Optimum {
  std::vector<Evaluated> front;        ///< one goal: the best alone. From fresh replications: not too good to be true
  std::vector<Evaluated> candidates;   ///< all of the clean-up, best first
  std::optional<Selection> selection;  ///< of Rinott's procedure over `candidates`, the first chosen; none without one
  std::size_t points = 0;              ///< that were tried
  std::uint64_t runs = 0;
  bool budget_spent = false;  ///< the search would have gone on
  std::string sentence;       ///< what was found, and with what guarantee
};

/// Throws InvalidInput for a problem or options that are wrong, or a search that does not fit the problem.
Optimum optimise(const Problem& problem, const Search& search, const OptimiseOptions& options = {});

}  // namespace takt
