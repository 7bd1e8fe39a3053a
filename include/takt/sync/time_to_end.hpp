// SPDX-License-Identifier: Apache-2.0
// When will the running operation end? Every past run that the program resembles gives one answer, weighted by how much
// it resembles it and how recent it is; the errors that this very method made before give the spread.
//
//   takt::ErrorLedger ledger;                       // one for the shop: learns from each operation that has ended
//   ledger.add(operation, past);
//   const takt::WeightedAtoms law = takt::time_to_end(running, {.past = past, .errors = ledger.entries(), ...});
//
// Forecasting by analogues, the k nearest past courses weighted by likeness (Lorenz 1969, doi
// 10.1175/1520-0469(1969)26<636:APARBN>2.0.CO;2), here of programs and dressed with their own past errors (Roulston &
// Smith 2003, doi 10.1034/j.1600-0870.2003.201378.x). No random numbers: the same evidence gives the same law.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "takt/sync/operations.hpp"
#include "takt/sync/program_match.hpp"
#include "takt/sync/weighted_atoms.hpp"

namespace takt {

struct EndOptions {
  MatchOptions match{};
  KernelOptions kernel{};
  std::size_t runs = 60;  ///< past runs compared, the most recent
  /// A run of similarity S weighs exp(-rate (1 - S)): one program scatters by about .1, which then costs a factor 3.
  double similarity_rate = 12.0;
  /// A program never seen before weighs like a run of this similarity, which lies between the same program and others.
  double unknown_similarity = 0.5;
  double half_life = 3.0;  ///< in operations: programs are edited, so the last run tells most
  /// Whether what held up the past run holds up this one too is not known: half for each.
  double hold_again = 0.5;
  double least_share = 0.003;  ///< runs below this share of all weight are left out
  /// An error of a run of similarity S' counts exp(-|S' - S| / this): as wide as one program scatters.
  double error_similarity = 0.1;
  double error_other_hold = 0.2;  ///< and so much if one had been held up by then and the other not
  double prior_errors = 6.0;      ///< weight, in operations, of small errors assumed before any is known
  double least_left_s = 0.5;      ///< no answer is shorter
  /// Holds assumed besides those seen: a look, a chip to clear, a tool to change by hand.
  std::vector<double> prior_holds_s{60.0, 300.0, 1500.0};
  std::size_t hold_atoms = 50;  ///< values that the law of a hold's residual is reduced to
};

/// One past run's answer.
struct EndCandidate {
  std::uint32_t past = 0;  ///< which, as in the list given
  double weight = 0.0;
  double remaining_s = 0.0;
  double similarity = 0.0;
};

/// The answers of past runs of the same machine, oldest first, all ended before the running operation began. A run with
/// holds ahead gives two: without them and with them.
std::vector<EndCandidate> end_candidates(const ProgramTrace& running, std::span<const ProgramTrace* const> past,
                                         const EndOptions& options = {});

/// An error made once: the logarithm of true over forecast time to the end, by the best of the candidates that counted.
struct EndError {
  double log_error = 0.0;
  double similarity = 0.0;
  double weight = 0.0;    ///< the entries of one operation sum to 1
  bool had_held = false;  ///< whether it had been held up by then
};

/// What the method got wrong so far. Grows at the end only, so that the entries known at any time are the first of
/// those known later. A value.
class ErrorLedger {
 public:
  explicit ErrorLedger(EndOptions options = {}) : options_(std::move(options)) {}

  /// Forecasts an operation that has ended as it would have been a minute after its start, five minutes after, and
  /// every ten minutes from there. `past`: the runs known when it began.
  void add(const Operation& operation, std::span<const ProgramTrace* const> past);

  std::span<const EndError> entries() const { return entries_; }

 private:
  EndOptions options_;
  std::vector<EndError> entries_;
};

/// All that the time to the end is told from. Views: what they show must outlive the call.
struct EndEvidence {
  std::span<const ProgramTrace* const> past;  ///< runs of this machine before this operation, oldest first
  std::span<const EndError> errors;
  std::span<const double> durations_s;  ///< of past operations of any machine, for a program never seen; may be empty
  std::span<const double> holds_s;      ///< past holds of any machine
};

/// The law of the seconds from now to the end of the running operation. An atom's cause is the past run it
/// comes from, or kNoCause for a program never seen. A machine that is held up just now is so for the residual of a
/// hold first.
WeightedAtoms time_to_end(const ProgramTrace& running, const EndEvidence& evidence, const EndOptions& options = {});

}  // namespace takt
