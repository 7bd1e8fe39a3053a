// SPDX-License-Identifier: Apache-2.0
// takt._core: the rooms of takt as Python sees them. People use the package takt, which is written on top of it.
#include "rooms.hpp"
#include "takt/core/version.hpp"

PYBIND11_MODULE(_core, module) {
  module.doc() = "The compiled part of takt. Use the package takt.";
  module.attr("__version__") = takt::kVersion;
  takt::python::bind_core(module);
  takt::python::bind_plant(module);
  takt::python::bind_engine(module);
  takt::python::bind_topology(module);
  takt::python::bind_kpi(module);
  takt::python::bind_fidelity(module);
  takt::python::bind_sync(module);
  takt::python::bind_discovery(module);
  takt::python::bind_study(module);
  takt::python::bind_choosing(module);
  takt::python::bind_ict(module);
  takt::python::bind_io(module);
  takt::python::bind_report(module);
  takt::python::bind_store(module);
  takt::python::bind_history(module);
  takt::python::bind_futures(module);
  takt::python::bind_live(module);
  takt::python::bind_plan(module);
}
