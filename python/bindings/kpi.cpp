// SPDX-License-Identifier: Apache-2.0
// Room kpi: the figures of one simulation over a window.
#include "takt/kpi/kpis.hpp"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "arguments.hpp"
#include "rooms.hpp"
#include "simulation.hpp"

namespace takt::python {
namespace {

/// Advances, and gives the KPIs of that window; NaN where the window is empty or the run got stuck in it.
std::pair<Outcome, py::array_t<double>> observe(Simulation& simulation, const py::object& duration) {
  const Duration length = to_length(duration, "duration");
  const auto turn = simulation.turns.take();
  const Model& model = *simulation.model;
  KpiObserver observer(model, simulation.state);
  const Totals from = observer.totals(model, simulation.state);
  const Outcome outcome = advance_by(simulation, length, [&](State& state, Time until, std::uint64_t max_events) {
    return advance(model, simulation.numbers, state, until, observer, max_events);
  });
  std::vector<double> values = kpi_values(model, from, observer.totals(model, simulation.state));
  return {outcome, py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data())};
}

}  // namespace

void bind_kpi(py::module_& module) {
  py::class_<KpiName>(module, "KpiName", "What a KPI is about, what it is called, and its unit.")
      .def_readonly("entity", &KpiName::entity)
      .def_readonly("kpi", &KpiName::kpi)
      .def_readonly("unit", &KpiName::unit);
  module.def("observe", &observe, py::arg("simulation"), py::arg("duration"),
             "Advances a simulation; its outcome, and a value for each of `kpi_names`.");
  module.def(
      "kpi_names", [](const Simulation& simulation) { return kpi_names(*simulation.model); }, py::arg("simulation"));
}

}  // namespace takt::python
