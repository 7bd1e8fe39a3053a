// SPDX-License-Identifier: Apache-2.0
// A Model, its Parameters and a State as one Python object.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <utility>

#include "calls.hpp"
#include "takt/engine/advance.hpp"

namespace takt::python {

struct Simulation {
  Simulation(std::shared_ptr<const Model> its_model, Parameters its_numbers, State its_state)
      : model(std::move(its_model)), numbers(std::move(its_numbers)), state(std::move(its_state)) {}

  std::shared_ptr<const Model> model;
  Parameters numbers;
  State state;
  Turns turns;
};

/// `length` after `now`; throws InvalidInput beyond the range of time.
Time after(Time now, Duration length);

/// Advances by `length` with calls of `advance(state, until, max_events)`, which returns an Outcome. A signal leaves
/// the simulation as it was.
template <class Advance>
Outcome advance_by(Simulation& simulation, Duration length, Advance advance) {
  constexpr std::uint64_t kSlice = 100'000;  // events between two looks for signals: a few milliseconds
  const Time until = after(simulation.state.now, length);
  Released released;
  State state = simulation.state;
  Outcome outcome;
  std::uint64_t events = 0;
  do {
    outcome = advance(state, until, kSlice);
    events += outcome.events;
    released.look();
  } while (outcome.status == Outcome::Status::paused);
  outcome.events = events;
  simulation.state = std::move(state);
  return outcome;
}

/// The machines and the buffers of a state as columns by name, in the order of paths.
py::dict machine_columns(const Model& model, const State& state);
py::dict buffer_columns(const Model& model, const State& state);

/// "done", "deadlock", ...
const char* name_of(Outcome::Status status);

}  // namespace takt::python
