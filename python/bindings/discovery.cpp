// SPDX-License-Identifier: Apache-2.0
// Room sync: event logs, the plant behind one and how alike two are.
#include <pybind11/stl.h>

#include <algorithm>

#include "arguments.hpp"
#include "rooms.hpp"
#include "takt/io/store/event_log_file.hpp"
#include "takt/sync/alignment.hpp"
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

void expect_zone(const std::string& zone) {
  if (!zone_exists(zone))
    throw InvalidInput(Fault{.path = "zone", .value = zone, .expected = "an IANA time zone such as \"Europe/Paris\""});
}

EventLog read_log(const std::string& log, bool is_file, const io::EventLogColumns& columns) {
  return is_file ? io::read_event_log(log, columns) : io::parse_event_log(log, columns);
}

Discovered discover_log(const std::string& log, bool is_file, const Texts& columns, const Texts& kinds,
                        const std::string& zone, const std::string& stations, double least_share,
                        const std::string& name) {
  using By = DiscoveryOptions::StationsBy;
  const std::vector<std::pair<std::string, By>> kStations{
      {"automatic", By::automatic}, {"resource", By::resource}, {"activity", By::activity}};
  const DiscoveryOptions options{
      .stations = named(kStations, stations, "stations"), .name = name, .zone = zone, .least_share = least_share};
  expect_zone(zone);
  return discover(read_log(log, is_file, columns_of(columns, kinds, zone)), options);
}

Alignment align_logs(const std::string& first, bool first_is_file, const std::string& second, bool second_is_file,
                     const Texts& columns, const Texts& kinds, const std::string& zone, const py::object& within,
                     const py::object& listed) {
  AlignOptions options{.listed = to_count(listed, "listed", 0, 1'000'000'000)};
  if (!within.is_none()) options.within = to_length(within, "within");
  const py::gil_scoped_release release;
  expect_zone(zone);
  const io::EventLogColumns held = columns_of(columns, kinds, zone);
  return align(events_of(read_log(first, first_is_file, held)), events_of(read_log(second, second_is_file, held)),
               options);
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
  py::class_<StationAlignment>(module, "StationAlignment")
      .def_readonly("station", &StationAlignment::station)
      .def_readonly("first", &StationAlignment::first)
      .def_readonly("second", &StationAlignment::second)
      .def_readonly("in_order", &StationAlignment::in_order)
      .def_readonly("in_time", &StationAlignment::in_time)
      .def_property_readonly("logic", &StationAlignment::logic)
      .def_property_readonly("timing", &StationAlignment::timing)
      .def_property_readonly("within_s", [](const StationAlignment& station) { return to_seconds(station.within); });
  py::class_<UnmatchedEvent>(module, "UnmatchedEvent")
      .def_readonly("in_first", &UnmatchedEvent::in_first)
      .def_readonly("station", &UnmatchedEvent::station)
      .def_property_readonly("event", [](const UnmatchedEvent& event) { return std::string(name_of(event.what)); })
      .def_readonly("product", &UnmatchedEvent::product)
      .def_property_readonly("at_ns", [](const UnmatchedEvent& event) { return event.at.time_since_epoch().count(); })
      .def_property_readonly("apart_s", [](const UnmatchedEvent& event) -> std::optional<double> {
        if (!event.apart) return std::nullopt;
        return to_seconds(*event.apart);
      });
  py::class_<Alignment>(module, "Alignment")
      .def_readonly("logic", &Alignment::logic)
      .def_readonly("timing", &Alignment::timing)
      .def_readonly("first", &Alignment::first)
      .def_readonly("second", &Alignment::second)
      .def_readonly("in_order", &Alignment::in_order)
      .def_readonly("in_time", &Alignment::in_time)
      .def_readonly("stations", &Alignment::stations)
      .def_readonly("unmatched", &Alignment::unmatched);
  module.def("align_logs", &align_logs, py::arg("first"), py::arg("first_is_file"), py::arg("second"),
             py::arg("second_is_file"), py::arg("columns"), py::arg("kinds"), py::arg("zone"), py::arg("within"),
             py::arg("listed"), "Compares two logs, files or CSV texts, event by event.");
}

}  // namespace takt::python
