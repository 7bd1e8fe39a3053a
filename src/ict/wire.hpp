// SPDX-License-Identifier: Apache-2.0
// takt-ict/1: what takt and its ICT worker tell each other. A request is one line of JSON; so is its report. Names are
// resolved, ways found and outages laid out before anything is sent, so that the worker only simulates.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "takt/ict/simulate.hpp"

namespace takt::ict {

inline constexpr const char* kFormat = "takt-ict/1";
using Json = nlohmann::json;
using Span = std::array<std::int64_t, 2>;  ///< nanoseconds, [from, to)

struct WireRetry {
  std::int64_t timeout_ns = 0;
  std::uint32_t attempts = 1;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireRetry, timeout_ns, attempts)

struct WireNode {
  double speed = 0.0;
  std::uint32_t cores = 1;
  bool gateway = false;
  std::int64_t scan_ns = 0;
  std::uint32_t batch = 1;
  std::int64_t batch_wait_ns = 0;
  WireRetry retry;
  std::vector<Span> down;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireNode, speed, cores, gateway, scan_ns, batch, batch_wait_ns, retry, down)

struct WireLink {
  std::uint64_t key = 0;  ///< hash of its path, for its random numbers
  std::uint32_t from = 0, to = 0;
  double bandwidth = 1.0;
  std::int64_t latency_ns = 0;
  Json jitter;  ///< a law, or null
  double loss = 0.0;
  std::uint32_t sharing = 0;
  std::int32_t zone = -1;
  std::vector<Span> down;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireLink, key, from, to, bandwidth, latency_ns, jitter, loss, sharing, zone, down)

struct WireSensor {
  std::uint64_t key = 0;
  std::uint32_t node = 0;
  std::int64_t period_ns = 0, first_ns = 0;
  Json jitter, events;
  bool told = false;  ///< lockstep: reads when it is told to
  double bytes = 0.0;
  WireRetry retry;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireSensor, key, node, period_ns, first_ns, jitter, events, told, bytes, retry)

struct WireLoop {
  std::vector<std::uint32_t> signals;
  std::uint32_t node = 0, actuator = 0;
  double operations = 0.0, command_bytes = 0.0;
  WireRetry retry;
  std::int64_t deadline_ns = 0;
  std::vector<double> quantiles;  ///< beyond those always told
  bool tables = true;             ///< whether its laws are asked for
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireLoop, signals, node, actuator, operations, command_bytes, retry, deadline_ns,
                                   quantiles, tables)

/// The links from one node to another, with whether each is crossed from its end `to`.
struct WireWay {
  std::uint32_t from = 0, to = 0;
  std::vector<std::uint32_t> links, nodes;
  std::vector<bool> backwards;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireWay, from, to, links, nodes, backwards)

struct WireRequest {
  std::string format = kFormat;
  bool lockstep = false;
  std::uint64_t seed = 1;
  std::uint32_t replication = 0;
  std::int64_t warmup_ns = 0, horizon_ns = 0;
  std::vector<WireNode> nodes;
  std::vector<double> zones;
  std::vector<WireLink> links;
  std::vector<WireSensor> sensors;
  std::vector<WireLoop> loops;
  std::vector<WireWay> ways;  ///< from each sensor's node to each of its loops', and on to their actuators
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireRequest, format, lockstep, seed, replication, warmup_ns, horizon_ns, nodes,
                                   zones, links, sensors, loops, ways)

struct WireLoopReport {
  std::uint64_t samples = 0, acted = 0, lost = 0, past_deadline = 0;
  Json reaction_late;  ///< share of instants from which the reaction takes longer than the deadline; null as below
  Json mean_s, mean_half_width_95_s, decision_mean_s;  ///< null where there is none
  std::vector<double> latency_s, reaction_s;           ///< 1000 quantiles, or none
  std::vector<std::array<double, 3>> quantiles;  ///< value and interval: least, p50, p95, p99, most, then as asked
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireLoopReport, samples, acted, lost, past_deadline, mean_s, mean_half_width_95_s,
                                   decision_mean_s, latency_s, reaction_s, quantiles, reaction_late)

struct WireNodeReport {
  double busy_core_s = 0.0, queue_s = 0.0;
  std::uint64_t decisions = 0, queue_most = 0, queued = 0, batches = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireNodeReport, busy_core_s, queue_s, decisions, queue_most, queued, batches)

struct WireLinkReport {
  std::uint64_t messages = 0, lost = 0;
  double bytes = 0.0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireLinkReport, messages, lost, bytes)

struct WireReport {
  std::string format = kFormat;
  std::vector<WireLoopReport> loops;
  std::vector<WireNodeReport> nodes;
  std::vector<WireLinkReport> links;
  std::uint64_t messages = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WireReport, format, loops, nodes, links, messages)

/// Lockstep: after the worker has said that it is ready, frames of 16 bytes each way. Times are nanoseconds.
struct Ask {
  enum Kind : std::uint32_t { advance, advance_to_outcome, read, finish };
  std::uint32_t kind = advance;
  std::uint32_t sensor = 0;  ///< read: which
  std::int64_t until = 0;
};
struct Told {  ///< followed by as many outcomes
  std::int64_t now = 0;
  std::uint64_t outcomes = 0;
};
struct Outcome {
  std::uint32_t loop = 0;
  std::uint32_t acted = 0;          ///< 1, or 0: lost
  std::int64_t sample = 0, at = 0;  ///< reading of its first signal; when it acted or was lost
};

/// A law, and what it says.
Json json_of(const Distribution& law);
Distribution law_of(const Json& json);  ///< throws Json::exception or InvalidInput

/// What the worker is asked. The plant has been validated.
WireRequest request_of(const Plant& plant, const CyberOptions& options, bool lockstep);

}  // namespace takt::ict
