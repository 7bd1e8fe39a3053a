// SPDX-License-Identifier: Apache-2.0
// Room io/store: simulations and results as takt-store/1, in files and in the bytes that pickles hold; timelines.
#include <pybind11/stl.h>

#include <string>
#include <string_view>
#include <utility>

#include "arguments.hpp"
#include "rooms.hpp"
#include "simulation.hpp"
#include "takt/io/store/checkpoint.hpp"
#include "takt/io/store/results.hpp"
#include "takt/io/store/whole_file.hpp"
#include "timeline.hpp"

namespace takt::python {
namespace {

std::string simulation_content(const Simulation& simulation) {
  const auto turn = simulation.turns.take();
  const py::gil_scoped_release release;
  return io::checkpoint_bytes(*simulation.model, simulation.numbers, simulation.state);
}

std::unique_ptr<Simulation> simulation_of(io::Checkpoint read) {
  return std::make_unique<Simulation>(std::move(read.model), std::move(read.parameters), std::move(read.state));
}

/// The bars as columns by name, one row each.
py::dict bar_columns(const Timeline& timeline) {
  py::list entity, server, state, from, to;
  const Model& model = *timeline.model;
  for (const io::Timeline::Bar& bar : timeline.gathered.bars(timeline.end)) {
    const std::uint32_t m = model.machine_of_server[bar.server];
    entity.append(model.machine_path(m));
    server.append(bar.server - model.machines[m].first_server + 1);
    state.append(io::name_of(bar.mode));
    from.append(bar.from);
    to.append(bar.to);
  }
  py::dict columns;
  columns["entity"] = entity;
  columns["server"] = server;
  columns["state"] = state;
  columns["start"] = from;
  columns["end"] = to;
  return columns;
}

/// Advances, and gathers what happens meanwhile.
std::pair<Outcome, std::unique_ptr<Timeline>> watch(Simulation& simulation, const py::object& duration) {
  const Duration length = to_length(duration, "duration");
  const auto turn = simulation.turns.take();
  auto timeline = std::make_unique<Timeline>(simulation.model, simulation.state);
  const Outcome outcome = advance_by(simulation, length, [&](State& state, Time until, std::uint64_t max_events) {
    return advance(
        *simulation.model, simulation.numbers, state, until,
        [&timeline](const Event& event) { timeline->gathered.add(event); }, max_events);
  });
  timeline->end = simulation.state.now;
  return {outcome, std::move(timeline)};
}

}  // namespace

void bind_store(py::module_& module) {
  module.def(
      "simulation_bytes", [](const Simulation& simulation) { return py::bytes(simulation_content(simulation)); },
      py::arg("simulation"), "A simulation as a takt-store/1 file has it.");
  module.def(
      "simulation_of",
      [](const py::bytes& bytes) {
        const std::string_view view = bytes;
        const py::gil_scoped_release release;
        return simulation_of(io::checkpoint_of(view));
      },
      py::arg("bytes"), "Reads it back.");
  module.def(
      "save_simulation",
      [](const Simulation& simulation, const std::string& file) {
        const std::string content = simulation_content(simulation);
        const py::gil_scoped_release release;
        io::write_whole(file, content);
      },
      py::arg("simulation"), py::arg("file"), "Writes a checkpoint, whole or not at all.");
  module.def(
      "load_simulation", [](const std::string& file) { return simulation_of(io::load_checkpoint(file)); },
      py::arg("file"), "Reads a checkpoint.", py::call_guard<py::gil_scoped_release>());

  py::class_<io::StoredResults>(module, "StoredResults", "The values of a study and where they come from.")
      .def_readonly("result", &io::StoredResults::result)
      .def_readonly("provenance", &io::StoredResults::provenance)
      .def(
          "bytes",
          [](const io::StoredResults& stored) {
            std::string bytes;
            {
              const py::gil_scoped_release release;
              bytes = io::results_bytes(stored.result, stored.provenance, stored.plant);
            }
            return py::bytes(bytes);
          },
          "As a takt-store/1 file has it.")
      .def(
          "save",
          [](const io::StoredResults& stored, const std::string& file) {
            io::save_results(file, stored.result, stored.provenance, stored.plant);
          },
          py::arg("file"), "Writes that file, whole or not at all.", py::call_guard<py::gil_scoped_release>());
  module.def(
      "results_of",
      [](const py::bytes& bytes) {
        const std::string_view view = bytes;
        const py::gil_scoped_release release;
        return io::results_of(view);
      },
      py::arg("bytes"), "Reads the bytes back.");
  module.def(
      "load_results", [](const std::string& file) { return io::load_results(file); }, py::arg("file"),
      "Reads a file of results.", py::call_guard<py::gil_scoped_release>());

  py::class_<Timeline>(module, "Timeline", "What the machines of a run did, and when.")
      .def("bars", &bar_columns, "A row for each time in one mode; start and end in ns since the plant's beginning.")
      .def(
          "save",
          [](const Timeline& timeline, const std::string& file) {
            io::write_whole(file, timeline.gathered.json(timeline.end));
          },
          py::arg("file"), "Writes it in the Trace Event Format.", py::call_guard<py::gil_scoped_release>());
  module.def("watch", &watch, py::arg("simulation"), py::arg("duration"),
             "Advances a simulation; its outcome, and a timeline of that time.");
}

}  // namespace takt::python
