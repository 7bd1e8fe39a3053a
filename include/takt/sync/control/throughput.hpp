// SPDX-License-Identifier: Apache-2.0
// Parts an hour that leave the plant, over a window that moves: a signal for alerts (alerts.hpp).
//
//   takt::MovingThroughput throughput(1h);
//   if (const auto signal = throughput.observe(twin, now)) signals.push_back(*signal);
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "takt/sync/control/alerts.hpp"

namespace takt {

/// A value. Not thread-safe.
class MovingThroughput {
 public:
  /// Throws InvalidInput for a window that is not above zero.
  explicit MovingThroughput(Duration window = std::chrono::hours{1});

  /// "throughput_per_h" of "/": parts that reached a sink of the twin within the window. Nothing until nearly a whole
  /// window was seen. Instants are given in their order.
  std::optional<Signal> observe(const Twin& twin, WallClock::Instant now);

 private:
  Duration window_;
  std::deque<std::pair<WallClock::Instant, std::uint64_t>> seen_;  ///< parts so far, a hundred and twenty a window
};

}  // namespace takt
