// SPDX-License-Identifier: Apache-2.0
// Cyber sides small enough for their latencies to be worked out by hand.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "takt/ict/simulate.hpp"
#include "takt/plant/builder.hpp"

namespace takt::test {

using namespace std::chrono_literals;

inline Plant plant_with(Cyber cyber, Machine machine = {.cycle_time = {Distribution::constant(10.0), {}}}) {
  PlantBuilder plant("cell");
  auto line = plant.line("acme", "hall", "line");
  line.source("inlet", {.supply = Source::Saturated{}}, {{"press"}});
  line.machine("press", std::move(machine), {{"store"}});
  line.sink("store");
  plant.cyber(std::move(cyber));
  return plant.build();
}
inline constexpr const char* kPress = "/acme/hall/line/press";

inline CyberNode node(std::string name, CyberNode::Kind kind, double speed = 1e9) {
  CyberNode node;
  node.name = std::move(name);
  node.kind = kind;
  node.speed_op_per_s = speed;
  return node;
}
inline CyberLink link(std::string name, std::string from, std::string to, double bandwidth, Duration latency) {
  CyberLink link;
  link.name = std::move(name);
  link.from = std::move(from);
  link.to = std::move(to);
  link.bandwidth_b_per_s = bandwidth;
  link.latency = latency;
  return link;
}
inline Sensor sensor(std::string name, std::string node, Duration period, double bytes = 1000.0) {
  Sensor sensor;
  sensor.name = std::move(name);
  sensor.node = std::move(node);
  sensor.period = period;
  sensor.bytes = bytes;
  return sensor;
}
inline CyberLoop loop(std::string name, std::vector<std::string> signals, std::string node, std::string actuator,
                      double operations = 1e6) {
  CyberLoop loop;
  loop.name = std::move(name);
  loop.signals = std::move(signals);
  loop.node = std::move(node);
  loop.actuator = std::move(actuator);
  loop.operations = operations;
  loop.command_bytes = 100.0;
  return loop;
}

/// A sensor on a device, an edge host behind one link: 1 MB/s and 1 ms; 1 Mop on 1 Gop/s; the command goes back.
inline Cyber one_link() {
  Cyber cyber;
  cyber.nodes = {node("device", CyberNode::Kind::device, 0.0), node("edge", CyberNode::Kind::edge)};
  cyber.links = {link("wire", "device", "edge", 1e6, 1ms)};
  cyber.sensors = {sensor("camera", "device", 100ms)};
  cyber.loops = {loop("check", {"camera"}, "edge", "device")};
  return cyber;
}

}  // namespace takt::test
