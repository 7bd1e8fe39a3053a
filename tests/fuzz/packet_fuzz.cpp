// SPDX-License-Identifier: Apache-2.0
// Whatever a broker sends, whole or in pieces, it is cut into the same packets or refused.
#include <algorithm>

#include "fuzz.hpp"
#include "io/live/mqtt/packet.hpp"
#include "io/live/mqtt/url.hpp"
#include "takt/core/error.hpp"

namespace {

using namespace takt;
using namespace takt::io;

std::string read(std::string_view bytes, std::size_t piece, MqttVersion version) {
  detail::PacketReader reader(version, 1000);
  std::string told;
  try {
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.add(bytes.substr(at, piece));
      while (const auto packet = reader.next()) {
        told += std::to_string(packet->index());
        if (const auto* const publish = std::get_if<detail::PublishPacket>(&*packet))
          told += publish->topic + "|" + publish->payload + "|" + std::to_string(publish->id);
      }
    }
  } catch (const InvalidInput& error) {
    fuzz::require(!error.faults().empty(), "a refusal says why");
    told += "!";
  }
  return told;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
  const MqttVersion version = (data[0] & 1U) != 0 ? MqttVersion::v5 : MqttVersion::v3_1_1;
  const std::string at_once = read(bytes, size, version);
  fuzz::require(read(bytes, 1 + data[0] / 2U, version) == at_once, "pieces give the same");
  if (const auto url = detail::parse_broker_url(bytes))
    fuzz::require(!url->host.empty() && url->port > 0, "a url has a host");
  return 0;
}
