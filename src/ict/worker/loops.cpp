// SPDX-License-Identifier: Apache-2.0
#include "ict/worker/loops.hpp"

#include <algorithm>

namespace takt::ict {
namespace {

constexpr Nanoseconds kSecond = 1'000'000'000;
constexpr Nanoseconds kSlice = 100'000;  // how finely time goes on while an outcome is waited for

}  // namespace

Loops::Loops(const WireRequest& request)
    : request_(request),
      network_(
          request, [this](const Reading& reading) { arrived(reading); },
          [this](const Reading& reading) { lost(reading); }),
      destinations_(request.sensors.size()),
      records_(request.loops.size()),
      nodes_(request.nodes.size()) {
  for (std::uint32_t l = 0; l < request.loops.size(); ++l) {
    const WireLoop& loop = request.loops[l];
    state_.push_back({std::vector<Nanoseconds>(loop.signals.size(), -1), std::vector<bool>(loop.signals.size()), 0});
    for (std::uint32_t k = 0; k < loop.signals.size(); ++k) {
      std::vector<Fed>& fed = feeds_[{loop.signals[k], loop.node}];
      if (fed.empty()) destinations_[loop.signals[k]].push_back(loop.node);
      fed.push_back({l, k});
    }
  }
  Platform& platform = network_.platform();
  platform.at(request.warmup_ns, [this] { at_warmup_ = window(); });
  platform.at(request.horizon_ns, [this] { at_horizon_ = window(); });
  for (std::uint32_t s = 0; s < request.sensors.size(); ++s) {
    const WireSensor& sensor = request.sensors[s];
    interval_.emplace_back(request, sensor.key, Purpose::arrival);
    jitter_.emplace_back(request, sensor.key, Purpose::cycle);
    interval_law_.push_back(sensor.events.is_null() ? Distribution() : law_of(sensor.events));
    jitter_law_.push_back(sensor.jitter.is_null() ? Distribution() : law_of(sensor.jitter));
    if (sensor.told) continue;
    plan(s, sensor.first_ns + (sensor.events.is_null() ? 0 : interval_[s].next(interval_law_[s])));
  }
}

/// The reading at an instant, and the next one behind it.
void Loops::plan(std::uint32_t s, Nanoseconds nominal) {
  if (nominal >= request_.horizon_ns) return;
  network_.platform().at(nominal, [this, s, nominal] {
    const WireSensor& sensor = request_.sensors[s];
    emit(s, nominal);
    plan(s, nominal + (sensor.events.is_null() ? sensor.period_ns
                                               : std::max<Nanoseconds>(1, interval_[s].next(interval_law_[s]))));
  });
}

void Loops::emit(std::uint32_t s, Nanoseconds at) {
  const WireSensor& sensor = request_.sensors[s];
  for (const std::uint32_t to : destinations_[s])
    for (const Fed& fed : feeds_.at({s, to}))
      if (fed.signal == 0 && counts(at)) ++records_[fed.loop].samples;
  const Nanoseconds late = sensor.jitter.is_null() ? 0 : jitter_[s].next(jitter_law_[s]);
  const Nanoseconds sent = network_.scan_from(sensor.node, at + late);
  const auto send = [this, s, at] {
    for (const std::uint32_t to : destinations_[s]) network_.forward(request_.sensors[s].node, {s, to, at});
  };
  if (sent > Platform::now())
    network_.platform().at(sent, send);
  else
    send();
}

void Loops::read(std::uint32_t sensor, Nanoseconds at) {
  const Nanoseconds now = std::max(at, Platform::now());
  network_.platform().at(now, [this, sensor, at] { emit(sensor, at); });
}

void Loops::arrived(const Reading& reading) {
  for (const Fed& fed : feeds_.at({reading.sensor, reading.to})) take_in(fed.loop, fed.signal, reading.at);
}

void Loops::lost(const Reading& reading) {
  for (const Fed& fed : feeds_.at({reading.sensor, reading.to}))
    if (fed.signal == 0) give_up(fed.loop, reading.at);
}

void Loops::take_in(std::uint32_t loop, std::uint32_t signal, Nanoseconds sample) {
  LoopState& state = state_[loop];
  if (sample < state.newest[signal]) {  // overtaken on the way
    if (signal == 0) give_up(loop, sample);
    return;
  }
  if (signal == 0 && state.fresh[0]) give_up(loop, state.newest[0]);
  state.newest[signal] = sample;
  state.fresh[signal] = true;
  if (std::ranges::find(state.fresh, false) != state.fresh.end()) return;
  state.fresh.assign(state.fresh.size(), false);
  decide(loop, *std::ranges::min_element(state.newest), state.newest[0]);
}

void Loops::decide(std::uint32_t l, Nanoseconds sample, Nanoseconds first) {
  const WireLoop& loop = request_.loops[l];
  const auto begin = [this, l, sample, first] {
    const WireLoop& of = request_.loops[l];
    if (!network_.is_up(of.node)) return give_up(l, first);
    ++nodes_[of.node].decisions;
    if (of.operations <= 0.0) return decided(l, sample, first);
    change_busy(of.node, 1);
    network_.platform().compute(of.node, of.operations, [this, l, sample, first] {
      change_busy(request_.loops[l].node, -1);
      decided(l, sample, first);
    });
  };
  const Nanoseconds at = network_.scan_from(loop.node, Platform::now());
  if (at > Platform::now())
    network_.platform().at(at, begin);
  else
    begin();
}

void Loops::decided(std::uint32_t l, Nanoseconds sample, Nanoseconds first) {
  const WireLoop& loop = request_.loops[l];
  if (!network_.is_up(loop.node)) return give_up(l, first);
  const Nanoseconds decided = Platform::now();
  const auto deliver = [this, l, sample, first, decided] {
    const Nanoseconds at = network_.scan_from(request_.loops[l].actuator, Platform::now());
    if (at > Platform::now())
      network_.platform().at(at, [this, l, sample, first, decided] { act(l, sample, first, decided); });
    else
      act(l, sample, first, decided);
  };
  if (loop.node == loop.actuator) return deliver();
  network_.command(loop.node, loop.actuator, loop.command_bytes, loop.retry, deliver,
                   [this, l, first] { give_up(l, first); });
}

void Loops::act(std::uint32_t l, Nanoseconds sample, Nanoseconds first, Nanoseconds decided) {
  if (!network_.is_up(request_.loops[l].actuator)) return give_up(l, first);
  const Nanoseconds now = Platform::now();
  if (counts(first)) records_[l].acted.push_back({sample, decided, now});
  if (request_.lockstep) outcomes_.push_back({l, 1, first, now});
}

void Loops::give_up(std::uint32_t l, Nanoseconds first) {
  if (counts(first)) ++records_[l].lost;
  if (request_.lockstep) outcomes_.push_back({l, 0, first, Platform::now()});
}

void Loops::change_busy(std::uint32_t n, int by) {
  NodeState& node = nodes_[n];
  const Nanoseconds now = Platform::now();
  node.busy_core_s +=
      static_cast<double>(std::min(node.busy, request_.nodes[n].cores)) * static_cast<double>(now - node.since) * 1e-9;
  node.since = now;
  node.busy = static_cast<std::uint32_t>(static_cast<int>(node.busy) + by);
}

Loops::Window Loops::window() {
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) change_busy(n, 0);
  return {nodes_, network_.counts()};
}

void Loops::run_until(Nanoseconds when, bool to_outcome) {
  Platform& platform = network_.platform();
  if (!to_outcome) return platform.run_until(when);
  while (outcomes_.empty() && Platform::now() < when)
    platform.run_until(std::min(when, std::max(platform.quiet_until() + 1, Platform::now() + kSlice)));
}

std::uint64_t Loops::unresolved() const {
  std::uint64_t sum = 0;
  for (const LoopRecord& record : records_) sum += record.samples - record.acted.size() - record.lost;
  return sum;
}

WireReport Loops::report() {
  Platform& platform = network_.platform();
  platform.run_until(request_.horizon_ns + 1);
  for (const Nanoseconds more : {1, 10, 60, 600, 3600})
    if (unresolved() > 0) platform.run_until(request_.horizon_ns + more * kSecond);
  WireReport report;
  for (std::size_t l = 0; l < records_.size(); ++l) {
    const WireSensor& first = request_.sensors[request_.loops[l].signals[0]];
    report.loops.push_back(report_of(records_[l], request_.loops[l], first.events.is_null()));
  }
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const NodeState &from = at_warmup_.nodes[n], &to = at_horizon_.nodes[n];
    const Network::GatewayCount &before = at_warmup_.network.gateways[n], &after = at_horizon_.network.gateways[n];
    report.nodes.push_back({to.busy_core_s - from.busy_core_s, after.queue_s - before.queue_s,
                            to.decisions - from.decisions, after.queue_most, after.queued - before.queued,
                            after.batches - before.batches});
  }
  for (std::size_t l = 0; l < request_.links.size(); ++l) {
    const WireLinkReport &before = at_warmup_.network.links[l], &after = at_horizon_.network.links[l];
    report.links.push_back({after.messages - before.messages, after.lost - before.lost, after.bytes - before.bytes});
  }
  report.messages = at_horizon_.network.messages - at_warmup_.network.messages;
  return report;
}

}  // namespace takt::ict
