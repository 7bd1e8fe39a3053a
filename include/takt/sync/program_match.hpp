// SPDX-License-Identifier: Apache-2.0
// Recognises a running program by how it dwells, not by its name: its trace is laid along the trace of a past run,
// block by block. What the two have in common says whether it is the same program, at which pace it runs and what is
// left of it.
//
// For any machine that reports a position which grows while its program runs: block or line numbers, layers, length
// laid.
#pragma once

#include <cstddef>
#include <vector>

#include "takt/sync/operations.hpp"

namespace takt {

struct MatchOptions {
  /// Blocks are compared at points at least so far apart: controllers are polled, so that a block's time is known to a
  /// second or so only.
  double step_s = 2.0;
  /// The pace found on W seconds of past run counts W/(W + this) of its logarithm: the first minute may move it
  /// halfway.
  double pace_prior_s = 60.0;
  double pace_from_s = 5.0;  ///< less in common tells nothing about the pace
  double slowest = 2.0;      ///< pace is within [1/slowest, slowest]: an override goes down to half
};

/// A run of a program, or as much of it as there is, on its working clock.
struct ProgramTrace {
  NetClock clock;
  std::vector<double> net_s;             ///< when each block was first reached
  std::vector<double> block;             ///< growing
  std::vector<std::size_t> checkpoints;  ///< points at least `step_s` apart, beginning with the first
};

/// The trace of an operation up to `until_s` after its start.
ProgramTrace trace_program(const Operation& operation, double until_s, const MatchOptions& options = {});

/// What a running program has in common with a past run.
struct ProgramMatch {
  /// Sum of the smaller over sum of the larger of the two dwell times on each stretch of blocks (Ruzicka's similarity):
  /// 1 when they are the same everywhere, 0 when nothing is shared. The same program scores .85 to .98 on real
  /// machines, others .2 to .6.
  double similarity = 0.0;
  double remaining_s = 0.0;    ///< net time to the end of the past run from where the running one is, at its pace
  double holds_ahead_s = 0.0;  ///< what the past run was held up from there on
  double pace = 1.0;           ///< running to past net time; 2 is twice as slow
};

/// No match (similarity 0) if the running program is beyond the last block of the past one, or either trace has fewer
/// than two blocks. The cost is linear in the two traces.
ProgramMatch match_program(const ProgramTrace& running, const ProgramTrace& past, const MatchOptions& options = {});

}  // namespace takt
