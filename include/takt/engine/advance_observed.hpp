// SPDX-License-Identifier: Apache-2.0
// `advance` for an observer of one's own: see observer.hpp for its functions. Compiled into the caller, so that an
// observer costs what it does and no more.
#pragma once

#include <type_traits>
#include <utility>

#include "takt/engine/detail/line_recursion.hpp"
#include "takt/engine/detail/line_stepper.hpp"
#include "takt/engine/detail/stepper.hpp"

namespace takt {
namespace detail {

/// Whether any machine of a component makes scrap with these numbers.
inline bool scraps(const Model& model, const Parameters& parameters, const ComponentSpec& spec) {
  for (std::uint32_t m = spec.first_machine; m < spec.first_machine + spec.machines; ++m)
    if (parameters.probabilities[model.machines[m].scrap] > 0.0) return true;
  return false;
}

/// Calls `use` with the general event loop over a component: its queue by size, its code by what its machines have.
template <class Observer, class Use>
auto with_stepper(const Model& model, const Parameters& parameters, State& state, std::uint32_t component,
                  Observer& observer, Use use) {
  Scratch& memory = scratch();
  const ComponentSpec& spec = model.components[component];
  const auto on = [&]<class Queue, bool kPlain>(Queue& queue, std::bool_constant<kPlain>) {
    Stepper<Queue, kPlain, Observer> stepper(model, parameters, state, component, queue, memory, observer);
    return use(stepper);
  };
  const bool small = spec.machines + spec.sources <= ScanQueue::kSlots;
  const bool plain = spec.plain && !scraps(model, parameters, spec);
  if (small) return plain ? on(memory.scan, std::true_type{}) : on(memory.scan, std::false_type{});
  return plain ? on(memory.tree, std::true_type{}) : on(memory.tree, std::false_type{});
}

/// Runs a component by the event loop that fits it best.
template <class Observer>
Outcome::Status run(const Model& model, const Parameters& parameters, State& state, std::uint32_t component, Time until,
                    Observer& observer, std::uint64_t& budget, std::vector<std::string>& waits) {
  const ComponentSpec& spec = model.components[component];
  if (spec.line && model.options.method != Method::general && !scraps(model, parameters, spec)) {
    if constexpr (requires(const LineSums& sums) { observer.add(sums); }) {
      LineSums sums;
      std::uint64_t events = 0;
      if (model.options.method == Method::fastest && recursion_fits(model, parameters, state, component, until) &&
          run_by_recursion(model, parameters, state, component, until, budget, sums, events)) {
        observer.add(sums);
        budget -= events;
        const bool is_there = ConstStateView(model, state).components[component].now == until;
        return is_there ? Outcome::Status::done : Outcome::Status::paused;
      }
    }
    Scratch& memory = scratch();
    const auto on = [&]<class Queue>(Queue& queue) {
      LineStepper<Queue, Observer> stepper(model, parameters, state, component, queue, memory, observer);
      return stepper.run(until, budget);
    };
    return spec.machines < ScanQueue::kSlots ? on(memory.scan) : on(memory.tree);
  }
  return with_stepper(model, parameters, state, component, observer, [&](auto& stepper) {
    const Outcome::Status status = stepper.run(until, budget);
    waits = stepper.waits();
    return status;
  });
}

}  // namespace detail

/// Runs until `until` as `advance` does, every event told to `observer`.
template <class Observer>
Outcome advance_observed(const Model& model, const Parameters& parameters, State& state, Time until, Observer& observer,
                         std::uint64_t max_events = std::numeric_limits<std::uint64_t>::max()) {
  Outcome outcome;
  std::uint64_t budget = max_events;
  for (std::uint32_t c = 0; c < model.components.size(); ++c) {
    outcome.status = detail::run(model, parameters, state, c, until, observer, budget, outcome.circular_wait);
    if (outcome.status != Outcome::Status::done) {
      outcome.time = StateView(model, state).components[c].now;
      break;
    }
  }
  if (outcome.status == Outcome::Status::done) {
    outcome.time = state.now = std::max(state.now, until);
  } else {  // the components stand at different times: the state has come as far as the last of them
    Time reached = until;
    for (const ComponentState& component : StateView(model, state).components)
      reached = std::min(reached, component.now);
    state.now = std::max(state.now, reached);
  }
  outcome.events = max_events - budget;
  return outcome;
}

}  // namespace takt
