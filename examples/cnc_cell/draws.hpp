// SPDX-License-Identifier: Apache-2.0
// Random numbers of one future for one purpose, and choices by weights.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "takt/core/distribution.hpp"
#include "takt/core/random.hpp"

namespace cnc {

/// The draws of one of takt's keyed streams, one after the other.
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint32_t replication, std::string_view purpose)
      : stream_(takt::stream_key(seed, replication, takt::hash_path(purpose), takt::Purpose::learn)) {}

  double uniform() { return next().uniform(); }
  double exponential() {
    takt::Draw draw = next();
    return takt::Distribution::standard_exponential(draw);
  }
  double normal() {
    takt::Draw draw = next();
    return takt::Distribution::standard_normal(draw);
  }
  /// An index, each with a probability as its weight; there must be one above zero.
  std::size_t choice(std::span<const double> weights) {
    double sum = 0.0;
    for (const double weight : weights) sum += weight;
    double left = uniform() * sum;
    std::size_t last = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (!(weights[i] > 0.0)) continue;
      last = i;
      if ((left -= weights[i]) < 0.0) break;
    }
    return last;
  }

 private:
  takt::Draw next() {
    const std::size_t at = ordinal_ % block_.size();
    if (at == 0) takt::fill_draws(stream_, ordinal_, block_);
    return {stream_, ordinal_++, block_[at]};
  }

  takt::StreamKey stream_;
  std::uint64_t ordinal_ = 0;
  std::array<std::uint64_t, 16> block_{};  // the first bits of the draws around the next one
};

}  // namespace cnc
