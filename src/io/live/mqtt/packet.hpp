// SPDX-License-Identifier: Apache-2.0
// Control packets of MQTT 3.1.1 and 5 (OASIS standards) as far as a client needs them that receives at QoS 0 and 1 and
// sends at the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "takt/io/live/mqtt.hpp"

namespace takt::io::detail {

struct ConnectPacket {
  MqttVersion version = MqttVersion::v5;
  std::string client_id{}, user{}, password{};
  bool clean = true;
  std::uint16_t keep_alive_s = 0;
  std::uint32_t session_s = 0;       ///< 5 only
  std::uint16_t receive_most = 100;  ///< 5 only: messages of QoS 1 not acknowledged yet
  std::uint32_t largest = 0;         ///< 5 only
  std::optional<MqttMessage> will{};
};

struct ConnackPacket {
  bool session_present = false;
  std::uint8_t code = 0;
  std::string reason{};
  std::uint16_t receive_most = 65535;
  std::optional<std::uint16_t> keep_alive_s{};
  std::optional<std::uint32_t> largest{};
};

struct PublishPacket {
  std::string topic{}, payload{};
  std::uint16_t id = 0;  ///< 0 at QoS 0
  bool retain = false, repeated = false;
};

/// PUBACK (one code) and SUBACK (one for each filter).
struct AckPacket {
  std::uint16_t id = 0;
  std::vector<std::uint8_t> codes{};
  std::string reason{};
};
struct PubackPacket : AckPacket {};
struct SubackPacket : AckPacket {};
struct PingrespPacket {};
struct DisconnectPacket {
  std::uint8_t code = 0;
  std::string reason{};
};
using Packet = std::variant<ConnackPacket, PublishPacket, PubackPacket, SubackPacket, PingrespPacket, DisconnectPacket>;

std::string to_bytes(const ConnectPacket& connect);
std::string to_bytes(const PublishPacket& publish, MqttVersion version);
std::string subscribe_bytes(std::uint16_t id, const std::vector<std::string>& filters, MqttVersion version);
std::string puback_bytes(std::uint16_t id);
std::string pingreq_bytes();
std::string disconnect_bytes();

/// What a broker sends, cut into packets.
class PacketReader {
 public:
  PacketReader(MqttVersion version, std::size_t largest) : version_(version), largest_(largest) {}

  void add(std::string_view bytes);
  /// The next whole packet. Throws InvalidInput where the bytes break the protocol; the connection is then of no use.
  std::optional<Packet> next();

 private:
  MqttVersion version_;
  std::size_t largest_;
  std::string bytes_;
  std::size_t read_ = 0;
};

/// What a code of CONNACK, PUBACK, SUBACK or DISCONNECT means, and what can be done about it.
struct CodeMeaning {
  std::string seen, advice;
};
CodeMeaning connack_meaning(std::uint8_t code, MqttVersion version);
std::string code_name(std::uint8_t code);

}  // namespace takt::io::detail
