// SPDX-License-Identifier: Apache-2.0
// The gamma and beta laws.
#include <algorithm>
#include <cmath>

#include "core/laws.hpp"
#include "core/special.hpp"

namespace takt::detail {
namespace {

// Below this survival the inverse functions are left for expressions relative to the elapsed time.
constexpr double kFar = 1e-200;

// A gamma variate of this shape >= 1 and scale 1: Marsaglia & Tsang (2000), doi 10.1145/358407.358414.
double gamma_variate(double shape, Draw& draw) {
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = Distribution::standard_normal(draw);
    const double root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    const double u = draw.uniform();
    const double x2 = x * x;
    if (u < 1.0 - 0.0331 * x2 * x2) return d * v;
    if (std::log(u) < 0.5 * x2 + d * (1.0 - v + std::log(v))) return d * v;
  }
}

// The logarithm of a gamma variate; for shapes below one through shape + 1, as in the same paper.
double log_gamma_variate(double shape, Draw& draw) {
  if (shape >= 1.0) return std::log(gamma_variate(shape, draw));
  const double log_power = std::log(draw.uniform()) / shape;
  return std::log(gamma_variate(shape + 1.0, draw)) + log_power;
}

}  // namespace

double GammaLaw::cdf(double x) const { return gamma_p(shape, x / scale); }

double GammaLaw::survival(double x) const { return gamma_q(shape, x / scale); }

double GammaLaw::log_survival(double x) const {
  const double beyond = survival(x);
  if (beyond > kFar) return std::log(beyond);
  const double t = x / scale;
  return shape * std::log(t) - t + std::log(scaled_upper_gamma(shape, t)) - log_gamma(shape);
}

double GammaLaw::quantile(double p) const { return scale * gamma_p_inverse(shape, p); }

double GammaLaw::between(double p, double q) const {
  return scale * (p < q ? gamma_p_inverse(shape, p) : gamma_q_inverse(shape, q));
}

double GammaLaw::sample(Draw& draw) const {
  if (draw.is_mirrored()) return mirrored_sample(*this, draw);
  return shape >= 1.0 ? scale * gamma_variate(shape, draw) : scale * std::exp(log_gamma_variate(shape, draw));
}

double GammaLaw::residual_cdf(double x, double e) const { return residual_cdf_by_difference(*this, x, e); }

double GammaLaw::residual_mean(double e) const {
  if (e <= 0.0) return average - e;
  return scale * gamma_mean_excess(shape, e / scale);
}

double GammaLaw::residual(double e, Draw& draw) const {
  if (e <= 0.0) return sample(draw) - e;
  const double t = e / scale;
  const double beyond = gamma_q(shape, t);
  if (beyond > kFar) {
    const double u = draw.uniform();
    const double q = u * beyond;
    const double x =
        q < 0.5 ? gamma_q_inverse(shape, q) : gamma_p_inverse(shape, gamma_p(shape, t) + (1.0 - u) * beyond);
    return std::max(scale * x - e, 0.0);
  }
  if (draw.is_mirrored()) return mirrored_residual(*this, e, draw);
  // The density beyond t is below an exponential that touches it at t; thinned by the ratio.
  const double rate = shape > 1.0 ? 1.0 - (shape - 1.0) / t : 1.0;
  for (;;) {
    const double x = Distribution::standard_exponential(draw) / rate;
    const double log_ratio = (shape - 1.0) * (std::log1p(x / t) - (shape > 1.0 ? x / t : 0.0));
    if (std::log(draw.uniform()) < log_ratio) return scale * x;
  }
}

double BetaLaw::above(double x) const { return std::clamp((high - x) / (high - low), 0.0, 1.0); }

double BetaLaw::below(double x) const { return std::clamp((x - low) / (high - low), 0.0, 1.0); }

double BetaLaw::far_power(double w) const { return std::max(beta - (alpha - 1.0) * w / (1.0 - w), 1e-3); }

double BetaLaw::variance() const {
  const double sum = alpha + beta;
  return (high - low) * (high - low) * (alpha / sum) * (beta / sum) / (sum + 1.0);
}

// Each from the nearer end: the distance to the other one has lost the digits.
double BetaLaw::cdf(double x) const {
  const double y = below(x);
  return y < 0.5 ? beta_i(alpha, beta, y) : beta_i_complement(beta, alpha, above(x));
}

double BetaLaw::survival(double x) const {
  const double y = below(x);
  return y < 0.5 ? beta_i_complement(alpha, beta, y) : beta_i(beta, alpha, above(x));
}

double BetaLaw::log_survival(double x) const {
  const double beyond = survival(x);
  if (beyond > kFar) return std::log(beyond);
  const double w = above(x);
  return beta * std::log(w) + (alpha - 1.0) * std::log1p(-w) - std::log(far_power(w)) - log_beta(alpha, beta);
}

double BetaLaw::quantile(double p) const {
  double w = 0.0;
  const double y = beta_i_inverse(alpha, beta, p, w);
  return y < 0.5 ? low + (high - low) * y : high - (high - low) * w;
}

double BetaLaw::between(double p, double q) const {
  double from_low = 0.0, from_high = 0.0;
  if (p < q)
    from_low = beta_i_inverse(alpha, beta, p, from_high);
  else
    from_high = beta_i_inverse(beta, alpha, q, from_low);
  return from_low < 0.5 ? low + (high - low) * from_low : high - (high - low) * from_high;
}

// The ratio of two gamma variates, by their logarithms: with small shapes both may be too small for a double.
double BetaLaw::sample(Draw& draw) const {
  if (draw.is_mirrored()) return mirrored_sample(*this, draw);
  const double x = log_gamma_variate(alpha, draw);
  const double y = log_gamma_variate(beta, draw);
  return low + (high - low) / (1.0 + std::exp(y - x));
}

double BetaLaw::residual_cdf(double x, double e) const {
  const double w = above(e);
  if (x < 0.0 || survival(e) > kFar) return residual_cdf_by_difference(*this, x, e);
  const double left = std::clamp(1.0 - x / (w * (high - low)), 0.0, 1.0);
  return 1.0 - std::pow(left, far_power(w));
}

double BetaLaw::residual_mean(double e) const {
  if (e <= low) return mean() - e;
  const double beyond = survival(e);
  const double w = above(e);
  if (!(beyond > kFar)) return (high - low) * w / (far_power(w) + 1.0);
  const double sum = alpha + beta;
  const double y = below(e);
  if (y < 0.5) return (high - low) * (alpha / sum * (beta_i_complement(alpha + 1.0, beta, y) / beyond) - y);
  return (high - low) * (w - beta / sum * (beta_i(beta + 1.0, alpha, w) / beyond));
}

double BetaLaw::residual(double e, Draw& draw) const {
  if (e <= low) return sample(draw) - e;
  const double w = above(e);
  const double beyond = survival(e);
  const double u = draw.uniform();
  if (!(beyond > kFar)) return -(high - low) * w * std::expm1(std::log(u) / far_power(w));
  // The new place as seen from both ends, found by the smaller probability.
  double from_low = 0.0, from_high = 0.0;
  if (u * beyond < 0.5) {
    from_high = beta_i_inverse(beta, alpha, u * beyond, from_low);
  } else {
    from_low = beta_i_inverse(alpha, beta, cdf(e) + (1.0 - u) * beyond, from_high);
  }
  const double left = from_low < 0.5 ? from_low - below(e) : w - from_high;
  return (high - low) * std::max(left, 0.0);
}

}  // namespace takt::detail
