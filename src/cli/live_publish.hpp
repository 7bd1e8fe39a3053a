// SPDX-License-Identifier: Apache-2.0
// What a live twin tells a broker: TOPIC/status, TOPIC/verdict and TOPIC/forecast, all retained. docs/live.md.
#pragma once

#include <deque>
#include <future>
#include <mutex>
#include <string>

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
  /// Throws InvalidInput for a source that is no broker, and as MqttPublisher does.
  LivePublisher(const PublishTo& to, const io::Sources& sources);
  ~LivePublisher();
  LivePublisher(const LivePublisher&) = delete;
  LivePublisher& operator=(const LivePublisher&) = delete;

  void verdict(const Verdict& verdict);
  void forecast(const io::LiveForecast& forecast);
  void say_refused();  ///< what was refused since the last call

 private:
  void publish(const std::string& leaf, std::string payload);

  const std::string topic_;
  std::mutex mutex_;  // of what follows
  std::deque<std::pair<std::string, std::future<io::Published>>> sent_;
  std::string refused_;  // said last
  io::MqttPublisher publisher_;
};

}  // namespace takt::cli
