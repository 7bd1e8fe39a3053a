// SPDX-License-Identifier: Apache-2.0
// Snapshots from an MQTT broker, 3.1.1 or 5, as takt-snapshot/1 or Sparkplug B; and what takt has to say back to it.
//
//   takt::io::MqttSource source({.broker = {.url = "mqtts://broker:8883", .ca_file = "ca.pem"},
//                                .topics = {"plant/+/snapshot"}});
//   source.start(inbox);
//
// A message of QoS 1 is acknowledged to the broker after Inbox::put took it: what was not kept comes again. A session
// that lasts (`session`) makes the broker keep messages while takt is away. Sequence numbers and births heal the rest.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "takt/io/live/sparkplug.hpp"
#include "takt/sync/source.hpp"

namespace takt::io {

/// Whether this build has connections to brokers (TAKT_LIVE). Without them what is below throws Error, saying so.
bool has_mqtt();

enum class MqttVersion : std::uint8_t { v3_1_1 = 4, v5 = 5 };

struct MqttOptions {
  std::string url{};  ///< mqtt://host[:1883], or mqtts://host[:8883] with TLS
  MqttVersion version = MqttVersion::v5;
  std::string user{};
  std::filesystem::path password_file{};                 ///< its first line
  std::filesystem::path ca_file{};                       ///< PEM; empty: the authorities that the system trusts
  std::filesystem::path certificate_file{}, key_file{};  ///< PEM, of the client, where the broker asks for it
  std::string client_id{};                               ///< empty: the broker chooses one
  /// How long the broker keeps a session and its messages without a connection; needs a client_id. 0: it does not, and
  /// every connection begins anew. 3.1.1 knows no time: anything above 0 is for ever.
  std::chrono::seconds session{0};
  std::chrono::seconds keep_alive{20};  ///< a connection is given up when the broker does not answer within half of it
  std::chrono::milliseconds connect_within{5000};
  std::chrono::milliseconds longest_back_off{2000};  ///< between two attempts to connect
  std::size_t largest_message = std::size_t{1} << 20;
  std::size_t most_unsent = 10'000;  ///< messages to be published that wait for a connection or an acknowledgement
};

struct MqttMessage {
  std::string topic{}, payload{};
  bool retain = false;
};

/// What became of a message that was published.
struct Published {
  bool accepted = false;  ///< the broker has it. Under 3.1.1 it says so also of a topic that it denies
  Fault fault{};          ///< else why not: by MQTT 5 a denied topic is reason 135
};

/// Of one connection, since the start.
struct MqttCounts {
  std::uint64_t connections = 0;
  std::uint64_t received = 0;   ///< messages
  std::uint64_t repeated = 0;   ///< of them, those that the broker sent again
  std::uint64_t delivered = 0;  ///< put into the inbox
  std::uint64_t published = 0, refused = 0;
};

enum class MqttFormat : std::uint8_t { json, sparkplug };

struct MqttSourceOptions {
  std::string name = "mqtt";
  MqttOptions broker{};
  MqttFormat format = MqttFormat::json;

  /// json: topics of takt-snapshot/1, wildcards allowed.
  std::vector<std::string> topics{};
  /// json: topics whose last will says that a source is gone: "offline", or {"online": false}; "online" says nothing.
  /// The source is the level that the first wildcard stands for, or the `source` of the object. Retained or not.
  std::vector<std::string> death_topics{};
  /// json: where a source is asked for everything; "{source}" stands for its name. Empty: it is not asked.
  std::string rebirth_topic{};

  /// sparkplug: groups listened to; none: all.
  std::vector<std::string> groups{};
  /// sparkplug: the name of this host application; its STATE is kept at the broker. Empty: it has none.
  std::string host_id{};
  sparkplug::HostOptions host{};
};

/// A subscription. Reconnects by itself, subscribes again, and tells the inbox. Thread-safe.
class MqttSource final : public SnapshotSource {
 public:
  /// Throws InvalidInput for options that cannot work, all at once.
  explicit MqttSource(MqttSourceOptions options);
  ~MqttSource() override;
  MqttSource(const MqttSource&) = delete;
  MqttSource& operator=(const MqttSource&) = delete;

  const std::string& name() const override;
  /// Throws InvalidInput or FileError for files that are not there or not what they should be.
  void start(Inbox& inbox) override;
  void stop() override;
  /// A rebirth by NCMD, or a message on the rebirth topic. Lost where there is no connection: it is asked again.
  void ask_for_everything(const std::string& source) override;

  MqttCounts counts() const;
  sparkplug::HostCounts sparkplug_counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What takt tells: forecasts, verdicts, commands. QoS 1, in order. Thread-safe.
class MqttPublisher {
 public:
  /// `will` is published by the broker when the connection breaks. Throws as MqttSource and its start do.
  explicit MqttPublisher(MqttOptions options, MqttMessage will = {});
  ~MqttPublisher();
  MqttPublisher(const MqttPublisher&) = delete;
  MqttPublisher& operator=(const MqttPublisher&) = delete;

  /// Does not wait. What is not acknowledged when the connection breaks is sent again; when there are `most_unsent`, or
  /// the publisher is destroyed, the future says so.
  std::future<Published> publish(MqttMessage message);
  /// Why there is no connection; empty if there is one.
  Fault trouble() const;
  MqttCounts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace takt::io
