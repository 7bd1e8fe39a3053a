// SPDX-License-Identifier: Apache-2.0
// What is known of the cell at any moment: its past operations, which of them were the same program, and what the
// forecasts of their ends got wrong. It only grows: what was known at a moment are the first so many entries of what is
// known later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "takt/sync/operations.hpp"
#include "takt/sync/program_match.hpp"
#include "takt/sync/time_to_end.hpp"

namespace cnc {

/// What an operation is to the one before it.
enum class Step : std::uint8_t {
  same,   ///< another piece by the same program
  back,   ///< a program left a few operations ago
  other,  ///< none of these
};

struct PastOperation {
  takt::Operation operation;
  takt::ProgramTrace trace;
  std::uint32_t program = kFalseStart;  ///< operations of one program of this machine share it
  Step step = Step::other;
  std::size_t in_a_row = 1;  ///< how many of its program ended with it

  static constexpr std::uint32_t kFalseStart = 0xffffffffU;
  bool completed() const { return operation.outcome == takt::OperationOutcome::completed; }
  bool silent() const { return operation.outcome == takt::OperationOutcome::silent; }
  bool in_chain() const { return program != kFalseStart; }
};

/// Tells programs apart by their traces.
struct ProgramOptions {
  double false_start_s = 60.0;   ///< shorter, and not completed: nobody's program
  double same_similarity = 0.6;  ///< from here on it is the same program: one scores above .85, others below .6
  double per_operation = 0.002;  ///< of two that are alike, the more recent
  std::size_t compared = 40;     ///< operations back
  std::size_t back = 5;          ///< operations after which a return counts as a new program
};

/// What is known at `at`, for one machine of interest.
struct Moment {
  std::size_t machine = 0;
  takt::WallClock::Instant at{};
  std::optional<takt::Operation> running{};  ///< as far as it is known
  std::vector<std::size_t> operations{};     ///< by machine: how many are known
  std::size_t errors = 0, durations = 0, holds = 0;
};

class History {
 public:
  /// One entry of `silence` a machine.
  explicit History(const std::vector<takt::Duration>& silence, const ProgramOptions& options = {});

  /// The next observation of any machine; in the order of time.
  void observe(std::size_t machine, const takt::MachineObservation& seen);

  /// What is known just before `at`, which must not lie before the last observation.
  Moment moment(std::size_t machine, takt::WallClock::Instant at);

  std::size_t machines() const { return machines_.size(); }
  /// The operations of a machine known at a moment, oldest first.
  std::span<const PastOperation* const> operations(std::size_t machine, const Moment& moment) const;
  /// Those of the machine of interest that serve as templates: not silent, ended before `start`. They have the order of
  /// the traces that `end_law` is given, so that a cause of its atoms is an index here.
  std::vector<const PastOperation*> templates(const Moment& moment) const;
  /// The law of the time to the end of the operation of interest.
  takt::WeightedAtoms end_law(const Moment& moment, const takt::Operation& running) const;

 private:
  struct Machine {
    takt::OperationTracker tracker;
    std::deque<PastOperation> past{};                ///< stays in place while it grows
    std::vector<const PastOperation*> operations{};  ///< all of them
    std::vector<std::size_t> chain{};                ///< without false starts
    std::uint32_t programs = 0;
  };

  void take_closed(Machine& machine);
  void identify(Machine& machine, PastOperation& newest) const;

  ProgramOptions options_;
  std::vector<Machine> machines_;
  takt::ErrorLedger errors_;
  std::vector<double> durations_s_, holds_s_;
};

}  // namespace cnc
