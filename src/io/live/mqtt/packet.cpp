// SPDX-License-Identifier: Apache-2.0
#include "io/live/mqtt/packet.hpp"

#include <array>

#include "io/live/mqtt/utf8.hpp"
#include "takt/core/error.hpp"

namespace takt::io::detail {
namespace {

enum class Kind : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  subscribe = 8,
  suback = 9,
  pingreq = 12,
  pingresp = 13,
  disconnect = 14
};

[[noreturn]] void broken(const char* seen, const char* expected) {
  throw InvalidInput(Fault{.value = seen, .expected = expected});
}

// ---- writing -------------------------------------------------------------------------------------------------------

void put8(std::string& out, std::uint32_t value) { out.push_back(static_cast<char>(value & 0xFFU)); }
void put16(std::string& out, std::uint32_t value) {
  put8(out, value >> 8);
  put8(out, value);
}
void put32(std::string& out, std::uint32_t value) {
  put16(out, value >> 16);
  put16(out, value);
}
void put_text(std::string& out, std::string_view text) {
  if (text.size() > 65535)
    throw InvalidInput(Fault{.value = "a text of " + std::to_string(text.size()) + " bytes",
                             .expected = "at most 65535, the longest of MQTT"});
  put16(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

std::string packet(Kind kind, std::uint32_t flags, std::string_view body) {
  std::string out;
  out.reserve(body.size() + 5);
  put8(out, static_cast<std::uint32_t>(kind) << 4 | flags);
  std::size_t left = body.size();
  do {
    const std::size_t low = left & 0x7FU;
    left >>= 7;
    put8(out, static_cast<std::uint32_t>(low | (left > 0 ? 0x80U : 0U)));
  } while (left > 0);
  out.append(body);
  return out;
}

// ---- reading -------------------------------------------------------------------------------------------------------

/// The rest of a packet's body. Whatever reaches beyond it breaks the protocol.
class Body {
 public:
  explicit Body(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::uint8_t read8() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::uint16_t read16() {
    const std::uint32_t high = read8();
    return static_cast<std::uint16_t>(high << 8 | read8());
  }
  std::uint32_t read32() {
    const std::uint32_t high = read16();
    return high << 16 | read16();
  }
  std::uint32_t read_length() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const std::uint32_t byte = read8();
      value |= (byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    broken("a length of more than four bytes", "lengths as MQTT has them");
  }
  std::string_view text() { return take(read16()); }
  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) broken("a packet that ends early", "whole packets");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::string_view rest() { return take(bytes_.size()); }

 private:
  std::string_view bytes_;
};

/// Properties of MQTT 5 that say something to a client; the others are passed over by their type.
struct Properties {
  std::string reason{};
  std::optional<std::uint16_t> receive_most{}, keep_alive_s{};
  std::optional<std::uint32_t> largest{};
};

Properties read_properties(Body& body) {
  Body own(body.take(body.read_length()));
  Properties properties;
  while (!own.empty()) {
    switch (own.read_length()) {
      case 0x01:
      case 0x17:
      case 0x19:
      case 0x24:
      case 0x25:
      case 0x28:
      case 0x29:
      case 0x2A: own.read8(); break;
      case 0x22:
      case 0x23: own.read16(); break;
      case 0x02:
      case 0x11:
      case 0x18: own.read32(); break;
      case 0x0B: own.read_length(); break;
      case 0x03:
      case 0x08:
      case 0x09:
      case 0x12:
      case 0x15:
      case 0x16:
      case 0x1A:
      case 0x1C: own.text(); break;
      case 0x26:
        own.text();
        own.text();
        break;
      case 0x13: properties.keep_alive_s = own.read16(); break;
      case 0x1F: properties.reason = own.text(); break;
      case 0x21: properties.receive_most = own.read16(); break;
      case 0x27: properties.largest = own.read32(); break;
      default: broken("a property that MQTT 5 does not have", "the properties of MQTT 5");
    }
  }
  if (!is_utf8(properties.reason)) properties.reason.clear();
  return properties;
}

ConnackPacket read_connack(Body body, MqttVersion version) {
  ConnackPacket connack;
  connack.session_present = (body.read8() & 1U) != 0;
  connack.code = body.read8();
  if (version == MqttVersion::v5 && !body.empty()) {  // a broker of 3.1.1 refuses without properties
    Properties properties = read_properties(body);
    connack.reason = std::move(properties.reason);
    connack.receive_most = properties.receive_most.value_or(connack.receive_most);
    connack.keep_alive_s = properties.keep_alive_s;
    connack.largest = properties.largest;
    if (connack.receive_most == 0) broken("a receive maximum of 0", "one above 0");
  }
  return connack;
}

PublishPacket read_publish(Body body, std::uint32_t flags, MqttVersion version) {
  PublishPacket publish;
  publish.retain = (flags & 1U) != 0;
  publish.repeated = (flags & 8U) != 0;
  const std::uint32_t qos = flags >> 1 & 3U;
  if (qos > 1) broken("a message of QoS 2", "QoS 0 or 1, as subscribed");
  publish.topic = body.text();
  if (publish.topic.empty() || !is_utf8(publish.topic) || publish.topic.find_first_of("+#") != std::string::npos)
    broken("a message without a topic", "a topic in UTF-8, without wildcards");
  if (qos == 1) {
    publish.id = body.read16();
    if (publish.id == 0) broken("a packet identifier of 0", "one above 0");
  }
  if (version == MqttVersion::v5) read_properties(body);
  publish.payload = body.rest();
  return publish;
}

template <class Ack>
Ack read_ack(Body body, MqttVersion version) {
  Ack ack;
  ack.id = body.read16();
  if constexpr (std::is_same_v<Ack, SubackPacket>) {
    if (version == MqttVersion::v5) ack.reason = read_properties(body).reason;
    while (!body.empty()) ack.codes.push_back(body.read8());
  } else {
    ack.codes.push_back(body.empty() ? 0 : body.read8());
    if (!body.empty()) ack.reason = read_properties(body).reason;
  }
  return ack;
}

DisconnectPacket read_disconnect(Body body) {
  DisconnectPacket disconnect;
  if (!body.empty()) disconnect.code = body.read8();
  if (!body.empty()) disconnect.reason = read_properties(body).reason;
  return disconnect;
}

struct Code {
  std::uint8_t code;
  const char* name;
};
constexpr std::array<Code, 32> kCodes{{{0x80, "unspecified error"},
                                       {0x81, "malformed packet"},
                                       {0x82, "protocol error"},
                                       {0x83, "implementation specific error"},
                                       {0x84, "unsupported protocol version"},
                                       {0x85, "client identifier not valid"},
                                       {0x86, "bad user name or password"},
                                       {0x87, "not authorized"},
                                       {0x88, "server unavailable"},
                                       {0x89, "server busy"},
                                       {0x8A, "banned"},
                                       {0x8B, "server shutting down"},
                                       {0x8C, "bad authentication method"},
                                       {0x8D, "keep alive timeout"},
                                       {0x8E, "session taken over"},
                                       {0x8F, "topic filter invalid"},
                                       {0x90, "topic name invalid"},
                                       {0x91, "packet identifier in use"},
                                       {0x93, "receive maximum exceeded"},
                                       {0x94, "topic alias invalid"},
                                       {0x95, "packet too large"},
                                       {0x96, "message rate too high"},
                                       {0x97, "quota exceeded"},
                                       {0x98, "administrative action"},
                                       {0x99, "payload format invalid"},
                                       {0x9A, "retain not supported"},
                                       {0x9B, "QoS not supported"},
                                       {0x9C, "use another server"},
                                       {0x9D, "server moved"},
                                       {0x9E, "shared subscriptions not supported"},
                                       {0x9F, "connection rate exceeded"},
                                       {0xA2, "wildcard subscriptions not supported"}}};

}  // namespace

std::string to_bytes(const ConnectPacket& connect) {
  const bool is_5 = connect.version == MqttVersion::v5;
  std::string body;
  put_text(body, "MQTT");
  put8(body, static_cast<std::uint32_t>(connect.version));
  std::uint32_t flags = connect.clean ? 2U : 0U;
  if (connect.will) flags |= 0x04U | 0x08U | (connect.will->retain ? 0x20U : 0U);  // QoS 1
  if (!connect.user.empty()) flags |= 0x80U;
  if (!connect.password.empty()) flags |= 0x40U;
  put8(body, flags);
  put16(body, connect.keep_alive_s);
  if (is_5) {
    std::string properties;
    put8(properties, 0x11);
    put32(properties, connect.session_s);
    put8(properties, 0x21);
    put16(properties, connect.receive_most);
    if (connect.largest > 0) {
      put8(properties, 0x27);
      put32(properties, connect.largest);
    }
    put8(body, static_cast<std::uint32_t>(properties.size()));
    body += properties;
  }
  put_text(body, connect.client_id);
  if (connect.will) {
    if (is_5) put8(body, 0);
    put_text(body, connect.will->topic);
    put_text(body, connect.will->payload);
  }
  if (!connect.user.empty()) put_text(body, connect.user);
  if (!connect.password.empty()) put_text(body, connect.password);
  return packet(Kind::connect, 0, body);
}

std::string to_bytes(const PublishPacket& publish, MqttVersion version) {
  std::string body;
  put_text(body, publish.topic);
  if (publish.id != 0) put16(body, publish.id);
  if (version == MqttVersion::v5) put8(body, 0);
  body += publish.payload;
  const std::uint32_t flags = (publish.id != 0 ? 2U : 0U) | (publish.retain ? 1U : 0U) | (publish.repeated ? 8U : 0U);
  return packet(Kind::publish, flags, body);
}

std::string subscribe_bytes(std::uint16_t id, const std::vector<std::string>& filters, MqttVersion version) {
  std::string body;
  put16(body, id);
  if (version == MqttVersion::v5) put8(body, 0);
  for (const std::string& filter : filters) {
    put_text(body, filter);
    put8(body, 1);  // QoS 1
  }
  return packet(Kind::subscribe, 2, body);
}

std::string puback_bytes(std::uint16_t id) {
  std::string body;
  put16(body, id);
  return packet(Kind::puback, 0, body);
}

std::string pingreq_bytes() { return packet(Kind::pingreq, 0, {}); }
std::string disconnect_bytes() { return packet(Kind::disconnect, 0, {}); }

void PacketReader::add(std::string_view bytes) {
  if (read_ == bytes_.size()) {
    bytes_.clear();
    read_ = 0;
  } else if (read_ > 65536 && read_ > bytes_.size() / 2) {
    bytes_.erase(0, read_);
    read_ = 0;
  }
  bytes_.append(bytes);
}

std::optional<Packet> PacketReader::next() {
  const std::string_view all = std::string_view(bytes_).substr(read_);
  std::size_t length = 0, head = 1;
  for (unsigned shift = 0;; shift += 7, ++head) {
    if (shift == 28) broken("a length of more than four bytes", "packets of MQTT");
    if (all.size() <= head) return std::nullopt;
    const auto byte = static_cast<unsigned char>(all[head]);
    length |= std::size_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0) break;
  }
  ++head;
  if (length > largest_ + 70'000)  // a message that large, its topic and its properties
    throw InvalidInput(Fault{.value = "a packet of " + std::to_string(length) + " bytes",
                             .expected = "messages of at most " + std::to_string(largest_) + " bytes"});
  if (all.size() < head + length) return std::nullopt;
  const auto first = static_cast<unsigned char>(all[0]);
  const Body body(all.substr(head, length));
  read_ += head + length;
  switch (static_cast<Kind>(first >> 4)) {
    case Kind::connack: return read_connack(body, version_);
    case Kind::publish: return read_publish(body, first & 0x0FU, version_);
    case Kind::puback: return read_ack<PubackPacket>(body, version_);
    case Kind::suback: return read_ack<SubackPacket>(body, version_);
    case Kind::pingresp: return PingrespPacket{};
    case Kind::disconnect: return read_disconnect(body);
    default: broken("bytes that are no packet of a broker", "MQTT");
  }
}

std::string code_name(std::uint8_t code) {
  for (const Code& each : kCodes)
    if (each.code == code) return std::string(each.name) + " (" + std::to_string(code) + ")";
  return "code " + std::to_string(code);
}

CodeMeaning connack_meaning(std::uint8_t code, MqttVersion version) {
  if (version == MqttVersion::v3_1_1 || code < 0x80) {
    switch (code) {
      case 1: return {"the broker does not speak this version of MQTT", "version 3.1.1"};
      case 2: return {"the broker refuses the client id", "another client_id"};
      case 3: return {"the broker is not ready", "one that is: look into its log"};
      case 4: return {"the broker refuses user name and password", "the ones it knows: check user and password_file"};
      case 5:
        return {"the broker refuses the connection: not authorised",
                "a user it lets in: check user, password_file, certificate_file and the broker's access list"};
      default: return {"the broker refuses the connection: code " + std::to_string(code), "code 0"};
    }
  }
  const std::string seen = "the broker refuses the connection: " + code_name(code);
  switch (code) {
    case 0x84: return {seen, "version 3.1.1"};
    case 0x85: return {seen, "another client_id"};
    case 0x86:
    case 0x87:
    case 0x8C:
      return {seen, "a user it lets in: check user, password_file, certificate_file and the broker's access list"};
    default: return {seen, "a broker that is ready: look into its log"};
  }
}

}  // namespace takt::io::detail
