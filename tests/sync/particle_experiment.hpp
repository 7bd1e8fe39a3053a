// SPDX-License-Identifier: Apache-2.0
// A line whose truth is known, seen through some sensors only: how near the members of a filter come to the rest.
#pragma once

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/plants.hpp"
#include "takt/core/statistics.hpp"
#include "takt/engine/ensemble.hpp"
#include "takt/sync/particles.hpp"

namespace takt::test {

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

/// Members that are weighed only, and never told what was counted: the yardstick. By a Gaussian of 0.8 part on the
/// counts of each 30 s, one of 3 parts on those since the beginning, and 2 % on whether a machine is down; drawn anew
/// by weight where fewer than half of them count.
class WeighedMembers {
 public:
  WeighedMembers(const Model& model, const Parameters& parameters, const State& state, std::size_t members,
                 ThreadPool& pool)
      : ensemble_(model, parameters, state, members, pool), weights_(members, 1.0 / static_cast<double>(members)) {}

  std::span<const State> members() const { return ensemble_.members(); }
  std::span<const double> weights() const { return weights_; }

  ParticleReport update(const Model& model, const Parameters& parameters, const Snapshot& snapshot, ThreadPool& pool) {
    const std::vector<std::uint64_t> before = counts(model);
    ensemble_.advance(model, parameters, model.plant.clock.to_sim(snapshot.ts), pool);
    const std::vector<std::uint64_t> now = counts(model);
    const std::size_t machines = model.machines.size();
    std::vector<double> logs(weights_.size());
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      double log_weight = std::log(weights_[i] + 1e-300);
      const ConstStateView view(model, members()[i]);
      for (const EntityReading& reading : snapshot.entities) {
        const std::uint32_t m = model.entity(reading.path).index;
        const std::size_t at = i * machines + m;
        if (reading.counters) {
          const auto told = static_cast<double>(*reading.counters->good);
          const double off = (static_cast<double>(now[at]) - static_cast<double>(before[at])) - (told - told_[m]);
          const double off_in_all = static_cast<double>(now[at]) - told;
          log_weight -= 0.5 * off * off / 0.64 + 0.5 * off_in_all * off_in_all / 9.0;
        }
        if (reading.state)
          log_weight += std::log((view.machines[m].down != 0) == (*reading.state == "Aborted") ? 0.98 : 0.02);
      }
      logs[i] = log_weight;
    }
    for (const EntityReading& reading : snapshot.entities)
      if (reading.counters) told_[model.entity(reading.path).index] = static_cast<double>(*reading.counters->good);
    return weigh(model, parameters, logs, pool);
  }

 private:
  std::vector<std::uint64_t> counts(const Model& model) const {
    std::vector<std::uint64_t> counts;
    for (const State& member : members())
      for (const MachineState& ms : ConstStateView(model, member).machines) counts.push_back(ms.completions);
    return counts;
  }

  ParticleReport weigh(const Model& model, const Parameters& parameters, const std::vector<double>& logs,
                       ThreadPool& pool) {
    const double most = std::ranges::max(logs);
    double sum = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < logs.size(); ++i) sum += weights_[i] = std::exp(logs[i] - most);
    for (double& w : weights_) {
      w /= sum;
      squares += w * w;
    }
    ParticleReport report;
    report.effective = 1.0 / squares;
    const auto n = static_cast<double>(weights_.size());
    if (report.effective >= 0.5 * n) return report;
    std::vector<std::uint32_t> copies(weights_.size(), 0);
    const double begin = Draw({++drawn_, 0}, 0).uniform();
    double upto = 0.0;
    std::size_t steps = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i)
      for (upto += weights_[i] * n; steps < weights_.size() && static_cast<double>(steps) + begin < upto; ++steps)
        ++copies[i];
    copies.back() += static_cast<std::uint32_t>(weights_.size() - steps);
    ensemble_.resample(model, parameters, copies, pool);
    std::ranges::fill(weights_, 1.0 / n);
    return report;
  }

  Ensemble ensemble_;
  std::vector<double> weights_;
  std::map<std::uint32_t, double> told_;
  std::uint64_t drawn_ = 0;
};

/// Three hours a repetition, an update every 30 s; the first twenty minutes do not count.
template <class Filter = Particles>
Accuracy follow(const Model& model, const Sensors& sensors, std::size_t members, int repetitions, int first = 0) {
  ThreadPool pool(1);
  double square = 0.0, levels = 0.0, inside = 0.0, effective = 0.0, agreed = 0.0;
  std::vector<double> times;
  for (int r = first; r < first + repetitions; ++r) {
    State truth = start(model, model.defaults, 100 + static_cast<std::uint64_t>(r));
    Filter particles(model, model.defaults, start(model, model.defaults, 7000 + static_cast<std::uint64_t>(r)), members,
                     pool);
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
