// SPDX-License-Identifier: Apache-2.0
// Room report: results for other programs.
#include <pybind11/pybind11.h>

#include "arguments.hpp"
#include "rooms.hpp"
#include "takt/report/results.hpp"

namespace takt::python {

void bind_report(py::module_& module) {
  module.def(
      "results_json",
      [](const StudyResult& result, const Present& present, const py::object& horizon, const py::object& warmup) {
        StudyOptions options;
        options.horizon = to_duration(horizon, "horizon");
        options.warmup = to_duration(warmup, "warmup");
        options.replications = result.replications;
        const py::gil_scoped_release release;
        return report::results_json(result, present, options);
      },
      py::arg("result"), py::arg("present"), py::arg("horizon"), py::arg("warmup"), "A study as takt-results/1.");
}

}  // namespace takt::python
