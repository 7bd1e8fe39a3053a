// SPDX-License-Identifier: Apache-2.0
// Room study: the results of studies.
#include "takt/study/study.hpp"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "rooms.hpp"

namespace takt::python {
namespace {

/// All values, shape (scenario, replication, kpi), read-only: they stay where the result has them.
py::array values_of(const py::object& self) {
  const auto& result = self.cast<const StudyResult&>();
  const auto size = [](std::size_t n) { return static_cast<py::ssize_t>(n); };
  py::array_t<double> values({size(result.scenarios.size()), size(result.replications), size(result.kpis.size())},
                             result.values.data(), self);
  values.attr("setflags")(py::arg("write") = false);
  return values;
}

/// Columns mean, half_width_95, n, q05, q50, q95; rows by scenario, then KPI.
py::array_t<double> summaries_of(const StudyResult& result) {
  constexpr std::size_t kColumns = 6;
  const std::size_t kpis = result.kpis.size();
  std::vector<double> cells(result.scenarios.size() * kpis * kColumns);
  {
    const py::gil_scoped_release release;
    double* cell = cells.data();
    for (std::size_t s = 0; s < result.scenarios.size(); ++s) {
      for (std::size_t k = 0; k < kpis; ++k) {
        const Summary summary = result.summary(s, k);
        for (const double value : {summary.mean, summary.half_width_95, static_cast<double>(summary.n), summary.q05,
                                   summary.q50, summary.q95})
          *cell++ = value;
      }
    }
  }
  const auto rows = static_cast<py::ssize_t>(result.scenarios.size() * kpis);
  return py::array_t<double>({rows, static_cast<py::ssize_t>(kColumns)}, cells.data());
}

}  // namespace

void bind_study(py::module_& module) {
  py::class_<Difference>(module, "Difference", "The paired difference of a KPI between a scenario and a base.")
      .def_readonly("scenario", &Difference::scenario)
      .def_readonly("kpi", &Difference::kpi)
      .def_readonly("base", &Difference::base)
      .def_readonly("mean", &Difference::mean)
      .def_readonly("half_width_95", &Difference::half_width_95)
      .def_readonly("n", &Difference::n)
      .def_property_readonly("clear", &Difference::clear);
  py::class_<Unfinished>(module, "Unfinished", "A replication that did not reach its horizon.")
      .def_readonly("scenario", &Unfinished::scenario)
      .def_readonly("replication", &Unfinished::replication)
      .def_readonly("outcome", &Unfinished::outcome);
  py::class_<MigrationReport>(module, "MigrationReport", "What became of a state when its plant changed.")
      .def_readonly("added", &MigrationReport::added)
      .def_readonly("removed", &MigrationReport::removed)
      .def_readonly("kept", &MigrationReport::kept)
      .def_readonly("moved", &MigrationReport::moved)
      .def_readonly("dropped", &MigrationReport::dropped)
      .def_readonly("notes", &MigrationReport::notes);
  py::class_<StudyResult>(module, "StudyResult", "The values of a study. Never changed; threads may share it.")
      .def_readonly("scenarios", &StudyResult::scenarios)
      .def_readonly("kpis", &StudyResult::kpis)
      .def_readonly("replications", &StudyResult::replications)
      .def_readonly("antithetic", &StudyResult::antithetic)
      .def_readonly("unfinished", &StudyResult::unfinished)
      .def_readonly("migrations", &StudyResult::migrations)
      .def_readonly("events", &StudyResult::events)
      .def_readonly("little_gap", &StudyResult::little_gap)
      .def_readonly("verdict", &StudyResult::verdict)
      .def_property_readonly("values", &values_of)
      .def("kpi_index", &StudyResult::kpi_index, py::arg("entity"), py::arg("kpi"))
      .def("summaries", &summaries_of)
      .def("compared_with", &StudyResult::compared_with, py::arg("base"), py::call_guard<py::gil_scoped_release>());
}

}  // namespace takt::python
