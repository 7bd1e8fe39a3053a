// SPDX-License-Identifier: Apache-2.0
#include "core/special.hpp"

#include <bit>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

namespace takt::detail {
namespace {

namespace bm = boost::math;
namespace bp = boost::math::policies;

// No exceptions, and no long double: its width differs between machines, and results must not.
using Quiet = bp::policy<bp::promote_double<false>, bp::promote_float<false>, bp::domain_error<bp::ignore_error>,
                         bp::pole_error<bp::ignore_error>, bp::overflow_error<bp::ignore_error>,
                         bp::evaluation_error<bp::ignore_error>, bp::rounding_error<bp::ignore_error>,
                         bp::indeterminate_result_error<bp::ignore_error>>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTiny = 1e-280;  // near the smallest double: probabilities below it are not divided by
constexpr double kSqrt2 = 1.4142135623730951;
constexpr double kSqrtHalfPi = 1.2533141373155003;

}  // namespace

double gamma_p(double a, double x) {
  if (x <= 0.0) return 0.0;
  return x == kInfinity ? 1.0 : bm::gamma_p(a, x, Quiet());
}

double gamma_q(double a, double x) {
  if (x <= 0.0) return 1.0;
  return x == kInfinity ? 0.0 : bm::gamma_q(a, x, Quiet());
}

double gamma_p_inverse(double a, double p) {
  if (p <= 0.0) return 0.0;
  return p >= 1.0 ? kInfinity : bm::gamma_p_inv(a, p, Quiet());
}

double gamma_q_inverse(double a, double q) {
  if (q >= 1.0) return 0.0;
  return q <= 0.0 ? kInfinity : bm::gamma_q_inv(a, q, Quiet());
}

double gamma_function(double a) { return bm::tgamma(a, Quiet()); }

double log_gamma(double a) { return bm::lgamma(a, Quiet()); }

namespace {

// K in 1 / G(a, t) = t + 1 - a - K: the rest of Legendre's continued fraction, by the method of Lentz (Numerical
// Recipes, 3rd ed., 5.2 and 6.2). For t well above a.
double legendre_rest(double a, double t) {
  if (t > 1e15) return 0.0;
  double f = t + 3.0 - a;
  double c = f;
  double d = 0.0;
  for (int j = 2; j < 20000; ++j) {
    const double numerator = -j * (j - a);
    const double b = t + 1.0 - a + 2.0 * j;
    d = 1.0 / (b + numerator * d);
    c = b + numerator / c;
    f *= c * d;
    if (std::abs(c * d - 1.0) < 1e-16) break;
  }
  return (1.0 - a) / f;
}

}  // namespace

double scaled_upper_gamma(double a, double t) {
  const double upper = gamma_q(a, t);
  if (upper > kTiny) return upper / (t * bm::gamma_p_derivative(a, t, Quiet()));
  return 1.0 / (t + 1.0 - a - legendre_rest(a, t));
}

double gamma_mean_excess(double a, double t) {
  const double upper = gamma_q(a, t);
  if (upper > kTiny) return a - t + t * bm::gamma_p_derivative(a, t, Quiet()) / upper;
  return 1.0 - legendre_rest(a, t);
}

double beta_i(double a, double b, double x) {
  if (x <= 0.0) return 0.0;
  return x >= 1.0 ? 1.0 : bm::ibeta(a, b, x, Quiet());
}

double beta_i_complement(double a, double b, double x) {
  if (x <= 0.0) return 1.0;
  return x >= 1.0 ? 0.0 : bm::ibetac(a, b, x, Quiet());
}

double beta_i_inverse(double a, double b, double p, double& complement) {
  if (p <= 0.0 || p >= 1.0) {
    complement = p <= 0.0 ? 1.0 : 0.0;
    return 1.0 - complement;
  }
  return bm::ibeta_inv(a, b, p, &complement, Quiet());
}

double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

double normal_survival(double z) { return 0.5 * std::erfc(z / kSqrt2); }

double normal_upper_quantile(double q) {
  if (q <= 0.0 || q >= 1.0) return q == 0.0 ? kInfinity : q == 1.0 ? -kInfinity : std::nan("");
  return kSqrt2 * bm::erfc_inv(2.0 * q, Quiet());
}

double mills_ratio(double z) {
  if (z < 6.0) return kSqrtHalfPi * std::erfc(z / kSqrt2) * std::exp(0.5 * z * z);
  // Laplace's continued fraction 1/(z + 1/(z + 2/(z + ...))): 20 terms are exact to the last bits from 6 on.
  double tail = z;
  for (int i = 20; i > 0; --i) tail = z + i / tail;
  return 1.0 / tail;
}

double student_t_lower_quantile(double p, double nu) {
  if (!(nu > 0.0) || !(p > 0.0) || !(p < 1.0)) {
    return nu > 0.0 && p == 0.0 ? -kInfinity : nu > 0.0 && p == 1.0 ? kInfinity : std::nan("");
  }
  return bm::quantile(bm::students_t_distribution<double, Quiet>(nu), p);
}

double smallest_where(const std::function<bool(double)>& holds, double low, double high) {
  if (holds(low)) return low;
  // Doubles that are not negative are ordered like their bits: 64 halvings reach the last one.
  auto fails = std::bit_cast<std::uint64_t>(low);
  auto good = std::bit_cast<std::uint64_t>(high);
  while (good - fails > 1) {
    const std::uint64_t middle = fails + (good - fails) / 2;
    (holds(std::bit_cast<double>(middle)) ? good : fails) = middle;
  }
  return std::bit_cast<double>(good);
}

}  // namespace takt::detail
