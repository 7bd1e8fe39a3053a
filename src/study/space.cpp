// SPDX-License-Identifier: Apache-2.0
#include "takt/study/space.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "takt/core/error.hpp"

namespace takt {
namespace {

constexpr double kSlack = 1e-9;

bool is_whole(const Variable& variable) { return variable.kind != Variable::Kind::real; }

double slack_of(const Constraint& constraint) {
  double size = std::abs(constraint.bound) + 1.0;
  for (const double f : constraint.factors) size = std::max(size, std::abs(f));
  return kSlack * size;
}

bool keeps(const Constraint& constraint, double sum) {
  const double slack = slack_of(constraint);
  switch (constraint.relation) {
    case Constraint::Relation::at_most: return sum <= constraint.bound + slack;
    case Constraint::Relation::at_least: return sum >= constraint.bound - slack;
    case Constraint::Relation::equal: return std::abs(sum - constraint.bound) <= slack;
  }
  return false;
}

struct Range {
  double low, high;
};

/// What the constraints leave of a variable's range when those marked are set and the others are anywhere in theirs.
Range range_left(const Space& space, std::span<const double> point, const std::vector<char>& is_set, std::size_t v) {
  Range range{space.variables[v].low, space.variables[v].high};
  for (const Constraint& constraint : space.constraints) {
    const double factor = constraint.factors[v];
    if (factor == 0.0) continue;
    Range rest{0.0, 0.0};
    for (std::size_t i = 0; i < point.size(); ++i) {
      const double f = constraint.factors[i];
      if (i == v || f == 0.0) continue;
      const double at_low = f * (is_set[i] ? point[i] : space.variables[i].low);
      const double at_high = f * (is_set[i] ? point[i] : space.variables[i].high);
      rest.low += std::min(at_low, at_high);
      rest.high += std::max(at_low, at_high);
    }
    const double slack = slack_of(constraint);
    const double most = (constraint.bound + slack - rest.low) / factor;    // keeps sum <= bound
    const double least = (constraint.bound - slack - rest.high) / factor;  // keeps sum >= bound
    const bool bounded_above = constraint.relation != Constraint::Relation::at_least;
    const bool bounded_below = constraint.relation != Constraint::Relation::at_most;
    if (bounded_above)
      (factor > 0.0 ? range.high : range.low) = factor > 0.0 ? std::min(range.high, most) : std::max(range.low, most);
    if (bounded_below)
      (factor > 0.0 ? range.low : range.high) = factor > 0.0 ? std::max(range.low, least) : std::min(range.high, least);
  }
  if (is_whole(space.variables[v])) range = {std::ceil(range.low), std::floor(range.high)};
  return range;
}

/// Sets the variables from `v` on to everything that is left.
void list_points(const Space& space, DesignPoint& point, std::vector<char>& is_set, std::size_t v, std::size_t most,
                 std::vector<DesignPoint>& points) {
  if (v == point.size()) {
    if (!is_feasible(space, point)) return;
    if (points.size() == most)
      throw InvalidInput(Fault{.path = "space",
                               .value = "more than " + std::to_string(most) + " points",
                               .expected = "few enough to try all of them"});
    points.push_back(point);
    return;
  }
  const Range range = range_left(space, point, is_set, v);
  is_set[v] = 1;
  for (double x = range.low; x <= range.high; x += 1.0) {
    point[v] = x;
    list_points(space, point, is_set, v + 1, most, points);
  }
  is_set[v] = 0;
}

bool are_bound(const Space& space, std::size_t a, std::size_t b) {
  return std::ranges::any_of(space.constraints,
                             [&](const Constraint& c) { return c.factors[a] != 0.0 && c.factors[b] != 0.0; });
}

}  // namespace

void check(const Space& space) {
  std::vector<Fault> faults;
  std::set<std::string> names;
  if (space.variables.empty())
    faults.push_back({.path = "space", .value = "nothing", .expected = "a variable to vary"});
  for (const Variable& v : space.variables) {
    if (v.name.empty() || !names.insert(v.name).second)
      faults.push_back({.path = "variable", .value = '"' + v.name + '"', .expected = "a name not used before"});
    if (!(v.low <= v.high) || !std::isfinite(v.low) || !std::isfinite(v.high))
      faults.push_back({.path = v.name,
                        .value = std::to_string(v.low) + ".." + std::to_string(v.high),
                        .expected = "a range from low to high"});
    if (is_whole(v) && (v.low != std::floor(v.low) || v.high != std::floor(v.high)))
      faults.push_back({.path = v.name, .value = std::to_string(v.low), .expected = "whole numbers"});
    if (v.kind == Variable::Kind::choice &&
        (v.choices.empty() || v.low != 0.0 || v.high != static_cast<double>(v.choices.size() - 1)))
      faults.push_back({.path = v.name, .value = "", .expected = "choices, numbered from 0"});
  }
  for (const Constraint& constraint : space.constraints)
    if (constraint.factors.size() != space.variables.size())
      faults.push_back({.path = "constraint",
                        .value = std::to_string(constraint.factors.size()) + " factors",
                        .expected = "one for each variable"});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

bool is_feasible(const Space& space, std::span<const double> point) {
  if (point.size() != space.variables.size()) return false;
  for (std::size_t v = 0; v < point.size(); ++v) {
    const Variable& variable = space.variables[v];
    if (!(point[v] >= variable.low && point[v] <= variable.high)) return false;
    if (is_whole(variable) && point[v] != std::floor(point[v])) return false;
  }
  for (const Constraint& constraint : space.constraints)
    if (!keeps(constraint, std::inner_product(point.begin(), point.end(), constraint.factors.begin(), 0.0)))
      return false;
  return !space.allowed || space.allowed(point);
}

std::vector<DesignPoint> all_points(const Space& space, std::size_t most) {
  check(space);
  for (const Variable& variable : space.variables)
    if (!is_whole(variable))
      throw InvalidInput(Fault{
          .path = variable.name, .value = "a real number", .expected = "whole numbers or choices, to try all of them"});
  std::vector<DesignPoint> points;
  DesignPoint point(space.variables.size());
  std::vector<char> is_set(point.size(), 0);
  list_points(space, point, is_set, 0, most, points);
  return points;
}

std::optional<DesignPoint> random_point(const Space& space, StreamKey stream, std::uint64_t ordinal) {
  Draw draw(stream, ordinal);
  const std::size_t n = space.variables.size();
  std::vector<std::size_t> order(n);
  for (int tries = 0; tries < 1000; ++tries) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = n; i > 1; --i)
      std::swap(order[i - 1], order[static_cast<std::size_t>(draw.uniform() * static_cast<double>(i))]);
    DesignPoint point(n);
    std::vector<char> is_set(n, 0);
    for (const std::size_t v : order) {
      const Range range = range_left(space, point, is_set, v);
      const double width = range.high - range.low;
      if (width < 0.0) break;
      point[v] = is_whole(space.variables[v]) ? range.low + std::floor(draw.uniform() * (width + 1.0))
                                              : range.low + draw.uniform() * width;
      point[v] = std::clamp(point[v], space.variables[v].low, space.variables[v].high);
      is_set[v] = 1;
    }
    if (std::ranges::count(is_set, 1) == static_cast<std::ptrdiff_t>(n) && is_feasible(space, point)) return point;
  }
  return std::nullopt;
}

std::vector<DesignPoint> neighbours(const Space& space, std::span<const double> point) {
  std::vector<DesignPoint> found;
  const auto consider = [&](DesignPoint other) {
    if (is_feasible(space, other)) found.push_back(std::move(other));
  };
  const DesignPoint here(point.begin(), point.end());
  for (std::size_t v = 0; v < here.size(); ++v) {
    const Variable& variable = space.variables[v];
    if (variable.kind == Variable::Kind::choice)
      for (double c = 0.0; c <= variable.high; c += 1.0) {
        DesignPoint other = here;
        other[v] = c;
        if (c != here[v]) consider(std::move(other));
      }
    if (variable.kind != Variable::Kind::integer) continue;
    for (const double step : {1.0, -1.0}) {
      DesignPoint other = here;
      other[v] += step;
      consider(other);
      for (std::size_t w = 0; w < here.size(); ++w) {
        if (w == v || space.variables[w].kind != Variable::Kind::integer || !are_bound(space, v, w)) continue;
        DesignPoint exchanged = other;
        exchanged[w] -= step;
        if (v < w) consider(std::move(exchanged));  // the pair once in each direction
      }
    }
  }
  return found;
}

FreeCoordinates::FreeCoordinates(const Space& space) : space_(space) {
  // Gauss-Jordan on the equalities; the pivot is a variable whose factor is 1 or -1 where there is one, so that whole
  // numbers stay whole.
  const std::size_t n = space.variables.size();
  struct Row {
    std::vector<double> factors;
    double bound;
    std::size_t pivot;
  };
  std::vector<Row> rows;
  for (const Constraint& constraint : space.constraints) {
    if (constraint.relation != Constraint::Relation::equal) continue;
    Row row{constraint.factors, constraint.bound, n};
    const auto subtract = [n](Row& from, const Row& what) {
      const double factor = from.factors[what.pivot];
      for (std::size_t i = 0; i < n; ++i) from.factors[i] -= factor * what.factors[i];
      from.bound -= factor * what.bound;
    };
    for (const Row& other : rows) subtract(row, other);
    for (std::size_t i = 0; i < n; ++i) {
      if (std::abs(row.factors[i]) < kSlack || space.variables[i].kind == Variable::Kind::choice) continue;
      if (row.pivot == n || (std::abs(row.factors[row.pivot]) != 1.0 && std::abs(row.factors[i]) == 1.0)) row.pivot = i;
    }
    if (row.pivot == n) {
      if (std::abs(row.bound) <= slack_of(constraint)) continue;  // said already
      throw InvalidInput(Fault{.path = "constraint",
                               .value = "an equality that contradicts another",
                               .expected = "equalities that can hold together"});
    }
    const double pivot = row.factors[row.pivot];
    for (double& f : row.factors) f /= pivot;
    row.bound /= pivot;
    for (Row& other : rows) subtract(other, row);
    rows.push_back(std::move(row));
  }
  for (std::size_t i = 0; i < n; ++i)
    if (std::ranges::none_of(rows, [i](const Row& row) { return row.pivot == i; })) free_.push_back(i);
  for (const Row& row : rows) {
    Dependent dependent{row.pivot, row.bound, {}};
    for (const std::size_t i : free_) dependent.factors.push_back(-row.factors[i]);
    dependents_.push_back(std::move(dependent));
  }
}

std::optional<DesignPoint> FreeCoordinates::complete(std::span<const double> free) const {
  DesignPoint point(space_.variables.size());
  for (std::size_t i = 0; i < free_.size(); ++i) point[free_[i]] = free[i];
  for (const Dependent& dependent : dependents_) {
    double value = std::inner_product(free.begin(), free.end(), dependent.factors.begin(), dependent.constant);
    const double whole = std::round(value);
    if (is_whole(space_.variables[dependent.variable]) && std::abs(value - whole) < kSlack * (1.0 + std::abs(value)))
      value = whole;
    point[dependent.variable] = value;
  }
  if (!is_feasible(space_, point)) return std::nullopt;
  return point;
}

}  // namespace takt
