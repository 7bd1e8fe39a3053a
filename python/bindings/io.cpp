// SPDX-License-Identifier: Apache-2.0
// Room io: plants and snapshots as takt-plant/1 and takt-snapshot/1.
#include <pybind11/stl/filesystem.h>

#include "rooms.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::python {
namespace {

/// Text that was made from Python values has no file and no lines worth telling.
template <class Parse>
auto without_place(Parse parse) {
  try {
    return parse();
  } catch (const InvalidInput& error) {
    std::vector<Fault> faults = error.faults();
    for (Fault& fault : faults) {
      fault.file.clear();
      fault.line = 0;
    }
    throw InvalidInput(std::move(faults));
  }
}

Plant parse_plant(const std::string& text, bool is_text) {
  const auto parse = [&text] { return io::parse_plant(text); };
  return is_text ? parse() : without_place(parse);
}

Snapshot parse_snapshot(const std::string& text, bool is_text) {
  const auto parse = [&text] { return io::parse_snapshot(text); };
  return is_text ? parse() : without_place(parse);
}

}  // namespace

void bind_io(py::module_& module) {
  using WithoutGil = py::call_guard<py::gil_scoped_release>;
  module.def(
      "load_plant", [](const std::filesystem::path& file) { return io::load_plant(file); }, py::arg("file"),
      "Reads a takt-plant/1 file.", WithoutGil());
  module.def("parse_plant", &parse_plant, py::arg("text"), py::arg("is_text"),
             "Reads a plant from JSON. `is_text`: written as text, so that faults name its lines.", WithoutGil());
  module.def(
      "plant_json", [](const Plant& plant) { return io::to_json(plant); }, py::arg("plant"), "A plant as takt-plant/1.",
      WithoutGil());
  module.def("parse_snapshot", &parse_snapshot, py::arg("text"), py::arg("is_text"), "Reads a takt-snapshot/1 line.",
             WithoutGil());
}

}  // namespace takt::python
