// SPDX-License-Identifier: Apache-2.0
// `advance` for an observer of one's own: see observer.hpp for its functions. Compiled into the caller, so that an
// observer costs what it does and no more.
#pragma once

#include <algorithm>
#include <atomic>
#include <iterator>
#include <limits>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

#include "takt/core/thread_pool.hpp"
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

/// A component that did not get to the end.
struct Stop {
  std::uint32_t component = 0;
  Outcome::Status status = Outcome::Status::done;
  std::vector<std::string> circular_wait;
};

/// Runs a component and notes it if it does not get to the end; false at the limit of events.
template <class Observer>
bool run_component(const Model& model, const Parameters& parameters, State& state, std::uint32_t component, Time until,
                   Observer& observer, std::uint64_t& budget, std::vector<Stop>& stops) {
  std::vector<std::string> waits;
  const Outcome::Status status = run(model, parameters, state, component, until, observer, budget, waits);
  if (status != Outcome::Status::done) stops.push_back({component, status, std::move(waits)});
  return status != Outcome::Status::paused;
}

/// Whether the rings of its buffers may have to grow, which moves those of other components.
bool may_grow(const Model& model, std::uint32_t component);

/// What became of a run that took this many events; moves the state's own time. The first of the stops is told.
Outcome conclude(const Model& model, State& state, Time until, std::vector<Stop> stops, std::uint64_t events);

}  // namespace detail

/// Runs until `until` as `advance` does, every event told to `observer`.
template <class Observer>
Outcome advance_observed(const Model& model, const Parameters& parameters, State& state, Time until, Observer& observer,
                         std::uint64_t max_events = std::numeric_limits<std::uint64_t>::max()) {
  std::uint64_t budget = max_events;
  std::vector<detail::Stop> stops;
  for (std::uint32_t c = 0; c < model.components.size(); ++c)
    if (!detail::run_component(model, parameters, state, c, until, observer, budget, stops)) break;
  return detail::conclude(model, state, until, std::move(stops), max_events - budget);
}

/// The same on several threads, without a limit of events: the same bytes. `make_share()` makes an observer for one
/// thread, and `observer.add(share)` takes its sums over. Components that keep their parts in places without limit are
/// run by the caller alone, when all others are done.
template <class Observer, class MakeShare>
Outcome advance_observed(const Model& model, const Parameters& parameters, State& state, Time until, Observer& observer,
                         ThreadPool& pool, MakeShare make_share) {
  constexpr std::uint32_t kChunksAThread = 16;
  const auto components = static_cast<std::uint32_t>(model.components.size());
  const std::uint32_t chunk = std::max(1U, components / (pool.threads() * kChunksAThread));
  std::atomic<std::uint32_t> next = 0;
  std::mutex mutex;
  std::vector<detail::Stop> stops;
  std::uint64_t events = 0;
  pool.run(pool.threads(), [&](std::size_t) {
    auto share = make_share();
    std::vector<detail::Stop> own_stops;
    constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t budget = kAll;
    for (std::uint32_t first = next.fetch_add(chunk); first < components; first = next.fetch_add(chunk))
      for (std::uint32_t c = first; c < std::min(first + chunk, components); ++c)
        if (!detail::may_grow(model, c))
          detail::run_component(model, parameters, state, c, until, share, budget, own_stops);
    const std::lock_guard lock(mutex);
    observer.add(share);
    events += kAll - budget;
    std::move(own_stops.begin(), own_stops.end(), std::back_inserter(stops));
  });
  std::uint64_t budget = std::numeric_limits<std::uint64_t>::max();
  for (std::uint32_t c = 0; c < components; ++c)
    if (detail::may_grow(model, c)) detail::run_component(model, parameters, state, c, until, observer, budget, stops);
  events += std::numeric_limits<std::uint64_t>::max() - budget;
  std::ranges::sort(stops, {}, &detail::Stop::component);
  return detail::conclude(model, state, until, std::move(stops), events);
}

}  // namespace takt
