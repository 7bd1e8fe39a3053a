// SPDX-License-Identifier: Apache-2.0
// How many operations a machine will complete: futures of its line, run by takt's engine from the present state.
//
// Each future has Parameters of its own, drawn from what the past leaves open (Bayesian bootstrap: every past case gets
// an exponential weight for the whole future; Rubin 1981, doi 10.1214/aos/1176345338). It is advanced from event to
// event:
//
//   fork      the state at the cut: the running operation gets its time to end, or the running gap its time to last
//   set-up    begins with the engine's draw from the law of gaps; which past gap was drawn says what comes next:
//   another
//             piece of the program (its duration), the program before (that one's), or a new one (a law of durations)
//   work      begins with the engine's draw; the law of gaps is set for what follows, a change of program if the batch
//   is done end       counted unless it is scrap; no operation begins after the day's closing time
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evidence.hpp"
#include "forecast.hpp"
#include "takt/engine/state.hpp"

namespace cnc {

struct FutureOptions {
  std::uint32_t futures = 1500;
  double gap_log_sd = 0.3;                           ///< gaps are like past ones within a third
  double duration_log_sd = 0.5;                      ///< a new program takes as long as a past one within two thirds
  double closing_sd_s = 3600.0;                      ///< days end within an hour of past ones
  std::vector<double> closings_s{66600.0, 66600.0};  ///< assumed besides those seen: 18:30 twice
  double batch_log_sd = 0.15;                        ///< batches are as large as past ones within a sixth
  double open_batch = 1.0;                           ///< weight, in past batches, of a batch without end
  int tries = 30;                                    ///< for a gap that agrees with how long it has lasted already
};

/// The line of a machine alone, compiled: lines do not influence each other. Throws InvalidInput for a path that is
/// none.
takt::Model model_of_line(const takt::Plant& plant, const std::string& machine);

/// Completions until each horizon (growing), from the same futures. The quantiles are those of the count and a number
/// uniform on (0, 1), so that a band can hold exactly its share. A pure function: the same result on any thread.
std::vector<Forecast> forecast_completions(const takt::Model& model, const History& history, const Moment& moment,
                                           const std::vector<takt::Duration>& horizons,
                                           const FutureOptions& options = {});

}  // namespace cnc
