// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/operations.hpp"

#include <algorithm>
#include <utility>

#include "sync/interpolate.hpp"

namespace takt {

void OperationTracker::observe(const MachineObservation& observation) {
  if (observation.time < last_) {
    ++late_;
    return;
  }
  advance_to(observation.time);
  last_ = observation.time;
  switch (observation.role) {
    case SignalRole::state: set_state(observation.text); break;
    case SignalRole::program:
      program_ = observation.text;
      if (running_) running_->program = program_;
      break;
    case SignalRole::block: reach(observation.number); break;
    case SignalRole::feed_rate: feed(observation.number); break;
    case SignalRole::other: break;
  }
  if (running_) running_->end = last_;
}

void OperationTracker::advance_to(WallClock::Instant now) {
  if (running_ && now - last_ > options_.silence) close(OperationOutcome::silent);
}

void OperationTracker::set_state(std::string_view name) {
  if (name == "Execute") {
    if (running_) return;
    running_.emplace();
    running_->start = running_->end = last_;
    running_->program = program_;
    running_->hold_after_s = options_.hold_after_s;
  } else if (!running_) {
    return;
  } else if (name == "Complete" || name == "Completing") {
    close(OperationOutcome::completed);
  } else if (name == "Stopped" || name == "Stopping" || name == "Aborted" || name == "Aborting") {
    close(OperationOutcome::stopped);
  }
}

void OperationTracker::reach(double block) {
  if (!running_) return;
  std::vector<BlockReached>& trace = running_->trace;
  if (block > (trace.empty() ? 0.0 : trace.back().block)) trace.push_back({elapsed_s(), block});
}

void OperationTracker::feed(double rate) {
  if (!running_) return;
  std::vector<Standstill>& all = running_->standstills;
  const bool stands = !all.empty() && all.back().to_s == Standstill{}.to_s;
  if (rate <= options_.standing_feed) {
    if (!stands) all.push_back({.from_s = elapsed_s()});
  } else if (stands) {
    all.back().to_s = elapsed_s();
    if (all.back().to_s - all.back().from_s <= options_.hold_after_s) all.pop_back();
  }
}

void OperationTracker::close(OperationOutcome outcome) {
  feed(std::numeric_limits<double>::infinity());
  running_->end = last_;
  running_->outcome = outcome;
  closed_.push_back(std::move(*running_));
  running_.reset();
}

NetClock::NetClock(const Operation& operation, double until_s) {
  for (const Standstill& standstill : operation.standstills) {
    if (standstill.from_s >= until_s) break;
    const double to_s = std::min(standstill.to_s, until_s);
    const double stops_s = standstill.from_s + operation.hold_after_s;
    if (to_s <= stops_s) continue;
    net_.push_back(net_.back() + (stops_s - elapsed_.back()));
    net_.push_back(net_.back());
    elapsed_.push_back(stops_s);
    elapsed_.push_back(to_s);
    held_s_ += to_s - stops_s;
    if (standstill.to_s >= until_s) standing_s_ = to_s - standstill.from_s;
  }
  if (elapsed_.back() < until_s) {
    net_.push_back(net_.back() + (until_s - elapsed_.back()));
    elapsed_.push_back(until_s);
  }
}

double NetClock::net_s(double elapsed_s) const { return detail::interpolate(elapsed_s, elapsed_, net_); }
double NetClock::elapsed_s(double net_s) const { return detail::interpolate(net_s, net_, elapsed_); }

}  // namespace takt
