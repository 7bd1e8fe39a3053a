// SPDX-License-Identifier: Apache-2.0
// Integrals over a chi-square variable and over the normal: the trapezoidal rule in the logarithm, which for such
// smooth and fast falling functions is as exact as the arithmetic (Trefethen & Weideman 2014).
#pragma once

#include <cmath>
#include <vector>

namespace takt::detail {

/// Points and weights of a probability law.
struct Points {
  std::vector<double> at, weight;
};

/// Of chi-square with nu degrees of freedom; the weights sum to 1.
inline Points chi_square_points(double nu, int count) {
  const auto log_density = [nu](double t) { return 0.5 * nu * (t - std::exp(t) + 1.0); };  // of x = nu e^t, its top 0
  double low = 0.0, high = 0.0;
  while (log_density(low) > -38.0) low -= 0.05;
  while (log_density(high) > -38.0) high += 0.01;
  Points points;
  double sum = 0.0;
  for (int i = 0; i <= count; ++i) {
    const double t = low + (high - low) * i / count;
    points.at.push_back(nu * std::exp(t));
    points.weight.push_back(std::exp(log_density(t)));
    sum += points.weight.back();
  }
  for (double& w : points.weight) w /= sum;
  return points;
}

/// Of the standard normal.
inline Points normal_points(int count) {
  constexpr double kEnd = 8.5;
  Points points;
  double sum = 0.0;
  for (int i = 0; i <= count; ++i) {
    const double z = -kEnd + 2.0 * kEnd * i / count;
    points.at.push_back(z);
    points.weight.push_back(std::exp(-0.5 * z * z));
    sum += points.weight.back();
  }
  for (double& w : points.weight) w /= sum;
  return points;
}

/// Where an increasing function reaches `level`, in [0, infinity).
template <class Function>
double solve_increasing(const Function& f, double level) {
  double low = 0.0, high = 1.0;
  while (f(high) < level && high < 1e9) {
    low = high;
    high *= 2.0;
  }
  for (int i = 0; i < 60 && high - low > 1e-9 * high; ++i) {
    const double middle = 0.5 * (low + high);
    (f(middle) < level ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace takt::detail
