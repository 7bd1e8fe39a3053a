// SPDX-License-Identifier: Apache-2.0
// The longest common subsequence of two sequences of events: as much of both as came in the same order, with or without
// a limit on how far apart in time what is matched may lie. Exact.
//
// A row of the table of dynamic programming is a vector of bits, 64 columns a word (Allison & Dix 1986, doi
// 10.1016/0020-0190(86)90091-8; Hyyrö 2004, "Bit-parallel LCS-length computation revisited"). That works for any
// relation of what may be matched, so that limits in time, and a band around the diagonal that is widened until the
// result proves itself (Ukkonen 1985, doi 10.1016/S0019-9958(85)80046-2), only leave words out. For n and m events and
// a distance d = n + m - 2 |LCS| it takes about n min(d, m) / 64 steps: alike logs of 1e5 events some tens of
// milliseconds, logs that have little in common two seconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "takt/core/time.hpp"

namespace takt {

/// An event by the number of what it is; only equal ones match.
struct Labelled {
  std::uint32_t label = 0;
  std::int64_t at = 0;  ///< ns, since whenever
  friend auto operator<=>(const Labelled&, const Labelled&) = default;
};

/// One of two sequences, prepared to be compared with others. A value; may be asked from several threads.
class SequenceIndex {
 public:
  static constexpr std::uint32_t kUnmatched = 0xffffffffU;

  /// `events` by time, not descending.
  explicit SequenceIndex(std::span<const Labelled> events);

  /// How many events the two have in common. `within`: by label, how far apart in time a match may lie; empty: as far
  /// as it likes. A label beyond its end matches nothing. Below zero is no time apart at all: nothing matches.
  std::size_t common(std::span<const Labelled> other, std::span<const Duration> within = {}) const;
  /// For each event of the other sequence, the event of this one that it is matched with, or kUnmatched. Where several
  /// matchings are longest, one that is the same for the same sequences.
  std::vector<std::uint32_t> match(std::span<const Labelled> other, std::span<const Duration> within = {}) const;

  std::size_t size() const { return times_.size(); }

 private:
  friend class SequenceComparison;
  struct Word {
    std::uint32_t index = 0;   ///< of 64 events
    std::uint64_t events = 0;  ///< those of the label among them, a bit each
  };

  std::vector<std::int64_t> times_;
  std::vector<Word> words_;              ///< by label, then index; only those with events
  std::vector<std::uint32_t> of_label_;  ///< (labels + 1) where the words of each begin
};

}  // namespace takt
