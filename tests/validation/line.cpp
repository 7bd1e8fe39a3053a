// SPDX-License-Identifier: Apache-2.0
#include "line.hpp"

#include <algorithm>

namespace takt::validation {
namespace {

std::uint32_t crews_of(ParameterReader& from) {
  if (!from.has("crews")) return from.count("crews", 0, 0);
  if (from.value("crews").is_number()) return from.count("crews", 1);
  if (!from.value("crews").is_string()) throw Unsupported("parameter crews is neither a number nor a text");
  const std::string crews = from.text("crews", "");
  if (crews == "shared") return 1;
  if (crews == "per_machine" || crews == "own") return 0;
  throw Unsupported("crews \"" + crews + "\" are not known");
}

Blocking blocking_of(ParameterReader& from) {
  const std::string blocking = from.text("blocking", "after_service");
  if (blocking == "after_service") return Blocking::after_service;
  if (blocking == "before_service") return Blocking::before_service;
  throw Unsupported("blocking \"" + blocking + "\" is not known");
}

/// The mean number of repairs that go on where each machine has its own crew.
double repairs_going_on(const Window& window, std::size_t machines) {
  double sum = 0.0;
  for (std::size_t i = 0; i < machines; ++i) sum += window.kpi(kLine + numbered("m", i), "down_share");
  return sum;
}

}  // namespace

std::string numbered(const std::string& prefix, std::size_t number) {
  const std::string digits = std::to_string(number);
  return prefix + std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
}

std::vector<Output> to(const std::string& name) { return {Output{name, 1.0, ""}}; }

Source saturated_source() { return {Source::Saturated{}, {}, WithoutPlace::lost}; }

Source random_source(const Distribution& interval) { return {Source::Renewal{interval, {}}, {}, WithoutPlace::lost}; }

Source source_of_all_at_once(std::uint32_t parts) {
  return {Source::Timetable{{{Time{}, "", parts}}}, {}, WithoutPlace::lost};
}

FailureClock failure_clock(ParameterReader& from) {
  const std::string clock = from.text("failure_clock", "working");
  if (clock == "working") return FailureClock::working;
  if (clock == "calendar") return FailureClock::calendar;
  throw Unsupported("failure_clock \"" + clock + "\" is not known");
}

void read_machines(ParameterReader& from, LineSpec& line) {
  const Blocking blocking = blocking_of(from);
  const std::vector<std::uint32_t> servers = from.counts("servers", line.size(), 1, 1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    line.machines[i].servers = servers[i];
    if (i + 1 == line.size() || blocking == Blocking::after_service) continue;  // a sink has room for all
    line.machines[i].blocking = blocking;
    if (line.buffers[i] == 0) throw Unsupported("blocking before service into a machine without a buffer");
  }
}

void read_failures(ParameterReader& from, LineSpec& line) {
  const std::vector<double> failures = from.numbers("failure_rate", line.size());
  const std::vector<double> repairs = from.numbers("repair_rate", line.size());
  const FailureClock clock = failure_clock(from);
  const bool loads = from.flag("loads_while_down", false), unloads = from.flag("unloads_while_down", true);
  line.crews = crews_of(from);
  for (std::size_t i = 0; i < line.size(); ++i) {
    line.machines[i].loads_while_down = loads;
    line.machines[i].unloads_while_down = unloads;
    if (failures[i] == 0.0) continue;
    line.machines[i].failure = Failure{line.scale.with_rate(failures[i]), line.scale.with_rate(repairs[i]), clock,
                                       line.crews > 0 ? "crew" : "", OnFailure::resume};
  }
}

Plant plant_of(const LineSpec& line) {
  PlantBuilder plant("line");
  if (line.crews > 0) plant.crew("works", "hall", {"crew", line.crews});
  auto equipment = plant.line("works", "hall", "line");
  const std::string first = numbered("m", 0);
  equipment.source("source", line.source, to(line.entry ? "entry" : first));
  if (line.entry) equipment.buffer("entry", {line.entry_queue, 0}, to(first));
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool is_last = i + 1 == line.size();
    const std::string next = is_last ? "sink" : numbered("m", i + 1);
    const bool has_buffer = !is_last && line.buffers[i] > 0;
    const std::string buffer = numbered("b", i);
    equipment.machine(numbered("m", i), line.machines[i], to(has_buffer ? buffer : next));
    if (has_buffer) equipment.buffer(buffer, {line.buffers[i], 0}, to(next));
  }
  equipment.sink("sink");
  return plant.build();
}

Watched watched_line(const LineSpec& line) {
  Watched watched{plant_of(line), line.scale, {}, 1.0};
  watched.tell_rate("throughput", "/");
  watched.tell("wip", "/", "wip");
  watched.tell_time("sojourn", "/", "flow_time_s");
  watched.tell("loss", kLine + "source", "loss_share");
  const auto nothing = [](const Window&) { return 0.0; };
  watched.readers["queue_length"] = watched.readers["wait"] = nothing;
  if (line.entry) {
    watched.tell("queue_length", kLine + "entry", "queue_length");
    watched.tell_time("wait", kLine + "entry", "wait_s");
  }
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string index = "[" + std::to_string(i) + "]";
    const std::string machine = kLine + numbered("m", i);
    watched.tell("working" + index, machine, "working_share");
    watched.tell("utilisation" + index, machine, "utilisation");
    watched.tell("blocked" + index, machine, "blocked_share");
    watched.tell("starved" + index, machine, "starved_share");
    watched.tell("down" + index, machine, "down_share");
    if (i + 1 == line.size()) continue;
    watched.readers["mean_buffer" + index] = nothing;
    if (line.buffers[i] > 0) watched.tell("mean_buffer" + index, kLine + numbered("b", i), "queue_length");
  }
  watched.readers["crew_busy"] = [n = line.size()](const Window& window) { return repairs_going_on(window, n); };
  if (line.crews > 0) watched.tell("crew_busy", kCrew, "busy");
  return watched;
}

double relaxation_of(const LineSpec& line, double slowest_rate, double slowest_repair_rate) {
  double places = 2.0, widest = 2.0;
  const auto add = [&](std::uint32_t buffer) {
    places += buffer + 2.0;
    widest = std::max(widest, buffer + 2.0);
  };
  for (const std::uint32_t buffer : line.buffers) add(buffer);
  if (line.entry) add(line.entry_queue.value_or(50));
  const double repairs = slowest_repair_rate > 0.0 ? 1.0 / slowest_repair_rate : 0.0;
  const double waits = line.crews > 0 ? static_cast<double>(line.size()) / line.crews : 1.0;
  return places * widest / slowest_rate + repairs * std::max(1.0, waits);
}

}  // namespace takt::validation
