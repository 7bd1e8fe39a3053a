// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>

#include "io/live/mqtt/client.hpp"
#include "io/live/mqtt/utf8.hpp"
#include "takt/core/error.hpp"
#include "takt/io/live/mqtt.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io {
namespace {

using detail::PublishPacket;
using Instant = WallClock::Instant;

constexpr std::chrono::milliseconds kWaitForRoom{100};

Instant now() { return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now()); }

/// Whether a topic is one of a filter's; `wildcard` is the level that its first "+" stands for.
bool matches(std::string_view filter, std::string_view topic, std::string& wildcard) {
  wildcard.clear();
  for (;;) {
    if (filter == "#") return true;
    const std::size_t level = filter.find('/'), own = topic.find('/');
    const std::string_view wanted = filter.substr(0, level), is = topic.substr(0, own);
    if (wanted == "+") {
      if (wildcard.empty()) wildcard = is;
    } else if (wanted != is) {
      return false;
    }
    if (level == std::string_view::npos || own == std::string_view::npos) {
      if (own == std::string_view::npos && level != std::string_view::npos) return filter.substr(level + 1) == "#";
      return level == own;
    }
    filter.remove_prefix(level + 1);
    topic.remove_prefix(own + 1);
  }
}

bool is_filter(std::string_view filter) {
  for (std::size_t from = 0;;) {
    const std::size_t to = filter.find('/', from);
    const std::string_view level = filter.substr(from, to - from);
    const bool has_wildcard = level.find_first_of("+#") != std::string_view::npos;
    if (has_wildcard && level.size() != 1) return false;
    if (level == "#" && to != std::string_view::npos) return false;
    if (to == std::string_view::npos) break;
    from = to + 1;
  }
  return !filter.empty() && detail::is_utf8(filter);
}

bool is_level(std::string_view name) {
  return !name.empty() && name.find_first_of("/+#") == std::string_view::npos && detail::is_utf8(name);
}

void check(const MqttSourceOptions& options) {
  std::vector<Fault> faults;
  const auto need = [&faults](bool good, std::string path, const std::string& value, const char* expected) {
    if (!good) faults.push_back({.path = std::move(path), .value = '"' + value + '"', .expected = expected});
  };
  const bool is_json = options.format == MqttFormat::json;
  need(!is_json || !options.topics.empty(), "topics", "", "a topic of takt-snapshot/1, such as plant/+/snapshot");
  for (const std::string& topic : options.topics)
    need(is_filter(topic), "topics", topic, "a topic or a filter of topics");
  for (const std::string& topic : options.death_topics)
    need(is_filter(topic), "death_topics", topic, "a topic or a filter of topics");
  need(options.rebirth_topic.find_first_of("+#") == std::string::npos, "rebirth_topic", options.rebirth_topic,
       "a topic without wildcards; {source} stands for the source");
  need(is_json || options.topics.empty(), "topics", options.topics.empty() ? "" : options.topics.front(),
       "none: Sparkplug has its own");
  for (const std::string& group : options.groups) need(is_level(group), "groups", group, "a group without / + #");
  need(options.host_id.empty() || is_level(options.host_id), "host_id", options.host_id, "a name without / + #");
  need(is_json || options.broker.session.count() == 0, "session", std::to_string(options.broker.session.count()),
       "0: a Sparkplug host begins each connection anew, and asks for births");
  try {
    detail::check_options(options.broker);
  } catch (const InvalidInput& error) {
    faults.insert(faults.end(), error.faults().begin(), error.faults().end());
  }
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

std::vector<std::string> filters_of(const MqttSourceOptions& options) {
  std::vector<std::string> filters = options.topics;
  if (options.format == MqttFormat::json) {
    filters.insert(filters.end(), options.death_topics.begin(), options.death_topics.end());
    return filters;
  }
  for (const std::string& group : options.groups) filters.push_back("spBv1.0/" + group + "/#");
  if (options.groups.empty()) filters.emplace_back("spBv1.0/#");
  if (!options.host_id.empty() && !options.groups.empty()) filters.push_back("spBv1.0/STATE/" + options.host_id);
  return filters;
}

/// What a text on a death topic says: the source that is gone; none if one is there.
std::optional<std::string> dead_source(const std::string& payload, const std::string& wildcard) {
  std::string source = wildcard;
  bool online = true;
  if (payload == "offline") {
    online = false;
  } else if (!payload.empty() && payload != "online") {
    const nlohmann::json said = nlohmann::json::parse(payload, nullptr, false);
    if (!said.is_object() || !said.contains("online") || !said["online"].is_boolean())
      throw InvalidInput(Fault{.value = '"' + payload.substr(0, 80) + '"',
                               .expected = R"("online", "offline" or {"online": false, "source": "..."})"});
    online = said["online"].get<bool>();
    if (said.contains("source") && said["source"].is_string()) source = said["source"].get<std::string>();
  }
  if (online) return std::nullopt;
  if (source.empty())
    throw InvalidInput(
        Fault{.value = "no source", .expected = R"(a wildcard in the death topic, or "source" in the text)"});
  return source;
}

}  // namespace

bool has_mqtt() { return true; }

struct MqttSource::Impl {
  MqttSourceOptions options;
  Inbox* inbox = nullptr;
  std::deque<Delivery> pending;  ///< of the client's thread: what the last messages led to
  mutable std::mutex mutex;      ///< of `host`
  sparkplug::Host host;
  bool was_connected = false;
  Instant state_since{};
  std::atomic<std::uint64_t> delivered{0};
  std::unique_ptr<detail::MqttClient> client;

  explicit Impl(MqttSourceOptions given) : options(std::move(given)), host(options.host) {}

  detail::ClientHandlers handlers();
  bool flush(const std::stop_token& stop);
  void add(Delivery delivery) { pending.push_back(std::move(delivery)); }
  void read(const PublishPacket& message);
  void read_json(const PublishPacket& message, Instant arrival);
  void read_sparkplug(const PublishPacket& message, Instant arrival);
  void ask(const std::vector<sparkplug::Address>& nodes);
  void send(sparkplug::Message message) {
    client->publish({std::move(message.topic), std::move(message.payload), message.retain});
  }
  bool has_state() const { return options.format == MqttFormat::sparkplug && !options.host_id.empty(); }
  MqttMessage state(bool online) const {
    sparkplug::Message message = sparkplug::state(options.host_id, online, state_since);
    return {std::move(message.topic), std::move(message.payload), message.retain};
  }
};

bool MqttSource::Impl::flush(const std::stop_token& stop) {
  while (!pending.empty()) {
    if (!inbox->put_within(kWaitForRoom, pending.front(), stop)) return false;
    pending.pop_front();
    ++delivered;
  }
  return true;
}

void MqttSource::Impl::ask(const std::vector<sparkplug::Address>& nodes) {
  for (const sparkplug::Address& node : nodes) send(sparkplug::rebirth(node, now()));
}

void MqttSource::Impl::read(const PublishPacket& message) {
  const Instant arrival = now();
  try {
    if (options.format == MqttFormat::json)
      read_json(message, arrival);
    else
      read_sparkplug(message, arrival);
  } catch (const InvalidInput& error) {
    for (Fault fault : error.faults()) {
      fault.path = message.topic + (fault.path.empty() ? "" : ": " + fault.path);
      fault.file.clear();
      fault.line = 0;
      add({.kind = Delivery::Kind::rejected, .arrival = arrival, .source = options.name, .fault = std::move(fault)});
    }
  }
}

void MqttSource::Impl::read_json(const PublishPacket& message, Instant arrival) {
  std::string wildcard;
  for (const std::string& filter : options.death_topics) {
    if (!matches(filter, message.topic, wildcard)) continue;
    if (std::optional<std::string> source = dead_source(message.payload, wildcard))
      add({.kind = Delivery::Kind::death, .arrival = arrival, .source = std::move(*source)});
    return;
  }
  if (message.payload.empty()) return;  // a retained message was taken away
  Limits limits;
  limits.bytes = options.broker.largest_message;
  limits.faults = 20;
  Snapshot snapshot = parse_snapshot(message.payload, message.topic, 1, limits);
  std::string source = snapshot.source;
  add({.arrival = arrival, .source = std::move(source), .snapshot = std::move(snapshot)});
}

void MqttSource::Impl::read_sparkplug(const PublishPacket& message, Instant arrival) {
  if (has_state() && message.topic == "spBv1.0/STATE/" + options.host_id) {
    const nlohmann::json said = nlohmann::json::parse(message.payload, nullptr, false);
    const bool is_wrong = !said.is_object() || !said.contains("online") || said["online"] != true;
    if (is_wrong) client->publish(state(true));  // the will of a connection before this one
    return;
  }
  const std::lock_guard lock(mutex);
  for (Delivery& each : host.take(message.topic, message.payload, arrival)) add(std::move(each));
  ask(host.rebirths());
}

detail::ClientHandlers MqttSource::Impl::handlers() {
  detail::ClientHandlers handlers;
  handlers.filters = filters_of(options);
  handlers.deliver = [this](const PublishPacket& message, const std::stop_token& stop) {
    read(message);
    return flush(stop);
  };
  handlers.try_again = [this](const std::stop_token& stop) { return flush(stop); };
  handlers.connected = [this] { add({.kind = Delivery::Kind::connected, .arrival = now(), .source = options.name}); };
  handlers.subscribed = [this] {
    const std::lock_guard lock(mutex);
    if (was_connected && options.format == MqttFormat::sparkplug) host.connection_was_lost(now());
    was_connected = true;
    ask(host.rebirths());
  };
  handlers.lost = [this](const Fault& fault) {
    add({.kind = Delivery::Kind::lost, .arrival = now(), .source = options.name, .fault = fault});
  };
  handlers.refused = [this](const Fault& fault) {
    add({.kind = Delivery::Kind::rejected, .arrival = now(), .source = options.name, .fault = fault});
  };
  if (!has_state()) return handlers;
  handlers.will = [this] {
    state_since = now();
    return std::optional(state(false));
  };
  handlers.greeting = [this] { return std::optional(state(true)); };
  handlers.farewell = [this] { return std::optional(state(false)); };
  return handlers;
}

MqttSource::MqttSource(MqttSourceOptions options) {
  check(options);
  impl_ = std::make_unique<Impl>(std::move(options));
}

MqttSource::~MqttSource() { stop(); }

const std::string& MqttSource::name() const { return impl_->options.name; }

void MqttSource::start(Inbox& inbox) {
  if (impl_->client) throw Error(impl_->options.name + ": is started already");
  impl_->inbox = &inbox;
  auto client = std::make_unique<detail::MqttClient>(impl_->options.broker, impl_->handlers());
  impl_->client = std::move(client);
  try {
    impl_->client->start();
  } catch (...) {
    impl_->client.reset();
    throw;
  }
}

void MqttSource::stop() {
  if (impl_->client) impl_->client->stop();
}

void MqttSource::ask_for_everything(const std::string& source) {
  if (!impl_->client) return;
  if (impl_->options.format == MqttFormat::sparkplug) return impl_->ask({sparkplug::node_of(source)});
  std::string topic = impl_->options.rebirth_topic;
  if (topic.empty() || !is_level(source)) return;
  constexpr std::string_view kPlace = "{source}";
  if (const std::size_t at = topic.find(kPlace); at != std::string::npos) topic.replace(at, kPlace.size(), source);
  impl_->client->publish({std::move(topic), nlohmann::json{{"rebirth", true}, {"source", source}}.dump()});
}

MqttCounts MqttSource::counts() const {
  MqttCounts counts = impl_->client ? impl_->client->counts() : MqttCounts{};
  counts.delivered = impl_->delivered;
  return counts;
}

sparkplug::HostCounts MqttSource::sparkplug_counts() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->host.counts();
}

struct MqttPublisher::Impl {
  detail::MqttClient client;
};

MqttPublisher::MqttPublisher(MqttOptions options, MqttMessage will) {
  detail::ClientHandlers handlers;
  if (!will.topic.empty()) handlers.will = [will = std::move(will)] { return std::optional(will); };
  impl_ = std::unique_ptr<Impl>(new Impl{{std::move(options), std::move(handlers)}});
  impl_->client.start();
}

MqttPublisher::~MqttPublisher() = default;

std::future<Published> MqttPublisher::publish(MqttMessage message) {
  if (message.topic.empty() || !detail::is_utf8(message.topic) ||
      message.topic.find_first_of("+#") != std::string::npos || message.topic.size() > 65535)
    throw InvalidInput(
        Fault{.path = "topic", .value = '"' + message.topic + '"', .expected = "a topic without wildcards"});
  return impl_->client.publish(std::move(message));
}

Fault MqttPublisher::trouble() const { return impl_->client.trouble(); }
MqttCounts MqttPublisher::counts() const { return impl_->client.counts(); }

}  // namespace takt::io
