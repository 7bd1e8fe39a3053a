// SPDX-License-Identifier: Apache-2.0
// R-SPLINE (Wang, Pasupathy & Schmeiser 2013, "Integer-ordered simulation optimization using R-SPLINE"): the average of
// replications 0 to m - 1 is a function without noise; it is descended by SPLINE, for growing m.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "takt/core/error.hpp"
#include "takt/study/optimise.hpp"

namespace takt {
namespace {

/// One descent on the average of m replications.
class Spline {
 public:
  Spline(Evaluations& evaluations, const FreeCoordinates& coordinates, StreamKey stream, std::uint64_t& ordinal)
      : evaluations_(evaluations), coordinates_(coordinates), stream_(stream), ordinal_(ordinal) {
    for (std::size_t i = 0; i < coordinates.variables().size(); ++i)
      if (space().variables[coordinates.variables()[i]].kind == Variable::Kind::integer) moving_.push_back(i);
  }

  /// Interpolation and neighbourhoods in turn until no neighbour is better.
  Evaluated descend(const DesignPoint& from, std::uint32_t m) {
    m_ = m;
    Evaluated best = evaluations_(std::span(&from, 1), m_)[0];
    for (;;) {
      best = along_gradients(best);
      const std::vector<DesignPoint> beside = neighbours(space(), best.point);
      const Evaluated before = best;
      for (const Evaluated& each : evaluations_(beside, m_))
        if (is_better(evaluations_.problem(), each, best)) best = each;
      if (best.point == before.point) return best;
    }
  }

 private:
  const Space& space() const { return evaluations_.problem().space; }

  /// SPLI: steps along the gradient at a place drawn near the best, each twice as long as the one before.
  Evaluated along_gradients(Evaluated best) {
    for (bool has_moved = !moving_.empty(); has_moved;) {
      has_moved = false;
      std::vector<double> place = free_of(best.point);
      Draw draw(stream_, ordinal_++);
      for (const std::size_t i : moving_) place[i] += 0.6 * (draw.uniform() - 0.5);
      const std::vector<double> direction = gradient(place);
      const double length = std::sqrt(std::inner_product(direction.begin(), direction.end(), direction.begin(), 0.0));
      if (!(length > 0.0)) return best;
      const std::vector<double> from = free_of(best.point);
      double step = 2.0;
      for (int i = 0;; ++i, step *= 2.0) {
        std::vector<double> to = from;
        for (const std::size_t c : moving_) to[c] = std::round(from[c] + step * direction[c] / length);
        const auto point = coordinates_.complete(to);
        if (!point) break;
        const Evaluated there = evaluations_(std::span(&*point, 1), m_)[0];
        if (!is_better(evaluations_.problem(), there, best)) break;
        best = there;
        has_moved = i >= 1;  // a first step alone is left to the neighbourhoods
      }
    }
    return best;
  }

  /// PLI: the ascent direction of the goal on the simplex of whole points around a place; zero where that has too few
  /// points that are feasible and keep the limits.
  std::vector<double> gradient(const std::vector<double>& place) {
    std::vector<double> corner = place;
    std::vector<std::size_t> order = moving_;
    for (const std::size_t i : moving_) corner[i] = std::floor(place[i]);
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      return place[a] - std::floor(place[a]) > place[b] - std::floor(place[b]);
    });
    std::vector<std::optional<DesignPoint>> corners{coordinates_.complete(corner)};
    for (const std::size_t i : order) {
      corner[i] += 1.0;
      corners.push_back(coordinates_.complete(corner));
    }
    std::vector<DesignPoint> feasible;
    for (const auto& each : corners)
      if (each) feasible.push_back(*each);
    const std::vector<Evaluated> values = evaluations_(feasible, m_);
    std::vector<double> direction(place.size(), 0.0);
    const double sign = evaluations_.problem().goals[0].sense == Sense::maximise ? 1.0 : -1.0;
    const Evaluated* last = nullptr;
    std::size_t next = 0;
    for (std::size_t k = 0; k < corners.size(); ++k) {
      const Evaluated* here = corners[k] ? &values[next++] : nullptr;
      if (here != nullptr && (here->violation > 0.0 || std::isnan(here->goals[0].value))) here = nullptr;
      if (k > 0 && here != nullptr && last != nullptr)
        direction[order[k - 1]] = sign * (here->goals[0].value - last->goals[0].value);
      last = here;
    }
    return direction;
  }

  std::vector<double> free_of(const DesignPoint& point) const {
    std::vector<double> free;
    for (const std::size_t v : coordinates_.variables()) free.push_back(point[v]);
    return free;
  }

  Evaluations& evaluations_;
  const FreeCoordinates& coordinates_;
  StreamKey stream_;
  std::uint64_t& ordinal_;
  std::vector<std::size_t> moving_;  ///< free coordinates that are whole numbers
  std::uint32_t m_ = 1;
};

void check(const RSplineOptions& options, const Problem& problem) {
  std::vector<Fault> faults;
  for (const Variable& variable : problem.space.variables)
    if (variable.kind == Variable::Kind::real)
      faults.push_back(
          {.path = variable.name, .value = "a real number", .expected = "whole numbers or choices for R-SPLINE"});
  if (problem.goals.size() != 1)
    faults.push_back({.path = "goals", .value = std::to_string(problem.goals.size()), .expected = "one for R-SPLINE"});
  if (options.starts < 1) faults.push_back({.path = "starts", .value = "0", .expected = "at least 1"});
  if (options.replications < 1) faults.push_back({.path = "replications", .value = "0", .expected = "at least 1"});
  if (!(options.growth > 1.0))
    faults.push_back({.path = "growth", .value = std::to_string(options.growth), .expected = "above 1"});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

}  // namespace

Search r_spline(RSplineOptions options) {
  return [options](Evaluations& evaluations, std::uint64_t seed) {
    const Problem& problem = evaluations.problem();
    check(options, problem);
    const FreeCoordinates coordinates(problem.space);
    const StreamKey stream = stream_key(seed, 0, hash_path("/r_spline"), Purpose::learn);
    std::uint64_t ordinal = 0;
    Spline spline(evaluations, coordinates, stream, ordinal);
    // All starts take part in the first descents; of those that have arrived the better half goes on each time, so that
    // no more is spent on what turns out worse. Two that meet become one.
    std::vector<Evaluated> arrived;
    for (std::uint32_t s = 0; s < options.starts; ++s) {
      const auto point = random_point(problem.space, stream, ordinal++);
      if (point) arrived.push_back({.point = *point});
    }
    for (double m = options.replications; !arrived.empty(); m *= options.growth) {
      std::set<DesignPoint> seen;
      std::vector<Evaluated> next;
      for (const Evaluated& each : arrived) {
        Evaluated there = spline.descend(each.point, static_cast<std::uint32_t>(std::ceil(m)));
        if (seen.insert(there.point).second) next.push_back(std::move(there));
      }
      std::ranges::stable_sort(next, [&](const Evaluated& a, const Evaluated& b) { return is_better(problem, a, b); });
      if (m > 1.5 * options.replications) next.resize((next.size() + 1) / 2);
      arrived = std::move(next);
    }
  };
}

}  // namespace takt
