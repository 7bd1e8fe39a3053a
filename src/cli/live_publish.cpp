// SPDX-License-Identifier: Apache-2.0
#include "cli/live_publish.hpp"

#include <algorithm>
#include <chrono>

#include "cli/live_json.hpp"
#include "cli/messages.hpp"

namespace takt::cli {
namespace {

using namespace std::chrono_literals;

std::string one_line(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

io::MqttOptions broker_of(const PublishTo& to, const io::Sources& sources) {
  std::vector<std::string> brokers;
  for (const auto& [name, options] : sources.sources) {
    const auto* const mqtt = std::get_if<io::MqttSourceOptions>(&options);
    if (mqtt == nullptr) continue;
    brokers.push_back(name);
    if (name != to.source) continue;
    io::MqttOptions broker = mqtt->broker;
    if (!broker.client_id.empty()) broker.client_id += "-publisher";  // a name has one connection
    broker.session = 0s;
    return broker;
  }
  throw InvalidInput(Fault{.path = "--publish",
                           .value = '"' + to.source + '"',
                           .expected = "the name of an mqtt source",
                           .nearest = nearest_name(to.source, brokers)});
}

}  // namespace

PublishTo read_publish_to(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size() ||
      text.find_first_of("+#", colon) != std::string::npos)
    throw InvalidInput(Fault{.value = '"' + text + '"', .expected = "SOURCE:TOPIC such as \"broker:twin/bottling\""});
  return {text.substr(0, colon), text.substr(colon + 1)};
}

LivePublisher::LivePublisher(const PublishTo& to, const io::Sources& sources)
    : topic_(to.topic), publisher_(broker_of(to, sources), {topic_ + "/status", "offline", true}) {
  publish("status", "online");
}

LivePublisher::~LivePublisher() {
  publish("status", "offline");
  if (publisher_.trouble() == Fault{}) sent_.back().second.wait_for(500ms);
}

void LivePublisher::verdict(const Verdict& verdict) { publish("verdict", one_line(json_of(verdict))); }

void LivePublisher::forecast(const io::LiveForecast& forecast) { publish("forecast", one_line(json_of(forecast))); }

void LivePublisher::publish(const std::string& leaf, std::string payload) {
  const std::lock_guard lock(mutex_);
  const std::string topic = topic_ + '/' + leaf;
  sent_.emplace_back(topic, publisher_.publish({topic, std::move(payload), true}));
}

void LivePublisher::say_refused() {
  const std::lock_guard lock(mutex_);
  while (!sent_.empty() && sent_.front().second.wait_for(0s) == std::future_status::ready) {
    const std::string topic = std::move(sent_.front().first);
    const io::Published published = sent_.front().second.get();
    sent_.pop_front();
    const std::string why = published.accepted ? "" : "cannot publish " + topic + ": " + to_text(published.fault);
    if (!why.empty() && why != refused_) say(why);
    if (!why.empty()) refused_ = why;
  }
}

}  // namespace takt::cli
