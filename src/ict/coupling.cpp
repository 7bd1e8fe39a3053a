// SPDX-License-Identifier: Apache-2.0
#include "takt/ict/coupling.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ict/machine_at.hpp"
#include "takt/engine/advance.hpp"

namespace takt {
namespace {

constexpr std::size_t kOfFirst = 400, kOfSecond = 25;  // points of each law in a sum

std::vector<double> points_of(const Distribution& law, std::size_t count) {
  if (law.variance() == 0.0) return {law.mean()};
  std::vector<double> points;
  for (std::size_t k = 0; k < count; ++k)
    points.push_back(law.quantile((static_cast<double>(k) + 0.5) / static_cast<double>(count)));
  return points;
}

/// Moved and stretched so that mean and variance are exact; only the mean where a time would become negative.
void match_moments(std::vector<double>& values, double mean, double variance) {
  double sum = 0.0, squares = 0.0;
  for (const double v : values) sum += v;
  const double found = sum / static_cast<double>(values.size());
  for (const double v : values) squares += (v - found) * (v - found);
  const double stretch = squares > 0.0 ? std::sqrt(variance * static_cast<double>(values.size()) / squares) : 1.0;
  const double least = *std::ranges::min_element(values);
  const bool stays = std::isfinite(stretch) && mean + (least - found) * stretch >= 0.0;
  for (double& v : values) v = stays ? mean + (v - found) * stretch : v * (mean / found);
}

/// The law of the sum of two independent times.
Distribution sum_of(const Distribution& a, const Distribution& b) {
  if (b.mean() == 0.0) return a;
  if (a.mean() == 0.0) return b;
  std::vector<double> values;
  const std::vector<double> of_a = points_of(a, kOfFirst), of_b = points_of(b, kOfSecond);
  for (const double x : of_a)
    for (const double y : of_b) values.push_back(x + y);
  if (values.size() == 1) return Distribution::constant(values[0]);
  match_moments(values, a.mean() + b.mean(), a.variance() + b.variance());
  return Distribution::empirical(std::move(values));
}

LawByProduct sum_of(LawByProduct laws, const Distribution& delay) {
  laws.law = sum_of(laws.law, delay);
  for (auto& [product, law] : laws.of) law = sum_of(law, delay);
  return laws;
}

bool reads_periodically(const Cyber& cyber, const CyberLoop& loop) {
  const auto sensor = std::ranges::find(cyber.sensors, loop.signals.front(), &Sensor::name);
  return !sensor->events;
}

/// From what happens to the command that knows of it.
Distribution delay_of(const Cyber& cyber, const CyberLoop& loop, const LoopResult& result) {
  const double otherwise = to_seconds(loop.effect->otherwise);
  const std::vector<double>& table = reads_periodically(cyber, loop) ? result.reaction_s : result.latency_s;
  if (table.empty()) return Distribution::constant(otherwise);
  const double lost = reads_periodically(cyber, loop) ? 0.0 : result.loss;  // a reaction waits for the next reading
  if (!(lost > 0.0)) return Distribution::empirical(table);
  std::vector<double> weights(table.size(), (1.0 - lost) / static_cast<double>(table.size()));
  std::vector<double> values = table;
  values.push_back(otherwise);
  weights.push_back(lost);
  return Distribution::discrete(std::move(values), std::move(weights));
}

double late_share(const Cyber& cyber, const CyberLoop& loop, const LoopResult& result) {
  const double late = reads_periodically(cyber, loop) ? result.reaction_late : result.late;
  return std::isnan(late) ? 1.0 : late;  // nothing ever came
}

void couple(Machine& machine, const Cyber& cyber, const CyberLoop& loop, const LoopResult& result) {
  switch (loop.effect->kind) {
    case Effect::Kind::stop:
      machine.scrap = 1.0 - (1.0 - machine.scrap) * (1.0 - loop.effect->defects * late_share(cyber, loop, result));
      break;
    case Effect::Kind::alarm:
      machine.failure->time_to_repair = sum_of(machine.failure->time_to_repair, delay_of(cyber, loop, result));
      break;
    case Effect::Kind::release:
      machine.load_time = sum_of(machine.load_time.value_or(LawByProduct{}), delay_of(cyber, loop, result));
      break;
  }
}

double share_beyond(const std::vector<double>& table, double bound) {
  return static_cast<double>(table.end() - std::ranges::upper_bound(table, bound)) / static_cast<double>(table.size());
}

void delay(LoopResult& loop, double seconds, double deadline) {
  for (double* value : {&loop.mean_s, &loop.least_s, &loop.most_s}) *value += seconds;
  for (IntervalEstimate* interval : {&loop.p50_s, &loop.p95_s, &loop.p99_s})
    *interval = {interval->value + seconds, interval->low + seconds, interval->high + seconds};
  for (double& value : loop.latency_s) value += seconds;
  for (double& value : loop.reaction_s) value += seconds;
  if (deadline <= 0.0) return;
  if (!loop.latency_s.empty()) loop.late = loop.loss + (1.0 - loop.loss) * share_beyond(loop.latency_s, deadline);
  if (!loop.reaction_s.empty()) loop.reaction_late = share_beyond(loop.reaction_s, deadline);
}

}  // namespace

Plant coupled(const Plant& plant, const CyberResult& result) {
  Plant changed = plant;
  if (!plant.cyber) return changed;
  for (const CyberLoop& loop : plant.cyber->loops) {
    const LoopResult& measured = result.loop(loop.name);
    if (!loop.effect) continue;
    if (Machine* machine = ict::machine_at(changed, loop.equipment)) couple(*machine, *plant.cyber, loop, measured);
  }
  return changed;
}

CyberResult delayed(const Plant& plant, CyberResult result, double seconds) {
  if (!plant.cyber || seconds == 0.0) return result;
  for (const CyberLoop& loop : plant.cyber->loops) {
    const auto found = std::ranges::find(result.loops, loop.name, &LoopResult::name);
    if (found != result.loops.end()) delay(*found, seconds, to_seconds(loop.deadline));
  }
  return result;
}

Present stale(const Present& present, Duration age) {
  if (!present.state || age.count() <= 0) return present;
  Present old = present;
  old.beginning = [present, age](std::uint32_t replication) {
    const Parameters numbers = present.parameters_of(replication);
    State state;
    present.begin(state, numbers, replication);
    advance(*present.model, numbers, state, state.now + age);
    return state;
  };
  return old;
}

}  // namespace takt
