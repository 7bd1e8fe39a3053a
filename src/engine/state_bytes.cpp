// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/state_bytes.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <type_traits>

#include "takt/core/error.hpp"

namespace takt {
namespace {

static_assert(std::is_trivially_copyable_v<Part> && sizeof(Part) % 8 == 0);

struct Header {
  std::array<char, 8> kind{'t', 'a', 'k', 't', '-', 's', 't', '1'};
  std::uint64_t model = 0;
  std::int64_t now = 0;
  std::uint64_t seed = 0, replication = 0;
  std::uint64_t words = 0, parts = 0;
  std::uint64_t sum = 0;  ///< of all above and of what follows
};

/// A sum over words in four lanes, each multiplied on the way, so that it depends on their order.
class Sum {
 public:
  void add(const std::byte* at, std::size_t bytes) {
    std::array<std::uint64_t, 4> words{};
    for (; bytes >= sizeof words; at += sizeof words, bytes -= sizeof words) {
      std::memcpy(words.data(), at, sizeof words);
      mix(words);
    }
    words = {};
    std::memcpy(words.data(), at, bytes);
    if (bytes > 0) mix(words);
  }
  std::uint64_t value() const {
    std::uint64_t value = 0;
    for (const std::uint64_t lane : lanes_) value = mix64(value ^ lane);
    return value;
  }

 private:
  void mix(const std::array<std::uint64_t, 4>& words) {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      lanes_[i] = (lanes_[i] ^ words[i]) * kOdd;
      lanes_[i] ^= lanes_[i] >> 32;
    }
  }
  std::array<std::uint64_t, 4> lanes_{1, 2, 3, 4};
};

constexpr std::size_t kPiece = std::size_t{1} << 17;  // summed while it is in the cache

std::uint64_t sum_of(Header header) {
  header.sum = 0;
  Sum sum;
  sum.add(reinterpret_cast<const std::byte*>(&header), sizeof header);
  return sum.value();
}

[[noreturn]] void refuse(State& into, const std::string& value, const std::string& expected) {
  into.arena.clear();
  into.parts.clear();
  throw InvalidInput(Fault{"state", value, expected, "", "", 0});
}

}  // namespace

void to_bytes(const Model& model, const State& state, std::vector<std::byte>& into) {
  Header header{.model = model.hash(),
                .now = state.now.time_since_epoch().count(),
                .seed = state.seed,
                .replication = state.replication,
                .words = state.arena.size(),
                .parts = state.parts.size()};
  const auto arena = std::as_bytes(std::span(state.arena));
  const auto parts = std::as_bytes(std::span(state.parts));
  into.clear();
  into.reserve(sizeof header + arena.size() + parts.size());
  into.resize(sizeof header);
  Sum sum;
  for (const auto& section : {arena, parts})
    for (std::size_t at = 0; at < section.size(); at += kPiece) {
      const auto piece = section.subspan(at, std::min(kPiece, section.size() - at));
      sum.add(piece.data(), piece.size());
      into.insert(into.end(), piece.begin(), piece.end());
    }
  header.sum = mix64(sum_of(header) ^ sum.value());
  std::memcpy(into.data(), &header, sizeof header);
}

void from_bytes(const Model& model, std::span<const std::byte> bytes, State& into) {
  Header header;
  if (bytes.size() < sizeof header) refuse(into, std::to_string(bytes.size()) + " bytes", "the bytes of a state");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.kind != Header{}.kind) refuse(into, "other bytes", "the bytes of a state");
  if (header.model != model.hash()) refuse(into, "a state of another model", "a state of plant " + model.plant.name);
  const std::size_t body = bytes.size() - sizeof header;
  if (header.words != StateView::words(model) || header.parts > body / sizeof(Part) ||
      body != header.words * sizeof(std::uint64_t) + header.parts * sizeof(Part))
    refuse(into, std::to_string(bytes.size()) + " bytes", "the bytes of a whole state");
  into.arena.resize(header.words);
  into.parts.resize(header.parts);
  const std::byte* from = bytes.data() + sizeof header;
  Sum sum;
  for (const auto& section :
       {std::as_writable_bytes(std::span(into.arena)), std::as_writable_bytes(std::span(into.parts))})
    for (std::size_t at = 0; at < section.size(); at += kPiece) {
      const std::size_t size = std::min(kPiece, section.size() - at);
      std::memcpy(section.data() + at, from, size);
      sum.add(section.data() + at, size);
      from += size;
    }
  if (header.sum != mix64(sum_of(header) ^ sum.value()))
    refuse(into, "bytes that were changed", "the bytes of a state as they were written");
  into.now = Time{Duration{header.now}};
  into.seed = header.seed;
  into.replication = static_cast<std::uint32_t>(header.replication);
}

}  // namespace takt
