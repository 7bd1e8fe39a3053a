// SPDX-License-Identifier: Apache-2.0
// Room report: results as JSON.
#include "takt/report/results.hpp"

#include "rooms.hpp"
#include "takt/io/store/results.hpp"

namespace takt::python {

void bind_report(py::module_& module) {
  py::class_<report::Provenance>(module, "Provenance", "Where results come from.")
      .def_readonly("plant_name", &report::Provenance::plant_name)
      .def_readonly("model_hash", &report::Provenance::model_hash)
      .def_readonly("takt_version", &report::Provenance::takt_version)
      .def_readonly("seed", &report::Provenance::seed)
      .def_readonly("horizon_s", &report::Provenance::horizon_s)
      .def_readonly("warmup_s", &report::Provenance::warmup_s);
  module.def(
      "results_json",
      [](const io::StoredResults& stored) { return report::results_json(stored.result, stored.provenance); },
      py::arg("stored"), "takt-results/1.", py::call_guard<py::gil_scoped_release>());
}

}  // namespace takt::python
