// SPDX-License-Identifier: Apache-2.0
// `advance` for an observer of one's own: see observer.hpp for its functions. Compiled into the caller, so that an
// observer costs what it does and no more.
#pragma once

#include <utility>

#include "takt/engine/detail/stepper.hpp"

namespace takt {
namespace detail {

/// The scratch memory of this thread.
Scratch& scratch();

/// Calls `use` with a stepper of the component on the queue that fits its size.
template <class Observer, class Use>
auto with_stepper(const Model& model, const Parameters& parameters, State& state, std::uint32_t component, Observer& observer, Use use) {
  Scratch& memory = scratch();
  const ComponentSpec& spec = model.components[component];
  if (spec.machines + spec.sources <= ScanQueue::kSlots) {
    Stepper<ScanQueue, Observer> stepper(model, parameters, state, component, memory.scan, memory, observer);
    return use(stepper);
  }
  Stepper<TreeQueue, Observer> stepper(model, parameters, state, component, memory.tree, memory, observer);
  return use(stepper);
}

}  // namespace detail

/// Runs until `until` as `advance` does, every event told to `observer`.
template <class Observer>
Outcome advance_observed(const Model& model, const Parameters& parameters, State& state, Time until, Observer& observer,
                         std::uint64_t max_events = std::numeric_limits<std::uint64_t>::max()) {
  Outcome outcome;
  std::uint64_t budget = max_events;
  for (std::uint32_t c = 0; c < model.components.size(); ++c) {
    outcome.status = detail::with_stepper(model, parameters, state, c, observer, [&](auto& stepper) {
      const Outcome::Status status = stepper.run(until, budget);
      outcome.circular_wait = stepper.waits();
      return status;
    });
    if (outcome.status != Outcome::Status::done) {
      outcome.time = StateView(model, state).components[c].now;
      break;
    }
  }
  if (outcome.status == Outcome::Status::done) outcome.time = state.now = std::max(state.now, until);
  outcome.events = max_events - budget;
  return outcome;
}

}  // namespace takt
