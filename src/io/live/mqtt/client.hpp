// SPDX-License-Identifier: Apache-2.0
// One connection to a broker that is kept up by a thread of its own.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "io/live/mqtt/packet.hpp"
#include "io/live/mqtt/url.hpp"

namespace takt::io::detail {

/// What its owner does, called on the client's thread.
struct ClientHandlers {
  std::vector<std::string> filters{};
  /// Takes a message over. False: not yet, `try_again` is called until it says true; nothing is read meanwhile. The
  /// message is acknowledged after it was taken over.
  std::function<bool(const PublishPacket&, const std::stop_token&)> deliver{};
  std::function<bool(const std::stop_token&)> try_again{};
  std::function<void()> connected{};                   ///< `try_again` is called after it; so with the next three
  std::function<void()> subscribed{};                  ///< the broker has answered
  std::function<void(const Fault&)> lost{};            ///< once for each reason, until it is connected again
  std::function<void(const Fault&)> refused{};         ///< a topic filter
  std::function<std::optional<MqttMessage>()> will{};  ///< of the connection that is to be made
  std::function<std::optional<MqttMessage>()> greeting{}, farewell{};
};

/// Every fault of the options that can be seen without the broker. Throws InvalidInput.
BrokerUrl check_options(const MqttOptions& options);

/// Thread-safe, but for start and stop.
class MqttClient {
 public:
  MqttClient(MqttOptions options, ClientHandlers handlers);
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  void start();
  void stop();
  std::future<Published> publish(MqttMessage message);
  Fault trouble() const;
  MqttCounts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace takt::io::detail
