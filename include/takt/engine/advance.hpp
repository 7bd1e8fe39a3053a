// SPDX-License-Identifier: Apache-2.0
// The only thing that moves time.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "takt/core/thread_pool.hpp"
#include "takt/engine/observer.hpp"
#include "takt/engine/state.hpp"

namespace takt {

/// How a call of `advance` ended.
struct Outcome {
  enum class Status : std::uint8_t {
    done,      ///< every event up to and including `until` has happened
    paused,    ///< the limit of events was reached; call again to go on
    deadlock,  ///< machines wait for each other in a circle; `circular_wait` names it
    livelock,  ///< a million events without time moving
  };
  Status status = Status::done;
  Time time{};                             ///< where it ended
  std::uint64_t events = 0;                ///< completions, failures, repairs, arrivals, shift changes
  std::vector<std::string> circular_wait;  ///< one line a wait: "<path> waits for a place in <path>"
};

/// Runs until `until`, events at that very time included. Where a component is stuck the others go on. `max_events`
/// bounds one call, so that a caller can look for an interrupt; it may pause earlier. A paused state is whole and can
/// be copied and continued. Not thread-safe on one State.
Outcome advance(const Model& model, const Parameters& parameters, State& state, Time until,
                std::uint64_t max_events = std::numeric_limits<std::uint64_t>::max());

/// The same, every event told to `sink`.
Outcome advance(const Model& model, const Parameters& parameters, State& state, Time until,
                const std::function<void(const Event&)>& sink,
                std::uint64_t max_events = std::numeric_limits<std::uint64_t>::max());

/// The same on the threads of a pool, without a limit of events: components do not influence each other, so that the
/// bytes are the same. Those with places without limit that keep their parts one by one are run by the caller alone.
Outcome advance(const Model& model, const Parameters& parameters, State& state, Time until, ThreadPool& pool);

/// Zero-time logic to a fixed point, after a state was changed by hand: parts move where there is room, idle machines
/// load.
void settle(const Model& model, const Parameters& parameters, State& state);

}  // namespace takt
