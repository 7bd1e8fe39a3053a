// SPDX-License-Identifier: Apache-2.0
// The special functions that the laws and the statistics need. Only special.cpp knows that Boost.Math computes them.
// They never throw: outside their domain they give NaN, at its ends the limit.
#pragma once

#include <functional>

namespace takt::detail {

/// Regularised incomplete gamma functions, P = lower and Q = upper, and the inverses in x.
double gamma_p(double a, double x);
double gamma_q(double a, double x);
double gamma_p_inverse(double a, double p);
double gamma_q_inverse(double a, double q);
double gamma_function(double a);
double log_gamma(double a);
/// G(a, t) = t^-a e^t times the upper incomplete gamma function of (a, t), t > 0: does not underflow far in the tail.
double scaled_upper_gamma(double a, double t);
/// E[X - t | X > t] of the gamma law with shape a and scale 1.
double gamma_mean_excess(double a, double t);

/// The regularised incomplete beta function, one minus it, and its inverse; `complement` becomes 1 - x without
/// cancellation.
double beta_i(double a, double b, double x);
double beta_i_complement(double a, double b, double x);
double beta_i_inverse(double a, double b, double p, double& complement);
double log_beta(double a, double b);

/// P(Z > z) of the standard normal, its inverse, and Mills' ratio P(Z > z) / density(z) for z >= 0.
double normal_survival(double z);
double normal_upper_quantile(double q);
double mills_ratio(double z);

double student_t_lower_quantile(double p, double nu);

/// The smallest double in [low, high] at which `holds`, given that it stays true from there on and holds at `high`.
/// 0 <= low <= high.
double smallest_where(const std::function<bool(double)>& holds, double low, double high);

}  // namespace takt::detail
