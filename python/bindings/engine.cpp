// SPDX-License-Identifier: Apache-2.0
// Room engine: the model, and simulations as values.
#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "arguments.hpp"
#include "rooms.hpp"
#include "simulation.hpp"
#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"
#include "takt/engine/explain.hpp"

namespace takt::python {
namespace {

constexpr std::uint64_t kAnySeed = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kLastReplication = 0xfffffffeU;  // the one behind it is that of live twins

std::unique_ptr<Simulation> start_simulation(const std::shared_ptr<Model>& model, const py::object& seed,
                                             const py::object& replication, const Numbers& numbers) {
  const std::uint64_t number_of_seed = to_count(seed, "seed", 0, kAnySeed);
  const auto number = static_cast<std::uint32_t>(to_count(replication, "replication", 0, kLastReplication));
  const Scenario scenario = to_scenario("set", numbers);
  const py::gil_scoped_release release;
  Parameters parameters = model->defaults;
  set_numbers(*model, parameters, scenario.numbers);
  State state = start(*model, parameters, number_of_seed, number);
  return std::make_unique<Simulation>(model, std::move(parameters), std::move(state));
}

std::unique_ptr<Simulation> copy_of(const Simulation& simulation) {
  const auto turn = simulation.turns.take();
  const py::gil_scoped_release release;
  return std::make_unique<Simulation>(simulation.model, simulation.numbers, simulation.state);
}

std::unique_ptr<Simulation> fork_of(const Simulation& simulation, const py::object& replication) {
  const auto number = static_cast<std::uint32_t>(to_count(replication, "replication", 0, kLastReplication));
  const auto turn = simulation.turns.take();
  const py::gil_scoped_release release;
  return std::make_unique<Simulation>(simulation.model, simulation.numbers,
                                      fork(*simulation.model, simulation.numbers, simulation.state, number));
}

Outcome advance_simulation(Simulation& simulation, const py::object& duration) {
  const Duration length = to_length(duration, "duration");
  const auto turn = simulation.turns.take();
  return advance_by(simulation, length, [&simulation](State& state, Time until, std::uint64_t max_events) {
    return advance(*simulation.model, simulation.numbers, state, until, max_events);
  });
}

bool are_equal(const Simulation& a, const Simulation& b) {
  if (&a == &b) return true;
  if (a.model->hash() != b.model->hash()) return false;
  const auto first = copy_of(a);  // never two turns at once: two threads that compare crosswise would wait forever
  const auto turn = b.turns.take();
  const py::gil_scoped_release release;
  return first->numbers == b.numbers && equal(*b.model, first->state, b.state);
}

/// The numbers that scenarios may change: path, value in the unit, unit.
std::vector<std::tuple<std::string, double, std::string>> numbers_of(const Model& model, const Parameters& numbers) {
  std::vector<std::tuple<std::string, double, std::string>> rows;
  for (const ParameterSlot& slot : slots_of(model)) {
    const std::string path = slot_path(model, slot);
    rows.emplace_back(path, get_number(model, numbers, path), slot.kind == ParameterSlot::Kind::law ? "s" : "1");
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// What a machine does as a whole: a condition that keeps it from working goes first, then the busiest of its servers.
const char* name_of(const MachineState& machine, std::span<const ServerState> servers) {
  switch (machine.condition()) {
    case Condition::in_repair: return "down";
    case Condition::waiting_for_crew: return "waiting_for_crew";
    case Condition::off_shift: return "off_shift";
    case Condition::up: break;
  }
  const auto some = [servers](Activity activity) {
    return std::ranges::count(servers, activity, &ServerState::activity) > 0;
  };
  if (some(Activity::working)) return "working";
  if (some(Activity::setup)) return "setup";
  return some(Activity::blocked) ? "blocked" : "starved";
}

}  // namespace

Time after(Time now, Duration length) {
  if (length > kNever - now)
    throw InvalidInput(Fault{
        .path = "duration", .value = to_text(length), .expected = "a time that ends within 292 years of the start"});
  return now + length;
}

const char* name_of(Outcome::Status status) {
  switch (status) {
    case Outcome::Status::done: return "done";
    case Outcome::Status::paused: return "paused";
    case Outcome::Status::deadlock: return "deadlock";
    case Outcome::Status::livelock: break;
  }
  return "livelock";
}

py::dict machine_columns(const Model& model, const State& state) {
  const ConstStateView view(model, state);
  py::list entity, mode, in_process, blocked, good, scrap, failures;
  for (const Entity& each : model.entities) {
    if (each.kind != Entity::Kind::machine) continue;
    const MachineSpec& spec = model.machines[each.index];
    const MachineState& machine = view.machines[each.index];
    const auto servers = view.servers.subspan(spec.first_server, spec.servers);
    const auto count = [servers](Activity activity) {
      return std::ranges::count(servers, activity, &ServerState::activity);
    };
    entity.append(each.path);
    mode.append(name_of(machine, servers));
    in_process.append(count(Activity::working) + count(Activity::setup));
    blocked.append(count(Activity::blocked));
    good.append(machine.completions - machine.scrapped);
    scrap.append(machine.scrapped);
    failures.append(machine.breakdowns);
  }
  py::dict columns;
  columns["entity"] = entity;
  columns["state"] = mode;
  columns["in_process"] = in_process;
  columns["blocked"] = blocked;
  columns["good_parts"] = good;
  columns["scrap_parts"] = scrap;
  columns["failures"] = failures;
  return columns;
}

py::dict buffer_columns(const Model& model, const State& state) {
  const ConstStateView view(model, state);
  py::list entity, level, capacity, out;
  for (const Entity& each : model.entities) {
    if (each.kind != Entity::Kind::buffer) continue;
    const std::uint32_t places = model.buffers[each.index].capacity;
    entity.append(each.path);
    level.append(view.buffers[each.index].level);
    capacity.append(places == kInfinite ? py::object(py::none()) : py::int_(places));
    out.append(view.buffers[each.index].taken);
  }
  py::dict columns;
  columns["entity"] = entity;
  columns["level"] = level;
  columns["capacity"] = capacity;
  columns["parts_out"] = out;
  return columns;
}

void bind_engine(py::module_& module) {
  py::class_<Model, std::shared_ptr<Model>>(module, "Model", "A compiled plant. Never changed; threads may share it.")
      .def_property_readonly("entities",
                             [](const Model& model) {
                               std::vector<std::string> paths;
                               for (const Entity& entity : model.entities) paths.push_back(entity.path);
                               return paths;
                             })
      .def(
          "numbers", [](const Model& model) { return numbers_of(model, model.defaults); },
          "The numbers that scenarios may change: path, value, unit.");
  module.def(
      "compile", [](Plant plant) { return std::make_shared<Model>(compile(std::move(plant))); }, py::arg("plant"),
      "Checks and compiles a plant.", py::call_guard<py::gil_scoped_release>());

  py::class_<Outcome>(module, "Outcome", "How an advance ended.")
      .def_property_readonly(
          "status", [](const Outcome& outcome) { return name_of(outcome.status); },
          "'done'; 'deadlock': machines wait for each other in a circle; 'livelock': a million events without time "
          "moving.")
      .def_property_readonly(
          "time", [](const Outcome& outcome) { return to_timedelta(outcome.time.time_since_epoch()); },
          "Where it ended, since the start.")
      .def_readonly("events", &Outcome::events, "Completions, failures, repairs, arrivals, shift changes.")
      .def_readonly("circular_wait", &Outcome::circular_wait, "Of a deadlock: who waits for whom, one line a wait.")
      .def(py::pickle(
          [](const Outcome& outcome) {
            return py::make_tuple(static_cast<int>(outcome.status), outcome.time.time_since_epoch().count(),
                                  outcome.events, outcome.circular_wait);
          },
          [](const py::tuple& fields) {
            return Outcome{static_cast<Outcome::Status>(fields[0].cast<int>()),
                           Time{Duration{fields[1].cast<std::int64_t>()}}, fields[2].cast<std::uint64_t>(),
                           fields[3].cast<std::vector<std::string>>()};
          }))
      .def("__repr__", [](const Outcome& outcome) {
        return py::str("Outcome(status={!r}, time={!s}, events={})")
            .format(name_of(outcome.status), to_timedelta(outcome.time.time_since_epoch()), outcome.events);
      });

  py::class_<Simulation>(module, "Simulation", "A model, its numbers and a state. Threads that share one take turns.")
      .def(py::init(&start_simulation), py::arg("model"), py::arg("seed"), py::arg("replication"), py::arg("set"))
      .def("advance", &advance_simulation, py::arg("duration"))
      .def("copy", &copy_of)
      .def("fork", &fork_of, py::arg("replication"))
      .def("__eq__", &are_equal, py::is_operator())
      .def("hash",
           [](const Simulation& simulation) {
             const auto turn = simulation.turns.take();
             const py::gil_scoped_release release;
             return hash(*simulation.model, simulation.state);
           })
      .def_property_readonly("time",
                             [](const Simulation& simulation) {
                               const auto turn = simulation.turns.take();
                               return to_timedelta(simulation.state.now.time_since_epoch());
                             })
      .def_property_readonly("seed",
                             [](const Simulation& simulation) {
                               const auto turn = simulation.turns.take();
                               return simulation.state.seed;
                             })
      .def_property_readonly("replication",
                             [](const Simulation& simulation) {
                               const auto turn = simulation.turns.take();
                               return simulation.state.replication;
                             })
      .def("numbers",
           [](const Simulation& simulation) {
             const auto turn = simulation.turns.take();
             return numbers_of(*simulation.model, simulation.numbers);
           })
      .def("machines",
           [](const Simulation& simulation) {
             const auto turn = simulation.turns.take();
             return machine_columns(*simulation.model, simulation.state);
           })
      .def(
          "why",
          [](const Simulation& simulation, const std::string& machine) {
            const auto turn = simulation.turns.take();
            return why(*simulation.model, simulation.state, simulation.model->machine(machine));
          },
          py::arg("machine"))
      .def("buffers", [](const Simulation& simulation) {
        const auto turn = simulation.turns.take();
        return buffer_columns(*simulation.model, simulation.state);
      });
}

}  // namespace takt::python
