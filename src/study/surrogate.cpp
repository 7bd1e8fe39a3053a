// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "study/gaussian_process.hpp"
#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"
#include "takt/study/optimise.hpp"

namespace takt {
namespace {

using detail::GaussianProcess;

/// A number of all evaluated points, with its error.
struct Column {
  Eigen::VectorXd values, errors;
};

Column column_of(std::span<const Evaluated> all, const auto& of) {
  const auto n = static_cast<Eigen::Index>(all.size());
  Column column{Eigen::VectorXd(n), Eigen::VectorXd(n)};
  double sum = 0.0, count = 0.0;
  for (Eigen::Index i = 0; i < n; ++i) {
    const Estimate e = of(all[static_cast<std::size_t>(i)]);
    column.values(i) = e.value;
    column.errors(i) = e.standard_error;
    if (std::isnan(e.standard_error)) continue;
    sum += e.standard_error;
    count += 1.0;
  }
  for (double& error : column.errors)
    if (std::isnan(error)) error = count > 0.0 ? sum / count : 0.0;
  return column;
}

class Surrogate {
 public:
  Surrogate(Evaluations& evaluations, std::uint64_t seed)
      : evaluations_(evaluations),
        coordinates_(space()),
        stream_(stream_key(seed, 0, hash_path("/surrogate"), Purpose::learn)) {}

  const Space& space() const { return evaluations_.problem().space; }
  std::optional<DesignPoint> any() { return random_point(space(), stream_, ordinal_++); }

  /// The point to run next, or none where everything near has been run.
  std::optional<DesignPoint> next() {
    learn();
    std::optional<DesignPoint> best;
    double most = -1.0;
    for (const DesignPoint& point : candidates()) {
      const double gain = expected_gain(point);
      if (gain > most && !seen_.contains(point)) {
        most = gain;
        best = point;
      }
    }
    return best;
  }

  /// The point run that the fit thinks best.
  DesignPoint incumbent() {
    learn();
    return all_[static_cast<std::size_t>(best_)].point;
  }

 private:
  Eigen::VectorXd place_of(const DesignPoint& point) const {
    Eigen::VectorXd place(static_cast<Eigen::Index>(point.size()));
    for (std::size_t v = 0; v < point.size(); ++v) {
      const Variable& variable = space().variables[v];
      const double width = variable.high - variable.low;
      place(static_cast<Eigen::Index>(v)) = width > 0.0 ? (point[v] - variable.low) / width : 0.0;
    }
    return place;
  }

  /// Fits the goal (or a weighting of several) and the limits to all that was run.
  void learn() {
    const Problem& problem = evaluations_.problem();
    all_ = evaluations_.all();
    std::erase_if(all_, [](const Evaluated& e) {
      const auto has_none = [](const Estimate& each) { return std::isnan(each.value); };
      return std::ranges::any_of(e.goals, has_none) || std::ranges::any_of(e.limits, has_none);
    });
    for (const Evaluated& each : evaluations_.all()) seen_.insert(each.point);
    if (all_.empty()) throw Error("no point of the surrogate search has a value");
    detail::Places places{
        Eigen::MatrixXd(static_cast<Eigen::Index>(all_.size()), static_cast<Eigen::Index>(space().variables.size()))};
    for (std::size_t i = 0; i < all_.size(); ++i) places.at.row(static_cast<Eigen::Index>(i)) = place_of(all_[i].point);
    for (const Variable& variable : space().variables)
      places.is_choice.push_back(variable.kind == Variable::Kind::choice ? 1 : 0);
    // The likelihood is looked at again when there is a sixth more to learn from; every time for other weights.
    const bool anew = problem.goals.size() > 1 || static_cast<double>(all_.size()) >= 1.17 * fitted_;
    if (anew) fitted_ = static_cast<double>(all_.size());
    processes_.clear();
    kernels_.resize(1 + problem.limits.size());
    const auto add = [&](const Column& column) {
      GaussianProcess::Kernel& kernel = kernels_[processes_.size()];
      processes_.emplace_back(places, column.values, column.errors);
      if (anew || kernel.lengths.empty())
        processes_.back().fit();
      else
        processes_.back().use(kernel);
      kernel = processes_.back().kernel();
    };
    add(goal_column());
    for (std::size_t l = 0; l < problem.limits.size(); ++l)
      add(column_of(all_, [l](const Evaluated& e) { return e.limits[l]; }));
    find_best();
  }

  /// The goal, less being better. Of several, their largest weighted part and a little of their sum.
  Column goal_column() {
    const std::vector<Goal>& goals = evaluations_.problem().goals;
    const auto cost = [&](std::size_t g) {
      Column column = column_of(all_, [g](const Evaluated& e) { return e.goals[g]; });
      if (goals[g].sense == Sense::maximise) column.values *= -1.0;
      return column;
    };
    if (goals.size() == 1) return cost(0);
    std::vector<double> weights;
    Draw draw(stream_, ordinal_++);
    double sum = 0.0;
    for (std::size_t g = 0; g < goals.size(); ++g) sum += weights.emplace_back(-std::log(draw.uniform()));
    Column result{Eigen::VectorXd::Constant(static_cast<Eigen::Index>(all_.size()), -1.0),
                  Eigen::VectorXd::Zero(static_cast<Eigen::Index>(all_.size()))};
    Eigen::VectorXd total = Eigen::VectorXd::Zero(result.values.size());
    for (std::size_t g = 0; g < goals.size(); ++g) {
      const Column each = cost(g);
      const double low = each.values.minCoeff(), width = std::max(each.values.maxCoeff() - low, 1e-300);
      const double weight = weights[g] / sum;
      const Eigen::VectorXd part = weight * (each.values.array() - low) / width;
      result.values = result.values.cwiseMax(part);
      total += part;
      result.errors = (result.errors.array().square() + (weight / width * each.errors).array().square()).sqrt();
    }
    result.values += 0.05 * total;
    return result;
  }

  double chance_of_limits(const Eigen::VectorXd& place) const {
    double chance = 1.0;
    const std::vector<Limit>& limits = evaluations_.problem().limits;
    for (std::size_t l = 0; l < limits.size(); ++l) {
      const auto [mean, deviation] = processes_[l + 1].at(place);
      const double room = limits[l].at_most ? limits[l].bound - mean : mean - limits[l].bound;
      chance *= deviation > 0.0 ? normal_cdf(room / deviation) : (room >= 0.0 ? 1.0 : 0.0);
    }
    return chance;
  }

  void find_best() {
    has_feasible_ = false;
    best_value_ = std::numeric_limits<double>::infinity();
    double most_chance = -1.0;
    best_ = 0;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const Eigen::VectorXd place = place_of(all_[i].point);
      const double value = processes_[0].at(place).mean, chance = chance_of_limits(place);
      const bool is_feasible = chance >= 0.5;
      if (is_feasible ? !has_feasible_ || value < best_value_ : !has_feasible_ && chance > most_chance) {
        best_ = static_cast<std::ptrdiff_t>(i);
        best_value_ = value;
      }
      has_feasible_ = has_feasible_ || is_feasible;
      most_chance = std::max(most_chance, chance);
    }
  }

  /// Expected improvement times the probability that the limits are kept; that alone until they are kept somewhere.
  double expected_gain(const DesignPoint& point) const {
    const Eigen::VectorXd place = place_of(point);
    const double chance = chance_of_limits(place);
    if (!has_feasible_) return chance;
    const auto [mean, deviation] = processes_[0].at(place);
    const double gain = best_value_ - mean;
    if (!(deviation > 0.0)) return chance * std::max(0.0, gain);
    const double z = gain / deviation;
    constexpr double kRootTwoPi = 2.5066282746310002;
    return chance * (gain * normal_cdf(z) + deviation * std::exp(-0.5 * z * z) / kRootTwoPi);
  }

  /// Points all over the space, and near the best.
  std::vector<DesignPoint> candidates() {
    std::vector<DesignPoint> points;
    for (int i = 0; i < 300; ++i)
      if (auto point = any()) points.push_back(std::move(*point));
    const DesignPoint& best = all_[static_cast<std::size_t>(best_)].point;
    for (DesignPoint& point : neighbours(space(), best)) points.push_back(std::move(point));
    for (int i = 0; i < 100; ++i) {
      Draw draw(stream_, ordinal_++);
      const double spread = i % 2 == 0 ? 0.1 : 0.02;
      std::vector<double> free;
      for (const std::size_t v : coordinates_.variables()) {
        const Variable& variable = space().variables[v];
        double x = best[v];
        if (variable.kind != Variable::Kind::choice)
          x += spread * (variable.high - variable.low) * normal_quantile(draw.uniform());
        if (variable.kind == Variable::Kind::integer) x = std::round(x);
        free.push_back(std::clamp(x, variable.low, variable.high));
      }
      if (auto point = coordinates_.complete(free)) points.push_back(std::move(*point));
    }
    return points;
  }

  Evaluations& evaluations_;
  FreeCoordinates coordinates_;
  StreamKey stream_;
  std::uint64_t ordinal_ = 0;
  std::vector<Evaluated> all_;
  std::set<DesignPoint> seen_;
  std::vector<GaussianProcess> processes_;  ///< of the goal, of each limit
  std::vector<GaussianProcess::Kernel> kernels_;
  double fitted_ = 0.0, best_value_ = 0.0;
  std::ptrdiff_t best_ = 0;
  bool has_feasible_ = false;
};

}  // namespace

Search surrogate(SurrogateOptions options) {
  return [options](Evaluations& evaluations, std::uint64_t seed) {
    const auto variables = static_cast<std::uint32_t>(evaluations.problem().space.variables.size());
    const std::uint64_t fallback = evaluations.budget() / (30 + 10 * variables);
    const auto replications = options.replications != 0
                                  ? options.replications
                                  : static_cast<std::uint32_t>(std::max<std::uint64_t>(2, fallback));
    const auto most = options.points != 0 ? options.points
                                          : static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                                300, 4 * evaluations.budget() / (5 * std::uint64_t{replications}) + 1));
    const std::uint32_t initial = std::min(most, options.initial != 0 ? options.initial : 5 + 3 * variables);
    Surrogate search(evaluations, seed);
    std::vector<DesignPoint> first;
    for (std::uint32_t i = 0; i < initial; ++i)
      if (auto point = search.any()) first.push_back(std::move(*point));
    if (first.empty()) return;
    evaluations(first, replications);
    for (std::uint32_t i = initial; i < most; ++i) {
      const auto point = search.next();
      if (!point) break;
      evaluations(std::span(&*point, 1), replications);
    }
    // What is left goes to what looks best, which may be another each time.
    if (evaluations.problem().goals.size() > 1) return;
    for (std::uint32_t more = 2 * replications; evaluations.left() > 0; more *= 2) {
      const DesignPoint point = search.incumbent();
      evaluations(std::span(&point, 1), more);
    }
  };
}

}  // namespace takt
