// SPDX-License-Identifier: Apache-2.0
// The ziggurat of Marsaglia & Tsang (2000, doi 10.18637/jss.v005.i08) for exp(-x) and exp(-x^2/2), 256 layers of equal
// area. The tables are constants of the program: built while compiling, by plain arithmetic, so that every compiler
// gives the same bytes and no static initialiser can come too early.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "takt/core/distribution.hpp"

#include "core/processor.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

#if defined(__x86_64__)

namespace {

/// Four durations: what from_seconds(mean * ZigguratPoint(kExponentialZiggurat, bits).x) gives, step by step, for those
/// inside their layer and below 2^51 ns. The bits of the others.
[[gnu::target("avx2")]] unsigned four_exponential_times(double mean, const std::uint64_t* bits, Duration* out) {
  const auto* const layers = kExponentialZiggurat.layers.data();
  const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits));
  const __m256i at = _mm256_slli_epi64(_mm256_and_si256(b, _mm256_set1_epi64x(255)), 1);
  const __m256i inside = _mm256_i64gather_epi64(reinterpret_cast<const long long*>(&layers->inside), at, 8);
  const __m256d width = _mm256_i64gather_pd(&layers->width, at, 8);
  const __m256i step = _mm256_srli_epi64(b, 11);
  // A whole number below 2^53 as a double, exactly: its halves as mantissas of 2^52 and 2^84.
  const __m256i low = _mm256_blend_epi32(step, _mm256_set1_epi32(0x43300000), 0xAA);
  const __m256i high = _mm256_or_si256(_mm256_srli_epi64(step, 32), _mm256_set1_epi64x(0x4530000000000000));
  const __m256d whole = _mm256_add_pd(_mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1.00000001p84)),
                                      _mm256_castsi256_pd(low));
  const __m256d seconds = _mm256_mul_pd(_mm256_set1_pd(mean), _mm256_mul_pd(whole, width));
  const __m256d ns = _mm256_add_pd(_mm256_mul_pd(seconds, _mm256_set1_pd(1e9)), _mm256_set1_pd(0.5));
  const __m256i magic = _mm256_castpd_si256(_mm256_set1_pd(0x1p52));
  const __m256d shifted = _mm256_add_pd(_mm256_floor_pd(ns), _mm256_set1_pd(0x1p52));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_sub_epi64(_mm256_castpd_si256(shifted), magic));
  const __m256d good = _mm256_and_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(inside, step)),
                                     _mm256_cmp_pd(ns, _mm256_set1_pd(0x1p51), _CMP_LT_OQ));
  return static_cast<unsigned>(_mm256_movemask_pd(good)) ^ 15U;
}

}  // namespace

unsigned exponential_times(double mean, std::span<const std::uint64_t, 8> bits, std::span<Duration, 8> out) {
  static const bool wide = has_avx2();
  if (!wide) return 255;
  const unsigned low = four_exponential_times(mean, bits.data(), out.data());
  return low | four_exponential_times(mean, bits.data() + 4, out.data() + 4) << 4;
}

#else

unsigned exponential_times(double, std::span<const std::uint64_t, 8>, std::span<Duration, 8>) { return 255; }

#endif

double exponential_outside(std::uint64_t bits, Draw& draw) {
  for (double beyond = 0.0;;) {
    const ZigguratPoint point(kExponentialZiggurat, bits);
    if (point.inside) return beyond + point.x;
    if (point.layer == 0) {
      beyond += Exponential::kTail;  // the tail is the same law again
    } else if (under(kExponentialZiggurat, point.layer, std::exp(-point.x), draw)) {
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
    if (under(kNormalZiggurat, point.layer, std::exp(-0.5 * point.x * point.x), draw)) return sign * point.x;
    bits = draw.bits();
  }
}

}  // namespace takt::detail
