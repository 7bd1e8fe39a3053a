// SPDX-License-Identifier: Apache-2.0
#include "takt/core/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "takt/core/error.hpp"

namespace takt {
namespace {

using Block = std::array<std::uint32_t, 4>;

// The known answers published with Random123 (tests/kat_vectors, philox4x32 with 10 rounds).
TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(FillDraws, GivesTheFirstBitsOfEachDraw) {
  std::vector<std::uint64_t> bits(64);
  for (const std::uint64_t key : {0x0ULL, 0x123456789abcdef0ULL, 0xffffffffffffffffULL}) {
    for (const std::uint32_t replication : {0U, 1U, 0xffffffffU}) {
      // The last ones need the upper half of the counter, and cross into it.
      for (const std::uint64_t first : {0ULL, 16ULL, 0x1fffffff0ULL, 0x1ffffffd0ULL, 0xffffffffffffff00ULL}) {
        const StreamKey stream{key, replication};
        fill_draws(stream, first, bits);
        for (std::size_t i = 0; i < bits.size(); ++i) ASSERT_EQ(bits[i], Draw(stream, first + i).bits()) << first + i;
      }
    }
  }
}

TEST(FillDraws, RefusesWhatIsNotAMultipleOfSixteen) {
  std::vector<std::uint64_t> bits(32);
  EXPECT_THROW(fill_draws({}, 8, bits), Error);
  EXPECT_THROW(fill_draws({}, 0, std::span(bits).first(24)), Error);
  EXPECT_NO_THROW(fill_draws({}, 0, std::span(bits).first(0)));
}

TEST(Draw, ContinuesTheSameWayWhenItsFirstBitsAreKnown) {
  const StreamKey stream{42, 7};
  for (std::uint64_t n = 0; n < 100; ++n) {
    Draw fresh(stream, n);
    Draw filled(stream, n, Draw(stream, n).bits());
    for (int i = 0; i < 5; ++i) ASSERT_EQ(fresh.bits(), filled.bits()) << n;
  }
}

TEST(Draw, NeverRepeatsANumberOfAnotherDrawOrStream) {
  std::set<std::uint64_t> seen;
  std::size_t taken = 0;
  for (const std::uint64_t key : {1U, 2U}) {
    for (const std::uint32_t replication : {0U, 1U}) {
      for (std::uint64_t n = 0; n < 500; ++n) {
        Draw draw({key, replication}, n);
        for (int i = 0; i < 6; ++i, ++taken) seen.insert(draw.bits());
      }
    }
  }
  // Of 12 000 random numbers of 64 bits two are equal with probability 4e-12.
  EXPECT_EQ(seen.size(), taken);
}

TEST(Draw, GivesUniformNumbersInsideTheUnitInterval) {
  // The ends of the 64 bits, as a stream may give them.
  EXPECT_EQ(Draw({}, 0, 0).uniform(), 0x1p-53);
  EXPECT_EQ(Draw({}, 0, ~std::uint64_t{0}).uniform(), 1.0 - 0x1p-53);
}

// The sum of the squared deviations of 256 counts follows chi-square with 255 degrees of freedom: above 377 with
// probability 1e-6. Low and high bits alike.
TEST(Draw, FillsEveryBitEvenly) {
  constexpr int kDraws = 256000;
  for (const int shift : {0, 8, 28, 56}) {
    std::vector<int> counts(256);
    for (std::uint64_t n = 0; n < kDraws; ++n) ++counts[Draw({9, 9}, n).bits() >> shift & 255];
    double chi2 = 0.0;
    for (const int count : counts) chi2 += (count - 1000.0) * (count - 1000.0) / 1000.0;
    EXPECT_LT(chi2, 377.0) << shift;
  }
}

// Keys of files and checkpoints: they never change between versions. FNV-1a's own test vectors (Fowler, Noll, Vo:
// "" -> cbf29ce484222325, "a" -> af63dc4c8601ec8c, "foobar" -> 85944171f73967e8), then mix64.
TEST(HashPath, IsFnvAndThenMixed) {
  EXPECT_EQ(hash_path(""), mix64(0xcbf29ce484222325U));
  EXPECT_EQ(hash_path("a"), mix64(0xaf63dc4c8601ec8cU));
  EXPECT_EQ(hash_path("foobar"), mix64(0x85944171f73967e8U));
}

// The first outputs of SplitMix64 from seed 1234567 (Vigna's reference code), whose state grows by the golden ratio.
TEST(Mix64, IsTheOutputOfSplitMix64) {
  EXPECT_EQ(mix64(1234567), 6457827717110365317U);
  EXPECT_EQ(mix64(1234567 + 0x9e3779b97f4a7c15U), 3203168211198807973U);
}

TEST(StreamKeys, DifferByEachOfTheirParts) {
  std::set<std::uint64_t> keys;
  std::size_t made = 0;
  for (const std::uint64_t seed : {0U, 1U}) {
    for (const char* path : {"/a/b", "/a/c", "/a"}) {
      for (int purpose = 0; purpose < 10; ++purpose, ++made) {
        keys.insert(stream_key(seed, 0, hash_path(path), static_cast<Purpose>(purpose)).key);
      }
    }
  }
  EXPECT_EQ(keys.size(), made);
  EXPECT_EQ(stream_key(1, 5, hash_path("/a"), Purpose::cycle).replication, 5U);
}

}  // namespace
}  // namespace takt
