// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/control/throughput.hpp"

#include <algorithm>
#include <numeric>

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"

namespace takt {
namespace {

constexpr std::int64_t kMarks = 120;  // of a window
constexpr double kSecondsOfHour = 3600.0;

}  // namespace

MovingThroughput::MovingThroughput(Duration window) : window_(window) {
  if (window <= Duration{0})
    throw InvalidInput(Fault{.path = "window", .value = to_text(window), .expected = "a time above zero"});
}

std::optional<Signal> MovingThroughput::observe(const Twin& twin, WallClock::Instant now) {
  const ConstStateView view(twin.model(), twin.state());
  const std::uint64_t parts = std::accumulate(view.sinks.begin(), view.sinks.end(), std::uint64_t{0});
  if (seen_.empty() || now - seen_.back().first >= window_ / kMarks) seen_.emplace_back(now, parts);
  while (seen_.front().first < now - window_) seen_.pop_front();
  const auto& [first, before] = seen_.front();
  if (now - first < window_ - window_ / (kMarks / 2)) return std::nullopt;
  const double left = static_cast<double>(parts) - static_cast<double>(before);  // a merge may take one back
  return Signal{"throughput_per_h", "/", std::max(left, 0.0) / (to_seconds(now - first) / kSecondsOfHour)};
}

}  // namespace takt
