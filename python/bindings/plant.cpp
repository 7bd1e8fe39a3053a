// SPDX-License-Identifier: Apache-2.0
// Room plant: the description, checked.
#include "takt/plant/plant.hpp"

#include <pybind11/stl.h>

#include "rooms.hpp"

namespace takt::python {

void bind_plant(py::module_& module) {
  py::class_<Plant>(module, "Plant", "The description of a plant. Never changed; threads may share it.")
      .def_readonly("name", &Plant::name)
      .def_property_readonly(
          "zone", [](const Plant& plant) { return plant.clock.zone; }, "The time zone of its clock.")
      .def(
          "validate", [](const Plant& plant) { return validate(plant); }, "Every fault of the plant.",
          py::call_guard<py::gil_scoped_release>())
      .def(
          "__eq__", [](const Plant& a, const Plant& b) { return a == b; }, py::is_operator());
}

}  // namespace takt::python
