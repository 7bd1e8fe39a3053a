// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/time_to_end.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace takt {
namespace {

constexpr std::array kPriorErrors{-0.5, -0.2, -0.05, -0.02, -0.01, -0.005, 0.0, 0.0, 0.005, 0.01, 0.02, 0.05, 0.2, 0.5};

double weight_of(double similarity, const EndOptions& options) {
  return std::exp(-options.similarity_rate * (1.0 - similarity));
}

double sum_of_weights(std::span<const EndCandidate> candidates) {
  double sum = 0.0;
  for (const EndCandidate& candidate : candidates) sum += candidate.weight;
  return sum;
}

/// Factors on a candidate's answer, with weights that sum to 1: the errors made at such a similarity, and the prior
/// ones.
WeightedAtoms error_factors(double similarity, bool had_held, std::span<const EndError> errors,
                            const EndOptions& options) {
  WeightedAtoms factors;
  factors.atoms.reserve(errors.size() + kPriorErrors.size());
  double sum = options.prior_errors;
  for (const EndError& error : errors) {
    const double likeness = std::exp(-std::abs(error.similarity - similarity) / options.error_similarity);
    const double weight = error.weight * likeness * (error.had_held == had_held ? 1.0 : options.error_other_hold);
    factors.atoms.push_back({.value = std::exp(error.log_error), .weight = weight});
    sum += weight;
  }
  for (const double error : kPriorErrors) {
    factors.atoms.push_back({.value = std::exp(error), .weight = options.prior_errors / kPriorErrors.size()});
  }
  for (WeightedAtoms::Atom& atom : factors.atoms) atom.weight /= sum;
  return factors;
}

/// How much longer a machine that stands now will stand: nothing if it does not.
WeightedAtoms standing(const ProgramTrace& running, const EndEvidence& evidence, const EndOptions& options) {
  if (running.clock.standing_s() <= 0.0) return {{{.value = 0.0, .weight = 1.0}}};
  std::vector<double> holds(evidence.holds_s.begin(), evidence.holds_s.end());
  holds.insert(holds.end(), options.prior_holds_s.begin(), options.prior_holds_s.end());
  return kernel_residual(holds, running.clock.standing_s(), options.kernel).condensed(options.hold_atoms);
}

}  // namespace

std::vector<EndCandidate> end_candidates(const ProgramTrace& running, std::span<const ProgramTrace* const> past,
                                         const EndOptions& options) {
  std::vector<EndCandidate> candidates;
  for (std::size_t i = past.size() - std::min(past.size(), options.runs); i < past.size(); ++i) {
    const ProgramMatch match = match_program(running, *past[i], options.match);
    if (!(match.similarity > 0.0)) continue;
    const double age = static_cast<double>(past.size() - 1 - i);
    EndCandidate candidate{.past = static_cast<std::uint32_t>(i),
                           .weight = weight_of(match.similarity, options) * std::exp2(-age / options.half_life),
                           .remaining_s = std::max(match.remaining_s, options.least_left_s),
                           .similarity = match.similarity};
    if (match.holds_ahead_s > 0.0) {
      EndCandidate held = candidate;
      held.weight *= options.hold_again;
      held.remaining_s += match.holds_ahead_s;
      candidates.push_back(held);
      candidate.weight -= held.weight;
    }
    candidates.push_back(candidate);
  }
  return candidates;
}

void ErrorLedger::add(const Operation& operation, std::span<const ProgramTrace* const> past) {
  constexpr double kFirst = 60.0, kSecond = 300.0, kStep = 600.0;  // seconds
  constexpr double kCounts = 0.1;                                  // of all weight
  const std::size_t first = entries_.size();
  for (double at_s = kFirst; at_s < operation.duration_s(); at_s = at_s == kFirst ? kSecond : at_s + kStep) {
    const ProgramTrace running = trace_program(operation, at_s, options_.match);
    const std::vector<EndCandidate> candidates = end_candidates(running, past, options_);
    const double left_s = std::max(operation.duration_s() - at_s, 1.0);
    const double all = sum_of_weights(candidates);
    double heaviest = 0.0;
    for (const EndCandidate& candidate : candidates) heaviest = std::max(heaviest, candidate.weight);
    EndError best{.log_error = std::numeric_limits<double>::infinity()};
    for (const EndCandidate& candidate : candidates) {
      if (candidate.weight < std::min(kCounts * all, heaviest)) continue;
      const double error = std::log(left_s / candidate.remaining_s);
      if (std::abs(error) < std::abs(best.log_error)) {
        best = {.log_error = error, .similarity = candidate.similarity, .had_held = running.clock.held_s() > 0.0};
      }
    }
    if (!candidates.empty()) entries_.push_back(best);
  }
  for (std::size_t i = first; i < entries_.size(); ++i)
    entries_[i].weight = 1.0 / static_cast<double>(entries_.size() - first);
}

WeightedAtoms time_to_end(const ProgramTrace& running, const EndEvidence& evidence, const EndOptions& options) {
  const std::vector<EndCandidate> candidates = end_candidates(running, evidence.past, options);
  const double unknown = weight_of(options.unknown_similarity, options);
  const double all = sum_of_weights(candidates) + unknown;
  const double elapsed_s = running.clock.length_s();

  constexpr double kAnyProgram = 600.0;  // seconds, where nothing was seen at all
  const std::span<const double> any(&kAnyProgram, 1);
  WeightedAtoms law =
      kernel_residual(evidence.durations_s.empty() ? any : evidence.durations_s, elapsed_s, options.kernel);
  for (WeightedAtoms::Atom& atom : law.atoms) atom.weight *= unknown / all;

  const WeightedAtoms stands = standing(running, evidence, options);
  for (const EndCandidate& candidate : candidates) {
    if (candidate.weight < options.least_share * all) continue;
    const double share = candidate.weight / all;
    const WeightedAtoms factors =
        error_factors(candidate.similarity, running.clock.held_s() > 0.0, evidence.errors, options);
    for (const WeightedAtoms::Atom& factor : factors.atoms)
      for (const WeightedAtoms::Atom& stand : stands.atoms)
        law.atoms.push_back({.value = candidate.remaining_s * factor.value + stand.value,
                             .weight = share * factor.weight * stand.weight,
                             .cause = candidate.past});
  }
  return law;
}

}  // namespace takt
