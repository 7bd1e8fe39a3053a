// SPDX-License-Identifier: Apache-2.0
// The normal law cut to an interval, and the log-normal law, whose residual is the exponential of a cut normal.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "core/exp.hpp"
#include "core/laws.hpp"
#include "core/special.hpp"

namespace takt::detail {
namespace {

constexpr double kSqrt2 = 1.4142135623730951;
constexpr double kLogSqrt2Pi = 0.9189385332046727;
constexpr double kSqrt2Pi = 2.5066282746310007;

// Beyond this the upper tail is handled relative to its edge, where differences of tiny numbers would fail.
constexpr double kFar = 5.0;

// The integral of a smooth f over [0, width]: Gauss and Legendre's rule with eight nodes in each of a few equal panels.
template <class F>
double integral(const F& f, double width, int panels) {
  constexpr std::array kNodes{0.18343464249564981, 0.52553240991632899, 0.79666647741362674, 0.96028985649753623};
  constexpr std::array kWeights{0.36268378337836199, 0.31370664587788729, 0.22238103445337448, 0.10122853629037626};
  const double half = 0.5 * width / panels;
  double sum = 0.0;
  for (int panel = 0; panel < panels; ++panel) {
    const double middle = (2 * panel + 1) * half;
    for (std::size_t i = 0; i < kNodes.size(); ++i) {
      sum += kWeights[i] * (f(middle - half * kNodes[i]) + f(middle + half * kNodes[i]));
    }
  }
  return half * sum;
}

// P(a < Z < a + width) over the density at a, a >= 0.
double tail_mass(double a, double width) {
  if (width == kInfinity) return mills_ratio(a);
  const double drop = width * (a + 0.5 * width);  // of the logarithm of the density
  if (drop < 0.25) {                              // the difference below would cancel
    return integral([a](double x) { return std::exp(-x * (a + 0.5 * x)); }, width, 1);
  }
  return mills_ratio(a) - std::exp(-drop) * mills_ratio(a + width);
}

double mass(double a, double b) {
  if (b < 0.0) return mass(-b, -a);
  if (a > 0.0) return std::exp(-0.5 * a * a) / kSqrt2Pi * tail_mass(a, b - a);
  return 0.5 * (std::erf(b / kSqrt2) - std::erf(a / kSqrt2));
}

}  // namespace

double NormalCut::log_mass() const {
  if (to < 0.0) return mirrored().log_mass();
  if (from > 0.0) return -0.5 * from * from - kLogSqrt2Pi + std::log(tail_mass(from, to - from));
  return std::log(mass(from, to));
}

double NormalCut::cdf(double x, double rest) const {
  if (x <= 0.0) return 0.0;
  if (rest <= 0.0) return 1.0;
  if (to < 0.0) return mirrored().survival(rest, x);
  if (from > 0.0) return tail_mass(from, x) / tail_mass(from, x + rest);
  return mass(from, from + x) / mass(from, to);
}

double NormalCut::survival(double x, double rest) const {
  if (x <= 0.0) return 1.0;
  if (rest <= 0.0) return 0.0;
  if (to < 0.0) return mirrored().cdf(rest, x);
  if (from > 0.0) return std::exp(-x * (from + 0.5 * x)) * tail_mass(from + x, rest) / tail_mass(from, x + rest);
  return mass(from + x, to) / mass(from, to);
}

double NormalCut::excess_quantile(double p) const {
  if (p <= 0.0) return 0.0;
  if (p >= 1.0) return to - from;
  return to < 0.0 ? to - from - mirrored().excess_quantile(1.0 - p) : excess_between(p, 1.0 - p);
}

double NormalCut::excess_between(double p, double q) const {
  if (to < 0.0) return to - from - mirrored().excess_between(q, p);
  if (from <= kFar) {
    const double all = mass(from, to);
    const double below = normal_survival(-from) + p * all;
    const double above = normal_survival(to) + q * all;
    const double z = below < above ? -normal_upper_quantile(below) : normal_upper_quantile(above);
    return std::clamp(z, from, to) - from;
  }
  const auto reached = [&](double x) {
    const double rest = to - from - x;
    return p < 0.5 ? cdf(x, rest) >= p : survival(x, rest) <= q;
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
  constexpr int kPanels = 32;  // short enough for the last bits
  const double all = integral(density, width, kPanels);
  const double mean = integral([&](double x) { return x * density(x); }, width, kPanels) / all;
  const auto squared = [&](double x) { return (x - mean) * (x - mean) * density(x); };
  return {start - from + mean, integral(squared, width, kPanels) / all};
}

// Robert (1995), "Simulation of truncated normal variables", doi 10.1007/BF00143942.
double NormalCut::sample_excess(Draw& draw) const {
  const double width = to - from;
  if (draw.is_mirrored()) {
    Draw other = draw.other();
    const double x = sample_excess(other);
    draw = other.other();
    constexpr double kLeast = 0x1p-60;  // less is drawn by nobody
    return excess_between(std::max(survival(x, width - x), kLeast), std::max(cdf(x, width - x), kLeast));
  }
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

double NormalLaw::residual_cdf(double x, double e) const {
  if (e < low) return cdf(e + x);
  return cut(e).cdf(x / sd, (high - e - x) / sd);
}

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

double LognormalLaw::sample(Draw& draw) const { return exp_of(mu + sigma * Distribution::standard_normal(draw)); }

double LognormalLaw::residual_cdf(double x, double e) const {
  if (e <= 0.0) return cdf(e + x);
  if (x <= 0.0) return 0.0;
  return NormalCut{standard(e), kInfinity}.cdf(std::log1p(x / e) / sigma, kInfinity);
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
