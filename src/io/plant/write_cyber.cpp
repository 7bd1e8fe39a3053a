// SPDX-License-Identifier: Apache-2.0
#include "io/plant/law_json.hpp"
#include "io/plant/plant_json.hpp"

namespace takt::io::detail {
namespace {

using Layout = JsonWriter::Layout;

// What is not written has the value it has unless given.
class CyberWriter {
 public:
  explicit CyberWriter(JsonWriter& writer) : writer_(writer) {}

  void write(const Cyber& cyber) {
    writer_.begin_object();
    each("nodes", cyber.nodes);
    writer_.key("zones").begin_object();
    for (const auto& [name, bandwidth] : cyber.zones) {
      writer_.key(name).begin_object(Layout::one_line);
      quantity("bandwidth", bandwidth, Dimension::bandwidth);
      writer_.end();
    }
    writer_.end();
    each("links", cyber.links);
    each("sensors", cyber.sensors);
    each("loops", cyber.loops);
    writer_.key("placements").begin_object();
    for (const auto& [name, placement] : cyber.placements) {
      writer_.key(name).begin_object(Layout::one_line);
      for (const auto& [loop, node] : placement) writer_.key(loop).text(node);
      writer_.end();
    }
    writer_.end().key("costs").begin_object(Layout::one_line);
    number("per_scrap_part", cyber.costs.per_scrap_part);
    number("per_down_h", cyber.costs.per_down_h);
    number("per_kwh", cyber.costs.per_kwh);
    writer_.end().end();
  }

 private:
  template <class Thing>
  void each(std::string_view section, const std::vector<Thing>& things) {
    writer_.key(section).begin_object();
    for (const Thing& thing : things) {
      writer_.key(thing.name).begin_object();
      write_one(thing);
      writer_.end();
    }
    writer_.end();
  }

  void quantity(std::string_view key, double value, Dimension dimension) {
    writer_.key(key).text(to_text(Quantity{value, dimension}));
  }
  void not_zero(std::string_view key, double value, Dimension dimension) {
    if (value != 0.0) quantity(key, value, dimension);
  }
  void time(std::string_view key, Duration value) {
    if (value.count() != 0) writer_.key(key).text(to_text(value));
  }
  void number(std::string_view key, double value) {
    if (value != 0.0) writer_.key(key).number(value);
  }
  void name(std::string_view key, const std::string& value) {
    if (!value.empty()) writer_.key(key).text(value);
  }
  void law(std::string_view key, const std::optional<Distribution>& value) {
    if (!value) return;
    writer_.key(key);
    write_law(writer_, *value);
  }
  void retry(const Retry& value) {
    if (value == Retry{}) return;
    writer_.key("retry").begin_object(Layout::one_line).key("timeout").text(to_text(value.timeout));
    writer_.key("attempts").count(value.attempts).end();
  }
  void outage(const std::optional<Outage>& value) {
    if (!value) return;
    writer_.key("outage").begin_object(Layout::one_line);
    if (const auto* renewal = std::get_if<Outage::Renewal>(&value->is)) {
      writer_.key("time_to_failure");
      write_law(writer_, renewal->time_to_failure);
      writer_.key("time_to_repair");
      write_law(writer_, renewal->time_to_repair);
    } else {
      writer_.key("calendar").text(std::get<Outage::During>(value->is).calendar);
    }
    writer_.end();
  }

  void write_one(const CyberNode& node) {
    writer_.key("kind").text(kNodeKinds[static_cast<std::size_t>(node.kind)]);
    not_zero("speed", node.speed_op_per_s, Dimension::computing_speed);
    writer_.key("cores").count(node.cores);
    quantity("idle_power", node.idle_w, Dimension::power);
    quantity("busy_power", node.busy_w, Dimension::power);
    number("cost_per_h", node.cost_per_h);
    time("scan", node.scan);
    if (node.batch != 1) writer_.key("batch").count(node.batch);
    time("batch_wait", node.batch_wait);
    retry(node.retry);
    outage(node.outage);
  }

  void write_one(const CyberLink& link) {
    writer_.key("from").text(link.from).key("to").text(link.to);
    quantity("bandwidth", link.bandwidth_b_per_s, Dimension::bandwidth);
    time("latency", link.latency);
    law("jitter", link.jitter);
    not_zero("loss", link.loss, Dimension::ratio);
    writer_.key("sharing").text(kSharings[static_cast<std::size_t>(link.sharing)]);
    name("zone", link.zone);
    not_zero("energy_per_byte", link.energy_j_per_b, Dimension::energy);
    not_zero("idle_power", link.idle_w, Dimension::power);
    number("cost_per_gb", link.cost_per_gb);
    outage(link.outage);
  }

  void write_one(const Sensor& sensor) {
    writer_.key("node").text(sensor.node);
    name("equipment", sensor.equipment);
    time("period", sensor.period);
    time("first", sensor.first);
    law("jitter", sensor.jitter);
    law("events", sensor.events);
    quantity("bytes", sensor.bytes, Dimension::data);
    retry(sensor.retry);
  }

  void write_one(const CyberLoop& loop) {
    writer_.key("signals").begin_array(Layout::one_line);
    for (const std::string& signal : loop.signals) writer_.text(signal);
    writer_.end().key("node").text(loop.node);
    not_zero("operations", loop.operations, Dimension::computation);
    writer_.key("actuator").text(loop.actuator);
    quantity("command_bytes", loop.command_bytes, Dimension::data);
    retry(loop.retry);
    time("deadline", loop.deadline);
    name("equipment", loop.equipment);
    if (loop.effect) {
      const Effect& effect = *loop.effect;
      writer_.key("effect").begin_object(Layout::one_line);
      writer_.key("kind").text(kEffects[static_cast<std::size_t>(effect.kind)]);
      not_zero("defects", effect.defects, Dimension::ratio);
      time("otherwise", effect.otherwise);
      writer_.end();
    }
    if (loop.requirements.empty()) return;
    writer_.key("requirements").begin_array(Layout::one_line);
    for (const Requirement& requirement : loop.requirements) writer_.text(to_text(requirement));
    writer_.end();
  }

  JsonWriter& writer_;
};

}  // namespace

void write_cyber(JsonWriter& writer, const Cyber& cyber) { CyberWriter(writer).write(cyber); }

}  // namespace takt::io::detail
