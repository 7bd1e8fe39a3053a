// SPDX-License-Identifier: Apache-2.0
// Single stations with a queue, and networks of them.
#include <algorithm>
#include <cmath>

#include "kinds.hpp"
#include "line.hpp"

namespace takt::validation {
namespace {

/// About how long a queue remembers its past: 4 / ((1 - rho)^2 c mu) near saturation, by the variability of its
/// service.
double queue_relaxation(double service_rate, std::uint32_t servers, double offered, double scv) {
  if (!(offered < 1.0))
    throw Error("the work that arrives is " + std::to_string(offered) + " of what can be done: there is no long run");
  return 2.0 / service_rate + 2.0 * (1.0 + scv) / (servers * service_rate * (1.0 - offered) * (1.0 - offered));
}

/// A line of one machine behind a queue. It tells scalars by the names that queueing theory gives them.
Watched watched_station(LineSpec line) {
  Watched watched = watched_line(line);
  watched.tell("utilisation", kLine + numbered("m", 0), "utilisation");
  watched.tell("down", kLine + numbered("m", 0), "down_share");
  return watched;
}

LineSpec station(double arrival_rate, double service_rate, std::uint32_t servers) {
  LineSpec line;
  line.scale = TimeScale(1.0 / std::max(arrival_rate, service_rate));
  line.source = random_source(line.scale.with_rate(arrival_rate));
  line.machines.resize(1);
  line.machines[0].servers = servers;
  line.machines[0].cycle_time.law = line.scale.with_rate(service_rate);
  line.entry = true;
  return line;
}

/// The law of a time by its name, mean and squared coefficient of variation.
Distribution law_by_name(const std::string& name, double mean_s, double scv) {
  if (scv == 0.0 || name == "constant" || name == "deterministic") return Distribution::constant(mean_s);
  if (name == "exponential") return Distribution::exponential(mean_s);
  if (name == "gamma" || name == "erlang") return Distribution::gamma(mean_s, std::sqrt(scv));
  if (name == "lognormal") return Distribution::lognormal(mean_s, std::sqrt(scv));
  throw Unsupported("a time that is \"" + name + "\" is not known");
}

}  // namespace

std::vector<Estimate> run_mmc(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  const double arrivals = from.number("arrival_rate"), services = from.number("service_rate");
  const std::uint32_t servers = from.count("servers", 1, 1);
  from.expect_all_read();
  Watched watched = watched_station(station(arrivals, services, servers));
  watched.relaxation = queue_relaxation(services, servers, arrivals / (services * servers), 1.0);
  return watch(of, watched, settings);
}

std::vector<Estimate> run_mmck(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  const double arrivals = from.number("arrival_rate"), services = from.number("service_rate");
  const std::uint32_t servers = from.count("servers", 1, 1), places = from.count("places", servers);
  from.expect_all_read();
  LineSpec line = station(arrivals, services, servers);
  line.entry = places > servers;  // places in service count too
  line.entry_queue = places - servers;
  Watched watched = watched_station(line);
  const double capacity = services * servers, width = places + 2.0;
  const double near_saturation = std::abs(1.0 - arrivals / capacity);
  watched.relaxation = 2.0 / services + std::min(width * width, 4.0 / (near_saturation * near_saturation)) / capacity;
  return watch(of, watched, settings);
}

std::vector<Estimate> run_mg1_breakdowns(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  const double arrivals = from.number("arrival_rate");
  const double service = from.number("service_mean"), service_scv = from.number("service_scv", 1.0);
  const double failures = from.number("failure_rate"), repair = from.number("repair_mean");
  const double repair_scv = from.number("repair_scv", 1.0);
  LineSpec line = station(arrivals, 1.0 / service, 1);
  const TimeScale& scale = line.scale;
  Machine& machine = line.machines[0];
  machine.cycle_time.law = law_by_name(from.text("service", "gamma"), scale.seconds(service), service_scv);
  if (failures > 0.0)
    machine.failure = Failure{scale.with_rate(failures),
                              law_by_name(from.text("repair", "exponential"), scale.seconds(repair), repair_scv),
                              failure_clock(from), ""};
  machine.loads_while_down = from.flag("loads_while_down", false);
  machine.unloads_while_down = from.flag("unloads_while_down", true);
  from.text("repair", "");
  from.text("failure_clock", "");
  from.expect_all_read();

  Watched watched = watched_station(line);
  const double with_repairs = service * (1.0 + failures * repair);  // mean time from start to completion
  const double scv =
      service_scv + failures * service * repair * repair * (1.0 + repair_scv) / (with_repairs * with_repairs);
  watched.relaxation = repair + queue_relaxation(1.0 / with_repairs, 1, arrivals * with_repairs, scv);
  return watch(of, watched, settings);
}

namespace {

struct Network {
  std::vector<double> external, rates;
  std::vector<std::vector<double>> routing;
  std::vector<std::uint32_t> servers;
  std::size_t size() const { return rates.size(); }
};

/// The arrivals at each station: lambda = gamma + P^T lambda, by repeated substitution.
std::vector<double> traffic(const Network& network) {
  std::vector<double> arrivals = network.external;
  for (int round = 0; round < 100000; ++round) {
    std::vector<double> next = network.external;
    for (std::size_t i = 0; i < network.size(); ++i)
      for (std::size_t j = 0; j < network.size(); ++j) next[j] += arrivals[i] * network.routing[i][j];
    double change = 0.0;
    for (std::size_t i = 0; i < network.size(); ++i) change = std::max(change, std::abs(next[i] - arrivals[i]));
    arrivals = std::move(next);
    if (change < 1e-13) return arrivals;
  }
  throw Error("parts never leave the network");
}

std::vector<Output> outputs_of(const Network& network, std::size_t station) {
  std::vector<Output> outputs;
  double leaves = 1.0;
  for (std::size_t j = 0; j < network.size(); ++j) {
    const double probability = network.routing[station][j];
    leaves -= probability;
    if (probability != 0.0) outputs.push_back({numbered("b", j), probability, ""});
  }
  if (leaves > 1e-12) outputs.push_back({"sink", leaves, ""});
  return outputs;
}

Watched watched_network(const Network& network, const TimeScale& scale) {
  PlantBuilder plant("network");
  auto equipment = plant.line("works", "hall", "line");
  for (std::size_t i = 0; i < network.size(); ++i) {
    const std::string buffer = numbered("b", i), machine = numbered("m", i);
    if (network.external[i] > 0.0)
      equipment.source(numbered("s", i), random_source(scale.with_rate(network.external[i])), to(buffer));
    equipment.buffer(buffer, Buffer{}, to(machine));
    Machine station;
    station.servers = network.servers[i];
    station.cycle_time.law = scale.with_rate(network.rates[i]);
    equipment.machine(machine, station, outputs_of(network, i));
  }
  equipment.sink("sink");

  Watched watched{plant.build(), scale, {}, 1.0};
  watched.tell_rate("throughput", "/");
  watched.tell("wip", "/", "wip");
  watched.tell_time("sojourn", "/", "flow_time_s");
  for (std::size_t i = 0; i < network.size(); ++i) {
    const std::string index = "[" + std::to_string(i) + "]";
    const std::string buffer = kLine + numbered("b", i), machine = kLine + numbered("m", i);
    watched.tell("utilisation" + index, machine, "utilisation");
    watched.tell("queue_length" + index, buffer, "queue_length");
    watched.tell_time("wait" + index, buffer, "wait_s");
    watched.tell_rate("station_throughput" + index, machine);
    watched.readers["station_wip" + index] = [buffer, machine](const Window& window) {
      return window.kpi(buffer, "queue_length") + window.kpi(machine, "wip");
    };
  }
  return watched;
}

}  // namespace

std::vector<Estimate> run_jackson(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  Network network;
  network.rates = from.numbers("service_rate");
  network.external = from.numbers("external_rate", network.size());
  network.routing = from.matrix("routing", network.size());
  network.servers = from.counts("servers", network.size(), 1, 1);
  from.expect_all_read();

  const TimeScale scale(1.0 / *std::ranges::max_element(network.rates));
  Watched watched = watched_network(network, scale);
  const std::vector<double> arrivals = traffic(network);
  watched.relaxation = 0.0;
  for (std::size_t i = 0; i < network.size(); ++i)
    watched.relaxation += 2.0 * queue_relaxation(network.rates[i], network.servers[i],
                                                 arrivals[i] / (network.rates[i] * network.servers[i]), 1.0);
  return watch(of, watched, settings);
}

}  // namespace takt::validation
