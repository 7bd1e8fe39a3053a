// SPDX-License-Identifier: Apache-2.0
// The other end of a broker: a line that reports what it does as a Sparkplug B edge node, and takes commands. For
// simulated plants, gateways and tests.
//
//   takt::io::MqttEdge edge({.broker = {.url = "mqtt://broker"}, .node = {"acme", "line_1", ""}, .places = places},
//                           [&] { return everything(); }, [&](const auto& command) { obey(command); });
//   edge.report(changes);
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "takt/io/live/mqtt.hpp"

namespace takt::io {

struct MqttEdgeOptions {
  MqttOptions broker{};
  sparkplug::Address node{};   ///< group and node
  sparkplug::Places places{};  ///< of its devices
  std::uint64_t bd_seq = 0;    ///< of its first connection, 0 to 255; each further one counts on
};

/// A value desired of an item: DCMD with a metric named "Setpoint/" and the item.
struct DesiredValue {
  std::string path;
  std::string item;
  double value = 0.0;
};

/// Connects by itself, is born at each connection and whenever it is asked, and dies by its will. Thread-safe.
class MqttEdge {
 public:
  using Everything = std::function<Snapshot()>;
  using Commanded = std::function<void(const DesiredValue&)>;

  /// Both are called on a thread of its own, one at a time. Throws as MqttPublisher does.
  MqttEdge(MqttEdgeOptions options, Everything everything, Commanded commanded);
  ~MqttEdge();
  MqttEdge(const MqttEdge&) = delete;
  MqttEdge& operator=(const MqttEdge&) = delete;

  /// Tells what changed. Nothing is told without a connection: the birth of the next one says it all.
  void report(const Snapshot& changes);
  bool is_born() const;
  Fault trouble() const;  ///< why there is no connection; empty if there is one

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Desires a value of a device; for a publisher that speaks to edge nodes.
MqttMessage desire(const DesiredValue& desired, const sparkplug::Places& places, WallClock::Instant now);

}  // namespace takt::io
