// SPDX-License-Identifier: Apache-2.0
// Plants drawn at random that are valid and use every field of takt-plant/1.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "takt/plant/plant.hpp"

namespace takt::test {

class RandomPlants {
 public:
  explicit RandomPlants(std::uint64_t seed) : random_(seed) {}

  Plant next() {
    plant_ = Plant{};
    plant_.name = "plant \"" + std::to_string(below(1000)) + "\" \u00e9\n";
    plant_.clock.epoch = WallClock::Instant{std::chrono::nanoseconds{below(4'000'000'000) * 1'000'000'007LL}};
    plant_.clock.zone = pick({"UTC", "Europe/Paris", "America/New_York", "Asia/Shanghai"});
    for (int i = below(4); i > 0; --i) plant_.products.push_back("product_" + std::to_string(i));
    for (int i = below(3); i > 0; --i) plant_.calendars["shifts." + std::to_string(i)] = calendar();
    for (int i = 1 + below(2); i > 0; --i) plant_.enterprises.push_back(enterprise(i));
    if (chance()) plant_.cyber = cyber();
    return plant_;
  }

  Distribution law(bool may_be_zero = true, int depth = 0) {
    switch (below(depth < 2 ? 12 : 11)) {
      case 0: return Distribution::exponential(time());
      case 1: return Distribution::uniform(low(), 1e5 + time());
      case 2: return Distribution::triangular(low(), 1e5 + low(), 3e5 + time());
      case 3: return Distribution::normal(time(), time(), low(), chance() ? kInfinity : 1e5 + time());
      case 4: return Distribution::lognormal(time(), 0.01 + number());
      case 5: return Distribution::gamma(time(), 1.0 / std::sqrt(1.0 + below(9)));
      case 6: return Distribution::weibull(time(), 0.1 + 3.0 * number());
      case 7: return Distribution::beta(0.1 + number(), 0.1 + number(), low(), 1e5 + time());
      case 8: return Distribution::empirical(times(1 + below(5)));
      case 9: {
        auto values = times(1 + below(6));
        auto weights = numbers(values.size());
        return Distribution::discrete(std::move(values), std::move(weights));
      }
      case 10: return Distribution::constant(may_be_zero && chance() ? 0.0 : time());
      default: break;
    }
    std::vector<Distribution> parts;
    for (int i = 1 + below(4); i > 0; --i) parts.push_back(law(false, depth + 1));
    return Distribution::mixture(parts, numbers(parts.size()));
  }

 private:
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  template <class Integer>
  Integer below(Integer n) {
    return std::uniform_int_distribution<Integer>(0, n - 1)(random_);
  }
  bool chance() { return below(2) == 0; }
  double number() { return std::uniform_real_distribution<double>(0.0, 1.0)(random_); }
  std::string pick(std::vector<std::string> from) { return from[static_cast<std::size_t>(below(int(from.size())))]; }

  // Seconds: round ones, as people write, and ones with all their digits, from a nanosecond to a day.
  double time() { return chance() ? 0.25 * (1 + below(2000)) : std::pow(10.0, 14.0 * number() - 9.0); }
  double low() { return chance() ? 0.0 : time() * 1e-3; }
  std::vector<double> times(int count) {
    std::vector<double> values;
    while (count-- > 0) values.push_back(time());
    return values;
  }
  std::vector<double> numbers(std::size_t count) {
    std::vector<double> values;
    while (count-- > 0) values.push_back(chance() ? 1.0 : 0.01 + number());
    return values;
  }

  Calendar calendar() {
    using std::chrono::minutes;
    Calendar calendar;
    const auto spans = [this] {
      DaySpans list;
      for (int at = below(300); at < 1200; at += below(300)) {
        const int to = at + 1 + below(240);
        list.push_back({minutes{at}, minutes{to}});
        at = to;
      }
      if (chance()) list = {{minutes{0}, minutes{1440}}};
      return list;
    };
    for (DaySpans& day : calendar.week) {
      if (chance()) day = spans();
    }
    for (int i = below(3); i > 0; --i)
      calendar.exceptions["2026-12-2" + std::to_string(i)] = chance() ? spans() : DaySpans{};
    return calendar;
  }

  Duration duration() { return Duration{1 + below(4'000'000'000)}; }
  Retry retry() { return chance() ? Retry{} : Retry{duration(), 1U + static_cast<unsigned>(below(9))}; }
  std::optional<Outage> outage() {
    if (chance()) return std::nullopt;
    if (!plant_.calendars.empty() && chance()) return Outage{Outage::During{plant_.calendars.begin()->first}};
    return Outage{Outage::Renewal{law(false), law(false)}};
  }

  // A ring of nodes, so that there is a way from each to each.
  Cyber cyber() {
    Cyber cyber;
    const int count = 3 + below(3);
    if (chance()) cyber.zones["hall.1"] = 1e6 * (1 + below(100));
    for (int i = 0; i < count; ++i) {
      CyberNode node;
      node.name = "node" + std::to_string(i);
      node.kind = static_cast<CyberNode::Kind>(below(7));
      node.speed_op_per_s = 1e3 * (1 + below(1000000));
      node.cores = 1U + static_cast<unsigned>(below(9));
      node.idle_w = 10.0 * number();
      node.busy_w = node.idle_w + 100.0 * number();
      node.cost_per_h = number();
      if (node.kind == CyberNode::Kind::plc || node.kind == CyberNode::Kind::scada) node.scan = duration();
      if (node.kind == CyberNode::Kind::gateway) {
        node.batch = 1U + static_cast<unsigned>(below(9));
        node.batch_wait = duration();
        node.retry = retry();
      }
      node.outage = outage();
      cyber.nodes.push_back(node);
    }
    for (int i = 0; i < count; ++i) {
      CyberLink link;
      link.name = "link-" + std::to_string(i);
      link.from = cyber.nodes[static_cast<std::size_t>(i)].name;
      link.to = cyber.nodes[static_cast<std::size_t>((i + 1) % count)].name;
      link.bandwidth_b_per_s = 1e3 * (1 + below(1000000));
      link.latency = duration();
      if (chance()) link.jitter = law();
      link.loss = chance() ? 0.0 : number();
      link.sharing = static_cast<CyberLink::Sharing>(below(3));
      if (!cyber.zones.empty() && chance()) link.zone = "hall.1";
      link.energy_j_per_b = 1e-6 * number();
      link.idle_w = number();
      link.cost_per_gb = number();
      link.outage = outage();
      cyber.links.push_back(link);
    }
    for (int i = 0; i < count; ++i) {
      Sensor sensor;
      sensor.name = "sensor" + std::to_string(i);
      sensor.node = cyber.nodes[static_cast<std::size_t>(below(count))].name;
      if (chance())
        sensor.period = duration();
      else
        sensor.events = law(false);
      sensor.first = duration();
      if (chance()) sensor.jitter = law();
      sensor.bytes = 1.0 + below(100000);
      sensor.retry = retry();
      cyber.sensors.push_back(sensor);
    }
    for (int i = 0; i < 2; ++i) {
      CyberLoop loop;
      loop.name = "loop" + std::to_string(i);
      loop.signals = {"sensor0", "sensor" + std::to_string(1 + i)};
      loop.node = cyber.nodes[static_cast<std::size_t>(below(count))].name;
      loop.actuator = cyber.nodes[static_cast<std::size_t>(below(count))].name;
      loop.operations = chance() ? 0.0 : 1e3 * below(1000000);
      loop.command_bytes = 1.0 + below(1000);
      loop.retry = retry();
      loop.deadline = duration();
      loop.requirements = {parse_requirement("p99.9 <= 50 ms"), parse_requirement("late <= 1.5 %")};
      cyber.loops.push_back(loop);
      cyber.placements["place" + std::to_string(i)][loop.name] = "node0";
    }
    cyber.costs = {number(), number(), number()};
    return cyber;
  }

  Enterprise enterprise(int n) {
    Enterprise enterprise{"enterprise-" + std::to_string(n), {}};
    for (int i = 1 + below(2); i > 0; --i) enterprise.workshops.push_back(workshop(enterprise.name, i));
    return enterprise;
  }

  Workshop workshop(const std::string& enterprise, int n) {
    Workshop workshop{"workshop_" + std::to_string(n), {}, {}, {}};
    for (int i = below(3); i > 0; --i)
      workshop.crews.push_back({"crew" + std::to_string(i), 1U + static_cast<unsigned>(below(5))});
    const int lines = 1 + below(2);
    for (int i = 1; i <= lines; ++i) {
      const std::string name = "line." + std::to_string(i);
      workshop.lines.push_back(line(workshop, name, "/" + enterprise + "/" + workshop.name + "/" + name));
    }
    workshop.controllers = {{"plc", {"line.1/machine1"}}, {"scada", {}}};
    return workshop;
  }

  // A source and machines in a row with buffers between some; scrap loops and short cuts go to what always takes parts.
  Line line(const Workshop& workshop, const std::string& name, const std::string& path) {
    Line line{name, {}};
    const auto add = [&](std::string n, auto kind, std::vector<Output> to) {
      line.equipment.push_back({std::move(n), std::move(kind), std::move(to)});
    };
    add("inlet", source(), {{"machine1", 1.0, {}}});
    const int machines = 1 + below(4);
    for (int i = 1; i <= machines; ++i) {
      const std::string next = i < machines ? "machine" + std::to_string(i + 1) : "store";
      const std::string tank = "tank" + std::to_string(i);
      const bool has_tank = i < machines && chance();
      Machine made = machine(workshop);
      made.blocking = has_tank && chance() ? Blocking::before_service : Blocking::after_service;
      add("machine" + std::to_string(i), std::move(made), outputs(has_tank ? tank : next, path));
      if (has_tank) add(tank, buffer(), {{chance() ? next : path + "/" + next, 1.0, {}}});
    }
    add("store", Sink{}, {});
    add("waste", Sink{}, {});
    return line;
  }

  std::vector<Output> outputs(const std::string& to, const std::string& path) {
    std::vector<Output> outputs{{to, 1.0, {}}};
    if (chance()) {
      const double p = chance() ? 0.01 * below(101) : number();
      outputs = {{to, p, {}}, {path + "/waste", 1.0 - p, {}}};
    }
    if (!plant_.products.empty() && chance()) outputs.push_back({"store", 1.0, plant_.products.front()});
    return outputs;
  }

  Source source() {
    Source source;
    source.without_place = chance() ? WithoutPlace::held : WithoutPlace::lost;
    for (const std::string& product : plant_.products) source.products.push_back({product, 0.001 + number()});
    const auto instant = [this] { return Time{Duration{below<std::int64_t>(1'000'000'000'000'000)}}; };
    switch (below(3)) {
      case 0: break;
      case 1: {
        Source::Renewal renewal{law(false), std::nullopt};
        if (chance()) renewal.first = instant();
        source.supply = renewal;
        break;
      }
      default: {
        Source::Timetable timetable;
        for (int i = below(4); i > 0; --i) {
          timetable.arrivals.push_back({instant(), plant_.products.empty() || chance() ? "" : pick(plant_.products),
                                        1U + static_cast<unsigned>(below(9))});
        }
        std::sort(timetable.arrivals.begin(), timetable.arrivals.end(),
                  [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
        source.supply = timetable;
      }
    }
    return source;
  }

  Machine machine(const Workshop& workshop) {
    Machine machine;
    machine.servers = 1U + static_cast<unsigned>(below(4));
    machine.cycle_time = laws();
    if (chance()) machine.load_time = laws();
    machine.scrap = chance() ? number() : 0.0;
    machine.loads_while_down = chance();
    machine.unloads_while_down = chance();
    if (!plant_.calendars.empty() && chance()) machine.calendar = plant_.calendars.begin()->first;
    if (chance()) {
      Failure failure{law(false), law(), FailureClock::calendar, {}, static_cast<OnFailure>(below(3))};
      failure.clock = machine.calendar.empty() ? static_cast<FailureClock>(below(2)) : FailureClock::on_shift;
      if (!workshop.crews.empty() && chance()) failure.crew = workshop.crews.back().name;
      machine.failure = failure;
    }
    return machine;
  }

  LawByProduct laws() {
    LawByProduct laws{law(), {}};
    for (const std::string& product : plant_.products) {
      if (below(4) == 0) laws.of[product] = law();
    }
    return laws;
  }

  Buffer buffer() {
    Buffer buffer;
    if (chance()) buffer.capacity = 1U + static_cast<unsigned>(below(20));
    buffer.initial = static_cast<unsigned>(below(2));
    return buffer;
  }

  std::mt19937_64 random_;
  Plant plant_;
};

}  // namespace takt::test
