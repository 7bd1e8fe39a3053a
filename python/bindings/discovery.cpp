// SPDX-License-Identifier: Apache-2.0
// Room sync: a plant from an event log.
#include <pybind11/stl.h>

#include <algorithm>

#include "rooms.hpp"
#include "takt/io/store/event_log_file.hpp"
#include "takt/sync/discovery.hpp"

namespace takt::python {
namespace {

using Texts = std::map<std::string, std::string>;

/// The entry of a list of names and what they stand for; throws InvalidInput with the nearest name.
template <class Table>
auto named(const Table& table, const std::string& name, const char* path) {
  std::vector<std::string> known;
  for (const auto& [each, meaning] : table) {
    if (each == name) return meaning;
    known.emplace_back(each);
  }
  std::string all;
  for (const std::string& each : known) all += (all.empty() ? "one of " : ", ") + each;
  throw InvalidInput(Fault{.path = path, .value = name, .expected = all, .nearest = nearest_name(name, known)});
}

io::EventLogColumns columns_of(const Texts& columns, const Texts& kinds, const std::string& zone) {
  using C = io::EventLogColumns;
  const std::vector<std::pair<std::string, std::string C::*>> kColumns{
      {"case", &C::case_id},    {"activity", &C::activity}, {"resource", &C::resource}, {"worker", &C::worker},
      {"product", &C::product}, {"start", &C::start},       {"complete", &C::complete}, {"quantity", &C::quantity},
      {"good", &C::good},       {"scrap", &C::scrap},       {"kind", &C::kind}};
  const std::vector<std::pair<std::string, EventKind>> kKinds{{"work", EventKind::work},
                                                              {"setup", EventKind::setup},
                                                              {"breakdown", EventKind::breakdown},
                                                              {"arrival", EventKind::arrival}};
  io::EventLogColumns all;
  all.zone = zone;
  for (const auto& [what, column] : columns) all.*named(kColumns, what, "columns") = column;
  for (const auto& [value, kind] : kinds) all.kinds[value] = named(kKinds, kind, "kinds");
  return all;
}

Discovered discover_log(const std::string& log, bool is_file, const Texts& columns, const Texts& kinds,
                        const std::string& zone, const std::string& stations, double least_share,
                        const std::string& name) {
  using By = DiscoveryOptions::StationsBy;
  const std::vector<std::pair<std::string, By>> kStations{
      {"automatic", By::automatic}, {"resource", By::resource}, {"activity", By::activity}};
  const DiscoveryOptions options{
      .stations = named(kStations, stations, "stations"), .name = name, .zone = zone, .least_share = least_share};
  if (!zone_exists(zone))
    throw InvalidInput(Fault{.path = "zone", .value = zone, .expected = "an IANA time zone such as \"Europe/Paris\""});
  const io::EventLogColumns held = columns_of(columns, kinds, zone);
  return discover(is_file ? io::read_event_log(log, held) : io::parse_event_log(log, held), options);
}

}  // namespace

void bind_discovery(py::module_& module) {
  py::class_<DiscoveredElement>(module, "DiscoveredElement")
      .def_readonly("path", &DiscoveredElement::path)
      .def_readonly("what", &DiscoveredElement::what)
      .def_readonly("value", &DiscoveredElement::value)
      .def_readonly("confidence", &DiscoveredElement::confidence)
      .def_readonly("reason", &DiscoveredElement::reason);
  py::class_<Discovered>(module, "Discovered")
      .def_readonly("plant", &Discovered::plant)
      .def_readonly("elements", &Discovered::elements)
      .def_readonly("unseen", &Discovered::unseen);
  module.def("discover_log", &discover_log, py::arg("log"), py::arg("is_file"), py::arg("columns"), py::arg("kinds"),
             py::arg("zone"), py::arg("stations"), py::arg("least_share"), py::arg("name"),
             "Finds the plant behind a log, a file or CSV text.", py::call_guard<py::gil_scoped_release>());
}

}  // namespace takt::python
