// SPDX-License-Identifier: Apache-2.0
// What a host application makes of the messages of its edge nodes.
#include <algorithm>
#include <cmath>
#include <limits>

#include "io/live/mqtt/sparkplug_metrics.hpp"
#include "takt/core/error.hpp"
#include "takt/io/live/sparkplug.hpp"

namespace takt::io::sparkplug {
namespace {

constexpr std::size_t kMostNodes = 10'000, kMostDevices = 10'000;  // made-up names do not fill the memory
constexpr std::size_t kLongestName = 512;                          // of a topic and of a device, as in files
constexpr std::size_t kMostFaults = 20;                            // told of one message
constexpr std::string_view kBdSeq = "bdSeq";

std::optional<std::uint64_t> bd_seq_of(const Payload& payload) {
  for (const Metric& metric : payload.metrics) {
    if (metric.name != kBdSeq) continue;
    if (const auto* natural = std::get_if<std::uint64_t>(&metric.value)) return *natural;
    if (const auto* whole = std::get_if<std::int64_t>(&metric.value); whole != nullptr && *whole >= 0)
      return static_cast<std::uint64_t>(*whole);
  }
  return std::nullopt;
}

bool says_nothing(std::string_view name) {  // what every node and device has
  return name == kBdSeq || name.starts_with("Node Control/") || name.starts_with("Device Control/");
}

/// A whole number, where an integer type holds it.
template <class Integer>
std::optional<Value> as_whole(double value) {
  constexpr double kMost = 9007199254740992.0;  // beyond 2^53 a double knows no whole numbers
  if (value != std::trunc(value) || std::abs(value) > kMost) return std::nullopt;
  using Limits = std::numeric_limits<Integer>;
  if (value < static_cast<double>(Limits::min()) || value > static_cast<double>(Limits::max())) return std::nullopt;
  if constexpr (Limits::is_signed) return static_cast<std::int64_t>(value);
  return static_cast<std::uint64_t>(value);
}

/// A number as a metric of a data type takes it; none where it does not.
std::optional<Value> as_type(double value, DataType type) {
  if (!std::isfinite(value)) return std::nullopt;
  if (type == DataType::boolean)
    return value == 0.0 || value == 1.0 ? std::optional<Value>(value == 1.0) : std::nullopt;
  switch (type) {
    case DataType::float32:
      if (std::abs(value) > static_cast<double>(std::numeric_limits<float>::max())) return std::nullopt;
      return value;
    case DataType::float64: return value;
    case DataType::int8: return as_whole<std::int8_t>(value);
    case DataType::int16: return as_whole<std::int16_t>(value);
    case DataType::int32: return as_whole<std::int32_t>(value);
    case DataType::int64: return as_whole<std::int64_t>(value);
    case DataType::uint8: return as_whole<std::uint8_t>(value);
    case DataType::uint16: return as_whole<std::uint16_t>(value);
    case DataType::uint32: return as_whole<std::uint32_t>(value);
    case DataType::uint64: return as_whole<std::uint64_t>(value);
    default: return std::nullopt;
  }
}

/// A device that stands for no path, or for more than one, is not that of a path.
bool is_at(const Places& places, const Address& device, const std::string& path) {
  try {
    return places.path_of(device) == path;
  } catch (const InvalidInput&) {
    return false;
  }
}

Address node_part(const Address& address) { return {address.group, address.node, {}}; }

}  // namespace

/// What is made of one message.
struct Host::Reading {
  Delivery message{};
  std::map<std::string, EntityReading> deltas{};  ///< by path
  std::vector<Fault> faults{};
  bool is_birth = false;

  void fault(Fault fault) {
    if (faults.size() < kMostFaults && std::ranges::find(faults, fault) == faults.end())
      faults.push_back(std::move(fault));
  }
  /// The faults first, then the message.
  std::vector<Delivery> take() && {
    std::vector<Delivery> all;
    for (Fault& each : faults)
      all.push_back({.kind = Delivery::Kind::rejected,
                     .arrival = message.arrival,
                     .source = message.source,
                     .fault = std::move(each)});
    for (auto& [path, delta] : deltas) message.snapshot.entities.push_back(std::move(delta));
    all.push_back(std::move(message));
    return all;
  }
};

std::vector<Delivery> Host::take(std::string_view text, std::string_view bytes, WallClock::Instant arrival) {
  const std::optional<Topic> topic = parse_topic(text);
  if (!topic || topic->type == MessageType::ncmd || topic->type == MessageType::dcmd) return {};
  ++counts_.messages;
  Fault fault;
  try {
    if (text.size() > kLongestName)
      throw InvalidInput(Fault{.value = std::to_string(text.size()) + " bytes", .expected = "a topic of at most 512"});
    return read(*topic, parse_payload(bytes), arrival);
  } catch (const InvalidInput& error) {
    fault = error.faults().front();
  }
  fault.path = std::string(text) + (fault.path.empty() ? "" : ": " + fault.path);
  return {{.kind = Delivery::Kind::rejected,
           .arrival = arrival,
           .source = source_of(topic->address),
           .fault = std::move(fault)}};
}

void Host::connection_was_lost(WallClock::Instant now) {
  for (auto& [address, node] : nodes_) {
    node.asked.reset();
    ask(address, now);
  }
}

std::optional<std::pair<Address, Metric>> Host::setpoint(const std::string& path, const std::string& item,
                                                         double value) const {
  const std::string cell = "Setpoint/" + item;
  for (const auto& [address, node] : nodes_) {
    if (!node.epoch) continue;
    for (const auto& [name, device] : node.devices) {
      if (!device.image.contains(path)) continue;
      for (const auto& [metric, type] : device.types) {
        const std::optional<MetricName> parts = split_name(metric);
        if (!parts || parts->cell != cell) continue;
        Address at{address.group, address.node, name};
        if (!parts->device.empty())
          at.device = at.device.empty() ? std::string(parts->device) : at.device + ":" + std::string(parts->device);
        if (!is_at(options_.places, at, path)) continue;
        std::optional<Value> typed = as_type(value, type);
        if (!typed) continue;
        return std::pair(Address{address.group, address.node, name},
                         Metric{.name = metric, .type = type, .value = std::move(*typed)});
      }
    }
  }
  return std::nullopt;
}

void Host::ask(const Address& address, WallClock::Instant now) {
  Node& node = nodes_[address];
  if (node.asked && now - *node.asked < options_.ask_again) return;
  node.asked = now;
  asked_.push_back(address);
}

std::vector<Delivery> Host::die(Node& node, const Topic& topic, const Payload& payload, WallClock::Instant arrival) {
  const std::optional<std::uint64_t> epoch = bd_seq_of(payload);
  if (node.epoch && epoch && *epoch != *node.epoch) {  // the will of a connection that was replaced
    ++counts_.old_deaths;
    return {};
  }
  node = {};
  return {{.kind = Delivery::Kind::death, .arrival = arrival, .source = source_of(topic.address)}};
}

std::vector<Delivery> Host::read(const Topic& topic, const Payload& payload, WallClock::Instant arrival) {
  const Address address = node_part(topic.address);
  if (nodes_.size() >= kMostNodes && !nodes_.contains(address))
    throw InvalidInput(Fault{.value = "one node more than 10000", .expected = "as many at most"});
  Node& node = nodes_[address];
  if (topic.type == MessageType::ndeath) return die(node, topic, payload, arrival);
  const bool is_birth = topic.type == MessageType::nbirth;
  if (!is_birth && !node.epoch) {
    ++counts_.before_birth;
    ask(address, arrival);
    return {};
  }
  if (!payload.seq && !is_birth)
    throw InvalidInput(Fault{.value = "no seq", .expected = "the sequence number of the node's messages"});
  if (is_birth) {
    node = {};
    node.epoch = bd_seq_of(payload).value_or(0);
  }
  if (node.devices.size() >= kMostDevices && !node.devices.contains(topic.address.device))
    throw InvalidInput(Fault{.value = "one device more than 10000", .expected = "as many at most"});

  Reading reading;
  reading.is_birth = is_birth || topic.type == MessageType::dbirth;
  reading.message = {.arrival = arrival, .source = source_of(address), .sending = {.sequence_modulus = 256}};
  Snapshot& snapshot = reading.message.snapshot;
  snapshot = {.ts = arrival, .source = reading.message.source, .epoch = *node.epoch, .seq = payload.seq.value_or(0)};
  snapshot.complete = is_birth;
  if (payload.timestamp_ms) {
    const std::optional<WallClock::Instant> ts = instant_of_ms(*payload.timestamp_ms);
    if (!ts)
      throw InvalidInput(Fault{.value = std::to_string(*payload.timestamp_ms), .expected = "milliseconds since 1970"});
    snapshot.ts = *ts;
  }

  if (topic.type == MessageType::ddeath) {
    const auto device = node.devices.find(topic.address.device);
    if (device == node.devices.end()) return std::move(reading).take();
    for (const auto& [path, image] : device->second.image) reading.deltas[path] = {.path = path, .quality = "bad"};
    node.devices.erase(device);
    return std::move(reading).take();
  }
  Device& device = node.devices[topic.address.device];
  if (reading.is_birth) learn_birth(node, device, payload);
  std::vector<Metric> metrics = payload.metrics;
  for (Metric& metric : metrics) {
    if (!resolve(node, device, metric)) {
      ++counts_.before_birth;
      ask(address, arrival);
      throw InvalidInput(Fault{.value = "alias " + std::to_string(metric.alias.value_or(0)),
                               .expected = "an alias that the last birth has; a birth is asked for"});
    }
  }
  // A new part first: what else is told of a part is told of that one.
  std::stable_partition(metrics.begin(), metrics.end(),
                        [](const Metric& metric) { return metric.name.ends_with("InProcess/PartId"); });
  for (Metric& metric : metrics) read_metric(topic, device, std::move(metric), reading);
  return std::move(reading).take();
}

void Host::learn_birth(Node& node, Device& device, const Payload& payload) {
  device = {};
  for (const Metric& metric : payload.metrics) {
    if (metric.name.empty()) continue;
    device.types[metric.name] = metric.type;
    if (metric.alias) node.aliases[*metric.alias] = {metric.name, metric.type};
  }
}

/// Gives a metric its name and its value's type. False if its alias is not known.
bool Host::resolve(Node& node, Device& device, Metric& metric) const {
  DataType type = metric.type;
  if (metric.name.empty()) {
    if (!metric.alias) return true;  // it says nothing
    const auto known = node.aliases.find(*metric.alias);
    if (known == node.aliases.end()) return false;
    metric.name = known->second.name;
    if (type == DataType::unknown) type = known->second.type;
  } else if (type == DataType::unknown) {
    const auto known = device.types.find(metric.name);
    if (known != device.types.end()) type = known->second;
  }
  if (metric.type == DataType::unknown && type != DataType::unknown) {
    metric.value = typed(std::move(metric.value), type);
    metric.type = type;
  }
  return true;
}

void Host::read_metric(const Topic& topic, Device& device, Metric metric, Reading& reading) {
  const std::optional<MetricName> name = split_name(metric.name);
  if (!name) {
    counts_.unknown_metrics += says_nothing(metric.name) ? 0 : 1;
    return;
  }
  if (metric.is_historical) {
    ++counts_.historical;
    return;
  }
  if (!metric.is_good) {
    ++counts_.bad_quality;
    return;
  }
  const bool is_null = std::holds_alternative<std::monostate>(metric.value);
  if (is_null && metric.type > DataType::uuid) ++counts_.not_scalar;
  if (is_null && name->cell != "InProcess/PartId") return;  // nothing is known of it

  Address at = topic.address;
  if (!name->device.empty())
    at.device = at.device.empty() ? std::string(name->device) : at.device + ":" + std::string(name->device);
  const std::string* path = nullptr;
  try {
    if (at.device.size() > kLongestName)
      throw InvalidInput(Fault{.path = to_text(topic),
                               .value = "a device of " + std::to_string(at.device.size()) + " bytes",
                               .expected = "a name of at most 512"});
    path = &options_.places.path_of(at);
  } catch (const InvalidInput& error) {
    reading.fault(error.faults().front());
    return;
  }
  const bool is_new = reading.deltas.empty() || !reading.deltas.contains(*path);
  EntityReading& delta = reading.deltas[*path];
  if (is_new) delta.path = *path;
  const MetricContext context{reading.message.snapshot.ts, metric.timestamp_ms, reading.is_birth, options_.numbers};
  const std::string expected = put_cell(name->cell, metric.value, context, delta, device.image[*path]);
  if (!expected.empty())
    reading.fault({.path = to_text(topic) + ": " + metric.name, .value = text_of(metric.value), .expected = expected});
}

}  // namespace takt::io::sparkplug
