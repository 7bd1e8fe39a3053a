// SPDX-License-Identifier: Apache-2.0
// Numbers the names of a stream's items in the order of their first appearance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace takt::io {

/// An open hash table; a name that is known costs no allocation.
class ItemTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  static constexpr std::size_t kMostBytes = std::size_t{16} << 20;  ///< of all names together

  /// kNone for a further name once there are too many.
  std::uint32_t index_of(std::string_view name) {
    const std::uint64_t hash = hash_of(name);
    for (std::size_t i = hash & mask();; i = (i + 1) & mask()) {
      const Slot slot = slots_[i];
      if (slot.item == kNone) return add(name, hash, i);
      if (slot.hash == hash && names_[slot.item] == name) return slot.item;
    }
  }

  const std::vector<std::string>& names() const { return names_; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t item = kNone;  // empty
  };

  static std::uint64_t hash_of(std::string_view name) {
    constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15U;
    const char* p = name.data();
    std::size_t left = name.size();
    std::uint64_t hash = left;
    const auto mix = [&hash](std::uint64_t word) {
      hash = (hash ^ word) * kMultiplier;
      hash ^= hash >> 29;
    };
    std::uint64_t word = 0;
    for (; left >= sizeof word; left -= sizeof word, p += sizeof word) {
      std::memcpy(&word, p, sizeof word);
      mix(word);
    }
    if (left > 0) {
      word = 0;
      std::memcpy(&word, p, left);
      mix(word);
    }
    return hash;
  }

  std::size_t mask() const { return slots_.size() - 1; }

  std::uint32_t add(std::string_view name, std::uint64_t hash, std::size_t at) {
    constexpr std::size_t kSlots = 4 * sizeof(Slot);  // at least a quarter of them is full
    const std::size_t bytes = name.size() + sizeof(std::string) + kSlots;
    if (bytes > kMostBytes - bytes_) return kNone;
    bytes_ += bytes;
    const auto item = static_cast<std::uint32_t>(names_.size());
    names_.emplace_back(name);
    slots_[at] = {hash, item};
    if (2 * names_.size() > slots_.size()) grow();
    return item;
  }

  void grow() {
    std::vector<Slot> before(2 * slots_.size());
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.item == kNone) continue;
      std::size_t i = slot.hash & mask();
      while (slots_[i].item != kNone) i = (i + 1) & mask();
      slots_[i] = slot;
    }
  }

  std::size_t bytes_ = 0;
  std::vector<std::string> names_;
  std::vector<Slot> slots_ = std::vector<Slot>(64);  // a power of two, at most half full
};

}  // namespace takt::io
