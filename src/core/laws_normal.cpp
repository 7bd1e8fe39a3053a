// SPDX-License-Identifier: Apache-2.0
// The normal law cut to an interval, and the log-normal law, whose residual is the exponential of a cut normal.
#include <algorithm>
#include <cmath>

#include "core/laws.hpp"
#include "core/special.hpp"

namespace takt::detail {
namespace {

constexpr double kSqrt2 = 1.4142135623730951;
constexpr double kLogSqrt2Pi = 0.9189385332046727;
constexpr double kSqrt2Pi = 2.5066282746310007;

// Beyond this the upper tail is handled relative to its edge, where differences of tiny numbers would fail.
constexpr double kFar = 5.0;

// P(a < Z < b) over the density at a, 0 <= a <= b.
double tail_mass(double a, double b) {
  if (b == kInfinity) return mills_ratio(a);
  return mills_ratio(a) - std::exp(-0.5 * (b - a) * (b + a)) * mills_ratio(b);
}

double mass(double a, double b) {
  if (b < 0.0) return mass(-b, -a);
  if (a > 0.0) return std::exp(-0.5 * a * a) / kSqrt2Pi * tail_mass(a, b);
  return 0.5 * (std::erf(b / kSqrt2) - std::erf(a / kSqrt2));
}

}  // namespace

double NormalCut::log_mass() const {
  if (to < 0.0) return mirrored().log_mass();
  if (from > 0.0) return -0.5 * from * from - kLogSqrt2Pi + std::log(tail_mass(from, to));
  return std::log(mass(from, to));
}

double NormalCut::cdf(double z) const {
  if (z <= from) return 0.0;
  if (z >= to) return 1.0;
  if (to < 0.0) return mirrored().survival(-z);
  if (from > 0.0) return tail_mass(from, z) / tail_mass(from, to);
  return mass(from, z) / mass(from, to);
}

double NormalCut::survival(double z) const {
  if (z <= from) return 1.0;
  if (z >= to) return 0.0;
  if (to < 0.0) return mirrored().cdf(-z);
  if (from > 0.0) return std::exp(-0.5 * (z - from) * (z + from)) * tail_mass(z, to) / tail_mass(from, to);
  return mass(z, to) / mass(from, to);
}

double NormalCut::excess_quantile(double p) const {
  if (p <= 0.0) return 0.0;
  if (p >= 1.0) return to - from;
  if (to < 0.0) return to - from - mirrored().excess_quantile(1.0 - p);
  if (from <= kFar) {
    const double all = mass(from, to);
    const double below = normal_survival(-from) + p * all;
    const double above = normal_survival(to) + (1.0 - p) * all;
    const double z = below < above ? -normal_upper_quantile(below) : normal_upper_quantile(above);
    return std::clamp(z, from, to) - from;
  }
  const double all = tail_mass(from, to);
  const auto reached = [&](double x) {
    if (p < 0.5) return tail_mass(from, from + x) >= p * all;
    return std::exp(-x * (0.5 * x + from)) * tail_mass(from + x, std::max(from + x, to)) <= (1.0 - p) * all;
  };
  return smallest_where(reached, 0.0, std::min(to - from, 745.0 / from));
}

std::pair<double, double> NormalCut::excess_moments() const {
  if (to < 0.0) {
    const auto [mean, variance] = mirrored().excess_moments();
    return {to - from - mean, variance};
  }
  // Over the part of the interval that holds all but 1e-17 of the mass, relative to the density where it is highest.
  const double start = std::max(from, -9.0);
  const double reach = start > 0.0 ? std::min(9.0, 40.0 / start) : 9.0 - start;
  const double width = std::min(to - start, reach);
  const double peak = std::max(start, 0.0);
  const auto density = [&](double x) { return std::exp(-0.5 * (start + x - peak) * (start + x + peak)); };
  const double all = integrate(density, 0.0, width);
  const double mean = integrate([&](double x) { return x * density(x); }, 0.0, width) / all;
  const auto squared = [&](double x) { return (x - mean) * (x - mean) * density(x); };
  return {start - from + mean, integrate(squared, 0.0, width) / all};
}

// Robert (1995), "Simulation of truncated normal variables", doi 10.1007/BF00143942.
double NormalCut::sample_excess(Draw& draw) const {
  const double width = to - from;
  if (to < 0.0) return width - mirrored().sample_excess(draw);
  if (from <= 0.0 && width > kSqrt2Pi) {
    for (;;) {
      const double z = Distribution::standard_normal(draw);
      if (z >= from && z <= to) return z - from;
    }
  }
  const double start = std::max(from, 0.0);
  const double root = std::hypot(start, 2.0);
  const double shift = 2.0 / (root + start);  // the best rate of the exponential is start + shift
  if (from > 0.0 && width > shift * std::exp(0.5 - 0.5 * start * shift)) {
    for (;;) {
      const double x = Distribution::standard_exponential(draw) / (start + shift);
      if (x <= width && draw.uniform() < std::exp(-0.5 * (x - shift) * (x - shift))) return x;
    }
  }
  for (;;) {
    const double x = width * draw.uniform();
    const double z = from + x;
    if (draw.uniform() < std::exp(-0.5 * (z - start) * (z + start))) return x;
  }
}

double NormalCut::draw_excess(Draw& draw) const {
  if (from > kFar || to < 0.0) return sample_excess(draw);
  return excess_quantile(draw.uniform());
}

double NormalLaw::log_survival(double x) const {
  if (x <= low) return 0.0;
  return x >= high ? -kInfinity : cut(x).log_mass() - cut(low).log_mass();
}

double NormalLaw::residual_cdf(double x, double e) const { return cut(std::max(e, low)).cdf(standard(e + x)); }

double NormalLaw::residual(double e, Draw& draw) const {
  return e <= low ? sample(draw) - e : sd * cut(e).draw_excess(draw);
}

double LognormalLaw::standard(double x) const { return (std::log(x) - mu) / sigma; }

double LognormalLaw::cdf(double x) const { return x <= 0.0 ? 0.0 : normal_survival(-standard(x)); }

double LognormalLaw::survival(double x) const { return x <= 0.0 ? 1.0 : normal_survival(standard(x)); }

double LognormalLaw::log_survival(double x) const {
  return x <= 0.0 ? 0.0 : NormalCut{standard(x), kInfinity}.log_mass();
}

double LognormalLaw::quantile(double p) const { return std::exp(mu - sigma * normal_upper_quantile(p)); }

double LognormalLaw::sample(Draw& draw) const { return std::exp(mu + sigma * Distribution::standard_normal(draw)); }

double LognormalLaw::residual_cdf(double x, double e) const {
  if (e <= 0.0) return cdf(e + x);
  if (x <= 0.0) return 0.0;
  const double z = standard(e);
  return NormalCut{z, kInfinity}.cdf(z + std::log1p(x / e) / sigma);
}

double LognormalLaw::residual_mean(double e) const {
  if (e <= 0.0) return average - e;
  const double z = standard(e);
  if (z > sigma) return e * (mills_ratio(z - sigma) / mills_ratio(z) - 1.0);
  return average * normal_survival(z - sigma) / normal_survival(z) - e;
}

double LognormalLaw::residual(double e, Draw& draw) const {
  if (e <= 0.0) return sample(draw) - e;
  return e * std::expm1(sigma * NormalCut{standard(e), kInfinity}.draw_excess(draw));
}

}  // namespace takt::detail
