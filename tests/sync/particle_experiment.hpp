// SPDX-License-Identifier: Apache-2.0
// A line whose truth is known, seen through some sensors only: how near the members of a filter come to the rest.
#pragma once

#include <algorithm>
#include <cmath>
#include <ctime>
#include <string>
#include <vector>

#include "engine/plants.hpp"
#include "takt/core/statistics.hpp"
#include "takt/sync/particles.hpp"

namespace takt::test {

/// Five stations, lognormal cycles of median 10 s (the third one: 11 s) and sigma 0.25, a failure every 900 s of work
/// and 90 s of repair on average, ten places in each buffer.
inline Model five_stations() {
  const double cv = std::sqrt(std::expm1(0.25 * 0.25));
  std::vector<Machine> machines;
  for (int k = 0; k < 5; ++k)
    machines.push_back(
        failing(Distribution::lognormal((k == 2 ? 11.0 : 10.0) * std::exp(0.25 * 0.25 / 2), cv), 900, 90));
  return compile(serial_line(machines, {10, 10, 10, 10}));
}

/// Which stations have a counter, and which tell their state: up or down only, or by PackML.
struct Sensors {
  const char* name = "";
  std::vector<std::uint32_t> counters, states;
  bool packml = false;
};

inline Snapshot seen(const Model& model, const State& truth, const Sensors& sensors, std::uint64_t seq) {
  const ConstStateView view(model, truth);
  Snapshot snapshot{.ts = model.plant.clock.to_wall(truth.now), .source = "plc", .seq = seq};
  for (std::uint32_t m = 0; m < model.machines.size(); ++m) {
    EntityReading reading{.path = model.machine_path(m)};
    const MachineState& ms = view.machines[m];
    if (std::ranges::count(sensors.counters, m) != 0)
      reading.counters = CounterReading{std::nullopt, ms.completions - ms.scrapped, ms.scrapped, 0};
    if (std::ranges::count(sensors.states, m) != 0)
      reading.state = ms.down != 0 ? "Aborted" : !sensors.packml ? "Up" : ms.working != 0 ? "Execute" : "Suspended";
    if (reading.counters || reading.state) snapshot.entities.push_back(reading);
  }
  return snapshot;
}

struct Accuracy {
  double rmse = 0.0;      ///< of the levels, in parts
  double coverage = 0.0;  ///< of randomised 90 % bands
  double cpu_ms = 0.0;    ///< of an update with its 30 s, all threads together: the mean of the fastest half
  double effective = 0.0, agreed = 0.0;
};

/// Three hours a repetition, an update every 30 s; the first twenty minutes do not count.
inline Accuracy follow(const Model& model, const Sensors& sensors, std::size_t members, int repetitions,
                       int first = 0) {
  ThreadPool pool(1);
  double square = 0.0, levels = 0.0, inside = 0.0, effective = 0.0, agreed = 0.0;
  std::vector<double> times;
  for (int r = first; r < first + repetitions; ++r) {
    State truth = start(model, model.defaults, 100 + static_cast<std::uint64_t>(r));
    Particles particles(model, model.defaults, start(model, model.defaults, 7000 + static_cast<std::uint64_t>(r)),
                        members, pool);
    for (int step = 1; step <= 360; ++step) {
      advance(model, model.defaults, truth, Time{std::chrono::seconds{30 * step}});
      const Snapshot snapshot = seen(model, truth, sensors, static_cast<std::uint64_t>(step));
      const std::clock_t before = std::clock();
      const ParticleReport report = particles.update(model, model.defaults, snapshot, pool);
      times.push_back(static_cast<double>(std::clock() - before) * 1e3 / CLOCKS_PER_SEC);
      effective += report.effective / static_cast<double>(members);
      agreed += report.agreed;
      if (step <= 40) continue;
      const ConstStateView real(model, truth);
      for (std::uint32_t b = 0; b < model.buffers.size(); ++b) {
        if (model.buffers[b].implicit) continue;
        double mean = 0.0, below = 0.0, equal = 0.0;
        for (std::size_t i = 0; i < members; ++i) {
          const std::uint32_t level = ConstStateView(model, particles.members()[i]).buffers[b].level;
          const double w = particles.weights()[i];
          mean += w * level;
          below += level < real.buffers[b].level ? w : 0.0;
          equal += level == real.buffers[b].level ? w : 0.0;
        }
        Draw draw({static_cast<std::uint64_t>(r), b}, static_cast<std::uint64_t>(step));
        const double u = below + draw.uniform() * equal;  // randomised PIT (Czado, Gneiting, Held 2009)
        inside += u >= 0.05 && u <= 0.95 ? 1.0 : 0.0;
        square += (mean - real.buffers[b].level) * (mean - real.buffers[b].level);
        levels += 1.0;
      }
    }
  }
  std::ranges::sort(times);
  Moments fast;
  for (std::size_t i = 0; i < times.size() / 2; ++i) fast.add(times[i]);
  const auto updates = static_cast<double>(times.size());
  return {std::sqrt(square / levels), inside / levels, fast.mean(), effective / updates, agreed / updates};
}

}  // namespace takt::test
