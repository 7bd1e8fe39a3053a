// SPDX-License-Identifier: Apache-2.0
// The choices by which something was drawn at random, so that it can be drawn again with fewer and smaller ones.
#pragma once

#include <cstdint>
#include <vector>

#include "takt/core/random.hpp"

namespace takt::test {

class Choices {
 public:
  /// Drawn at random, and remembered.
  explicit Choices(std::uint64_t seed) : draw_({seed, 0}, 0) {}
  /// These; whatever is asked beyond them is 0, the simplest choice.
  explicit Choices(std::vector<std::uint32_t> made) : made_(std::move(made)), random_(false), draw_({0, 0}, 0) {}

  /// A number below `n`, which is not 0; 0 is the simplest.
  std::uint32_t below(std::uint32_t n) {
    if (next_ == made_.size()) made_.push_back(random_ ? static_cast<std::uint32_t>(draw_.bits() % n) : 0);
    return made_[next_++] % n;
  }
  /// True with probability `p`; false is the simplest.
  bool chance(double p) { return below(1000) >= 1000 - static_cast<std::uint32_t>(1000.0 * p); }

  const std::vector<std::uint32_t>& made() const { return made_; }

 private:
  std::vector<std::uint32_t> made_;
  std::size_t next_ = 0;
  bool random_ = true;
  Draw draw_;
};

}  // namespace takt::test
