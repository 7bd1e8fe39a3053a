// SPDX-License-Identifier: Apache-2.0
// How fast the cyber side is simulated: seconds of the plant a second on the wall, worker and report included.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "takt/ict/simulate.hpp"
#include "takt/plant/builder.hpp"

namespace {

using namespace std::chrono_literals;

/// Sensors of 10 Hz and 200 B on `places` devices or batching gateways, a switch, an edge host; a loop a place.
takt::Plant plant_of(std::int64_t sensors, std::int64_t places, bool gateways) {
  takt::Cyber cyber;
  const auto node = [&](std::string name, takt::CyberNode::Kind kind) -> takt::CyberNode& {
    takt::CyberNode& added = cyber.nodes.emplace_back();
    added.name = std::move(name);
    added.kind = kind;
    return added;
  };
  const auto link = [&](const std::string& from, const std::string& to, double bandwidth, takt::Duration latency) {
    takt::CyberLink& added = cyber.links.emplace_back();
    added.name = from + "_" + to;
    added.from = from;
    added.to = to;
    added.bandwidth_b_per_s = bandwidth;
    added.latency = latency;
  };
  takt::CyberNode& edge = node("edge", takt::CyberNode::Kind::edge);
  edge.speed_op_per_s = 1e10;
  edge.cores = 16;
  node("switch", takt::CyberNode::Kind::network_switch);
  link("switch", "edge", 1.25e8, 100us);
  for (std::int64_t p = 0; p < places; ++p) {
    const std::string place = "p" + std::to_string(p);
    takt::CyberNode& at = node(place, gateways ? takt::CyberNode::Kind::gateway : takt::CyberNode::Kind::device);
    if (gateways) {
      at.batch = 100;
      at.batch_wait = 50ms;
    }
    link(place, "switch", 1.25e7, 500us);
    takt::CyberLoop loop;
    loop.name = "loop" + std::to_string(p);
    loop.node = loop.actuator = "edge";
    loop.operations = 1e5;
    loop.command_bytes = 50;
    for (std::int64_t s = p * sensors / places; s < (p + 1) * sensors / places; ++s) {
      takt::Sensor& sensor = cyber.sensors.emplace_back();
      sensor.name = "s" + std::to_string(s);
      sensor.node = place;
      sensor.period = 100ms;
      sensor.first = takt::Duration{s * 100'000'000 / sensors};
      sensor.bytes = 200;
      loop.signals.push_back(sensor.name);
    }
    cyber.loops.push_back(std::move(loop));
  }
  takt::PlantBuilder plant("sensors");
  auto line = plant.line("acme", "hall", "line");
  line.source("inlet", {.supply = takt::Source::Saturated{}}, {{"press"}});
  line.machine("press", {.cycle_time = {takt::Distribution::constant(10.0), {}}}, {{"store"}});
  line.sink("store");
  plant.cyber(std::move(cyber));
  return plant.build();
}

void simulate(benchmark::State& state, std::int64_t places, bool gateways) {
  const takt::Plant plant = plant_of(state.range(0), places, gateways);
  constexpr takt::Duration kHorizon = 10s;
  for (auto unused : state) benchmark::DoNotOptimize(takt::simulate_cyber(plant, {.horizon = kHorizon}));
  state.counters["times_real"] = benchmark::Counter(
      takt::to_seconds(kHorizon) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["readings"] =
      benchmark::Counter(10.0 * takt::to_seconds(kHorizon) * static_cast<double>(state.range(0) * state.iterations()),
                         benchmark::Counter::kIsRate);
}

void sensors_each_on_a_link(benchmark::State& state) { simulate(state, state.range(0), false); }
void sensors_at_gateways(benchmark::State& state) { simulate(state, 100, true); }

BENCHMARK(sensors_each_on_a_link)->Arg(1000)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(sensors_at_gateways)->Arg(10000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
