// SPDX-License-Identifier: Apache-2.0
// Room topology: the plant as a picture.
#include "rooms.hpp"
#include "takt/topology/drawing.hpp"

namespace takt::python {

void bind_topology(py::module_& module) {
  module.def(
      "drawing", [](const Model& model) { return to_svg(flow_graph(model, model.defaults), model); }, py::arg("model"),
      "A plant as an SVG document.", py::call_guard<py::gil_scoped_release>());
}

}  // namespace takt::python
