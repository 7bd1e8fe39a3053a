// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace takt::io::detail {

/// mqtt://host:port or mqtts://host:port; the host may be an address, one of IPv6 in brackets.
struct BrokerUrl {
  std::string host{};
  std::uint16_t port = 0;
  bool tls = false;
  std::string text{};  ///< as messages name it
};
std::optional<BrokerUrl> parse_broker_url(std::string_view text);

}  // namespace takt::io::detail
