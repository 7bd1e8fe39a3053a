// SPDX-License-Identifier: Apache-2.0
#include "study/gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace takt::detail {

GaussianProcess::GaussianProcess(Places places, const Eigen::VectorXd& values, const Eigen::VectorXd& noise)
    : places_(std::move(places)) {
  shift_ = values.mean();
  const double spread = std::sqrt((values.array() - shift_).square().mean());
  scale_ = spread > 0.0 ? spread : 1.0;
  values_ = (values.array() - shift_) / scale_;
  noise_ = noise / scale_;
  kernel_.lengths.assign(static_cast<std::size_t>(places_.at.cols()), 0.5);
}

double GaussianProcess::covariance(const Eigen::VectorXd& a, const Eigen::VectorXd& b) const {
  double square = 0.0;
  for (Eigen::Index v = 0; v < a.size(); ++v) {
    const auto i = static_cast<std::size_t>(v);
    const double apart = places_.is_choice[i] != 0 ? (a(v) == b(v) ? 0.0 : 1.0) : a(v) - b(v);
    square += apart * apart / (kernel_.lengths[i] * kernel_.lengths[i]);
  }
  const double r = std::sqrt(5.0 * square);
  return kernel_.deviation * kernel_.deviation * (1.0 + r + r * r / 3.0) * std::exp(-r);
}

double GaussianProcess::log_likelihood() {
  const Eigen::Index n = values_.size();
  Eigen::MatrixXd k(n, n);
  std::vector<Eigen::VectorXd> rows;
  for (Eigen::Index i = 0; i < n; ++i) rows.emplace_back(places_.at.row(i));
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j <= i; ++j)
      k(i, j) = k(j, i) = covariance(rows[static_cast<std::size_t>(i)], rows[static_cast<std::size_t>(j)]);
    k(i, i) += noise_(i) * noise_(i) + 1e-8 * kernel_.deviation * kernel_.deviation;
  }
  factor_.compute(k);
  if (factor_.info() != Eigen::Success) return -std::numeric_limits<double>::infinity();
  // The level by generalised least squares.
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(n);
  const Eigen::VectorXd inverse_ones = factor_.solve(ones);
  level_ = inverse_ones.dot(values_) / inverse_ones.dot(ones);
  const Eigen::VectorXd rest = values_ - level_ * ones;
  weights_ = factor_.solve(rest);
  const double log_determinant = 2.0 * Eigen::MatrixXd(factor_.matrixL()).diagonal().array().log().sum();
  return -0.5 * (rest.dot(weights_) + log_determinant);
}

void GaussianProcess::use(const Kernel& kernel) {
  kernel_ = kernel;
  log_likelihood();
}

void GaussianProcess::fit() {
  // One number at a time, up or down by a factor that shrinks: the likelihood is smooth and few numbers matter.
  double best = log_likelihood();
  std::vector<std::pair<double*, std::pair<double, double>>> numbers;  // with their bounds
  for (double& length : kernel_.lengths) numbers.push_back({&length, {0.05, 20.0}});
  numbers.push_back({&kernel_.deviation, {0.05, 20.0}});
  for (const double factor : {3.0, 1.8, 1.3}) {
    for (auto& [number, bounds] : numbers) {
      for (const double by : {factor, 1.0 / factor}) {
        for (;;) {
          const double before = *number;
          *number = std::clamp(before * by, bounds.first, bounds.second);
          const double likelihood = *number == before ? best : log_likelihood();
          if (!(likelihood > best + 1e-6)) {
            *number = before;
            break;
          }
          best = likelihood;
        }
      }
    }
  }
  log_likelihood();
}

GaussianProcess::Prediction GaussianProcess::at(const Eigen::VectorXd& place) const {
  Eigen::VectorXd k(values_.size());
  for (Eigen::Index i = 0; i < k.size(); ++i) k(i) = covariance(places_.at.row(i), place);
  const Eigen::VectorXd half = factor_.matrixL().solve(k);
  const double variance = kernel_.deviation * kernel_.deviation - half.squaredNorm();
  return {shift_ + scale_ * (level_ + k.dot(weights_)), scale_ * std::sqrt(std::max(variance, 0.0))};
}

}  // namespace takt::detail
