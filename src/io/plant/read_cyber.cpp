// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "io/plant/law_json.hpp"
#include "io/plant/plant_json.hpp"

namespace takt::io::detail {
namespace {

// Reads the parts of the cyber side, each from the object that names them.
class CyberReader {
 public:
  explicit CyberReader(JsonReader& reader) : reader_(reader) {}

  Cyber cyber(JsonValue value) {
    Cyber result;
    const JsonRecord record(reader_, value, "a cyber side",
                            {"nodes", "zones", "links", "sensors", "loops", "placements", "costs"});
    each(record, "nodes", result.nodes, &CyberReader::node);
    each(record, "links", result.links, &CyberReader::link);
    each(record, "sensors", result.sensors, &CyberReader::sensor);
    each(record, "loops", result.loops, &CyberReader::loop);
    for (JsonValue z = members(record, "zones"); z; z = z.next()) {
      const JsonRecord zone(reader_, z, "a wireless zone", {"bandwidth"});
      double bandwidth = 1.0;
      quantity(zone, "bandwidth", Dimension::bandwidth, bandwidth, Need::required);
      result.zones.emplace(z.key(), bandwidth);
    }
    for (JsonValue p = members(record, "placements"); p; p = p.next()) {
      Placement& placement = result.placements[std::string(p.key())];
      for (JsonValue l = reader_.members(p, "an object with the node of each loop"); l; l = l.next())
        if (auto node = reader_.text(l, "the name of a node")) placement.emplace(l.key(), std::move(*node));
    }
    if (const JsonValue costs = record.get("costs")) {
      const JsonRecord of(reader_, costs, "costs", {"per_scrap_part", "per_down_h", "per_kwh"});
      number(of, "per_scrap_part", result.costs.per_scrap_part);
      number(of, "per_down_h", result.costs.per_down_h);
      number(of, "per_kwh", result.costs.per_kwh);
    }
    return result;
  }

 private:
  enum class Need { optional, required };

  JsonValue members(const JsonRecord& record, std::string_view key) {
    return reader_.members(record.get(key), "an object with the " + std::string(key) + " by name");
  }
  template <class Thing>
  void each(const JsonRecord& record, std::string_view key, std::vector<Thing>& things,
            Thing (CyberReader::*read)(JsonValue)) {
    for (JsonValue value = members(record, key); value; value = value.next()) things.push_back((this->*read)(value));
  }

  void quantity(const JsonRecord& record, std::string_view key, Dimension dimension, double& out,
                Need need = Need::optional) {
    const JsonValue at = need == Need::required ? record.need(key, "a " + to_string(dimension)) : record.get(key);
    if (const auto read = reader_.quantity(at, dimension)) out = *read;
  }
  void time(const JsonRecord& record, std::string_view key, Duration& out) {
    if (const auto read = reader_.duration(record.get(key))) out = *read;
  }
  void number(const JsonRecord& record, std::string_view key, double& out) {
    if (const auto read = reader_.not_negative(record.get(key))) out = *read;
  }
  void law(const JsonRecord& record, std::string_view key, std::optional<Distribution>& out) {
    if (const JsonValue at = record.get(key)) out = read_law(reader_, at).value_or(stand_in_law());
  }
  void name(const JsonRecord& record, std::string_view key, std::string expected, std::string& out) {
    record.need(key, std::move(expected));
    record.text(key, out);
  }

  void retry(const JsonRecord& record, Retry& out) {
    const JsonValue at = record.get("retry");
    if (!at) return;
    const JsonRecord of(reader_, at, "a retry", {"timeout", "attempts"});
    of.need("timeout", R"(a time such as "20 ms")");
    time(of, "timeout", out.timeout);
    out.attempts = 2;
    of.count("attempts", out.attempts);
  }
  void outage(const JsonRecord& record, std::optional<Outage>& out) {
    const JsonValue at = record.get("outage");
    if (!at) return;
    const JsonRecord of(reader_, at, "an outage", {"time_to_failure", "time_to_repair", "calendar"});
    if (of.get("calendar")) {
      for (const char* key : {"time_to_failure", "time_to_repair"})
        if (const JsonValue law = of.get(key)) reader_.fault(law, "either a calendar or laws");
      Outage::During during;
      of.text("calendar", during.calendar);
      out = Outage{std::move(during)};
      return;
    }
    const std::string expected = R"(a law of time: "12 h" or {"law": ...}; or a "calendar")";
    Outage::Renewal renewal;
    renewal.time_to_failure = read_law(reader_, of.need("time_to_failure", expected)).value_or(stand_in_law());
    renewal.time_to_repair = read_law(reader_, of.need("time_to_repair", expected)).value_or(stand_in_law());
    out = Outage{std::move(renewal)};
  }

  CyberNode node(JsonValue value) {
    const JsonRecord record(reader_, value, "a node",
                            {"kind", "speed", "cores", "idle_power", "busy_power", "cost_per_h", "scan", "batch",
                             "batch_wait", "retry", "outage"});
    CyberNode node;
    node.name = value.key();
    record.need("kind", "one of " + joined(kNodeKinds));
    record.choice("kind", kNodeKinds, node.kind);
    quantity(record, "speed", Dimension::computing_speed, node.speed_op_per_s);
    record.count("cores", node.cores);
    quantity(record, "idle_power", Dimension::power, node.idle_w);
    node.busy_w = node.idle_w;
    quantity(record, "busy_power", Dimension::power, node.busy_w);
    number(record, "cost_per_h", node.cost_per_h);
    time(record, "scan", node.scan);
    record.count("batch", node.batch);
    time(record, "batch_wait", node.batch_wait);
    retry(record, node.retry);
    outage(record, node.outage);
    return node;
  }

  CyberLink link(JsonValue value) {
    const JsonRecord record(reader_, value, "a link",
                            {"from", "to", "bandwidth", "latency", "jitter", "loss", "sharing", "zone",
                             "energy_per_byte", "idle_power", "cost_per_gb", "outage"});
    CyberLink link;
    link.name = value.key();
    name(record, "from", "the name of a node", link.from);
    name(record, "to", "the name of a node", link.to);
    quantity(record, "bandwidth", Dimension::bandwidth, link.bandwidth_b_per_s, Need::required);
    time(record, "latency", link.latency);
    law(record, "jitter", link.jitter);
    record.ratio("loss", link.loss);
    record.choice("sharing", kSharings, link.sharing);
    record.text("zone", link.zone);
    quantity(record, "energy_per_byte", Dimension::energy, link.energy_j_per_b);
    quantity(record, "idle_power", Dimension::power, link.idle_w);
    number(record, "cost_per_gb", link.cost_per_gb);
    outage(record, link.outage);
    return link;
  }

  Sensor sensor(JsonValue value) {
    const JsonRecord record(reader_, value, "a sensor",
                            {"node", "equipment", "period", "first", "jitter", "events", "bytes", "retry"});
    Sensor sensor;
    sensor.name = value.key();
    name(record, "node", "the name of a node", sensor.node);
    record.text("equipment", sensor.equipment);
    time(record, "period", sensor.period);
    time(record, "first", sensor.first);
    law(record, "jitter", sensor.jitter);
    law(record, "events", sensor.events);
    quantity(record, "bytes", Dimension::data, sensor.bytes, Need::required);
    retry(record, sensor.retry);
    return sensor;
  }

  CyberLoop loop(JsonValue value) {
    const JsonRecord record(reader_, value, "a control loop",
                            {"signals", "node", "operations", "actuator", "command_bytes", "retry", "deadline",
                             "equipment", "effect", "requirements"});
    CyberLoop loop;
    loop.name = value.key();
    for (JsonValue s =
             reader_.elements(record.need("signals", "a list of names of sensors"), "a list of names of sensors");
         s; s = s.next())
      if (auto signal = reader_.text(s, "the name of a sensor")) loop.signals.push_back(std::move(*signal));
    name(record, "node", "the name of a node", loop.node);
    name(record, "actuator", "the name of a node", loop.actuator);
    quantity(record, "operations", Dimension::computation, loop.operations);
    quantity(record, "command_bytes", Dimension::data, loop.command_bytes, Need::required);
    retry(record, loop.retry);
    time(record, "deadline", loop.deadline);
    record.text("equipment", loop.equipment);
    effect(record, loop.effect);
    const std::string expected = "a list of requirements such as \"p99 <= 50 ms\"";
    for (JsonValue r = reader_.elements(record.get("requirements"), expected); r; r = r.next()) {
      const auto text = reader_.text(r, "a requirement such as \"p99 <= 50 ms\"");
      if (!text) continue;
      if (auto read = reader_.made(r, [&] { return parse_requirement(*text); })) loop.requirements.push_back(*read);
    }
    return loop;
  }

  void effect(const JsonRecord& record, std::optional<Effect>& out) {
    const JsonValue at = record.get("effect");
    if (!at) return;
    const JsonRecord of(reader_, at, "an effect", {"kind", "defects", "otherwise"});
    Effect effect;
    of.need("kind", "one of " + joined(kEffects));
    of.choice("kind", kEffects, effect.kind);
    of.ratio("defects", effect.defects);
    time(of, "otherwise", effect.otherwise);
    out = effect;
  }

  JsonReader& reader_;
};

}  // namespace

Cyber read_cyber(JsonReader& reader, JsonValue value) { return CyberReader(reader).cyber(value); }

}  // namespace takt::io::detail
