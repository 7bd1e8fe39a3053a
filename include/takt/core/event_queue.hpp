// SPDX-License-Identifier: Apache-2.0
// Event queues over a fixed set of slots: each slot has at most one pending event. Setting a slot replaces its
// event, clearing it cancels for good; nothing stale is ever popped. Equal times are ordered by class, then by slot.
//
// Both queues are plain values and hold times relative to a base, within a window: an event further off is held
// as "not yet" and must be set again after a rebase. Not thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "takt/core/time.hpp"

namespace takt {

/// The order of events at equal times: the smaller class first.
enum class EventClass : std::uint8_t { shift, repair, failure, completion, arrival };

/// The next event of a queue. `time` is kNever if nothing is pending inside the window.
struct NextEvent {
  Time time = kNever;
  EventClass event_class{};
  std::uint32_t slot = 0;
};

/// Up to 32 slots. Time, class and slot are packed into one positive double a slot, so that one pass of minima finds
/// the next event together with its slot and the order of ties.
class ScanQueue {
 public:
  static constexpr std::uint32_t kSlots = 32;
  static constexpr Duration kWindow{std::int64_t{1} << 54};  ///< about 208 days

  void reset(std::uint32_t slots, Time base) {
    base_ = base;
    padded_ = (slots + 3U) & ~3U;
    keys_.fill(kEmpty);
  }

  /// The key of an event, to be put in now or, while the base stays, later. An earlier event has a smaller one.
  using Key = std::uint64_t;
  static constexpr Key kNoEvent = std::bit_cast<Key>(std::numeric_limits<double>::max());
  Key key(std::uint32_t slot, Time time, EventClass event_class) const {
    const auto ns = static_cast<std::uint64_t>((time - base_).count());
    const Key packed = (ns << 8) + (kOffset | static_cast<std::uint64_t>(event_class) << 5 | slot);
    return time - base_ <= kWindow ? packed : kNoEvent;
  }
  void put(std::uint32_t slot, Key key) { keys_[slot] = std::bit_cast<double>(key); }

  void set(std::uint32_t slot, Time time, EventClass event_class) { put(slot, key(slot, time, event_class)); }
  void clear(std::uint32_t slot) { keys_[slot] = kEmpty; }

  NextEvent next() const {
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(smallest());
    if (bits == kNoEvent) return {};
    const std::uint64_t packed = bits - kOffset;
    return {base_ + Duration{static_cast<std::int64_t>(packed >> 8)}, static_cast<EventClass>(packed >> 5 & 7U),
            static_cast<std::uint32_t>(packed & 31U)};
  }

 private:
  static constexpr std::uint64_t kOffset = std::uint64_t{1} << 52;  // keeps every key a normal number
  static constexpr double kEmpty = std::numeric_limits<double>::max();

  double smallest() const {
#if defined(__SSE2__)
    // Loads of one key each: a pair would have to wait for the key just stored (store forwarding).
    __m128d a = _mm_load_sd(keys_.data()), b = _mm_load_sd(keys_.data() + 1), c = _mm_load_sd(keys_.data() + 2),
            d = _mm_load_sd(keys_.data() + 3);
    for (std::uint32_t i = 4; i < padded_; i += 4) {
      a = _mm_min_sd(a, _mm_load_sd(keys_.data() + i));
      b = _mm_min_sd(b, _mm_load_sd(keys_.data() + i + 1));
      c = _mm_min_sd(c, _mm_load_sd(keys_.data() + i + 2));
      d = _mm_min_sd(d, _mm_load_sd(keys_.data() + i + 3));
    }
    return _mm_cvtsd_f64(_mm_min_sd(_mm_min_sd(a, b), _mm_min_sd(c, d)));
#else
    return *std::min_element(keys_.begin(), keys_.begin() + std::max(padded_, 4U));
#endif
  }

  alignas(16) std::array<double, kSlots> keys_{};
  Time base_{};
  std::uint32_t padded_ = 0;
};

/// Any number of slots: a tournament tree; setting a slot replays its path to the root.
class TreeQueue {
 public:
  static constexpr Duration kWindow{std::int64_t{1} << 59};  ///< about 18 years

  void reset(std::uint32_t slots, Time base) {
    base_ = base;
    leaves_ = std::bit_ceil(std::max(slots, 2U));
    keys_.assign(leaves_, kNoEvent);
    winner_.resize(std::size_t{2} * leaves_);
    for (std::uint32_t i = 0; i < leaves_; ++i) winner_[leaves_ + i] = i;
    for (std::uint32_t i = leaves_ - 1; i > 0; --i) winner_[i] = winner_[std::size_t{2} * i];
  }

  /// As for ScanQueue.
  using Key = std::uint64_t;
  static constexpr Key kNoEvent = ~Key{0};
  Key key(std::uint32_t /*slot*/, Time time, EventClass event_class) const {
    const Duration from_base = time - base_;
    return from_base <= kWindow
               ? static_cast<std::uint64_t>(from_base.count()) << 3 | static_cast<std::uint64_t>(event_class)
               : kNoEvent;
  }
  void put(std::uint32_t slot, Key key) {
    keys_[slot] = key;
    for (std::uint32_t node = (leaves_ + slot) / 2; node > 0; node /= 2) {
      const std::uint32_t left = winner_[std::size_t{2} * node];
      const std::uint32_t right = winner_[std::size_t{2} * node + 1];
      winner_[node] = keys_[right] < keys_[left] ? right : left;  // equal keys: the smaller slot
    }
  }

  void set(std::uint32_t slot, Time time, EventClass event_class) { put(slot, key(slot, time, event_class)); }
  void clear(std::uint32_t slot) { put(slot, kNoEvent); }

  NextEvent next() const {
    const std::uint32_t slot = winner_[1];
    const std::uint64_t key = keys_[slot];
    if (key == kNoEvent) return {};
    return {base_ + Duration{static_cast<std::int64_t>(key >> 3)}, static_cast<EventClass>(key & 7U), slot};
  }

 private:
  std::vector<std::uint64_t> keys_;
  std::vector<std::uint32_t> winner_;
  Time base_{};
  std::uint32_t leaves_ = 0;
};

}  // namespace takt
