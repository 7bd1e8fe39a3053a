// SPDX-License-Identifier: Apache-2.0
// Eight-hour shifts of a line of five stations with log-normal cycles and failures, followed by a twin: every station
// reports its mode and its counter.
#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "engine/plants.hpp"
#include "takt/sync/twin.hpp"

namespace takt::test {

struct Shift {
  double slower = 0.0;  ///< every station, by this share
  Duration from{0};     ///< into the shift
  Duration before{0};   ///< the plant runs for so long before its first report
  Duration period = std::chrono::seconds{30};
  bool learn = true;
  std::vector<std::uint32_t> only{};  ///< stations that are slower; none: all
  FidelityOptions fidelity{};
};

/// The plant's numbers, some machines slower.
inline Parameters slowed(const Model& model, const Shift& shift) {
  Parameters numbers = model.defaults;
  for (std::uint32_t m = 0; m < model.machines.size(); ++m) {
    bool is_slower = shift.only.empty();
    for (const std::uint32_t each : shift.only) is_slower = is_slower || each == m;
    const std::uint32_t law = model.machines[m].cycle_law;
    if (is_slower) numbers.set_law(law, numbers.law(law).scaled(1.0 + shift.slower));
  }
  return numbers;
}

inline Snapshot report_of(const Model& model, const State& real, std::uint64_t seq) {
  const ConstStateView view(model, real);
  Snapshot snapshot;
  snapshot.ts = model.plant.clock.to_wall(real.now);
  snapshot.source = "plc";
  snapshot.seq = seq;
  snapshot.complete = true;
  for (std::uint32_t m = 0; m < model.machines.size(); ++m) {
    EntityReading& reading = snapshot.entities.emplace_back();
    reading.path = model.machine_path(m);
    const bool works = view.servers[model.machines[m].first_server].activity == Activity::working;
    reading.state = view.machines[m].down != 0 ? "Aborted" : works ? "Execute" : "Suspended";
    reading.counters = CounterReading{std::nullopt, view.machines[m].completions, std::nullopt, 0};
  }
  return snapshot;
}

struct Judged {
  std::optional<Duration> invalid;  ///< into the shift, when it was first called so
  Verdict end;
  double warned_share = 0.0;  ///< of the reports
};

/// One shift of plant and twin, by a seed.
inline Judged judge(const Model& model, const Shift& shift, std::uint64_t seed,
                    Duration length = std::chrono::hours{8}) {
  State real = start(model, model.defaults, mix64(seed));
  advance(model, model.defaults, real, Time{shift.before});
  Twin twin(model, {.seed = mix64(~seed), .learn = shift.learn, .fidelity = shift.fidelity});
  const Parameters slow = slowed(model, shift);
  Judged judged;
  std::uint64_t seq = 0, warned = 0;
  for (Duration t = shift.period; t <= length; t += shift.period) {
    const bool is_slow = shift.slower != 0.0 && t > shift.from;
    advance(model, is_slow ? slow : model.defaults, real, Time{shift.before + t});
    twin.apply(report_of(model, real, ++seq));
    const Trust trust = twin.verdict().trust;
    if (trust == Trust::invalid && !judged.invalid) judged.invalid = t;
    warned += trust == Trust::warning ? 1 : 0;
  }
  judged.end = twin.verdict();
  judged.warned_share = static_cast<double>(warned) / static_cast<double>(seq);
  return judged;
}

}  // namespace takt::test
