// SPDX-License-Identifier: Apache-2.0
#include "takt/core/random.hpp"

#include <cstddef>

#include "core/processor.hpp"
#include "takt/core/error.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace takt {
namespace {

#if defined(__x86_64__)

// Blocks of Philox side by side, two in SSE2 (which every x86-64 has), four in AVX2 (where the processor has it); the
// bits are the same. The 32-bit words sit in the low halves of the 64-bit lanes, where the multiplication wants them.
// The high halves hold rubbish that no multiplication reads; pack() drops it.
struct TwoBlocks {
  __m128i c0, c1, c2, c3;

  void round(__m128i k0, __m128i k1) {
    const __m128i p0 = _mm_mul_epu32(c0, _mm_set1_epi64x(0xD2511F53));
    const __m128i p1 = _mm_mul_epu32(c2, _mm_set1_epi64x(0xCD9E8D57));
    c0 = _mm_xor_si128(_mm_xor_si128(_mm_srli_epi64(p1, 32), c1), k0);
    c2 = _mm_xor_si128(_mm_xor_si128(_mm_srli_epi64(p0, 32), c3), k1);
    c1 = p1;
    c3 = p0;
  }

  void pack(std::uint64_t* out) const {
    const __m128i mask = _mm_set1_epi64x(0xffffffff);
    const __m128i even = _mm_or_si128(_mm_and_si128(c0, mask), _mm_slli_epi64(c1, 32));
    const __m128i odd = _mm_or_si128(_mm_and_si128(c2, mask), _mm_slli_epi64(c3, 32));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_unpacklo_epi64(even, odd));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 2), _mm_unpackhi_epi64(even, odd));
  }
};

TwoBlocks two_blocks(std::uint64_t index, std::uint32_t replication) {
  const auto at = [](std::uint64_t i) { return static_cast<long long>(i); };
  return {_mm_set_epi64x(at(index + 1), at(index)), _mm_set_epi64x(at((index + 1) >> 32), at(index >> 32)),
          _mm_setzero_si128(), _mm_set1_epi64x(replication)};
}

#define TAKT_AVX2 [[gnu::target("avx2")]]

struct FourBlocks {
  __m256i c0, c1, c2, c3;

  TAKT_AVX2 void round(__m256i k0, __m256i k1) {
    const __m256i p0 = _mm256_mul_epu32(c0, _mm256_set1_epi64x(0xD2511F53));
    const __m256i p1 = _mm256_mul_epu32(c2, _mm256_set1_epi64x(0xCD9E8D57));
    c0 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), c1), k0);
    c2 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), c3), k1);
    c1 = p1;
    c3 = p0;
  }

  TAKT_AVX2 void pack(std::uint64_t* out) const {
    const __m256i mask = _mm256_set1_epi64x(0xffffffff);
    const __m256i even = _mm256_or_si256(_mm256_and_si256(c0, mask), _mm256_slli_epi64(c1, 32));
    const __m256i odd = _mm256_or_si256(_mm256_and_si256(c2, mask), _mm256_slli_epi64(c3, 32));
    const __m256i low = _mm256_unpacklo_epi64(even, odd);   // of blocks 0 and 2
    const __m256i high = _mm256_unpackhi_epi64(even, odd);  // of blocks 1 and 3
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_permute2x128_si256(low, high, 0x20));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 4), _mm256_permute2x128_si256(low, high, 0x31));
  }
};

TAKT_AVX2 FourBlocks four_blocks(std::uint64_t index, std::uint32_t replication) {
  const __m256i at = _mm256_add_epi64(_mm256_set1_epi64x(static_cast<long long>(index)), _mm256_set_epi64x(3, 2, 1, 0));
  return {at, _mm256_srli_epi64(at, 32), _mm256_setzero_si256(), _mm256_set1_epi64x(replication)};
}

// Both make kDrawBlock draws from eight blocks, in independent chains so that their latencies overlap.
TAKT_AVX2 void fill_by_four(StreamKey stream, std::uint64_t index, std::uint64_t* out) {
  FourBlocks first = four_blocks(index, stream.replication);
  FourBlocks second = four_blocks(index + 4, stream.replication);
  __m256i key0 = _mm256_set1_epi64x(static_cast<long long>(stream.key & 0xffffffffU));
  __m256i key1 = _mm256_set1_epi64x(static_cast<long long>(stream.key >> 32));
  for (int round = 0; round < 10; ++round) {
    first.round(key0, key1);
    second.round(key0, key1);
    key0 = _mm256_add_epi32(key0, _mm256_set1_epi64x(0x9E3779B9));
    key1 = _mm256_add_epi32(key1, _mm256_set1_epi64x(0xBB67AE85));
  }
  first.pack(out);
  second.pack(out + 8);
}

#undef TAKT_AVX2

void fill_by_two(StreamKey stream, std::uint64_t index, std::uint64_t* out) {
  for (const std::uint64_t end = index + 8; index < end; index += 4, out += 8) {
    TwoBlocks first = two_blocks(index, stream.replication);
    TwoBlocks second = two_blocks(index + 2, stream.replication);
    auto k0 = static_cast<std::uint32_t>(stream.key);
    auto k1 = static_cast<std::uint32_t>(stream.key >> 32);
    for (int round = 0; round < 10; ++round) {
      const __m128i key0 = _mm_set1_epi64x(k0);
      const __m128i key1 = _mm_set1_epi64x(k1);
      first.round(key0, key1);
      second.round(key0, key1);
      k0 += 0x9E3779B9U;
      k1 += 0xBB67AE85U;
    }
    first.pack(out);
    second.pack(out + 4);
  }
}

void fill_block(StreamKey stream, std::uint64_t index, std::uint64_t* out) {
  static const bool four = detail::has_avx2();
  four ? fill_by_four(stream, index, out) : fill_by_two(stream, index, out);
}

#else

void fill_block(StreamKey stream, std::uint64_t index, std::uint64_t* out) {
  const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(stream.key),
                                         static_cast<std::uint32_t>(stream.key >> 32)};
  for (std::uint64_t i = index; i < index + kDrawBlock / 2; ++i, out += 2) {
    const auto b = philox4x32_10(
        {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32), 0U, stream.replication}, key);
    out[0] = b[0] | std::uint64_t{b[1]} << 32;
    out[1] = b[2] | std::uint64_t{b[3]} << 32;
  }
}

#endif

}  // namespace

void fill_draws(StreamKey stream, std::uint64_t first, std::span<std::uint64_t> out) {
  if ((first | out.size()) % kDrawBlock != 0) throw Error("fill_draws: first and size must be multiples of 16");
  stream.replication = plain(stream.replication);
  for (std::size_t i = 0; i < out.size(); i += kDrawBlock) fill_block(stream, (first + i) >> 1, out.data() + i);
}

}  // namespace takt
