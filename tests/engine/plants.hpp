// SPDX-License-Identifier: Apache-2.0
// Plants that several tests use.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "takt/engine/advance.hpp"
#include "takt/plant/builder.hpp"

namespace takt::test {

inline std::string numbered(const char* prefix, std::size_t i) {
  return prefix + std::string(i < 10 ? "0" : "") + std::to_string(i);
}

/// A saturated serial line m00 -> b00 -> m01 ... -> store; zero places means a direct connection.
inline Plant serial_line(const std::vector<Machine>& machines, const std::vector<std::uint32_t>& places) {
  PlantBuilder plant("line");
  auto line = plant.line("e", "w", "l");
  line.source("inlet", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m00"}});
  for (std::size_t i = 0; i < machines.size(); ++i) {
    const bool last = i + 1 == machines.size();
    const std::string next = last ? "store" : places[i] > 0 ? numbered("b", i) : numbered("m", i + 1);
    line.machine(numbered("m", i), machines[i], {{next}});
    if (!last && places[i] > 0) line.buffer(numbered("b", i), {places[i], 0}, {{numbered("m", i + 1)}});
  }
  line.sink("store");
  return plant.build();
}

inline Machine machine_with(Distribution cycle) {
  Machine machine;
  machine.cycle_time.law = std::move(cycle);
  return machine;
}

inline Machine failing(Distribution cycle, double mtbf, double mttr, FailureClock clock = FailureClock::working) {
  Machine machine = machine_with(std::move(cycle));
  machine.failure =
      Failure{Distribution::exponential(mtbf), Distribution::exponential(mttr), clock, "", OnFailure::resume};
  return machine;
}

/// Ten machines of mean cycle 1 s that fail by the calendar, buffers of 10 places.
inline Plant ten_machines() {
  Machine machine = failing(Distribution::exponential(1.0), 100.0, 10.0, FailureClock::calendar);
  machine.loads_while_down = true;
  return serial_line(std::vector<Machine>(10, machine), std::vector<std::uint32_t>(9, 10));
}

/// Five stations, lognormal cycles of median 10 s (the third one: 11 s) and sigma 0.25, a failure every 900 s of work
/// and 90 s of repair on average, ten places in each buffer.
inline Model five_stations() {
  constexpr double kSigma = 0.25;
  const double cv = std::sqrt(std::expm1(kSigma * kSigma));
  std::vector<Machine> machines;
  for (int k = 0; k < 5; ++k)
    machines.push_back(
        failing(Distribution::lognormal((k == 2 ? 11.0 : 10.0) * std::exp(kSigma * kSigma / 2), cv), 900.0, 90.0));
  return compile(serial_line(machines, {10, 10, 10, 10}));
}

}  // namespace takt::test
