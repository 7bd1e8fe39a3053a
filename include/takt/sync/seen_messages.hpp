// SPDX-License-Identifier: Apache-2.0
// Which messages of a source have been there, in little memory: they mostly come in the order of their numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <utility>

namespace takt {

/// A value.
class SeenMessages {
 public:
  /// Stretches of numbers that are remembered. Messages older than these count as not seen.
  static constexpr std::size_t kMost = 1024;

  bool contains(std::uint64_t epoch, std::uint64_t seq) const {
    const auto after = last_of_.upper_bound({epoch, seq});
    if (after == last_of_.begin()) return false;
    const auto& [first, last] = *std::prev(after);
    return first.first == epoch && seq <= last;
  }

  void add(std::uint64_t epoch, std::uint64_t seq) {
    if (contains(epoch, seq)) return;
    const auto after = last_of_.upper_bound({epoch, seq});
    auto at = after == last_of_.begin() ? last_of_.end() : std::prev(after);
    if (at != last_of_.end() && at->first.first == epoch && at->second + 1 == seq)
      at->second = seq;
    else
      at = last_of_.emplace_hint(after, std::pair{epoch, seq}, seq);
    if (after != last_of_.end() && after->first.first == epoch && after->first.second == seq + 1) {
      at->second = after->second;
      last_of_.erase(after);
    }
    if (last_of_.size() > kMost) last_of_.erase(last_of_.begin());
  }

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(last_of_);
  }

 private:
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> last_of_;  ///< (epoch, first) -> last
};

}  // namespace takt
