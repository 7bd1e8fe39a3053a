// SPDX-License-Identifier: Apache-2.0
// Cases in which nothing is random.
#include <algorithm>

#include "kinds.hpp"
#include "line.hpp"
#include "takt/kpi/time_elements.hpp"

namespace takt::validation {
namespace {

void tell_percent(Watched& watched, const std::string& name, const std::string& entity, const std::string& kpi) {
  watched.readers[name] = [entity, kpi](const Window& window) { return 100.0 * window.kpi(entity, kpi); };
}

void tell_shares(Watched& watched, const std::string& name, const std::string& machine) {
  tell_percent(watched, name + ".working", machine, "working_share");
  tell_percent(watched, name + ".blocked", machine, "blocked_share");
  tell_percent(watched, name + ".failure", machine, "down_share");
  tell_percent(watched, name + ".waiting", machine, "starved_share");
}

}  // namespace

std::vector<Estimate> run_failing_pair(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  LineSpec line;
  const auto law = [](double time) { return Distribution::constant(time); };
  Source::Renewal supply{law(from.number("source_interval")), {}};
  if (from.has("first")) supply.first = Time{from_seconds(from.number("first"))};
  // Arrivals go on while the first machine is blocked, and all wait at their source: a queue without an end.
  line.source = Source{supply, {}, WithoutPlace::held};
  line.entry = true;
  const std::vector<double> times = from.numbers("process_time", 2);
  const std::vector<double> failures = from.numbers("time_to_failure", 2), repairs = from.numbers("time_to_repair", 2);
  const FailureClock clock = failure_clock(from);
  line.buffers = {from.count("buffer")};
  line.crews = from.count("crews", 1, 0);
  line.machines.resize(2);
  read_machines(from, line);
  for (std::size_t i = 0; i < line.size(); ++i) {
    Machine& machine = line.machines[i];
    machine.cycle_time.law = law(times[i]);
    machine.failure =
        Failure{law(failures[i]), law(repairs[i]), clock, line.crews > 0 ? "crew" : "", OnFailure::resume};
    machine.loads_while_down = from.flag("loads_while_down", false);
    machine.unloads_while_down = from.flag("unloads_while_down", true);
  }
  const double horizon = from.number("horizon");
  from.expect_all_read();

  Watched watched = watched_line(line);
  watched.tell("parts", "/", "parts_out");
  tell_shares(watched, "first", kLine + numbered("m", 0));
  tell_shares(watched, "second", kLine + numbered("m", 1));
  watched.readers["crew_busy_percent"] = [mean = watched.readers.at("crew_busy")](const Window& window) {
    return 100.0 * mean(window);
  };
  return watch_once(of, watched, horizon, settings);
}

std::vector<Estimate> run_oee(const Case& of, const Settings&) {
  ParameterReader from(of);
  TimeElements time;
  time.planned_busy = from.number("PBT");
  time.actual_production = from.number("APT");
  time.produced = from.number("PQ");
  time.good = from.number("GQ");
  time.planned_production = from.number("PRI") * time.produced;
  from.expect_all_read();
  std::vector<Estimate> estimates;
  for (const Expected& expected : of.expected) {
    Estimate& each = estimates.emplace_back();
    if (expected.name == "availability")
      each.value = availability(time);
    else if (expected.name == "effectiveness")
      each.value = effectiveness(time);
    else if (expected.name == "quality" || expected.name == "quality_ratio")
      each.value = quality_ratio(time);
    else if (expected.name == "OEE" || expected.name == "oee")
      each.value = oee(time);
    else
      throw Unsupported("the value " + expected.name + " is not known for this kind");
  }
  return estimates;
}

}  // namespace takt::validation
