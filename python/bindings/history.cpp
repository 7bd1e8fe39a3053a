// SPDX-License-Identifier: Apache-2.0
// Room io/store: twins in files and in the bytes that pickles hold; histories.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "rooms.hpp"
#include "takt/io/store/history.hpp"
#include "takt/io/store/twin_file.hpp"
#include "twin.hpp"

namespace takt::python {
namespace {

WallClock::Instant instant(std::int64_t ns) { return WallClock::Instant{Duration{ns}}; }
std::int64_t ns(WallClock::Instant at) { return at.time_since_epoch().count(); }

std::string content_of(const SharedTwin& shared) {
  const auto turn = shared.turns.take();
  const py::gil_scoped_release release;
  return io::twin_file_bytes(shared.twin);
}

using Taken = std::pair<std::unique_ptr<SharedTwin>, std::vector<std::string>>;
Taken taken_up(io::StoredTwin stored) {
  return {std::make_unique<SharedTwin>(std::move(stored.twin)), std::move(stored.notes)};
}

py::dict columns_of(const io::History& history, const std::string& table, std::int64_t from_ns, std::int64_t to_ns) {
  std::vector<io::HistoryColumn> columns;
  {
    const py::gil_scoped_release release;
    columns = history.table(table, instant(from_ns), instant(to_ns));
  }
  py::dict read;
  for (const io::HistoryColumn& column : columns) {
    const bool is_bytes = column.name == "bytes";
    std::visit(
        [&]<class Value>(const std::vector<Value>& values) {
          if constexpr (std::is_same_v<Value, std::string>) {
            py::list list;
            for (const std::string& value : values) {
              if (is_bytes)
                list.append(py::bytes(value));
              else
                list.append(py::str(value));
            }
            read[column.name.c_str()] = list;
          } else {
            read[column.name.c_str()] = py::array_t<Value>(static_cast<py::ssize_t>(values.size()), values.data());
          }
        },
        column.values);
  }
  return read;
}

}  // namespace

void bind_history(py::module_& module) {
  module.def(
      "twin_bytes", [](const SharedTwin& shared) { return py::bytes(content_of(shared)); }, py::arg("twin"),
      "A twin with all it knows, as a takt-store/1 file has it.");
  module.def(
      "twin_of",
      [](const py::bytes& bytes) {
        const std::string_view view = bytes;
        const py::gil_scoped_release release;
        return taken_up(io::twin_of(view));
      },
      py::arg("bytes"), "Reads it back; and notes on what could not be taken up.");
  module.def(
      "save_twin",
      [](const SharedTwin& shared, const std::string& file) {
        const auto turn = shared.turns.take();
        const py::gil_scoped_release release;
        io::save_twin(file, shared.twin);
      },
      py::arg("twin"), py::arg("file"), "Writes that file, whole or not at all.");
  module.def(
      "load_twin", [](const std::string& file) { return taken_up(io::load_twin(file)); }, py::arg("file"),
      "Reads a file of a twin or of a run.", py::call_guard<py::gil_scoped_release>());

  py::class_<io::History>(module, "History", "What a historian wrote.")
      .def(py::init([](const std::string& file) { return io::History(file); }), py::arg("file"),
           py::call_guard<py::gil_scoped_release>())
      .def(
          "segments",
          [](const io::History& history) {
            py::list rows;
            std::vector<io::HistorySegment> segments;
            {
              const py::gil_scoped_release release;
              segments = history.segments();
            }
            for (const io::HistorySegment& each : segments)
              rows.append(py::make_tuple(each.file.string(), each.first, each.last, ns(each.begin), ns(each.end),
                                         each.readings, each.bytes));
            return rows;
          },
          "File, numbers of its first and last delivery, their arrivals in ns, readings, bytes.")
      .def("span_ns",
           [](const io::History& history) {
             std::pair<WallClock::Instant, WallClock::Instant> span;
             {
               const py::gil_scoped_release release;
               span = history.span();
             }
             return std::pair{ns(span.first), ns(span.second)};
           })
      .def(
          "state_at",
          [](const io::History& history, std::int64_t at_ns) {
            return std::make_unique<SharedTwin>(history.state_at(instant(at_ns)));
          },
          py::arg("at_ns"), py::call_guard<py::gil_scoped_release>())
      .def("table", &columns_of, py::arg("name"), py::arg("from_ns"), py::arg("to_ns"), "Columns by name.");
}

}  // namespace takt::python
