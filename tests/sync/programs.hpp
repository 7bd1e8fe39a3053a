// SPDX-License-Identifier: Apache-2.0
// Operations of made-up programs, as a tracker would have seen them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "takt/core/random.hpp"
#include "takt/sync/operations.hpp"

namespace takt::test {

inline WallClock::Instant at(double seconds) {
  return WallClock::Instant{} + std::chrono::hours{24} + from_seconds(seconds);
}

/// Seconds that a program dwells on each of its blocks: no two neighbours alike, and no two programs.
inline std::vector<double> dwells(std::size_t blocks, unsigned program) {
  std::vector<double> all;
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto mixed = mix64(i + std::uint64_t{1000} * program);
    all.push_back(1.0 + static_cast<double>(mixed % 1000) / 50.0);
  }
  return all;
}

/// What is done to a run of a program.
struct Run {
  double start_s = 0.0;
  double pace = 1.0;
  std::size_t hold_at = ~std::size_t{0};  ///< the block in which the feed stands still, from its beginning
  double hold_s = 0.0;
  OperationOutcome outcome = OperationOutcome::completed;
};

/// The observations of one run: blocks 10, 20, 30, ..., the feed, the state at both ends.
inline std::vector<MachineObservation> observations(const std::vector<double>& dwell_s, const Run& run = {}) {
  std::vector<MachineObservation> all;
  double t = run.start_s;
  all.push_back({at(t), SignalRole::state, 0.0, "Execute"});
  for (std::size_t i = 0; i < dwell_s.size(); ++i) {
    all.push_back({at(t), SignalRole::block, 10.0 * static_cast<double>(i + 1), {}});
    if (i == run.hold_at) {
      all.push_back({at(t), SignalRole::feed_rate, 0.0, {}});
      t += run.hold_s;
    }
    all.push_back({at(t), SignalRole::feed_rate, 300.0, {}});
    t += run.pace * dwell_s[i];
  }
  all.push_back({at(t), SignalRole::state, 0.0, run.outcome == OperationOutcome::stopped ? "Stopped" : "Complete"});
  return all;
}

/// One run, to its end.
inline Operation operation(const std::vector<double>& dwell_s, const Run& run = {}) {
  OperationTracker tracker;
  for (const MachineObservation& seen : observations(dwell_s, run)) tracker.observe(seen);
  return tracker.take_closed().front();
}

}  // namespace takt::test
