// SPDX-License-Identifier: Apache-2.0
// What a machine's past says about what comes after the running operation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "history.hpp"

namespace cnc {

/// How the past is weighted. Pseudo-counts and widths are smoothing: results change little with them.
struct EvidenceOptions {
  double half_life = 12.0;             ///< in operations, about a day's work: what the shop does now
  double other_transitions = 3.0;      ///< weight, in transitions, of the other machines together
  double other_durations = 1.0 / 3.0;  ///< weight of an operation of another machine
  double batch_from = 5.0;             ///< completed pieces that make a program's count a batch size
  std::size_t open_programs = 3;       ///< programs of a machine's last so many operations may go on
  double stops_prior = 1.0, completions_prior = 4.0;
  double prior_s = 600.0;  ///< a gap and a duration that count where nothing is known
  double prior_weight = 1e-6;
};

/// From one operation to the next.
struct Transition {
  double gap_s = 0.0;
  Step step = Step::other;
  bool same_day = true;
  bool ends_batch = false;  ///< to another program after at least two of one
  double weight = 0.0;
};

/// How long an operation took, and whether it was completed.
struct PastDuration {
  double seconds = 0.0;
  bool completed = false;
  double weight = 0.0;
};

struct Evidence {
  std::vector<Transition> transitions;
  std::vector<PastDuration> durations;
  double stop_probability = 0.0;
  std::vector<double> closings_s;  ///< after midnight: the last end of each machine and day before today
  std::vector<double> batches;     ///< completed pieces of programs that are over
};

Evidence collect(const History& history, const Moment& moment, const EvidenceOptions& options = {});

/// Completed pieces of a program of the machine of interest.
double pieces_of(const History& history, const Moment& moment, std::uint32_t program);
/// The duration of the last operation by another program, not long ago; 0 if there is none.
double duration_before(const History& history, const Moment& moment, std::uint32_t program,
                       const ProgramOptions& options = {});

/// Seconds after midnight.
double time_of_day_s(takt::WallClock::Instant instant);

}  // namespace cnc
