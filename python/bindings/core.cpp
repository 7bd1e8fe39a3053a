// SPDX-License-Identifier: Apache-2.0
// Room core: errors and their faults, durations.
#include <pybind11/stl.h>

#include <exception>
#include <utility>

#include "arguments.hpp"
#include "rooms.hpp"
#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"

namespace takt::python {
namespace {

// Held by the module; plain pointers, as nothing may be released after the interpreter has ended.
PyObject* error_type = nullptr;
PyObject* invalid_input_type = nullptr;
PyObject* file_error_type = nullptr;

PyObject* add_error(py::module_& module, const char* name, const char* doc, const py::tuple& bases) {
  const std::string full_name = std::string("takt.") + name;
  PyObject* type = PyErr_NewExceptionWithDoc(full_name.c_str(), doc, bases.ptr(), nullptr);
  if (type == nullptr) throw py::error_already_set();
  module.add_object(name, py::reinterpret_steal<py::object>(type));
  return type;
}

void translate(std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(std::move(thrown));
  } catch (const InvalidInput& error) {
    const py::object raised = py::reinterpret_borrow<py::object>(invalid_input_type)(error.what());
    raised.attr("faults") = error.faults();
    PyErr_SetObject(invalid_input_type, raised.ptr());
  } catch (const FileError& error) {
    PyErr_SetString(file_error_type, error.what());
  } catch (const Error& error) {
    PyErr_SetString(error_type, error.what());
  }
}

std::string repr_of(const Fault& fault) {
  const py::str text = py::str("Fault(path={!r}, value={!r}, expected={!r}, nearest={!r}, file={!r}, line={!r})")
                           .format(fault.path, fault.value, fault.expected, fault.nearest, fault.file, fault.line);
  return text;
}

void bind_faults(py::module_& module) {
  py::class_<Fault>(module, "Fault", "One thing wrong with an input. Empty fields are unknown or do not apply.")
      .def(py::init([](std::string path, std::string value, std::string expected, std::string nearest, std::string file,
                       int line) {
             return Fault{std::move(path),    std::move(value), std::move(expected),
                          std::move(nearest), std::move(file),  line};
           }),
           py::arg("path") = "", py::arg("value") = "", py::arg("expected") = "", py::arg("nearest") = "",
           py::arg("file") = "", py::arg("line") = 0)
      .def_readonly("path", &Fault::path, "Where: a JSON pointer, an entity's path, a parameter's path.")
      .def_readonly("value", &Fault::value, "What was found there, as text.")
      .def_readonly("expected", &Fault::expected, "What would have been right.")
      .def_readonly("nearest", &Fault::nearest, "The nearest valid name, for a name that is not known.")
      .def_readonly("file", &Fault::file, "The file, if the input came from one.")
      .def_readonly("line", &Fault::line, "Its line, counted from 1; 0 if unknown.")
      .def(
          "__eq__", [](const Fault& a, const Fault& b) { return a == b; }, py::is_operator())
      .def("__str__", [](const Fault& fault) { return to_text(fault); })
      .def("__repr__", &repr_of)
      .def("__reduce__", [](const py::object& self) {
        const auto& fault = self.cast<const Fault&>();
        return py::make_tuple(py::type::of(self), py::make_tuple(fault.path, fault.value, fault.expected, fault.nearest,
                                                                 fault.file, fault.line));
      });
}

std::string shown(const py::handle& value) { return py::repr(value); }

constexpr const char* kDurationExpected = "a duration with its unit, such as \"8 h\", or a datetime.timedelta";
constexpr const char* kNumberExpected = "a number with its unit, such as \"11 s\" or \"85 %\", or a datetime.timedelta";

bool is_timedelta(const py::handle& value) {
  return py::isinstance(value, py::module_::import("datetime").attr("timedelta"));
}

/// Whole nanoseconds; those that pandas.Timedelta has beyond a plain timedelta count too.
Duration from_timedelta(const py::handle& value, const std::string& name) {
  const py::int_ microseconds = value.attr("__floordiv__")(py::module_::import("datetime").attr("timedelta")(0, 0, 1));
  const py::int_ nanoseconds = py::getattr(value, "nanoseconds", py::int_(0));
  const py::int_ total = microseconds * py::int_(1000) + nanoseconds;
  int overflow = 0;
  const long long ticks = PyLong_AsLongLongAndOverflow(total.ptr(), &overflow);
  if (overflow != 0)
    throw InvalidInput(
        Fault{.path = name, .value = std::string(py::str(value)), .expected = "a time of less than 292 years"});
  return Duration{ticks};
}

std::string number_text(const py::handle& value, const std::string& path) {
  if (py::isinstance<py::str>(value)) return value.cast<std::string>();
  if (is_timedelta(value)) return to_text(from_timedelta(value, path));
  throw InvalidInput(Fault{.path = path, .value = shown(value), .expected = kNumberExpected});
}

}  // namespace

Duration to_duration(const py::handle& value, const std::string& name) {
  if (is_timedelta(value)) return from_timedelta(value, name);
  if (!py::isinstance<py::str>(value))
    throw InvalidInput(Fault{.path = name, .value = shown(value), .expected = kDurationExpected});
  try {
    return parse_duration(value.cast<std::string>());
  } catch (const InvalidInput& error) {
    Fault fault = error.faults().front();
    fault.path = name;
    throw InvalidInput(std::move(fault));
  }
}

Duration to_length(const py::handle& value, const std::string& name) {
  const Duration duration = to_duration(value, name);
  if (duration.count() < 0)
    throw InvalidInput(Fault{.path = name, .value = to_text(duration), .expected = "a time not below zero"});
  return duration;
}

std::uint64_t to_count(const py::handle& value, const std::string& name, std::uint64_t least, std::uint64_t most) {
  if (PyIndex_Check(value.ptr()) != 0 && !py::isinstance<py::bool_>(value)) {
    const auto whole = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
    if (!whole) throw py::error_already_set();
    const std::uint64_t count = PyLong_AsUnsignedLongLong(whole.ptr());
    if (PyErr_Occurred() != nullptr)
      PyErr_Clear();  // below zero, or beyond 64 bits
    else if (count >= least && count <= most)
      return count;
  }
  throw InvalidInput(Fault{.path = name,
                           .value = shown(value),
                           .expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most)});
}

std::vector<Scenario> to_scenarios(const std::vector<std::pair<std::string, Numbers>>& scenarios) {
  std::vector<Scenario> made;
  std::vector<Fault> faults;
  for (const auto& [name, numbers] : scenarios) {
    Scenario& scenario = made.emplace_back(Scenario{name, {}});
    for (const auto& [path, value] : numbers) {
      try {
        scenario.set(path, number_text(value, path));
      } catch (const InvalidInput& error) {
        faults.insert(faults.end(), error.faults().begin(), error.faults().end());
      }
    }
  }
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  return made;
}

Scenario to_scenario(const std::string& name, const Numbers& numbers) {
  return to_scenarios({{name, numbers}}).front();
}

py::object to_timedelta(Duration duration) {
  const auto microseconds = std::chrono::floor<std::chrono::microseconds>(duration).count();
  return py::module_::import("datetime").attr("timedelta")(0, 0, microseconds);
}

void bind_core(py::module_& module) {
  const auto builtins = py::module_::import("builtins");
  const auto exception = py::make_tuple(builtins.attr("Exception"));
  error_type = add_error(module, "Error", "Base of all errors raised by takt.", exception);
  const py::handle base = error_type;
  invalid_input_type = add_error(module, "InvalidInput",
                                 "The input cannot be used. `faults` lists every `Fault` found in it, not only the "
                                 "first; the text has one line a fault.",
                                 py::make_tuple(base, builtins.attr("ValueError")));
  py::handle(invalid_input_type).attr("faults") = py::list();
  file_error_type = add_error(module, "FileError",
                              "A file cannot be opened, read or written; the text names it and the system's reason.",
                              py::make_tuple(base, builtins.attr("OSError")));
  py::register_local_exception_translator(translate);
  bind_faults(module);
  module.def(
      "duration",
      [](const py::object& value, const std::string& name) { return to_timedelta(to_duration(value, name)); },
      py::arg("value"), py::arg("name"), "A duration as a timedelta.");
}

}  // namespace takt::python
