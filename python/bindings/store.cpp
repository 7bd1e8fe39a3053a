// SPDX-License-Identifier: Apache-2.0
// Room io/store: simulations and results as bytes, takt-store/1, which is what pickles hold.
#include <pybind11/stl.h>

#include <string>
#include <string_view>
#include <utility>

#include "arguments.hpp"
#include "rooms.hpp"
#include "simulation.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/checkpoint.hpp"
#include "takt/io/store/results.hpp"

namespace takt::python {
namespace {

py::bytes simulation_bytes(const Simulation& simulation) {
  const auto turn = simulation.turns.take();
  std::string bytes;
  {
    const py::gil_scoped_release release;
    bytes = io::checkpoint_bytes(*simulation.model, simulation.numbers, simulation.state);
  }
  return bytes;
}

std::unique_ptr<Simulation> simulation_of(const py::bytes& bytes) {
  const std::string_view view = bytes;
  const py::gil_scoped_release release;
  io::Checkpoint read = io::checkpoint_of(view);
  return std::make_unique<Simulation>(std::move(read.model), std::move(read.parameters), std::move(read.state));
}

py::bytes results_bytes(const StudyResult& result, const Present& present, const py::object& horizon,
                        const py::object& warmup) {
  StudyOptions options;
  options.horizon = to_duration(horizon, "horizon");
  options.warmup = to_duration(warmup, "warmup");
  options.replications = result.replications;
  std::string bytes;
  {
    const py::gil_scoped_release release;
    bytes = io::results_bytes(result, present, options);
  }
  return bytes;
}

/// A result, and a present of the plant it came from.
std::pair<StudyResult, Present> results_of(const py::bytes& bytes) {
  const std::string_view view = bytes;
  const py::gil_scoped_release release;
  io::StoredResults read = io::results_of(view);
  return {std::move(read.result), Present::of(compile(io::parse_plant(read.provenance.plant)), read.provenance.seed)};
}

}  // namespace

void bind_store(py::module_& module) {
  module.def("simulation_bytes", &simulation_bytes, py::arg("simulation"),
             "A simulation as a takt-store/1 file has it.");
  module.def("simulation_of", &simulation_of, py::arg("bytes"), "Reads it back.");
  module.def("results_bytes", &results_bytes, py::arg("result"), py::arg("present"), py::arg("horizon"),
             py::arg("warmup"), "A study as a takt-store/1 file has it.");
  module.def("results_of", &results_of, py::arg("bytes"), "Reads it back, and a present of its plant.");
}

}  // namespace takt::python
