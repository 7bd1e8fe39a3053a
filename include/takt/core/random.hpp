// SPDX-License-Identifier: Apache-2.0
// Keyed random streams: draw n of a stream is a pure function of (seed, replication, entity, purpose, n).
//
// The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
// SC'11, doi 10.1145/2063384.2063405), which passes TestU01's BigCrush. A counter of 128 bits holds
// (index: 64, lane: 32, replication: 32); the key of 64 bits is the stream's.
//
// A draw may need more than one number (a rejection). The further ones come from lanes of the same draw, so
// that draw n + 1 never depends on how many numbers draw n took.
//
// Replications may come in antithetic pairs (Hammersley & Morton 1956, doi 10.1017/S0305004100031455): the second has
// the streams of the first with every uniform number u turned into 1 - u, which makes a long time of every short one. A
// mark in its number says so, so that whatever is keyed by a replication follows.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace takt {

/// What a stream's numbers are used for at its entity.
enum class Purpose : std::uint8_t { cycle, load, failure, repair, routing, scrap, arrival, product, merge, learn };

/// Replications that may have an antithetic one: those below this.
inline constexpr std::uint32_t kMostMirrored = 1U << 24;

/// The antithetic one of a replication, and back.
constexpr std::uint32_t mirrored(std::uint32_t replication) { return replication ^ 0x8000'0000U; }
constexpr bool is_mirrored(std::uint32_t replication) { return replication >> 24 == 0x80U; }
/// The one of the pair that is not mirrored.
constexpr std::uint32_t plain(std::uint32_t replication) {
  return is_mirrored(replication) ? mirrored(replication) : replication;
}

/// Names a stream.
struct StreamKey {
  std::uint64_t key = 0;
  std::uint32_t replication = 0;
  friend bool operator==(StreamKey, StreamKey) = default;
};

/// A bijective mixing of 64 bits (Stafford's variant 13 of the MurmurHash3 finaliser, as in SplitMix64).
constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// A well-mixed 64-bit hash of a path (FNV-1a, then the finaliser of SplitMix64), made from it piece by piece. Never
/// changes between versions.
class PathHash {
 public:
  constexpr PathHash& add(std::string_view piece) {
    for (const char c : piece) add(c);
    return *this;
  }
  constexpr PathHash& add(char c) {
    hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return *this;
  }
  constexpr std::uint64_t value() const { return mix64(hash_); }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};
constexpr std::uint64_t hash_path(std::string_view path) { return PathHash().add(path).value(); }

/// The part of a stream's key that the entity and the purpose give.
constexpr std::uint64_t entity_key(std::uint64_t path_hash, Purpose purpose) {
  return mix64(path_hash + 0x632be59bd9b4e019U * (static_cast<std::uint64_t>(purpose) + 1));
}

/// The stream of an entity (by the hash of its path) for a purpose.
constexpr StreamKey stream_key(std::uint64_t seed, std::uint32_t replication, std::uint64_t path_hash,
                               Purpose purpose) {
  return {entity_key(path_hash, purpose) ^ mix64(seed), replication};
}

/// One block of Philox4x32-10.
constexpr std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
    k[0] += 0x9E3779B9U;
    k[1] += 0xBB67AE85U;
  }
  return c;
}

/// As many draws are cheapest made at once.
inline constexpr std::size_t kDrawBlock = 16;

/// The first 64 bits of draws `first` to `first + out.size() - 1`, the same for both of an antithetic pair. `first` and
/// `out.size()` must be multiples of kDrawBlock; throws Error otherwise.
void fill_draws(StreamKey stream, std::uint64_t first, std::span<std::uint64_t> out);

/// The numbers of one draw. A value; cheap to make.
class Draw {
 public:
  Draw(StreamKey stream, std::uint64_t ordinal) : stream_(stream), ordinal_(ordinal) {}

  /// As above, with the draw's first 64 bits already known (from fill_draws).
  Draw(StreamKey stream, std::uint64_t ordinal, std::uint64_t first)
      : stream_(stream), ordinal_(ordinal), next_(first), lane_(1), have_(true) {}

  /// Whether it is of the mirrored one of an antithetic pair, and the same draw, as far as it has come, of the other.
  bool is_mirrored() const { return takt::is_mirrored(stream_.replication); }
  Draw other() const {
    Draw other = *this;
    other.stream_.replication = mirrored(stream_.replication);
    return other;
  }

  /// The next 64 bits of this draw: not mirrored.
  std::uint64_t bits() {
    if (have_) {
      have_ = false;
      return next_;
    }
    return fresh();
  }

  /// Uniform on (0, 1), both ends excluded: the middles of 2^52 equal cells, each exact in a double. Of a mirrored draw
  /// one less what the other has, exactly.
  double uniform() {
    constexpr std::uint64_t kLast = (std::uint64_t{1} << 52) - 1;
    const std::uint64_t cell = bits() >> 12;
    return (static_cast<double>(is_mirrored() ? kLast - cell : cell) + 0.5) * 0x1p-52;
  }

 private:
  std::uint64_t block(std::uint64_t index, std::uint32_t lane, bool high) const {
    const auto b = philox4x32_10(
        {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), lane, plain(stream_.replication)},
        {static_cast<std::uint32_t>(stream_.key), static_cast<std::uint32_t>(stream_.key >> 32)});
    return high ? b[2] | std::uint64_t{b[3]} << 32 : b[0] | std::uint64_t{b[1]} << 32;
  }
  std::uint64_t fresh() {
    if (lane_ == 0) {
      lane_ = 1;
      return block(ordinal_ >> 1, 0, (ordinal_ & 1) != 0);
    }
    return block(ordinal_, lane_++, false);
  }

  StreamKey stream_;
  std::uint64_t ordinal_;
  std::uint64_t next_ = 0;
  std::uint32_t lane_ = 0;
  bool have_ = false;
};

}  // namespace takt
