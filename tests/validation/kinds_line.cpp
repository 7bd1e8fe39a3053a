// SPDX-License-Identifier: Apache-2.0
// Lines of machines: saturated or open, reliable or not.
#include <algorithm>

#include "kinds.hpp"
#include "line.hpp"

namespace takt::validation {
namespace {

/// Machines with exponential times and the buffers between them.
struct ReadLine {
  LineSpec line;
  double slowest_rate = 0.0;
};

ReadLine read_exponential_line(ParameterReader& from) {
  const std::vector<double> rates = from.numbers("service_rate");
  if (rates.empty()) throw Error("parameter service_rate is empty");
  ReadLine read;
  read.slowest_rate = *std::ranges::min_element(rates);
  read.line.scale = TimeScale(1.0 / *std::ranges::max_element(rates));
  if (!(read.slowest_rate > 0.0)) throw Error("a service_rate is not above 0");
  for (const double rate : rates) read.line.machines.emplace_back().cycle_time.law = read.line.scale.with_rate(rate);
  read.line.buffers = from.counts("buffers", rates.size() - 1, 0);
  read_machines(from, read.line);
  return read;
}

double slowest_repair(ParameterReader& from, std::size_t machines) {
  const std::vector<double> rates = from.numbers("repair_rate", machines);
  return *std::ranges::min_element(rates);
}

}  // namespace

std::vector<Estimate> run_serial_line(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  const auto [line, slowest] = read_exponential_line(from);
  from.expect_all_read();
  Watched watched = watched_line(line);
  watched.relaxation = relaxation_of(line, slowest, 0.0);
  return watch(of, watched, settings);
}

std::vector<Estimate> run_open_line(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  auto [line, slowest] = read_exponential_line(from);
  const double arrivals = from.number("arrival_rate");
  line.source = random_source(line.scale.with_rate(arrivals));
  line.entry_queue = from.has("entry_queue") ? std::optional(from.count("entry_queue")) : std::nullopt;
  line.entry = line.entry_queue != 0U;
  from.expect_all_read();
  Watched watched = watched_line(line);
  watched.relaxation = relaxation_of(line, std::min(slowest, arrivals), 0.0);
  return watch(of, watched, settings);
}

std::vector<Estimate> run_unreliable_line(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  auto [line, slowest] = read_exponential_line(from);
  read_failures(from, line);
  const double repair = slowest_repair(from, line.size());
  from.expect_all_read();
  Watched watched = watched_line(line);
  watched.relaxation = relaxation_of(line, slowest, repair);
  return watch(of, watched, settings);
}

std::vector<Estimate> run_zero_buffer_line(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  LineSpec line;
  line.machines.resize(from.numbers("failure_rate").size());
  if (line.machines.empty()) throw Error("parameter failure_rate is empty");
  const std::vector<double> cycles = from.numbers("cycle_time", line.size());
  line.scale = TimeScale(*std::ranges::min_element(cycles));
  for (std::size_t i = 0; i < line.size(); ++i) line.machines[i].cycle_time.law = line.scale.constant(cycles[i]);
  line.buffers.assign(line.size() - 1, 0);
  read_machines(from, line);
  read_failures(from, line);
  const double repair = slowest_repair(from, line.size());
  from.expect_all_read();
  Watched watched = watched_line(line);
  watched.relaxation = relaxation_of(line, 1.0 / *std::ranges::max_element(cycles), repair);
  return watch(of, watched, settings);
}

namespace {

/// Machines that never lack a part, each with a source of its own, and a crew for all.
Watched repaired_machines(std::uint32_t machines, std::uint32_t crews, const TimeScale& scale, const Machine& machine) {
  PlantBuilder plant("repairman");
  plant.crew("works", "hall", {"crew", crews});
  auto equipment = plant.line("works", "hall", "line");
  for (std::uint32_t i = 0; i < machines; ++i) {
    equipment.source(numbered("s", i), saturated_source(), to(numbered("m", i)));
    equipment.machine(numbered("m", i), machine, to("sink"));
  }
  equipment.sink("sink");

  Watched watched{plant.build(), scale, {}, 1.0};
  watched.tell("availability", "/works/hall/line", "up_share");
  watched.tell("down", "/works/hall/line", "down_share");
  watched.tell("crew_busy", kCrew, "busy");
  watched.tell("utilisation", kCrew, "utilisation");
  watched.tell("queue_length", kCrew, "queue_length");
  watched.tell_time("wait", kCrew, "wait_s");
  // The mean over all failures of all machines, not the mean of the machines' means.
  watched.readers["downtime"] = [machines, unit_s = scale.unit_s()](const Window& window) {
    double down_s = 0.0, failures = 0.0;
    for (std::uint32_t i = 0; i < machines; ++i) {
      const std::string path = kLine + numbered("m", i);
      const double failed = window.kpi(path, "failures");
      failures += failed;
      if (failed > 0.0) down_s += window.kpi(path, "downtime_s") * failed;
    }
    return down_s / failures / unit_s;
  };
  return watched;
}

}  // namespace

std::vector<Estimate> run_repairman(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  const std::uint32_t machines = from.count("machines", 1), crews = from.count("crews", 1);
  const double failures = from.number("failure_rate"), repairs = from.number("repair_rate");
  const TimeScale scale(1.0 / std::max(failures, repairs));
  Machine machine;
  machine.cycle_time.law = scale.constant(1.0 / failures);  // any would do
  machine.failure = Failure{scale.with_rate(failures), scale.with_rate(repairs), failure_clock(from), "crew"};
  from.expect_all_read();
  Watched watched = repaired_machines(machines, crews, scale, machine);
  watched.relaxation = 3.0 * (machines / (crews * repairs) + 1.0 / repairs);
  return watch(of, watched, settings);
}

}  // namespace takt::validation
