// SPDX-License-Identifier: Apache-2.0
// Room sync: whether a twin can be trusted.
#include "takt/sync/fidelity.hpp"

#include <pybind11/stl.h>

#include <string>

#include "rooms.hpp"

namespace takt::python {

void bind_fidelity(py::module_& module) {
  py::class_<Doubt>(module, "Doubt", "One reason to trust a twin less.")
      .def_property_readonly("trust", [](const Doubt& doubt) { return std::string(name_of(doubt.trust)); })
      .def_readonly("check", &Doubt::check)
      .def_readonly("about", &Doubt::about)
      .def_readonly("value", &Doubt::value)
      .def_readonly("limit", &Doubt::limit)
      .def_property_readonly("since_ns", [](const Doubt& doubt) { return doubt.since.time_since_epoch().count(); })
      .def_readonly("sentence", &Doubt::sentence);
  py::class_<Verdict>(module, "Verdict", "Whether a twin can be trusted, why not, and since when.")
      .def_property_readonly("trust", [](const Verdict& verdict) { return std::string(name_of(verdict.trust)); })
      .def_property_readonly("stage", [](const Verdict& verdict) { return std::string(name_of(verdict.stage)); })
      .def_property_readonly("since_ns",
                             [](const Verdict& verdict) { return verdict.since.time_since_epoch().count(); })
      .def_readonly("doubts", &Verdict::doubts);
}

}  // namespace takt::python
