// SPDX-License-Identifier: Apache-2.0
// Many short runs from a given state: what happens in a while, and when.
#include <algorithm>
#include <cmath>
#include <memory>

#include "kinds.hpp"
#include "line.hpp"
#include "many_runs.hpp"
#include "takt/sync/twin.hpp"

namespace takt::validation {
namespace {

/// The state from which the runs of a plant fork, its parts of time zero in their places.
State beginning(const Model& model, std::uint64_t seed) {
  State state = start(model, model.defaults, seed);
  if (advance(model, model.defaults, state, Time{}).status != Outcome::Status::done)
    throw Error("the plant gets stuck at the start");
  return state;
}

/// Values that are about the number in which a run ends: its mean, by name, and the distribution.
std::vector<Wanted> wanted_of(const Case& of, const std::string& mean, const std::string& zero) {
  std::vector<Wanted> wanted;
  std::uint32_t next = 0;
  for (const Expected& each : of.expected) {
    if (each.name == mean)
      wanted.push_back({Wanted::What::mean, 0});
    else if (each.name == zero)
      wanted.push_back({Wanted::What::share, 0});
    else if (each.family == "distribution")
      wanted.push_back({Wanted::What::share, next++});  // the entries come in order
    else
      throw Unsupported("the value " + each.name + " is not known for this kind");
  }
  return wanted;
}

/// Runs to the end; the number of events on the way.
std::uint64_t events_until(const Model& model, State& state, Time end) {
  const Outcome outcome = advance(model, model.defaults, state, end);
  if (outcome.status != Outcome::Status::done) throw Error("a run got stuck");
  return outcome.events;
}

}  // namespace

std::vector<Estimate> run_transient_queue(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  const double arrivals = from.number("arrival_rate"), services = from.number("service_rate");
  const std::uint32_t servers = from.count("servers", 1, 1), initial = from.count("initial", 0, 0);
  const double time = from.number("time");
  const bool bounded = from.has("places");
  const std::uint32_t places = from.count("places", servers, servers);
  from.expect_all_read();
  if (bounded && initial > places) throw Error("more parts at the start than places");

  const TimeScale scale(1.0 / std::max(arrivals, services));
  PlantBuilder plant("queue");
  auto line = plant.line("works", "hall", "line");
  const bool queue = !bounded || places > servers;
  const std::string entry = queue ? "entry" : "machine";
  if (initial > 0) line.source("initial", source_of_all_at_once(initial), to(entry));
  line.source("source", random_source(scale.with_rate(arrivals)), to(entry));
  if (queue) line.buffer("entry", {bounded ? std::optional(places - servers) : std::nullopt, 0}, to("machine"));
  Machine machine;
  machine.servers = servers;
  machine.cycle_time.law = scale.with_rate(services);
  line.machine("machine", machine, to("sink")).sink("sink");

  const Model model = compile(plant.build());
  const Time end{from_seconds(scale.seconds(time))};
  const MakeRun make = [&](std::uint64_t seed) -> Run {
    return [&model, end, first = beginning(model, seed), state = State{}](std::uint32_t replication) mutable {
      fork_into(state, model, model.defaults, first, replication);
      const std::uint64_t events = events_until(model, state, end);
      return Ended{static_cast<double>(parts_in_plant(model, state)), events};
    };
  };
  return run_many(of.expected, wanted_of(of, "wip", "empty"), make, seed_of(of, settings), settings);
}

namespace {

/// A server whose parts may have to queue once more behind it.
Plant plant_with_rejoin(ParameterReader& from, std::uint32_t queue, std::uint32_t present, const TimeScale& scale) {
  PlantBuilder plant("deadlock");
  auto line = plant.line("works", "hall", "line");
  const std::string entry = queue > 0 ? "entry" : "machine";
  if (present > 0) line.source("present", source_of_all_at_once(present), to(entry));
  line.source("source", random_source(scale.with_rate(from.number("arrival_rate"))), to(entry));
  if (queue > 0) line.buffer("entry", {queue, 0}, to("machine"));
  Machine machine;
  machine.servers = from.count("servers", 1, 1);
  machine.cycle_time.law = scale.with_rate(from.number("service_rate"));
  const double rejoin = from.number("rejoin");
  std::vector<Output> outputs{{entry, rejoin, ""}};
  if (rejoin < 1.0) outputs.push_back({"sink", 1.0 - rejoin, ""});
  line.machine("machine", machine, outputs).sink("sink");
  return plant.build();
}

/// Runs until the machine waits for itself; the time of it, in units of the case.
Ended time_to_deadlock(const Model& model, State& state, const TimeScale& scale) {
  constexpr auto kLongEnough = static_cast<std::uint64_t>(kMostEvents / 100.0);
  const Outcome outcome = advance(model, model.defaults, state, kNever - Duration{1}, kLongEnough);
  if (outcome.status != Outcome::Status::deadlock) throw Error("a run ended without a deadlock");
  const auto names_machine = [](const std::string& wait) {
    return wait.starts_with(kLine + "machine waits for a place in " + kLine);
  };
  if (outcome.circular_wait.empty() || !std::ranges::all_of(outcome.circular_wait, names_machine))
    throw Error("a deadlock is told without the machine that waits");
  return {to_seconds(outcome.time.time_since_epoch()) / scale.unit_s(), outcome.events};
}

}  // namespace

std::vector<Estimate> run_deadlock(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  const TimeScale scale(1.0 / std::max(from.number("arrival_rate"), from.number("service_rate")));
  const std::uint32_t queue = from.count("queue_places"), servers = from.count("servers", 1, 1);
  if (!(from.number("rejoin") > 0.0)) throw Error("without parts that rejoin nothing gets stuck");
  from.expect_all_read();
  std::vector<Estimate> estimates;
  for (std::uint32_t present = 0; present < of.expected.size(); ++present) {
    const Expected& expected = of.expected[present];
    if (expected.name != "mean_time_to_deadlock_from[" + std::to_string(present) + "]")
      throw Unsupported("the value " + expected.name + " is not known for this kind");
    if (present > queue + servers) throw Error("more parts at the start than places");
    const Model model = compile(plant_with_rejoin(from, queue, present, scale));
    const MakeRun make = [&](std::uint64_t seed) -> Run {
      return [&model, &scale, first = beginning(model, seed), state = State{}](std::uint32_t replication) mutable {
        fork_into(state, model, model.defaults, first, replication);
        return time_to_deadlock(model, state, scale);
      };
    };
    const Wanted wanted;
    const auto one = run_many({&expected, 1}, {&wanted, 1}, make, mix64(seed_of(of, settings) + present), settings);
    estimates.push_back(one.front());
  }
  return estimates;
}

namespace {

/// What a snapshot says of a machine, by the words of the case.
EntityReading machine_reading(const std::string& path, const std::string& state) {
  EntityReading reading;
  reading.path = path;
  const std::vector<PartInProcess> with_part(1), without_part;
  if (state == "working") {
    reading.state = "Execute";
    reading.in_process = with_part;
  } else if (state == "blocked") {
    reading.state = "Suspended";
    reading.in_process = with_part;
  } else if (state == "idle" || state == "starved") {
    reading.state = "Idle";
    reading.in_process = without_part;
  } else if (state == "down_with_part") {
    reading.state = "Aborted";
    reading.in_process = with_part;
  } else if (state == "down" || state == "down_idle" || state == "down_without_part" || state == "down_empty") {
    reading.state = "Aborted";
    reading.in_process = without_part;
  } else {
    throw Unsupported("a machine that is \"" + state + "\" is not known");
  }
  return reading;
}

Snapshot snapshot_of(const Json& state, const LineSpec& line) {
  const auto expect = [](bool holds, const char* what) {
    if (!holds) throw Error(std::string("parameter state: ") + what);
  };
  expect(state.is_object() && state.contains("machines") && state.contains("buffers"), "no machines or buffers");
  const Json& machines = state["machines"];
  const Json& buffers = state["buffers"];
  expect(machines.size() == line.size() && buffers.size() + 1 == line.size(), "another number of machines or buffers");
  if (state.size() != 2) throw Unsupported("a state of more than machines and buffers");
  Snapshot snapshot;
  snapshot.ts = WallClock{}.to_wall(Time{});
  snapshot.source = "line";
  snapshot.complete = true;
  for (std::size_t i = 0; i < line.size(); ++i)
    snapshot.entities.push_back(machine_reading(kLine + numbered("m", i), machines[i].get<std::string>()));
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    if (line.buffers[i] == 0) continue;
    EntityReading& reading = snapshot.entities.emplace_back();
    reading.path = kLine + numbered("b", i);
    reading.level = buffers[i].get<double>();
  }
  return snapshot;
}

}  // namespace

std::vector<Estimate> run_warm_start(const Case& of, const Settings& settings) {
  ParameterReader from(of);
  LineSpec line;
  const std::vector<double> rates = from.numbers("service_rate");
  if (rates.empty()) throw Error("parameter service_rate is empty");
  line.scale = TimeScale(1.0 / *std::ranges::max_element(rates));
  for (const double rate : rates) line.machines.emplace_back().cycle_time.law = line.scale.with_rate(rate);
  line.buffers = from.counts("buffers", rates.size() - 1, 0);
  read_machines(from, line);
  read_failures(from, line);
  const Time end{from_seconds(line.scale.seconds(from.number("horizon")))};
  const Snapshot snapshot = snapshot_of(from.value("state"), line);
  from.expect_all_read();

  const MakeRun make = [&, model = std::make_shared<const Model>(compile(plant_of(line)))](std::uint64_t seed) -> Run {
    Twin twin(*model, {.seed = seed, .learn = false});
    const MergeReport report = twin.apply(snapshot);
    if (report.status != MergeReport::Status::applied || !report.conflicts.empty())
      throw Error("the snapshot is not taken: " + (report.conflicts.empty() ? std::string("no reason given")
                                                                            : takt::to_text(report.conflicts.front())));
    return [model, end, present = twin.now(), state = State{}](std::uint32_t replication) mutable {
      present.begin(state, present.parameters, replication);
      const std::uint64_t before = ConstStateView(*model, state).sinks[0];
      const std::uint64_t events = events_until(*model, state, end);
      return Ended{static_cast<double>(ConstStateView(*model, state).sinks[0] - before), events};
    };
  };
  return run_many(of.expected, wanted_of(of, "mean_output", ""), make, seed_of(of, settings), settings);
}

}  // namespace takt::validation
