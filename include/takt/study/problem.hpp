// SPDX-License-Identifier: Apache-2.0
// What is to be chosen, judged by which figures of a simulation: goals, limits, and how a figure that differs from
// replication to replication is made one number.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "takt/study/selection.hpp"
#include "takt/study/space.hpp"

namespace takt {

/// One number for what differs from replication to replication.
struct Risk {
  enum class Kind : std::uint8_t {
    mean,
    quantile,      ///< the level-quantile (type 7)
    cvar,          ///< conditional value at risk: the mean of the worst share 1 - level (Rockafellar & Uryasev 2000)
    chance_above,  ///< the probability of more than the level: of missing a due date at the level
    chance_below,  ///< the probability of less
  };
  Kind kind = Kind::mean;
  double level = 0.0;  ///< quantile and cvar: between 0 and 1; chances: in the response's unit
};
std::string to_string(Risk::Kind kind);

/// A number estimated from replications.
struct Estimate {
  double value = 0.0;
  double standard_error = 0.0;  ///< from large samples; NaN where there are too few replications to say
};

/// `worst` is the side that is bad: cvar takes the largest values to be worst when minimising. Standard errors: of a
/// quantile from its 68 % order-statistic interval; of cvar from the values of its defining average. NaN values make
/// the estimate NaN.
Estimate estimate(std::span<const double> values, const Risk& risk, Sense sense);

struct Goal {
  std::string name{};
  std::size_t response = 0;
  Sense sense = Sense::maximise;
  Risk risk{};
};

/// A figure that must stay on one side of a bound, as estimated.
struct Limit {
  std::string name{};
  std::size_t response = 0;
  bool at_most = true;  ///< otherwise at least
  double bound = 0.0;
  Risk risk{};
};

/// "FIGURE [RISK]", the figure being one of `names` (which all have as many words) and the risk "mean", "quantile 95
/// %", "cvar 90 %", "above 3600" or "below 3600" (the probability of that). The response is the figure's number. Throws
/// InvalidInput.
Goal parse_goal(std::string_view text, Sense sense, std::span<const std::string> names);
/// "FIGURE [RISK] <= NUMBER", or >=.
Limit parse_limit(std::string_view text, std::span<const std::string> names);

struct Problem {
  Space space{};
  std::vector<Goal> goals{};  ///< more than one: a Pareto front is looked for
  std::vector<Limit> limits{};
  Runner runner{};
};
/// Throws InvalidInput with every fault.
void check(const Problem& problem);

/// A design point with what its replications say.
struct Evaluated {
  DesignPoint point{};
  std::uint32_t replications = 0;
  std::vector<Estimate> goals{}, limits{};
  double violation = 0.0;  ///< by how much limits are passed, in units of their bounds, summed; 0: all are kept
};

/// Whether a is better: limits kept come first, then the (only) goal.
bool is_better(const Problem& problem, const Evaluated& a, const Evaluated& b);
/// Whether a is as good as b in every goal and better in one, or keeps limits better.
bool dominates(const Problem& problem, const Evaluated& a, const Evaluated& b);
/// Those that keep the limits and that no other dominates, by the first goal, best first.
std::vector<Evaluated> pareto_front(const Problem& problem, std::span<const Evaluated> all);

/// No run is left of the budget. Ends a search; what it has found stays.
class BudgetSpent : public std::runtime_error {
 public:
  BudgetSpent() : std::runtime_error("the budget of runs is spent") {}
};

/// What a search asks: points with so many replications. Keeps all that was run, so that asking again costs nothing.
/// All points have the same random numbers, replication by replication.
class Evaluations {
 public:
  Evaluations(const Problem& problem, std::uint64_t budget, std::uint32_t first_replication = 0);

  /// Estimates from replications 0 to n - 1 of each point, those not yet run in one batch. Throws BudgetSpent if they
  /// are more than is left; InvalidInput for a point that is not feasible.
  std::vector<Evaluated> operator()(std::span<const DesignPoint> points, std::uint32_t replications);

  const Problem& problem() const { return problem_; }
  std::uint64_t left() const { return budget_ - spent_; }
  std::uint64_t spent() const { return spent_; }
  std::uint64_t budget() const { return budget_; }
  std::vector<Evaluated> all() const;  ///< each point with all its replications, by point

  /// Runs trials for a procedure that asks for them itself, and keeps them as the next replications of their points.
  std::vector<double> run(std::span<const Trial> trials);

 private:
  Evaluated evaluated(const DesignPoint& point, std::span<const double> rows, std::uint32_t replications) const;
  void spend(std::uint64_t runs);

  const Problem& problem_;
  std::uint64_t budget_, spent_ = 0;
  std::uint32_t first_replication_;
  std::size_t responses_ = 0;                        ///< known once something has run
  std::map<DesignPoint, std::vector<double>> rows_;  ///< [replication][response]
};

}  // namespace takt
