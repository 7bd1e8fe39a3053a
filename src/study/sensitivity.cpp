// SPDX-License-Identifier: Apache-2.0
#include "takt/study/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

void require(bool good, const char* what, double found, const char* expected) {
  if (!good) throw InvalidInput(Fault{.path = what, .value = std::to_string(found), .expected = expected});
}

bool is_real(const Variable& variable) { return variable.kind == Variable::Kind::real; }

/// The response of each point in each replication.
class Responses {
 public:
  Responses(std::span<const DesignPoint> points, const Runner& runner, const SensitivityOptions& options)
      : replications_(options.replications) {
    require(options.replications >= 1, "replications", options.replications, "at least 1");
    const std::vector<double> values = replicate_all(runner, points, options.first_replication, options.replications);
    const std::size_t rows = points.size() * replications_, width = values.size() / rows;
    require(options.response < width, "response", static_cast<double>(options.response), "a response of the runner");
    for (std::size_t i = 0; i < rows; ++i) {
      values_.push_back(values[i * width + options.response]);
      if (std::isnan(values_.back())) throw Error("a point has no value in one of its replications");
    }
  }

  double mean(std::size_t point) const {
    double sum = 0.0;
    for (std::size_t r = 0; r < replications_; ++r) sum += values_[point * replications_ + r];
    return sum / static_cast<double>(replications_);
  }
  /// Paired differences of two points, replication by replication.
  Moments difference(std::size_t a, std::size_t b) const {
    Moments moments;
    for (std::size_t r = 0; r < replications_; ++r)
      moments.add(values_[a * replications_ + r] - values_[b * replications_ + r]);
    return moments;
  }
  /// The square of the difference of two means, less what noise adds to it.
  double square_apart(std::size_t a, std::size_t b) const {
    const Moments d = difference(a, b);
    return d.mean() * d.mean() - d.variance() / static_cast<double>(d.count());
  }

 private:
  std::size_t replications_;
  std::vector<double> values_;
};

/// A value at a share of a variable's range, from 0 to 1. Every whole number has an equal part of it.
double at_share(const Variable& variable, double share) {
  if (is_real(variable)) return variable.low + share * (variable.high - variable.low);
  return std::min(variable.high, variable.low + std::floor(share * (variable.high - variable.low + 1.0)));
}

}  // namespace

std::vector<Interval> finite_differences(const Space& space, std::span<const double> point,
                                         std::span<const double> steps, const Runner& runner,
                                         const SensitivityOptions& options, double confidence) {
  check(space);
  const std::size_t n = space.variables.size();
  require(point.size() == n, "point", static_cast<double>(point.size()), "a value for each variable");
  require(steps.empty() || steps.size() == n, "steps", static_cast<double>(steps.size()), "one for each variable");
  require(options.replications >= 2, "replications", options.replications, "at least 2");
  require(confidence > 0.0 && confidence < 1.0, "confidence", confidence, "between 0 and 1");
  std::vector<DesignPoint> points;
  std::vector<double> apart;
  for (std::size_t v = 0; v < n; ++v) {
    const Variable& variable = space.variables[v];
    require(point[v] >= variable.low && point[v] <= variable.high, variable.name.c_str(), point[v],
            "a value in its range");
    const double step = !steps.empty() ? steps[v] : is_real(variable) ? 0.05 * (variable.high - variable.low) : 1.0;
    require(step > 0.0 || variable.low == variable.high, variable.name.c_str(), step, "a step above 0");
    DesignPoint up(point.begin(), point.end()), down = up;
    if (variable.kind != Variable::Kind::choice) {
      up[v] = std::min(variable.high, up[v] + step);
      down[v] = std::max(variable.low, down[v] - step);
    }
    apart.push_back(up[v] - down[v]);
    points.push_back(std::move(up));
    points.push_back(std::move(down));
  }
  const Responses responses(points, runner, options);
  const double each = 1.0 - (1.0 - confidence) / static_cast<double>(n);
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  std::vector<Interval> derivatives;
  for (std::size_t v = 0; v < n; ++v) {
    const Moments d = responses.difference(2 * v, 2 * v + 1);
    const double half = d.half_width(each);
    derivatives.push_back(
        apart[v] > 0.0 ? Interval{d.mean() / apart[v], (d.mean() - half) / apart[v], (d.mean() + half) / apart[v]}
                       : Interval{kNaN, kNaN, kNaN});
  }
  return derivatives;
}

std::vector<MorrisEffect> morris(const Space& space, const Runner& runner, const SensitivityOptions& options,
                                 std::uint32_t trajectories, std::uint32_t levels) {
  check(space);
  require(trajectories >= 2, "trajectories", trajectories, "at least 2");
  require(levels >= 2 && levels % 2 == 0, "levels", levels, "an even number");
  const std::size_t n = space.variables.size();
  const StreamKey stream = stream_key(options.seed, 0, hash_path("/morris"), Purpose::learn);
  const double jump = levels / (2.0 * (levels - 1.0));  // from each level to another, all reached equally often
  std::vector<DesignPoint> points;
  std::vector<std::vector<std::size_t>> orders;
  std::vector<std::vector<double>> jumps;  // by trajectory, in its order
  for (std::uint32_t t = 0; t < trajectories; ++t) {
    Draw draw(stream, t);
    std::vector<double> share(n);
    std::vector<std::size_t> order(n);
    for (std::size_t v = 0; v < n; ++v) {
      share[v] = std::floor(draw.uniform() * levels) / (levels - 1.0);
      order[v] = v;
    }
    for (std::size_t i = n; i > 1; --i)
      std::swap(order[i - 1], order[static_cast<std::size_t>(draw.uniform() * static_cast<double>(i))]);
    const auto add = [&] {
      DesignPoint point(n);
      for (std::size_t v = 0; v < n; ++v) {
        const Variable& variable = space.variables[v];
        point[v] = variable.low + share[v] * (variable.high - variable.low);
        if (!is_real(variable)) point[v] = std::round(point[v]);
      }
      points.push_back(std::move(point));
    };
    add();
    std::vector<double> of_this;
    for (const std::size_t v : order) {
      of_this.push_back(share[v] + jump <= 1.0 + 1e-12 ? jump : -jump);
      share[v] = std::clamp(share[v] + of_this.back(), 0.0, 1.0);
      add();
    }
    orders.push_back(std::move(order));
    jumps.push_back(std::move(of_this));
  }
  const Responses responses(points, runner, options);
  std::vector<Moments> effects(n), sizes(n);
  for (std::uint32_t t = 0; t < trajectories; ++t)
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t at = t * (n + 1) + i;
      const double effect = responses.difference(at + 1, at).mean() / jumps[t][i];
      effects[orders[t][i]].add(effect);
      sizes[orders[t][i]].add(std::abs(effect));
    }
  std::vector<MorrisEffect> result;
  for (std::size_t v = 0; v < n; ++v)
    result.push_back({effects[v].mean(), sizes[v].mean(), std::sqrt(effects[v].variance())});
  return result;
}

SobolIndices sobol(const Space& space, const Runner& runner, const SensitivityOptions& options, std::uint32_t samples) {
  check(space);
  require(samples >= 16, "samples", samples, "at least 16");
  const std::size_t n = space.variables.size(), block = n + 2;
  const StreamKey stream = stream_key(options.seed, 0, hash_path("/sobol"), Purpose::learn);
  // Of each sample: A, B, and A with one variable after the other taken from B.
  std::vector<DesignPoint> points;
  for (std::uint32_t j = 0; j < samples; ++j) {
    Draw draw(stream, j);
    DesignPoint a(n), b(n);
    for (std::size_t v = 0; v < n; ++v) a[v] = at_share(space.variables[v], draw.uniform());
    for (std::size_t v = 0; v < n; ++v) b[v] = at_share(space.variables[v], draw.uniform());
    points.push_back(a);
    points.push_back(b);
    for (std::size_t v = 0; v < n; ++v) {
      points.push_back(a);
      points.back()[v] = b[v];
    }
  }
  const Responses responses(points, runner, options);
  SobolIndices result;
  Moments level, square, noise;
  for (std::size_t j = 0; j < samples; ++j) {
    level.add(responses.mean(j * block));
    level.add(responses.mean(j * block + 1));
    square.add(responses.square_apart(j * block, j * block + 1));
    noise.add(0.5 * responses.difference(j * block, j * block + 1).variance());
  }
  result.mean = level.mean();
  result.variance = 0.5 * square.mean();
  result.noise = noise.mean();
  for (std::size_t v = 0; v < n; ++v) {
    Moments first, total;
    for (std::size_t j = 0; j < samples; ++j) {
      const std::size_t a = j * block, b = a + 1, ab = a + 2 + v;
      // Centred: the same expectation, less of it from the level.
      first.add((responses.mean(b) - level.mean()) * responses.difference(ab, a).mean());
      total.add(0.5 * responses.square_apart(a, ab));
    }
    const double of = result.variance > 0.0 ? 1.0 / result.variance : 0.0;
    result.variables.push_back(
        {first.mean() * of, total.mean() * of, first.standard_error() * of, total.standard_error() * of});
  }
  return result;
}

}  // namespace takt
