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

namespace {

io::MqttListening listening(const std::string& topic, std::span<const std::string_view> verbs,
                            LivePublisher::Said said) {
  const std::string prefix = topic + "/control/";
  io::MqttListening listening;
  for (const std::string_view verb : verbs) listening.topics.push_back(prefix + std::string(verb));
  listening.heard = [prefix, said = std::move(said)](const io::MqttMessage& message) {
    said(message.topic.substr(std::min(prefix.size(), message.topic.size())), message);
  };
  return listening;
}

}  // namespace

LivePublisher::LivePublisher(const PublishTo& to, const io::Sources& sources, std::span<const std::string_view> verbs,
                             Said said)
    : topic_(to.topic),
      publisher_(broker_of(to, sources), {topic_ + "/status", "offline", true},
                 listening(topic_, verbs, std::move(said))) {
  publish("status", "online");
}

LivePublisher::~LivePublisher() {
  publish("status", "offline");
  std::future<io::Published> last;
  {
    const std::lock_guard lock(mutex_);
    if (sent_.empty()) return;
    last = std::move(sent_.back().second);
    sent_.pop_back();
  }
  if (publisher_.trouble() == Fault{}) last.wait_for(500ms);
}

void LivePublisher::verdict(const Verdict& verdict) { publish("verdict", one_line(json_of(verdict))); }

void LivePublisher::forecast(const io::LiveForecast& forecast) { publish("forecast", one_line(json_of(forecast))); }

void LivePublisher::control(const Json& document) { publish("control", one_line(document)); }

void LivePublisher::answer(const std::string& verb, Json reply) {
  reply["verb"] = verb;
  publish("control/answer", one_line(reply), false);
}

void LivePublisher::publish(const std::string& leaf, std::string payload, bool retain) {
  const std::lock_guard lock(mutex_);
  const std::string topic = topic_ + '/' + leaf;
  sent_.emplace_back(topic, publisher_.publish({topic, std::move(payload), retain}));
}

void LivePublisher::say_refused() {
  const std::lock_guard lock(mutex_);
  if (const Fault trouble = publisher_.trouble(); trouble != trouble_) {
    trouble_ = trouble;
    if (trouble != Fault{}) say("--publish " + topic_ + ": " + to_text(trouble));
  }
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
