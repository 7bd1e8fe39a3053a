// SPDX-License-Identifier: Apache-2.0
// What an edge node sends, and what a host application sends to it.
#include "io/live/mqtt/sparkplug_metrics.hpp"
#include "takt/core/error.hpp"
#include "takt/io/live/sparkplug.hpp"

namespace takt::io::sparkplug {
namespace {

using Metrics = std::vector<Metric>;

void put(Metrics& metrics, std::string name, DataType type, Value value) {
  metrics.push_back({.name = std::move(name), .type = type, .value = std::move(value)});
}

void put_count(Metrics& metrics, const char* name, const std::optional<std::uint64_t>& count) {
  if (count) put(metrics, name, DataType::uint64, *count);
}

/// The cells of a reading as metrics.
Metrics metrics_of(const EntityReading& reading) {
  Metrics metrics;
  if (reading.state) put(metrics, "PackML/StateCurrent", DataType::string, *reading.state);
  if (reading.state_since) put(metrics, "PackML/StateSince", DataType::date_time, ms_of(*reading.state_since));
  if (reading.counters) {
    put(metrics, "Counters/ResetEpoch", DataType::uint64, reading.counters->reset_epoch);
    put_count(metrics, "Counters/Infeed", reading.counters->in);
    put_count(metrics, "Counters/Good", reading.counters->good);
    put_count(metrics, "Counters/Scrap", reading.counters->scrap);
  }
  if (reading.in_process) {  // PartId first: the others are of that part
    const PartInProcess none;
    const PartInProcess& part = reading.in_process->empty() ? none : reading.in_process->front();
    put(metrics, "InProcess/PartId", DataType::string, part.part);
    if (!reading.in_process->empty()) {
      if (!part.product.empty()) put(metrics, "InProcess/Operation", DataType::string, part.product);
      if (part.started_at) put(metrics, "InProcess/StartedAt", DataType::date_time, ms_of(*part.started_at));
      if (part.worked_s) put(metrics, "InProcess/WorkedS", DataType::float64, *part.worked_s);
    }
  }
  if (reading.level) put(metrics, "Buffer/Level", DataType::float64, *reading.level);
  if (reading.cycle_time_last_s) put(metrics, "CycleTime/LastS", DataType::float64, *reading.cycle_time_last_s);
  for (const auto& [name, value] : reading.health) put(metrics, "Health/" + name, DataType::float64, value);
  for (const auto& [name, value] : reading.setpoints) put(metrics, "Setpoint/" + name, DataType::float64, value);
  for (Metric& metric : metrics) metric.is_good = reading.quality == "good";
  return metrics;
}

Message message_of(MessageType type, const Address& address, const Payload& payload) {
  return {to_text(Topic{type, address}), to_bytes(payload)};
}

}  // namespace

Message rebirth(const Address& node, WallClock::Instant now) {
  const std::uint64_t ms = ms_of(now);
  Metric ask{.name = "Node Control/Rebirth", .timestamp_ms = ms, .type = DataType::boolean, .value = true};
  return message_of(MessageType::ncmd, {node.group, node.node, {}}, {.timestamp_ms = ms, .metrics = {std::move(ask)}});
}

Message command(const Address& address, std::vector<Metric> desired, WallClock::Instant now) {
  const std::uint64_t ms = ms_of(now);
  for (Metric& metric : desired) metric.timestamp_ms = metric.timestamp_ms.value_or(ms);
  return message_of(address.device.empty() ? MessageType::ncmd : MessageType::dcmd, address,
                    {.timestamp_ms = ms, .metrics = std::move(desired)});
}

Message state(const std::string& host, bool online, WallClock::Instant since) {
  return {"spBv1.0/STATE/" + host,
          std::string(R"({"online":)") + (online ? "true" : "false") + R"(,"timestamp":)" +
              std::to_string(ms_of(since)) + "}",
          true};
}

EdgeNode::EdgeNode(Address node, Places places, std::uint64_t bd_seq)
    : node_{std::move(node.group), std::move(node.node), {}}, places_(std::move(places)), bd_seq_(bd_seq) {
  if (bd_seq > 255)
    throw InvalidInput(Fault{.path = "bd_seq", .value = std::to_string(bd_seq), .expected = "a number from 0 to 255"});
}

std::uint64_t EdgeNode::next_seq() { return std::exchange(seq_, (seq_ + 1) % 256); }

std::vector<Message> EdgeNode::birth(const Snapshot& snapshot) {
  const std::uint64_t ms = ms_of(snapshot.ts);
  aliases_.clear();
  seq_ = 0;
  Payload node{.timestamp_ms = ms, .seq = next_seq()};
  put(node.metrics, "bdSeq", DataType::int64, static_cast<std::int64_t>(bd_seq_));
  put(node.metrics, "Node Control/Rebirth", DataType::boolean, false);
  std::vector<Message> messages{message_of(MessageType::nbirth, node_, node)};
  for (const EntityReading& reading : snapshot.entities) {
    Payload device{.timestamp_ms = ms, .seq = next_seq(), .metrics = metrics_of(reading)};
    Address address = places_.address_of(reading.path);
    address.group = node_.group;
    address.node = node_.node;
    for (Metric& metric : device.metrics) {
      metric.alias = aliases_.size() + 1;
      metric.timestamp_ms = ms;
      aliases_[{address.device, metric.name}] = {*metric.alias, metric.type};
    }
    messages.push_back(message_of(MessageType::dbirth, address, device));
  }
  return messages;
}

std::vector<Message> EdgeNode::data(const Snapshot& snapshot) {
  const std::uint64_t ms = ms_of(snapshot.ts);
  std::vector<Message> messages;
  for (const EntityReading& reading : snapshot.entities) {
    Address address = places_.address_of(reading.path);
    address.group = node_.group;
    address.node = node_.node;
    Payload payload{.timestamp_ms = ms};
    for (Metric& metric : metrics_of(reading)) {
      const auto known = aliases_.find({address.device, metric.name});
      if (known == aliases_.end()) continue;
      // A data message has no data types; the value goes into the field of the birth's.
      payload.metrics.push_back({.alias = known->second.first,
                                 .timestamp_ms = ms,
                                 .value = std::move(metric.value),
                                 .is_good = metric.is_good});
    }
    if (payload.metrics.empty()) continue;
    payload.seq = next_seq();
    messages.push_back(message_of(MessageType::ddata, address, payload));
  }
  return messages;
}

Message EdgeNode::death() const {
  Payload payload;
  put(payload.metrics, "bdSeq", DataType::int64, static_cast<std::int64_t>(bd_seq_));
  return message_of(MessageType::ndeath, node_, payload);
}

}  // namespace takt::io::sparkplug
