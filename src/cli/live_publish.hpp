// SPDX-License-Identifier: Apache-2.0
// What a live twin tells a broker: TOPIC/status, TOPIC/verdict, TOPIC/forecast and TOPIC/control, all retained; and
// what it is told there. docs/live.md, docs/control.md.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "cli/json.hpp"
#include "takt/io/live/mqtt.hpp"
#include "takt/io/live/service.hpp"
#include "takt/io/live/sources_file.hpp"

namespace takt::cli {

/// SOURCE:TOPIC. The broker is that of a source, so that its address and secrets stand in one place.
struct PublishTo {
  std::string source, topic;
};
/// Throws InvalidInput.
PublishTo read_publish_to(const std::string& text);

/// Thread-safe. Publishing does not wait; what a broker refuses is said on standard error.
class LivePublisher {
 public:
  /// Throws InvalidInput for a source that is no broker, and as MqttPublisher does. `said`: called with the last level
  /// of TOPIC/control/... and the message, for these verbs.
  using Said = std::function<void(const std::string& verb, const io::MqttMessage&)>;
  LivePublisher(const PublishTo& to, const io::Sources& sources, std::span<const std::string_view> verbs = {},
                Said said = {});
  ~LivePublisher();
  LivePublisher(const LivePublisher&) = delete;
  LivePublisher& operator=(const LivePublisher&) = delete;

  void verdict(const Verdict& verdict);
  void forecast(const io::LiveForecast& forecast);
  void control(const Json& document);                ///< how it stands, retained
  void answer(const std::string& verb, Json reply);  ///< to what was said; not retained
  void say_refused();                                ///< what was refused since the last call

 private:
  void publish(const std::string& leaf, std::string payload, bool retain = true);

  const std::string topic_;
  std::mutex mutex_;  // of what follows
  std::deque<std::pair<std::string, std::future<io::Published>>> sent_;
  std::string refused_;  // said last
  Fault trouble_;        // said last
  io::MqttPublisher publisher_;
};

}  // namespace takt::cli
