// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/assemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sync/discovery/loops.hpp"
#include "sync/discovery/names.hpp"
#include "sync/discovery/routes.hpp"
#include "takt/core/statistics.hpp"

namespace takt::discovery {
namespace {

constexpr double kMeanShare = 0.03;    // a cycle time's confidence: that its mean is within this share
constexpr double kFailureShare = 0.1;  // likewise of times to failure and to repair
constexpr double kWayPoints = 0.03;    // a way's: that its probability is within so much

double share(std::size_t n, std::size_t of) { return of == 0 ? 0.0 : static_cast<double>(n) / static_cast<double>(of); }

/// The probability that a share estimated from n observations is within `points` of the true one.
double share_within(double p, std::size_t n, double points) {
  const double k = static_cast<double>(n);
  const double error = std::sqrt((p * k + 1.0) * ((1.0 - p) * k + 1.0) / (k + 2.0)) / (k + 2.0);
  return 2.0 * normal_cdf(points / error) - 1.0;
}

class Assembler {
 public:
  Assembler(const Findings& found, const DiscoveryOptions& options)
      : found_(found), trace_(found.trace), flow_(found.flow) {
    result_.plant.name = options.name;
    result_.plant.clock = {trace_.epoch, options.zone};
    if (trace_.products.size() > 1) result_.plant.products = trace_.products;
  }

  Discovered assemble() {
    locate();
    add_calendars();
    for (const FoundCrew& crew : found_.crews) add_crew(crew);
    for (std::uint32_t i = 0; i < flow_.sources.size(); ++i) add_source(i);
    for (std::uint32_t s = 0; s < trace_.stations.size(); ++s)
      if (is_station(s)) add_station(s);
    for (std::uint32_t p = 0; p < flow_.places.size(); ++p)
      if (made_[p] == Made::buffer) add_buffer(p);
    if (sink_used_) equip(sink_, Sink{}, {});
    result_.unseen = unseen(found_);
    return std::move(result_);
  }

 private:
  /// What a place becomes: a buffer, or a direct way into its only consumer.
  enum class Made : std::uint8_t { nothing, buffer, direct };

  bool is_station(std::uint32_t s) const { return trace_.visits_at(s) > 0; }

  void locate() {
    Names names;
    stations_.resize(trace_.stations.size());
    for (std::uint32_t s = 0; s < trace_.stations.size(); ++s)
      if (is_station(s)) stations_[s] = names.place(trace_.stations[s]);
    const auto first = std::ranges::find_if(stations_, [](const Location& l) { return !l.name.empty(); });
    for (std::uint32_t i = 0; i < flow_.sources.size(); ++i)
      sources_.push_back(trace_.has_arrivals ? names.place(flow_.sources[i]) : names.beside(*first, flow_.sources[i]));
    on_loop_ = on_loops(trace_, flow_);
    for (std::uint32_t p = 0; p < flow_.places.size(); ++p) {
      const Place& place = flow_.places[p];
      made_.push_back(kind_of(p));
      const Location& consumer = stations_[place.consumers.front()];
      buffers_.push_back(made_[p] == Made::buffer ? names.beside(consumer, "before_" + consumer.name) : consumer);
    }
    sink_ = names.beside(*first, "out");
  }

  Made kind_of(std::uint32_t p) const {
    const Place& place = flow_.places[p];
    const auto stations = static_cast<std::uint32_t>(trace_.stations.size());
    const bool fed_by_stations = std::ranges::any_of(place.producers, [&](std::uint32_t x) { return x < stations; });
    const bool starves_never = std::ranges::all_of(
        place.producers, [&](std::uint32_t x) { return x >= stations && found_.sources[x - stations].is_saturated(); });
    if (place.capacity) return *place.capacity == 0 && place.consumers.size() == 1 ? Made::direct : Made::buffer;
    if (!fed_by_stations && starves_never) return Made::nothing;  // straight to the machines
    const bool nobody_waits = std::ranges::none_of(place.items, &Item::waited);
    if (place.consumers.size() == 1 && nobody_waits && place.initial == 0 && !on_loop_[p]) return Made::direct;
    return Made::buffer;
  }

  void note(const Location& where, std::string what, std::string value, double confidence, std::string reason) {
    result_.elements.push_back(
        {where.path(), std::move(what), std::move(value), std::clamp(confidence, 0.0, 1.0), std::move(reason)});
  }

  Workshop& workshop_of(const Location& at) {
    const auto level = [](auto& levels, const std::string& name) -> auto& {
      for (auto& each : levels)
        if (each.name == name) return each;
      levels.emplace_back().name = name;
      return levels.back();
    };
    return level(level(result_.plant.enterprises, at.enterprise).workshops, at.workshop);
  }

  template <class Kind>
  void equip(const Location& at, Kind kind, std::vector<Output> to) {
    Workshop& workshop = workshop_of(at);
    const auto known = std::ranges::find(workshop.lines, at.line, &Line::name);
    Line& line = known != workshop.lines.end() ? *known : workshop.lines.emplace_back();
    line.name = at.line;
    line.equipment.push_back({at.name, std::move(kind), std::move(to)});
  }

  void add_calendars() {
    for (std::uint32_t s = 0; s < found_.calendars.size(); ++s) {
      calendar_of_.emplace_back();
      if (!found_.calendars[s]) continue;
      for (const auto& [name, calendar] : result_.plant.calendars)
        if (calendar == found_.calendars[s]->calendar) calendar_of_[s] = name;
      if (!calendar_of_[s].empty()) continue;
      calendar_of_[s] = fmt::format("shifts_{}", result_.plant.calendars.size() + 1);
      result_.plant.calendars[calendar_of_[s]] = found_.calendars[s]->calendar;
    }
  }

  void add_crew(const FoundCrew& crew) {
    const Location at = stations_[crew.stations.front()];
    const std::string name = plain_name(crew.name.substr(crew.name.rfind('/') + 1));
    workshop_of(at).crews.push_back({name, crew.size});
    for (const std::uint32_t s : crew.stations) crew_of_[s] = "/" + at.enterprise + "/" + at.workshop + "/" + name;
    result_.elements.push_back(
        {"/" + at.enterprise + "/" + at.workshop + "/" + name, "crew", fmt::format("{} at a time", crew.size),
         crew.stations.size() > 1 ? 0.8 : 0.5,
         fmt::format("repairs {} stations; fewer could not have ended in this order", crew.stations.size())});
  }

  void add_source(std::uint32_t i) {
    const FoundSource& source = found_.sources[i];
    if (source.parts == 0) return;
    const Ways ways = ways_of_source(trace_, flow_, i);
    equip(sources_[i], source.source, outputs(sources_[i], ways, source.is_saturated()));
    const bool is_saturated = source.is_saturated();
    const bool held = !is_saturated && source.source.without_place == WithoutPlace::held;
    note(
        sources_[i], "source",
        is_saturated ? "saturated" : "interval " + describe(source.interval.law) + (held ? ", held without place" : ""),
        source.confidence, source.reason);
    note_ways(sources_[i], ways);
  }

  /// The outputs of a station or a source.
  std::vector<Output> outputs(const Location& from, const Ways& ways, bool saturated = false) {
    std::vector<Output> all;
    for (const auto& [product, counts] : ways.of) {
      // Products that never came here go as all others do.
      if (product == kNoOne && ways.of.size() == trace_.products.size() + 1 && ways.of.size() > 1) continue;
      std::map<std::string, std::size_t> to;
      for (const auto& [way, n] : counts)
        for (const auto& [name, parts] : targets(from, way, n, saturated)) to[name] += parts;
      std::size_t total = 0;
      for (const auto& [name, n] : to) total += n;
      double left = 1.0;
      std::size_t number = 0;
      for (const auto& [name, n] : to) {
        const bool last = ++number == to.size();
        const double probability = last ? left : share(n, total);
        left -= probability;
        all.push_back({name, probability, product == kNoOne ? std::string() : trace_.products[product]});
      }
    }
    if (all.empty()) all.push_back({out_from(from)});
    return all;
  }

  std::string out_from(const Location& from) {
    sink_used_ = true;
    return Names::reference(from, sink_);
  }

  /// The names behind a way: one, or, for parts never short of a place without one, each consumer by its share.
  std::map<std::string, std::size_t> targets(const Location& from, std::uint32_t way, std::size_t n, bool saturated) {
    if (way == kOut) return {{out_from(from), n}};
    const Place& place = flow_.places[way];
    const bool bounded = place.capacity.has_value();
    if (made_[way] != Made::nothing && (bounded || !saturated || made_[way] == Made::direct))
      return {{Names::reference(from, buffers_[way]), n}};
    std::map<std::string, std::size_t> each;
    for (const Item& item : place.items) ++each[Names::reference(from, stations_[item.to])];
    return each;
  }

  void note_ways(const Location& from, const Ways& ways) {
    for (const auto& [product, counts] : ways.of) {
      if (product == kNoOne && ways.of.size() > 1) continue;
      std::size_t total = 0;
      for (const auto& [way, n] : counts) total += n;
      for (const auto& [way, n] : counts) {
        const std::string to = way == kOut ? sink_.name : buffers_[way].name;
        const double p = share(n, total);
        const std::string who = product == kNoOne ? "" : " of " + trace_.products[product];
        note(from, "way", fmt::format("to {}, {:.4g} %{}", to, 100.0 * p, who), share_within(p, total, kWayPoints),
             fmt::format("{} of {} parts", n, total));
      }
    }
  }

  void add_station(std::uint32_t s) {
    const Location& at = stations_[s];
    const std::size_t visits = trace_.visits_at(s);
    note(at, "station", fmt::format("{} operations", visits), 1.0 - std::exp(-static_cast<double>(visits) / 3.0),
         trace_.by_resource ? "a resource of the log" : "an activity of the log");
    Machine machine;
    machine.servers = flow_.servers[s];
    note(at, "servers", std::to_string(machine.servers),
         1.0 - std::exp(-static_cast<double>(flow_.held_up[s] + (machine.servers == 1 ? 1 : 0)) / 2.0),
         fmt::format("so many at once {} times, {} parts taken the instant one of them ended", flow_.times_at_most[s],
                     flow_.held_up[s]));
    add_times(s, machine);
    add_failure(s, machine);
    machine.calendar = calendar_of_[s];
    if (found_.calendars[s])
      note(at, "calendar", machine.calendar, found_.calendars[s]->confidence, found_.calendars[s]->reason);
    const Ways ways = ways_of(trace_, flow_, s);
    machine.scrap = ways.scrap();
    if (machine.scrap >= 1.0) machine.scrap = 0.0;
    if (machine.scrap > 0.0)
      note(at, "scrap", fmt::format("{:.3g} %", 100.0 * machine.scrap),
           (ways.scrap_by_ending ? 0.5 : 1.0) * share_within(machine.scrap, ways.departures + ways.scrapped, 0.01),
           ways.scrap_by_ending ? fmt::format("{} cases end here, where the others go on", ways.scrapped)
                                : fmt::format("{} parts told to be scrap", ways.scrapped));
    equip(at, std::move(machine), outputs(at, ways));
    note_ways(at, ways);
  }

  void note_laws(const Location& at, const char* what, const FoundLaws& laws, double factor) {
    for (const auto& [product, fitted] : laws.of) {
      if (product == kNoOne && laws.of.size() > 1) continue;
      const std::string who = product == kNoOne ? "" : " of " + trace_.products[product];
      const std::string second =
          fitted.runner_up.empty() ? "" : fmt::format("; {} is worse by {:.0f}", fitted.runner_up, fitted.margin);
      note(at, what, describe(fitted.law) + who, factor * mean_within(fitted, kMeanShare),
           fmt::format("{} times{}", fitted.n, second));
    }
  }

  void add_times(std::uint32_t s, Machine& machine) {
    const StationTimes& times = found_.times[s];
    const double factor = trace_.has_starts ? 1.0 : 0.5;
    machine.cycle_time = times.cycle.laws(trace_);
    if (!times.cycle.of.contains(kNoOne) && !times.cycle.of.empty())
      machine.cycle_time.law = times.cycle.of.begin()->second.law;
    note_laws(stations_[s], "cycle_time", times.cycle, factor);
    if (!times.load) return;
    machine.load_time = times.load->laws(trace_);
    note_laws(stations_[s], "load_time", *times.load, times.setup_from_cycle ? 0.7 : 1.0);
  }

  void add_failure(std::uint32_t s, Machine& machine) {
    if (!found_.failures[s]) return;
    const FoundFailure& failure = *found_.failures[s];
    machine.failure = failure.failure;
    machine.loads_while_down = failure.loads_while_down;
    if (const auto crew = crew_of_.find(s); crew != crew_of_.end()) machine.failure->crew = crew->second;
    constexpr const char* kClocks[] = {"working", "calendar", "on_shift"};
    constexpr const char* kThen[] = {"resume", "restart", "scrap"};
    const auto& at = stations_[s];
    note(at, "failure",
         fmt::format("{}, part: {}", describe(failure.to_failure.law),
                     kThen[static_cast<int>(failure.failure.on_failure)]),
         failure.confidence * mean_within(failure.to_failure, kFailureShare), failure.reason);
    note(at, "repair", describe(failure.to_repair.law),
         failure.confidence * mean_within(failure.to_repair, kFailureShare), failure.reason);
    note(at, "failure_clock", kClocks[static_cast<int>(failure.failure.clock)], failure.clock_confidence,
         failure.clock_reason);
  }

  void add_buffer(std::uint32_t p) {
    const Place& place = flow_.places[p];
    const Location& at = buffers_[p];
    Buffer buffer;
    if (place.capacity) buffer.capacity = std::max(*place.capacity, 1U);
    buffer.initial = buffer.capacity ? std::min(place.initial, *buffer.capacity) : place.initial;
    std::vector<Output> to;
    for (const std::uint32_t consumer : place.consumers) to.push_back({Names::reference(at, stations_[consumer])});
    equip(at, buffer, std::move(to));
    note(at, "buffer", fmt::format("from {} to {}", place.producers.size(), place.consumers.size()),
         place.joined_confidence,
         fmt::format("{:.1f} % of {} parts left in the order in which they came", 100.0 * place.in_order,
                     place.items.size()));
    if (place.capacity)
      note(at, "capacity", std::to_string(*buffer.capacity), place.confidence,
           fmt::format("full {} times; with a place more {}", place.times_full, place.by_chance));
    else
      note(at, "capacity", "no limit seen", 0.5,
           place.has_unknown_arrivals ? "what waits in it is not told"
                                      : fmt::format("at least {}: it was never seen full", place.at_least));
  }

  const Findings& found_;
  const Trace& trace_;
  const Flow& flow_;
  Discovered result_;
  std::vector<Location> stations_, sources_, buffers_;
  std::vector<Made> made_;
  std::vector<bool> on_loop_;
  Location sink_;
  bool sink_used_ = false;
  std::vector<std::string> calendar_of_;
  std::map<std::uint32_t, std::string> crew_of_;
};

}  // namespace

Discovered assemble(const Findings& found, const DiscoveryOptions& options) {
  return Assembler(found, options).assemble();
}

}  // namespace takt::discovery
