// SPDX-License-Identifier: Apache-2.0
// The cyber side of a plant simulated: how long each control loop takes from reading to actuator, what is lost, what
// computers and links carry.
//
//   const takt::CyberResult result = takt::simulate_cyber(plant, {.horizon = 10min});
//   result.loop("quality").p99_s;
//
// SimGrid does it (Casanova et al. 2014, doi 10.1016/j.jpdc.2014.06.008), in a process of its own that lives as long as
// the call: whatever happens there, here it is an Error and nothing else. docs/ict.md has the mathematics.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "takt/plant/plant.hpp"

namespace takt {

struct CyberOptions {
  Duration horizon = std::chrono::minutes{10};  ///< in which sensors read
  Duration warmup{0};                           ///< beginning of it that is not counted, less than the horizon
  std::uint64_t seed = 1;
  std::uint32_t replication = 0;
  Duration timeout = std::chrono::minutes{10};  ///< on the wall: the worker is ended after it
  std::filesystem::path worker{};  ///< the executable; empty: $TAKT_ICT_WORKER, else beside the program, else as built
  std::filesystem::path cache{};   ///< folder of answers already known, by the hash of what was asked; empty: none
  std::stop_token stop{};          ///< asked to stop, the worker is ended and Error is thrown
};

/// A value with its 95 % interval.
struct IntervalEstimate {
  double value = 0.0, low = 0.0, high = 0.0;
  friend bool operator==(const IntervalEstimate&, const IntervalEstimate&) = default;
};

/// What a requirement asks and what it got.
struct RequirementResult {
  Requirement requirement;
  double value = 0.0;  ///< seconds or a share; NaN where nothing was measured
  bool met = false;
  friend bool operator==(const RequirementResult&, const RequirementResult&) = default;
};

/// Of one control loop. Latencies run from the oldest reading a decision used to the actuator. NaN where there is none.
struct LoopResult {
  std::string name;
  std::uint64_t samples = 0;    ///< readings of its first signal
  std::uint64_t acted = 0;      ///< decisions that reached the actuator
  std::uint64_t lost = 0;       ///< readings that led to nothing: lost on the way, or overtaken by the next
  std::uint64_t in_flight = 0;  ///< still under way when everything had stopped
  double mean_s = 0.0, mean_half_width_95_s = 0.0;  ///< by the means of twenty batches in order of time
  double least_s = 0.0, most_s = 0.0;
  IntervalEstimate p50_s, p95_s, p99_s;  ///< intervals by order statistics of independent values
  double decision_mean_s = 0.0;          ///< from the reading to the decision
  double loss = 0.0;                     ///< lost / (acted + lost)
  double late = 0.0;                     ///< lost or past the deadline; NaN without a deadline
  std::vector<RequirementResult> requirements;
  /// 1000 values of equal weight, ascending: the law of the latency of those that acted. Of plants with more than 100
  /// loops, only for those with an effect.
  std::vector<double> latency_s;
  /// The same for the time from an instant at random to the first command that knows of it: what waiting for the next
  /// reading, and for the next one after a loss, costs. Empty where readings come at events only.
  std::vector<double> reaction_s;
  double reaction_late = 0.0;  ///< share of instants from which that takes longer than the deadline; NaN without either
  friend bool operator==(const LoopResult&, const LoopResult&) = default;
};

struct NodeResult {
  std::string name;
  double load = 0.0;      ///< share of its cores at work
  double energy_j = 0.0;  ///< idle power always, the rest in proportion to the cores at work
  std::uint64_t decisions = 0;
  double down_share = 0.0;
  // of a gateway
  double queue_mean = 0.0;
  std::uint64_t queue_most = 0, batches = 0;
  double wait_mean_s = 0.0;  ///< of a message in the queue
  friend bool operator==(const NodeResult&, const NodeResult&) = default;
};

struct LinkResult {
  std::string name;
  std::uint64_t messages = 0, lost = 0;  ///< messages with those sent again
  double bytes = 0.0;
  double utilisation = 0.0;  ///< bytes of what it could carry; of both directions where each has all of it
  double energy_j = 0.0;     ///< of the bytes, and its idle power
  double down_share = 0.0;
  friend bool operator==(const LinkResult&, const LinkResult&) = default;
};

struct CyberResult {
  double observed_s = 0.0;  ///< horizon less warm-up
  std::vector<LoopResult> loops;
  std::vector<NodeResult> nodes;
  std::vector<LinkResult> links;
  double cost_per_h = 0.0;  ///< of nodes, traffic and energy, by the costs of the plant
  double energy_kwh_per_h = 0.0;
  std::uint64_t messages = 0;
  double wall_s = 0.0;  ///< what the worker took; not part of the answer's equality of bytes
  bool from_cache = false;
  const LoopResult& loop(std::string_view name) const;  ///< throws InvalidInput
  bool all_met() const;
};

/// Runs the cyber side alone. The same bytes for the same plant, options and seed, but for wall_s and from_cache.
/// Throws InvalidInput for a plant without a cyber side, with faults, or options out of range; Error where the worker
/// is missing, failed, gave no answer in time, or what it said makes no sense. Thread-safe: each call has its own
/// worker.
CyberResult simulate_cyber(const Plant& plant, const CyberOptions& options = {});

/// The plant with its analytics where a placement says. Throws InvalidInput for a placement that is not known.
Plant placed(const Plant& plant, std::string_view placement);

}  // namespace takt
