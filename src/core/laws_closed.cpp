// SPDX-License-Identifier: Apache-2.0
// Laws whose cdf inverts in closed form: exponential, uniform, triangular, Weibull.
#include <algorithm>
#include <cmath>

#include "core/laws.hpp"
#include "core/special.hpp"

namespace takt::detail {

double ExponentialLaw::cdf(double x) const { return x <= 0.0 ? 0.0 : -std::expm1(-x / average); }

double ExponentialLaw::survival(double x) const { return x <= 0.0 ? 1.0 : std::exp(-x / average); }

double ExponentialLaw::quantile(double p) const { return p >= 1.0 ? kInfinity : -average * std::log1p(-p); }

double UniformLaw::cdf(double x) const { return std::clamp((x - low) / (high - low), 0.0, 1.0); }

double UniformLaw::survival(double x) const { return std::clamp((high - x) / (high - low), 0.0, 1.0); }

double UniformLaw::log_survival(double x) const { return std::log(survival(x)); }

double UniformLaw::residual_cdf(double x, double e) const {
  return e < low ? cdf(e + x) : std::clamp(x / (high - e), 0.0, 1.0);
}

double TriangularLaw::variance() const {
  const double left = mode - low;
  const double right = high - mode;
  return (left * left + left * right + right * right) / 18.0;
}

double TriangularLaw::cdf(double x) const {
  if (x <= low) return 0.0;
  if (x > mode) return 1.0 - survival(x);
  return (x - low) / (high - low) * ((x - low) / (mode - low));
}

double TriangularLaw::survival(double x) const {
  if (x >= high) return 0.0;
  if (x <= mode && mode > low) return 1.0 - cdf(x);
  if (x <= low) return 1.0;
  return (high - x) / (high - low) * ((high - x) / (high - mode));
}

double TriangularLaw::log_survival(double x) const { return std::log(survival(x)); }

double TriangularLaw::between(double p, double q) const {
  const double width = high - low;
  if (p * width < mode - low) return low + std::sqrt(p * width * (mode - low));
  return high - std::sqrt(q * width * (high - mode));
}

double TriangularLaw::residual_cdf(double x, double e) const {
  if (x < 0.0 || e < mode) return residual_cdf_by_difference(*this, x, e);
  const double left = std::clamp(1.0 - x / (high - e), 0.0, 1.0);
  return 1.0 - left * left;
}

double TriangularLaw::residual_mean(double e) const {
  if (e <= low) return mean() - e;
  if (e >= mode) return (high - e) / 3.0;
  const double below =
      (e - low) * (e - low) / (high - low) * ((e - low) / (mode - low)) / 3.0;  // the integral of F to e
  return (mean() - e + below) / survival(e);
}

double TriangularLaw::residual(double e, Draw& draw) const {
  if (e <= low) return sample(draw) - e;
  const double u = draw.uniform();
  if (e >= mode) return (high - e) * (1.0 - std::sqrt(u));
  const double beyond = survival(e);
  return between(cdf(e) + (1.0 - u) * beyond, u * beyond) - e;
}

double WeibullLaw::mean() const { return scale * gamma_function(1.0 + 1.0 / shape); }

double WeibullLaw::variance() const {
  const double m = mean();
  const double relative = std::expm1(log_gamma(1.0 + 2.0 / shape) - 2.0 * log_gamma(1.0 + 1.0 / shape));
  return m * m * std::max(relative, 0.0);
}

double WeibullLaw::cdf(double x) const { return -std::expm1(log_survival(x)); }

double WeibullLaw::survival(double x) const { return std::exp(log_survival(x)); }

double WeibullLaw::log_survival(double x) const { return x <= 0.0 ? 0.0 : -std::pow(x / scale, shape); }

double WeibullLaw::quantile(double p) const {
  return p >= 1.0 ? kInfinity : scale * std::pow(-std::log1p(-p), 1.0 / shape);
}

double WeibullLaw::sample(Draw& draw) const {
  return scale * std::pow(Distribution::standard_exponential(draw), 1.0 / shape);
}

// The residual's hazard adds up to t(e + x) - t(e) with t(x) = (x / scale)^shape; written without the difference of
// large numbers, so that it holds however far the tail.
double WeibullLaw::residual_cdf(double x, double e) const {
  if (x <= 0.0) return 0.0;
  if (e <= 0.0) return cdf(e + x);
  return -std::expm1(log_survival(e) * std::expm1(shape * std::log1p(x / e)));
}

double WeibullLaw::residual_mean(double e) const {
  if (e <= 0.0) return mean() - e;
  const double t = -log_survival(e);
  if (t < 1e-280) return mean() - e;
  return e / shape * scaled_upper_gamma(1.0 / shape, t);
}

double WeibullLaw::residual(double e, Draw& draw) const {
  if (e <= 0.0) return sample(draw) - e;
  const double t = -log_survival(e);
  const double more = Distribution::standard_exponential(draw);
  if (t < 1e-280) return scale * std::pow(more, 1.0 / shape);
  return e * std::expm1(std::log1p(more / t) / shape);
}

}  // namespace takt::detail
