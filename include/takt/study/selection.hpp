// SPDX-License-Identifier: Apache-2.0
// Which of several designs is best, and how sure that is.
//
//   const Selection chosen = select_kn(designs, runner, {.indifference = 2.0});
//   conclusion(chosen, names);  // "'two fillers' is best: with at least 95 % confidence no other is better by ..."
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "takt/study/trials.hpp"

namespace takt {

enum class Sense : std::uint8_t { maximise, minimise };

struct SelectionOptions {
  double indifference = 0.0;  ///< the smallest difference worth finding, in the response's unit; above 0
  double confidence = 0.95;
  std::uint32_t first_stage = 10;  ///< replications of each before anything is decided; at least 2
  Sense sense = Sense::maximise;
  std::size_t response = 0;
  std::uint32_t first_replication = 0;
  std::uint64_t most_runs = 10'000'000;  ///< where it gives up, without its guarantee
  std::uint32_t rounds = 1;  ///< of KN asked for at once, for many workers: changes what is run, never the result
};

/// What was chosen. Means and counts stand by design; those of a design that was dropped are of when it was.
struct Selection {
  std::size_t best = 0;
  std::vector<double> means;
  std::vector<std::uint32_t> replications;
  std::uint64_t runs = 0;  ///< the sum of the replications
  double indifference = 0.0, confidence = 0.0;
  /// The best design is chosen with probability >= confidence whenever it is better than the second by the
  /// indifference, and one within the indifference otherwise. False where the budget ended before, and for OCBA.
  bool is_guaranteed = false;
  double probability = std::numeric_limits<double>::quiet_NaN();  ///< OCBA: that the choice is right, estimated
};

/// Kim & Nelson 2001 (the procedure KN): all designs a replication at a time under common random numbers, those clearly
/// worse dropped on the way. For responses that are close to normal. Throws InvalidInput for wrong options, Error if a
/// trial has no value.
Selection select_kn(std::span<const DesignPoint> designs, const Runner& runner, const SelectionOptions& options);

/// Rinott 1978: after the first stage as many replications of each design as its variance asks for. The designs are run
/// independently of each other, as its proof needs: replications first + k r + i for design i of k.
Selection select_rinott(std::span<const DesignPoint> designs, const Runner& runner, const SelectionOptions& options);

/// Chen, Lin, Yucesan & Chick 2000 (OCBA): `most_runs` in all, spent where the choice is hardest. No guarantee; the
/// probability of a right choice is estimated (Bonferroni bound of the paper).
Selection select_ocba(std::span<const DesignPoint> designs, const Runner& runner, const SelectionOptions& options);

/// Rinott's h for k designs: the P(best) = probability solution with nu = first_stage - 1, by numerical integration.
/// For k = 10, first_stage = 10, 0.95 it is 4.290.
double rinott_constant(std::size_t designs, std::uint32_t first_stage, double probability);

/// How OCBA shares a budget: N_i/N_s = ((x_b - x_s)/(x_b - x_i))^2 s_i^2/s_s^2, N_b = s_b sqrt(sum N_i^2/s_i^2). Sums
/// to 1. `best` is the index of the best mean. Ties with the best are treated as a very small difference.
std::vector<double> ocba_shares(std::span<const double> means, std::span<const double> deviations, std::size_t best);

/// A sentence for people: what is best, and with what guarantee. `unit` follows numbers, e.g. " parts/h".
std::string conclusion(const Selection& selection, std::span<const std::string> names, std::string_view unit = "");

}  // namespace takt
