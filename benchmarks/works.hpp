// SPDX-License-Identifier: Apache-2.0
// The works that are measured: W1, W2 and W4 of benchmarks/reference/README.md, and W5, a line with a warm state.
#pragma once

#include <chrono>
#include <string>

#include "takt/plant/builder.hpp"

namespace works {

using namespace std::chrono_literals;

inline std::string numbered(const char* prefix, int i) {
  return prefix + std::string(i < 10 ? "0" : "") + std::to_string(i);
}

/// One customer a second is served on average; 0.9 a second arrive.
inline takt::Plant w1() {
  takt::PlantBuilder plant("w1");
  auto line = plant.line("e", "w", "l");
  takt::Machine server;
  server.cycle_time.law = takt::Distribution::exponential(1.0);
  line.source("arrivals", {takt::Source::Renewal{takt::Distribution::exponential(1.0 / 0.9), {}}, {}, {}}, {{"queue"}});
  line.buffer("queue", {}, {{"server"}}).machine("server", server, {{"out"}}).sink("out");
  return plant.build();
}

/// A saturated line with buffers of ten places between machines that break down by the calendar.
inline void add_line(takt::PlantBuilder& plant, const std::string& name, int machines, const takt::Machine& machine) {
  auto line = plant.line("e", "w", name);
  line.source("inlet", {takt::Source::Saturated{}, {}, {}}, {{"m00"}});
  for (int i = 0; i < machines; ++i) {
    const bool last = i + 1 == machines;
    line.machine(numbered("m", i), machine, {{last ? "out" : numbered("b", i)}});
    if (!last) line.buffer(numbered("b", i), {10U, 0}, {{numbered("m", i + 1)}});
  }
  line.sink("out");
}

/// Mean cycle 1 s; 100 s up and 10 s down.
inline takt::Machine machine_of_w2() {
  takt::Machine machine;
  machine.cycle_time.law = takt::Distribution::exponential(1.0);
  machine.failure = takt::Failure{takt::Distribution::exponential(100.0),
                                  takt::Distribution::exponential(10.0),
                                  takt::FailureClock::calendar,
                                  "",
                                  {}};
  machine.loads_while_down = true;
  return machine;
}

inline takt::Plant w2() {
  takt::PlantBuilder plant("w2");
  add_line(plant, "l", 10, machine_of_w2());
  return plant.build();
}

/// Lines of W2 side by side.
inline takt::Plant w4(std::int64_t machines) {
  takt::PlantBuilder plant("w4");
  for (std::int64_t i = 0; i < machines / 10; ++i) add_line(plant, "l" + std::to_string(i), 10, machine_of_w2());
  return plant.build();
}

/// Twenty machines, log-normal cycles of 30 s with a coefficient of variation of 0.3; 4 h up and 10 min down.
inline takt::Plant w5() {
  takt::PlantBuilder plant("w5");
  takt::Machine machine = machine_of_w2();
  machine.cycle_time.law = takt::Distribution::lognormal(30.0, 0.3);
  machine.failure->time_to_failure = takt::Distribution::exponential(4.0 * 3600.0);
  machine.failure->time_to_repair = takt::Distribution::exponential(600.0);
  add_line(plant, "l", 20, machine);
  return plant.build();
}

}  // namespace works
