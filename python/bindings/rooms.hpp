// SPDX-License-Identifier: Apache-2.0
// One function a room: each adds its part of takt to the module. Lower rooms come first, so that signatures name types
// that Python knows already.
#pragma once

#include <pybind11/pybind11.h>

namespace takt::python {

namespace py = pybind11;

void bind_core(py::module_& module);
void bind_plant(py::module_& module);
void bind_engine(py::module_& module);
void bind_topology(py::module_& module);
void bind_kpi(py::module_& module);
void bind_fidelity(py::module_& module);
void bind_sync(py::module_& module);
void bind_discovery(py::module_& module);
void bind_study(py::module_& module);
void bind_choosing(py::module_& module);
void bind_ict(py::module_& module);
void bind_io(py::module_& module);
void bind_store(py::module_& module);
void bind_history(py::module_& module);
void bind_report(py::module_& module);
void bind_futures(py::module_& module);
void bind_live(py::module_& module);
void bind_plan(py::module_& module);

}  // namespace takt::python
