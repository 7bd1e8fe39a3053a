// SPDX-License-Identifier: Apache-2.0
// A law as a list of weighted values, each with its cause: what a forecast from past cases comes to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace takt {

/// A value, any number of them making a law. A plain value.
struct WeightedAtoms {
  static constexpr std::uint32_t kNoCause = 0xffffffffU;

  struct Atom {
    double value = 0.0;
    double weight = 0.0;
    std::uint32_t cause = kNoCause;  ///< which past case it comes from
    friend bool operator==(const Atom&, const Atom&) = default;
  };
  std::vector<Atom> atoms;  ///< in any order; weights are relative

  double weight() const;  ///< of all
  double mean() const;
  /// The quantiles at p, each in [0, 1]: linear between the sorted values, a value standing at the middle of its weight
  /// (Hazen's plotting position, weighted).
  std::vector<double> quantiles(std::span<const double> p) const;
  /// The law as `count` values of equal weight at the middles of as many equal shares; itself if it has no more values.
  WeightedAtoms condensed(std::size_t count) const;

  friend bool operator==(const WeightedAtoms&, const WeightedAtoms&) = default;
};

/// How far past times are trusted.
struct KernelOptions {
  double log_sd = 0.6;      ///< each past time stands for times about 1.8 times as long or as short
  std::size_t points = 10;  ///< values kept of each
  double least_s = 1.0;     ///< no residual is shorter
  double least_weight = 1e-12;
};

/// The law of what is left of a time that has already lasted `elapsed_s`, from past times of its kind: each is the
/// median of a log-normal law, weighted by its probability to last longer than `elapsed_s` and cut there (Silverman
/// 1986, section 2.9, on logarithms). Weights sum to 1. `past_s` must not be empty and holds positive times.
WeightedAtoms kernel_residual(std::span<const double> past_s, double elapsed_s, const KernelOptions& options = {});

}  // namespace takt
