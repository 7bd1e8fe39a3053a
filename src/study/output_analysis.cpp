// SPDX-License-Identifier: Apache-2.0
#include "takt/study/output_analysis.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

void require(bool good, const char* what, std::size_t found, const std::string& expected) {
  if (!good) throw InvalidInput(Fault{.path = what, .value = std::to_string(found), .expected = expected});
}

void check_level(const char* what, double p) {
  if (!(p > 0.0 && p < 1.0))
    throw InvalidInput(Fault{.path = what, .value = std::to_string(p), .expected = "between 0 and 1"});
}

Interval around(const Moments& moments, double confidence) {
  check_level("confidence", confidence);
  const double half = moments.half_width(confidence);
  return {moments.mean(), moments.mean() - half, moments.mean() + half};
}

/// A statistic of each batch; batches are the last observations, in their order.
template <class Statistic>
Interval over_batches(std::span<const double> observations, std::size_t batches, double confidence,
                      const Statistic& statistic) {
  require(batches >= 2, "batches", batches, "at least 2");
  require(observations.size() >= batches, "observations", observations.size(), "at least one a batch");
  const std::size_t size = observations.size() / batches;
  std::span<const double> rest = observations.last(size * batches);
  Moments moments;
  for (; !rest.empty(); rest = rest.subspan(size)) moments.add(statistic(rest.first(size)));
  return around(moments, confidence);
}

}  // namespace

WarmUp mser(std::span<const double> observations, std::size_t batch) {
  require(batch >= 1, "batch", batch, "at least 1");
  const std::size_t n = observations.size() / batch;
  if (n < 10) return {};
  std::vector<double> means(n, 0.0);
  for (std::size_t i = 0; i < n * batch; ++i) means[i / batch] += observations[i] / static_cast<double>(batch);
  // From the end, so that one pass gives the squares of every tail.
  const std::size_t last_cut = n - std::min<std::size_t>(5, n / 4);
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  Moments tail;
  for (std::size_t cut = n; cut-- > 0;) {
    tail.add(means[cut]);
    if (cut > last_cut || tail.count() < 2) continue;
    const auto left = static_cast<double>(tail.count());
    const double statistic = tail.variance() * (left - 1.0) / (left * left);
    if (statistic <= least) {  // of equal ones the earliest cut
      least = statistic;
      best = cut;
    }
  }
  return {best * batch, 2 * best <= n};
}

Interval mean_interval(std::span<const double> values, double confidence) {
  Moments moments;
  for (const double v : values) moments.add(v);
  return around(moments, confidence);
}

Interval batch_means(std::span<const double> observations, std::size_t batches, double confidence) {
  return over_batches(observations, batches, confidence, [](std::span<const double> batch) {
    Moments moments;
    for (const double v : batch) moments.add(v);
    return moments.mean();
  });
}

Interval batch_quantiles(std::span<const double> observations, double p, std::size_t batches, double confidence) {
  check_level("p", p);
  std::vector<double> sorted;
  return over_batches(observations, batches, confidence, [&](std::span<const double> batch) {
    sorted.assign(batch.begin(), batch.end());
    std::ranges::sort(sorted);
    return quantile(sorted, p);
  });
}

std::optional<Interval> quantile_interval(std::span<const double> values, double p, double confidence) {
  check_level("p", p);
  check_level("confidence", confidence);
  const auto n = static_cast<double>(values.size());
  const double spread = normal_quantile(0.5 + 0.5 * confidence) * std::sqrt(n * p * (1.0 - p));
  const double low = std::floor(n * p - spread);
  const double high = std::ceil(n * p + spread) + 1.0;  // ranks count from 1
  if (low < 1.0 || high > n) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return Interval{quantile(sorted, p), sorted[static_cast<std::size_t>(low) - 1],
                  sorted[static_cast<std::size_t>(high) - 1]};
}

Interval with_controls(std::span<const double> y, std::span<const double> controls, std::span<const double> means,
                       double confidence) {
  check_level("confidence", confidence);
  const std::size_t n = y.size(), q = means.size();
  require(controls.size() == n * q, "controls", controls.size(), "a value for each replication and each known mean");
  require(n >= q + 3, "replications", n, "at least " + std::to_string(q + 3) + ", three more than controls");
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto rows = static_cast<Eigen::Index>(n), columns = static_cast<Eigen::Index>(q);
  // Regression on (1, c - mean): the intercept is the mean of y where the controls have their known means.
  Eigen::MatrixXd design(rows, columns + 1);
  design.col(0).setOnes();
  if (q > 0)
    design.rightCols(columns) = Eigen::Map<const RowMajor>(controls.data(), rows, columns).rowwise() -
                                Eigen::Map<const Eigen::RowVectorXd>(means.data(), columns);
  const Eigen::Map<const Eigen::VectorXd> response(y.data(), rows);
  const Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> solver(design);
  const Eigen::VectorXd b = solver.solve(response);
  const auto freedom = static_cast<double>(n) - static_cast<double>(solver.rank());
  const double residual = (response - design * b).squaredNorm() / freedom;
  const double weight = solver.pseudoInverse().row(0).squaredNorm();  // of y's variance in the intercept's
  const double half = student_t_quantile(0.5 + 0.5 * confidence, freedom) * std::sqrt(residual * weight);
  return {b(0), b(0) - half, b(0) + half};
}

Interval with_antithetic_pairs(std::span<const double> values, double confidence) {
  require(values.size() % 2 == 0, "values", values.size(), "an even number: pairs");
  Moments pairs;
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) pairs.add(0.5 * (values[i] + values[i + 1]));
  return around(pairs, confidence);
}

}  // namespace takt
