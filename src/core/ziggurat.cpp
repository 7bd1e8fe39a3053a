// SPDX-License-Identifier: Apache-2.0
// The ziggurat of Marsaglia & Tsang (2000, doi 10.18637/jss.v005.i08) for exp(-x) and exp(-x^2/2), 256 layers of equal
// area. The tables are constants of the program: built while compiling, by plain arithmetic, so that every compiler
// gives the same bytes and no static initialiser can come too early.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "takt/core/distribution.hpp"

#include "core/exp.hpp"

namespace takt::detail {
namespace {

constexpr double kLn2 = 0.6931471805599453;

constexpr double table_exp(double x) {
  const int k = static_cast<int>(x / kLn2 + (x < 0 ? -0.5 : 0.5));
  // ln 2 in two parts, so that k ln 2 is exact enough.
  const double r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
  double term = 1.0, sum = 1.0;
  for (int n = 1; n < 18; ++n) sum += term *= r / n;
  for (int i = 0; i < k; ++i) sum *= 2.0;
  for (int i = 0; i > k; --i) sum *= 0.5;
  return sum;
}

constexpr double table_log(double y) {
  int k = 0;
  for (; y > 1.4142135623730951; ++k) y *= 0.5;
  for (; y < 0.7071067811865476; --k) y *= 2.0;
  const double s = (y - 1.0) / (y + 1.0);
  double power = s, sum = 0.0;
  for (int n = 1; n < 27; n += 2, power *= s * s) sum += power / n;
  return k * kLn2 + 2.0 * sum;
}

constexpr double table_sqrt(double y) {
  double root = y > 1.0 ? y : 1.0;
  for (int i = 0; i < 12; ++i) root = 0.5 * (root + y / root);
  return root;
}

struct Exponential {
  // Where the tail begins, and the area of a layer: the solution of the closing condition, by 50-digit arithmetic.
  static constexpr double kTail = 7.6971174701310497140446280480;
  static constexpr double kArea = 0.0039496598225815572199775719568;
  static constexpr double density(double x) { return table_exp(-x); }
  static constexpr double inverse(double y) { return -table_log(y); }
};

struct Normal {
  static constexpr double kTail = 3.6541528853610087716454297204;
  static constexpr double kArea = 0.0049286732339746553473617754023;
  static constexpr double density(double x) { return table_exp(-0.5 * x * x); }
  static constexpr double inverse(double y) { return table_sqrt(-2.0 * table_log(y)); }
};

template <class Shape>
constexpr Ziggurat build() {
  std::array<double, 257> edge{};  // layer i reaches from 0 to edge[i]; layer 0 is the base with the tail
  edge[0] = Shape::kArea / Shape::density(Shape::kTail);
  edge[1] = Shape::kTail;
  for (std::size_t i = 1; i < 255; ++i) {
    edge[i + 1] = Shape::inverse(Shape::density(edge[i]) + Shape::kArea / edge[i]);
  }
  Ziggurat z{};
  for (std::size_t i = 0; i < 256; ++i) {
    z.layers[i] = {static_cast<std::int64_t>(edge[i + 1] / edge[i] * 0x1p53), edge[i] * 0x1p-53};
    z.density[i] = i == 0 ? 0.0 : Shape::density(edge[i]);
  }
  z.density[256] = 1.0;
  return z;
}

// Whether a point under the cap between two layers lies under the density.
bool under(const Ziggurat& z, std::size_t layer, double density, Draw& draw) {
  const double low = z.density[layer];
  return low + draw.uniform() * (z.density[layer + 1] - low) < density;
}

}  // namespace

constinit const Ziggurat kExponentialZiggurat = build<Exponential>();
constinit const Ziggurat kNormalZiggurat = build<Normal>();

double exponential_outside(std::uint64_t bits, Draw& draw) {
  for (double beyond = 0.0;;) {
    const ZigguratPoint point(kExponentialZiggurat, bits);
    if (point.inside) return beyond + point.x;
    if (point.layer == 0) {
      beyond += Exponential::kTail;  // the tail is the same law again
    } else if (under(kExponentialZiggurat, point.layer, exp_of(-point.x), draw)) {
      return beyond + point.x;
    }
    bits = draw.bits();
  }
}

double normal_outside(std::uint64_t bits, Draw& draw) {
  for (;;) {
    const ZigguratPoint point(kNormalZiggurat, bits);
    const double sign = (bits & 256) != 0 ? -1.0 : 1.0;
    if (point.inside) return sign * point.x;
    if (point.layer == 0) {
      // Marsaglia (1964): an exponential beyond the tail's edge, thinned.
      for (;;) {
        const double x = -std::log(draw.uniform()) / Normal::kTail;
        if (-2.0 * std::log(draw.uniform()) > x * x) return sign * (Normal::kTail + x);
      }
    }
    if (under(kNormalZiggurat, point.layer, exp_of(-0.5 * point.x * point.x), draw)) return sign * point.x;
    bits = draw.bits();
  }
}

double mirrored_exponential(Draw& draw) {
  Draw other = draw.other();
  const double x = std::max(Distribution::standard_exponential(other), 0x1p-60);
  draw = other.other();
  return x < kLn2 ? -std::log(-std::expm1(-x)) : -std::log1p(-std::exp(-x));
}

double mirrored_normal(Draw& draw) {
  Draw other = draw.other();
  const double x = Distribution::standard_normal(other);
  draw = other.other();
  return -x;
}

}  // namespace takt::detail
