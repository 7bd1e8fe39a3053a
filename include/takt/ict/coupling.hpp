// SPDX-License-Identifier: Apache-2.0
// What the cyber side costs the factory: measured latencies and losses as laws of the plant. docs/ict.md derives them.
#pragma once

#include "takt/engine/present.hpp"
#include "takt/ict/simulate.hpp"

namespace takt {

/// The plant as its control loops let it run. Each loop with an effect changes the numbers of its machine:
///
/// - stop: of `defects`, those whose stop comes late or never are scrap, 1 - (1 - scrap)(1 - defects * late);
/// - alarm: the repair takes as much longer as the alarm takes, time_to_repair + delay;
/// - release: each operation waits for its command, load_time + delay.
///
/// The delay of a loop whose first signal reads periodically is its reaction from an instant at random; of one that
/// reads at events its latency, or `otherwise` where the command is lost. Sums of laws are tabulated: exact in the
/// mean, within a percent in the variance. The rest of the plant stays as it is; a plant without a cyber side is
/// returned unchanged. Throws InvalidInput where the result is of another plant.
Plant coupled(const Plant& plant, const CyberResult& result);

/// The same answers with every command later by so many seconds.
CyberResult delayed(const Plant& plant, CyberResult result, double seconds);

/// A present that is known from a snapshot of some time ago: each future first runs from there to now by itself, so
/// that what may have happened since widens it. Without a state there is nothing to be old: `present` as it is.
Present stale(const Present& present, Duration age);

}  // namespace takt
