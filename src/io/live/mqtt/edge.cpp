// SPDX-License-Identifier: Apache-2.0
#include <mutex>
#include <optional>
#include <utility>

#include "io/live/mqtt/client.hpp"
#include "takt/core/error.hpp"
#include "takt/io/live/mqtt_edge.hpp"

namespace takt::io {
namespace {

constexpr std::string_view kSetpoint = "Setpoint/";
constexpr std::string_view kRebirth = "Node Control/Rebirth";

std::optional<double> number_of(const sparkplug::Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* natural = std::get_if<std::uint64_t>(&value)) return static_cast<double>(*natural);
  return std::nullopt;
}

}  // namespace

struct MqttEdge::Impl {
  MqttEdgeOptions options;
  Everything everything;
  Commanded commanded;
  mutable std::mutex mutex;  ///< of what follows
  std::optional<sparkplug::EdgeNode> node;
  std::uint64_t next_life = 0;
  bool born = false;
  std::unique_ptr<detail::MqttClient> client;

  detail::ClientHandlers handlers();
  void be_born();
  void obey(const detail::PublishPacket& message);
  void send(const std::vector<sparkplug::Message>& messages) {
    for (const sparkplug::Message& each : messages) client->publish({each.topic, each.payload, each.retain});
  }
};

void MqttEdge::Impl::be_born() {
  const Snapshot all = everything();
  const std::lock_guard lock(mutex);
  send(node->birth(all));
  born = true;
}

void MqttEdge::Impl::obey(const detail::PublishPacket& message) {
  const std::optional<sparkplug::Topic> topic = sparkplug::parse_topic(message.topic);
  if (!topic) return;
  const sparkplug::Payload payload = sparkplug::parse_payload(message.payload);
  for (const sparkplug::Metric& metric : payload.metrics) {
    if (topic->type == sparkplug::MessageType::ncmd && metric.name == kRebirth) {
      if (const auto* asked = std::get_if<bool>(&metric.value); asked != nullptr && *asked) be_born();
    } else if (topic->type == sparkplug::MessageType::dcmd && metric.name.starts_with(kSetpoint)) {
      if (const auto value = number_of(sparkplug::typed(metric.value, metric.type)))
        commanded({options.places.path_of(topic->address), metric.name.substr(kSetpoint.size()), *value});
    }
  }
}

detail::ClientHandlers MqttEdge::Impl::handlers() {
  detail::ClientHandlers handlers;
  const std::string group = "spBv1.0/" + options.node.group;
  handlers.filters = {group + "/NCMD/" + options.node.node, group + "/DCMD/" + options.node.node + "/+"};
  handlers.deliver = [this](const detail::PublishPacket& message, const std::stop_token&) {
    try {
      obey(message);
    } catch (const InvalidInput&) {
      // Not a command that this node can read: it answers none.
    }
    return true;
  };
  handlers.try_again = [](const std::stop_token&) { return true; };
  handlers.will = [this] {
    const std::lock_guard lock(mutex);
    node.emplace(options.node, options.places, next_life);
    next_life = (next_life + 1) % 256;
    born = false;
    sparkplug::Message death = node->death();
    return std::optional(MqttMessage{std::move(death.topic), std::move(death.payload), death.retain});
  };
  handlers.connected = [] {};
  handlers.subscribed = [this] { be_born(); };
  handlers.lost = [this](const Fault&) {
    const std::lock_guard lock(mutex);
    born = false;
  };
  handlers.refused = [](const Fault&) {};
  handlers.farewell = [this] {
    const std::lock_guard lock(mutex);
    if (!node) return std::optional<MqttMessage>();
    sparkplug::Message death = node->death();
    return std::optional(MqttMessage{std::move(death.topic), std::move(death.payload), death.retain});
  };
  return handlers;
}

MqttEdge::MqttEdge(MqttEdgeOptions options, Everything everything, Commanded commanded)
    : impl_(std::make_unique<Impl>()) {
  sparkplug::EdgeNode(options.node, options.places, options.bd_seq);  // throws for numbers that cannot be
  impl_->next_life = options.bd_seq;
  impl_->everything = std::move(everything);
  impl_->commanded = std::move(commanded);
  impl_->options = std::move(options);
  impl_->client = std::make_unique<detail::MqttClient>(impl_->options.broker, impl_->handlers());
  impl_->client->start();
}

MqttEdge::~MqttEdge() { impl_->client->stop(); }

void MqttEdge::report(const Snapshot& changes) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->born) impl_->send(impl_->node->data(changes));
}

bool MqttEdge::is_born() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->born;
}

Fault MqttEdge::trouble() const { return impl_->client->trouble(); }

MqttMessage desire(const DesiredValue& desired, const sparkplug::Places& places, WallClock::Instant now) {
  sparkplug::Message message = sparkplug::command(
      places.address_of(desired.path),
      {{.name = std::string(kSetpoint) + desired.item, .type = sparkplug::DataType::float64, .value = desired.value}},
      now);
  return {std::move(message.topic), std::move(message.payload), message.retain};
}

}  // namespace takt::io
