// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/number_text.hpp"
#include "plant/checks.hpp"
#include "plant/text.hpp"
#include "takt/core/quantity.hpp"
#include "takt/plant/message_ways.hpp"

namespace takt::detail {
namespace {

constexpr std::uint32_t kMostAttempts = 1000;
constexpr std::uint32_t kMostInBatch = 1'000'000;

std::string text_of(double value, Dimension dimension) { return in_quotes(to_text(Quantity{value, dimension})); }

class CyberChecks {
 public:
  CyberChecks(Checks& checks, const Cyber& cyber) : checks_(checks), cyber_(cyber), ways_(cyber) {
    for (const Sensor& sensor : cyber.sensors) sensors_.try_emplace(sensor.name, &sensor);
  }

  void run() {
    check_names("nodes", cyber_.nodes);
    check_names("links", cyber_.links);
    check_names("sensors", cyber_.sensors);
    check_names("loops", cyber_.loops);
    for (const auto& [name, bandwidth] : cyber_.zones) {
      at_ = "/cyber/zones/" + pointer_token(name);
      if (!is_legal_name(name)) checks_.fault(at_, in_quotes(name), "a name of letters, digits, '_', '-' and '.'");
      above("", bandwidth, Dimension::bandwidth);
    }
    for (const CyberNode& node : cyber_.nodes) check(node);
    for (const CyberLink& link : cyber_.links) check(link);
    for (const Sensor& sensor : cyber_.sensors) check(sensor);
    for (const CyberLoop& loop : cyber_.loops) check(loop);
    for (const auto& [name, placement] : cyber_.placements) check(name, placement);
    at_ = "/cyber/costs";
    not_below("/per_scrap_part", cyber_.costs.per_scrap_part);
    not_below("/per_down_h", cyber_.costs.per_down_h);
    not_below("/per_kwh", cyber_.costs.per_kwh);
  }

 private:
  template <class Thing>
  void check_names(const std::string& section, const std::vector<Thing>& things) {
    std::set<std::string> seen;
    for (const Thing& thing : things) {
      const std::string pointer = "/cyber/" + section + "/" + pointer_token(thing.name);
      if (!is_legal_name(thing.name))
        checks_.fault(pointer, in_quotes(thing.name), "a name of letters, digits, '_', '-' and '.'");
      if (!seen.insert(thing.name).second)
        checks_.fault(pointer, in_quotes(thing.name), "a name that is used once among the " + section);
    }
  }

  void fault(const std::string& key, std::string value, std::string expected) {
    checks_.fault(at_ + key, std::move(value), std::move(expected));
  }
  void above(const std::string& key, double value, Dimension dimension) {
    if (!(value > 0.0) || !std::isfinite(value))
      fault(key, text_of(value, dimension), "a " + to_string(dimension) + " above 0");
  }
  void not_below(const std::string& key, double value, Dimension dimension) {
    if (!(value >= 0.0) || !std::isfinite(value))
      fault(key, text_of(value, dimension), "a " + to_string(dimension) + ", 0 or more");
  }
  void not_below(const std::string& key, double value) {
    if (!(value >= 0.0) || !std::isfinite(value)) fault(key, number_text(value), "a number, 0 or more");
  }
  void not_below(const std::string& key, Duration value) {
    if (value.count() < 0) fault(key, in_quotes(to_text(value)), "a time, 0 or more");
  }
  void whole(const std::string& key, std::uint32_t value, std::uint32_t most) {
    if (value < 1 || value > most)
      fault(key, std::to_string(value), "a whole number from 1 to " + std::to_string(most));
  }

  template <class Things>
  bool known(const std::string& key, const std::string& name, const Things& things, const char* expected) {
    const bool is_known = std::ranges::any_of(things, [&](const auto& thing) { return thing.name == name; });
    if (!is_known)
      checks_.unknown_name(at_ + key, name, expected, [&] {
        std::vector<std::string> names;
        for (const auto& thing : things) names.push_back(thing.name);
        return names;
      });
    return is_known;
  }
  const CyberNode* node(const std::string& key, const std::string& name) {
    if (const auto found = ways_.node(name)) return &cyber_.nodes[*found];
    known(key, name, cyber_.nodes, "the name of a node");
    return nullptr;
  }

  /// The place of the equipment at a path; nothing after a fault.
  const PlantIndex::Place* equipment(const std::string& path) {
    const auto found =
        path.starts_with('/') ? checks_.index.find_equipment(path, PlantIndex::Place{}) : std::optional<std::size_t>{};
    if (found) return &checks_.index.equipment()[*found];
    checks_.unknown_name(at_ + "/equipment", path, "the path of an equipment", [&] {
      std::vector<std::string> paths;
      for (const PlantIndex::Place& place : checks_.index.equipment()) paths.push_back(place.path());
      return paths;
    });
    return nullptr;
  }

  void check(const std::optional<Outage>& outage) {
    if (!outage) return;
    if (const auto* renewal = std::get_if<Outage::Renewal>(&outage->is)) {
      if (!(renewal->time_to_failure.mean() > 0.0))
        fault("/outage/time_to_failure", "\"0 s\"", "a law with a mean above 0 s");
      if (!(renewal->time_to_repair.mean() > 0.0))
        fault("/outage/time_to_repair", "\"0 s\"", "a law with a mean above 0 s");
    } else if (const auto& during = std::get<Outage::During>(outage->is);
               !checks_.plant.calendars.contains(during.calendar)) {
      checks_.unknown_name(at_ + "/outage/calendar", during.calendar, "the name of a calendar", [&] {
        std::vector<std::string> names;
        for (const auto& [name, calendar] : checks_.plant.calendars) names.push_back(name);
        return names;
      });
    }
  }
  void check(const Retry& retry) {
    whole("/retry/attempts", retry.attempts, kMostAttempts);
    if (retry.attempts > 1 && retry.timeout.count() <= 0)
      fault("/retry/timeout", in_quotes(to_text(retry.timeout)), "a time above 0 s");
  }

  void check(const CyberNode& node) {
    at_ = "/cyber/nodes/" + pointer_token(node.name);
    not_below("/speed", node.speed_op_per_s, Dimension::computing_speed);
    whole("/cores", node.cores, kMostServers);
    not_below("/idle_power", node.idle_w, Dimension::power);
    if (!(node.busy_w >= node.idle_w) || !std::isfinite(node.busy_w))
      fault("/busy_power", text_of(node.busy_w, Dimension::power), "a power not below the idle power");
    not_below("/cost_per_h", node.cost_per_h);
    not_below("/scan", node.scan);
    if (node.scan.count() != 0 && node.kind != CyberNode::Kind::plc && node.kind != CyberNode::Kind::scada)
      fault("/scan", in_quotes(to_text(node.scan)), "none, as only a plc or scada has scan cycles");
    const bool is_gateway = node.kind == CyberNode::Kind::gateway;
    whole("/batch", node.batch, kMostInBatch);
    if (node.batch > 1 && !is_gateway)
      fault("/batch", std::to_string(node.batch), "none, as only a gateway gathers messages");
    not_below("/batch_wait", node.batch_wait);
    if (node.batch_wait.count() > 0 && !is_gateway)
      fault("/batch_wait", in_quotes(to_text(node.batch_wait)), "none, as only a gateway gathers messages");
    if (node.retry != Retry{} && !is_gateway)
      fault("/retry", "a retry", "none, as sensors, control loops and gateways send again");
    check(node.retry);
    check(node.outage);
  }

  void check(const CyberLink& link) {
    at_ = "/cyber/links/" + pointer_token(link.name);
    node("/from", link.from);
    node("/to", link.to);
    if (link.from == link.to) fault("/to", in_quotes(link.to), "another node than it comes from");
    above("/bandwidth", link.bandwidth_b_per_s, Dimension::bandwidth);
    not_below("/latency", link.latency);
    if (!(link.loss >= 0.0 && link.loss <= 1.0))
      fault("/loss", text_of(link.loss, Dimension::ratio), "a probability from 0 % to 100 %");
    if (!link.zone.empty() && !cyber_.zones.contains(link.zone))
      checks_.unknown_name(at_ + "/zone", link.zone, "the name of a wireless zone", [&] {
        std::vector<std::string> names;
        for (const auto& [name, bandwidth] : cyber_.zones) names.push_back(name);
        return names;
      });
    not_below("/energy_per_byte", link.energy_j_per_b, Dimension::energy);
    not_below("/idle_power", link.idle_w, Dimension::power);
    not_below("/cost_per_gb", link.cost_per_gb);
    check(link.outage);
  }

  void check(const Sensor& sensor) {
    at_ = "/cyber/sensors/" + pointer_token(sensor.name);
    node("/node", sensor.node);
    if (!sensor.equipment.empty()) equipment(sensor.equipment);
    not_below("/period", sensor.period);
    not_below("/first", sensor.first);
    if (sensor.events && sensor.period.count() > 0) {
      fault("/events", "a law", "either a period or events");
    } else if (!sensor.events && sensor.period.count() == 0) {
      fault("/period", "\"0 s\"", "a time above 0 s, or the law of its events");
    } else if (sensor.events && !(sensor.events->mean() > 0.0)) {
      fault("/events", "\"0 s\"", "a law with a mean above 0 s");
    }
    above("/bytes", sensor.bytes, Dimension::data);
    check(sensor.retry);
  }

  /// Whether messages and analytics find their way, with a loop's analytic at `place`.
  void check_ways(const std::string& key, const CyberLoop& loop, const std::string& place) {
    const CyberNode* at = node(key, place);
    if (at == nullptr) return;
    if (loop.operations > 0.0 && !(at->speed_op_per_s > 0.0))
      fault(key, in_quotes(place), "a node with a speed, as the analytic runs there");
    const auto connected = [&](const std::string& from, const std::string& to) {
      const auto a = ways_.node(from), b = ways_.node(to);
      if (a && b && !ways_.find(*a, *b))  // names that are not known are told elsewhere
        fault(key, in_quotes(place), "links that lead from " + from + " to " + to);
    };
    for (const std::string& signal : loop.signals) {
      const auto sensor = sensors_.find(signal);
      if (sensor != sensors_.end()) connected(sensor->second->node, place);
    }
    connected(place, loop.actuator);
  }

  void check(const CyberLoop& loop) {
    at_ = "/cyber/loops/" + pointer_token(loop.name);
    if (loop.signals.empty()) fault("/signals", "none", "the name of one sensor at least");
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < loop.signals.size(); ++i) {
      const std::string key = "/signals/" + std::to_string(i);
      if (!sensors_.contains(loop.signals[i])) known(key, loop.signals[i], cyber_.sensors, "the name of a sensor");
      if (!seen.insert(loop.signals[i]).second) fault(key, in_quotes(loop.signals[i]), "each sensor once");
    }
    node("/actuator", loop.actuator);
    not_below("/operations", loop.operations, Dimension::computation);
    above("/command_bytes", loop.command_bytes, Dimension::data);
    not_below("/deadline", loop.deadline);
    check(loop.retry);
    check_ways("/node", loop, loop.node);
    const PlantIndex::Place* machine = loop.equipment.empty() ? nullptr : equipment(loop.equipment);
    if (loop.effect) check(*loop.effect, loop, machine);
    for (std::size_t i = 0; i < loop.requirements.size(); ++i)
      if (loop.requirements[i].of == Requirement::Of::late && loop.deadline.count() == 0)
        fault("/requirements/" + std::to_string(i), in_quotes(to_text(loop.requirements[i])),
              "a loop with a deadline for this requirement");
  }

  void check(const Effect& effect, const CyberLoop& loop, const PlantIndex::Place* place) {
    if (loop.equipment.empty()) fault("/equipment", "nothing", "the path of the machine that the effect is on");
    const Machine* machine = place != nullptr ? place->as<Machine>() : nullptr;
    if (place != nullptr && machine == nullptr)
      fault("/equipment", in_quotes(loop.equipment), "a machine, as the loop has an effect on it");
    not_below("/effect/otherwise", effect.otherwise);
    if (effect.kind == Effect::Kind::stop) {
      if (!(effect.defects >= 0.0 && effect.defects <= 1.0))
        fault("/effect/defects", text_of(effect.defects, Dimension::ratio), "a probability from 0 % to 100 %");
      if (loop.deadline.count() == 0) fault("/deadline", "nothing", "a time above 0 s, by which a stop is in time");
    } else if (effect.defects != 0.0) {
      fault("/effect/defects", text_of(effect.defects, Dimension::ratio), "none, as only a stop has defects");
    }
    if (effect.kind == Effect::Kind::alarm && machine != nullptr && !machine->failure)
      fault("/effect/kind", "\"alarm\"", "a machine with a failure for this effect");
  }

  void check(const std::string& name, const Placement& placement) {
    at_ = "/cyber/placements/" + pointer_token(name);
    if (!is_legal_name(name)) checks_.fault(at_, in_quotes(name), "a name of letters, digits, '_', '-' and '.'");
    for (const auto& [loop, place] : placement) {
      const std::string key = "/" + pointer_token(loop);
      if (known(key, loop, cyber_.loops, "the name of a control loop"))
        check_ways(key, *std::ranges::find(cyber_.loops, loop, &CyberLoop::name), place);
    }
  }

  Checks& checks_;
  const Cyber& cyber_;
  std::string at_;
  MessageWays ways_;
  std::unordered_map<std::string_view, const Sensor*> sensors_;
};

}  // namespace

void check_cyber(Checks& checks) {
  if (checks.plant.cyber) CyberChecks(checks, *checks.plant.cyber).run();
}

}  // namespace takt::detail
