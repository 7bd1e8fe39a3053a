// SPDX-License-Identifier: Apache-2.0
// Durations of a law drawn sixteen at a time. Where the processor has AVX2 the common case of exponential and
// log-normal laws is computed four at a time, step by step as Distribution::sample and from_seconds do it, to the same
// bits.
#include <bit>

#include "core/exp.hpp"
#include "core/processor.hpp"
#include "takt/core/distribution.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace takt {
namespace {

using Times = std::span<Duration, kDrawBlock>;
using Bits = std::span<const std::uint64_t, kDrawBlock>;
constexpr unsigned kAll = (1U << kDrawBlock) - 1;

#if defined(__x86_64__)

#define TAKT_FOUR [[gnu::target("avx2"), gnu::always_inline]] inline

/// Four points of a ziggurat: see ZigguratPoint.
struct FourPoints {
  __m256d x, inside;
};

TAKT_FOUR FourPoints four_points(const detail::Ziggurat& ziggurat, const std::uint64_t* bits) {
  const auto layer = [&](std::size_t i) {
    return _mm_loadu_pd(reinterpret_cast<const double*>(&ziggurat.layers[bits[i] & 255]));
  };
  const __m256d even = _mm256_insertf128_pd(_mm256_castpd128_pd256(layer(0)), layer(2), 1);
  const __m256d odd = _mm256_insertf128_pd(_mm256_castpd128_pd256(layer(1)), layer(3), 1);
  const __m256i inside = _mm256_castpd_si256(_mm256_unpacklo_pd(even, odd));
  const __m256d width = _mm256_unpackhi_pd(even, odd);
  const __m256i step = _mm256_srli_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits)), 11);
  // A whole number below 2^53 as a double, exactly: its halves as mantissas of 2^52 and 2^84.
  const __m256i low = _mm256_blend_epi32(step, _mm256_set1_epi32(0x43300000), 0xAA);
  const __m256i high = _mm256_or_si256(_mm256_srli_epi64(step, 32), _mm256_set1_epi64x(0x4530000000000000));
  const __m256d whole = _mm256_add_pd(_mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1.00000001p84)),
                                      _mm256_castsi256_pd(low));
  return {_mm256_mul_pd(whole, width), _mm256_castsi256_pd(_mm256_cmpgt_epi64(inside, step))};
}

/// from_seconds of what is not negative and below 2^51 ns; the bits of the others, and of those not in `good`.
TAKT_FOUR unsigned store_times(__m256d seconds, __m256d good, Duration* out) {
  const __m256d ns = _mm256_add_pd(_mm256_mul_pd(seconds, _mm256_set1_pd(1e9)), _mm256_set1_pd(0.5));
  const __m256d shift = _mm256_set1_pd(0x1p52);
  const __m256d shifted = _mm256_add_pd(_mm256_floor_pd(ns), shift);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                      _mm256_sub_epi64(_mm256_castpd_si256(shifted), _mm256_castpd_si256(shift)));
  const __m256d small = _mm256_cmp_pd(ns, _mm256_set1_pd(0x1p51), _CMP_LT_OQ);
  return static_cast<unsigned>(_mm256_movemask_pd(_mm256_and_pd(good, small))) ^ 15U;
}

/// See exp_of, for what is within its bounds.
TAKT_FOUR __m256d four_exp(__m256d x) {
  using C = detail::ExpConstants;
  const __m256d shifted = _mm256_add_pd(_mm256_mul_pd(x, _mm256_set1_pd(C::kLog2e)), _mm256_set1_pd(C::kRound));
  const __m256d k = _mm256_sub_pd(shifted, _mm256_set1_pd(C::kRound));
  const __m256d r = _mm256_sub_pd(_mm256_sub_pd(x, _mm256_mul_pd(k, _mm256_set1_pd(C::kLn2High))),
                                  _mm256_mul_pd(k, _mm256_set1_pd(C::kLn2Low)));
  const __m256d s = _mm256_mul_pd(r, r);
  __m256d even = _mm256_set1_pd(C::kEven[0]), odd = _mm256_set1_pd(C::kOdd[0]);
  for (std::size_t i = 1; i < C::kEven.size(); ++i) {
    even = _mm256_add_pd(_mm256_mul_pd(even, s), _mm256_set1_pd(C::kEven[i]));
    odd = _mm256_add_pd(_mm256_mul_pd(odd, s), _mm256_set1_pd(C::kOdd[i]));
  }
  const __m256d rest = _mm256_add_pd(r, _mm256_mul_pd(s, _mm256_add_pd(even, _mm256_mul_pd(r, odd))));
  const __m256d power = _mm256_add_pd(_mm256_set1_pd(1.0), rest);
  return _mm256_castsi256_pd(
      _mm256_add_epi64(_mm256_castpd_si256(power), _mm256_slli_epi64(_mm256_castpd_si256(shifted), 52)));
}

[[gnu::target("avx2")]] unsigned exponential_times(double mean, Bits bits, Times out) {
  unsigned others = 0;
  for (std::size_t i = 0; i < kDrawBlock; i += 4) {
    const FourPoints points = four_points(detail::kExponentialZiggurat, &bits[i]);
    others |= store_times(_mm256_mul_pd(_mm256_set1_pd(mean), points.x), points.inside, &out[i]) << i;
  }
  return others;
}

[[gnu::target("avx2")]] unsigned lognormal_times(double mu, double sigma, Bits bits, Times out) {
  unsigned others = 0;
  for (std::size_t i = 0; i < kDrawBlock; i += 4) {
    const FourPoints points = four_points(detail::kNormalZiggurat, &bits[i]);
    const __m256i sign = _mm256_slli_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(&bits[i])), 55);
    const __m256d minus = _mm256_and_pd(_mm256_castsi256_pd(sign), _mm256_set1_pd(-0.0));
    const __m256d x =
        _mm256_add_pd(_mm256_set1_pd(mu), _mm256_mul_pd(_mm256_set1_pd(sigma), _mm256_xor_pd(points.x, minus)));
    const __m256d size = _mm256_andnot_pd(_mm256_set1_pd(-0.0), x);
    const __m256d bounded = _mm256_cmp_pd(size, _mm256_set1_pd(detail::ExpConstants::kMost), _CMP_LT_OQ);
    others |= store_times(four_exp(x), _mm256_and_pd(points.inside, bounded), &out[i]) << i;
  }
  return others;
}

#undef TAKT_FOUR

#else

unsigned exponential_times(double, Bits, Times) { return kAll; }
unsigned lognormal_times(double, double, Bits, Times) { return kAll; }

#endif

}  // namespace

void Distribution::sample_times(StreamKey stream, std::uint64_t first, Times out) const {
  static const bool four = detail::has_avx2();
  std::array<std::uint64_t, kDrawBlock> bits;
  fill_draws(stream, first, bits);
  unsigned others = kAll;
  const bool is_other = is_mirrored(stream.replication);
  if (four && law_ == Law::exponential && !is_other) others = exponential_times(a_, bits, out);
  if (four && law_ == Law::lognormal) others = lognormal_times(a_, is_other ? -b_ : b_, bits, out);
  for (; others != 0; others &= others - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(others));
    Draw draw(stream, first + i, bits[i]);
    out[i] = from_seconds(sample(draw));
  }
}

}  // namespace takt
