// SPDX-License-Identifier: Apache-2.0
#include "io/live/mqtt/url.hpp"

#include <charconv>

namespace takt::io::detail {

std::optional<BrokerUrl> parse_broker_url(std::string_view text) {
  BrokerUrl url{.text = std::string(text)};
  if (text.starts_with("mqtts://")) {
    url.tls = true;
    text.remove_prefix(8);
  } else if (text.starts_with("mqtt://")) {
    text.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  url.port = url.tls ? 8883 : 1883;
  const bool in_brackets = text.starts_with('[');
  const std::size_t end = in_brackets ? text.find(']') : text.find(':');
  if (in_brackets && end == std::string_view::npos) return std::nullopt;
  url.host = text.substr(in_brackets ? 1 : 0, in_brackets ? end - 1 : end);
  std::string_view rest = end == std::string_view::npos ? std::string_view() : text.substr(end + (in_brackets ? 1 : 0));
  if (!rest.empty()) {
    if (!rest.starts_with(':')) return std::nullopt;
    rest.remove_prefix(1);
    const auto [at, error] = std::from_chars(rest.data(), rest.data() + rest.size(), url.port);
    if (error != std::errc() || at != rest.data() + rest.size() || url.port == 0) return std::nullopt;
  }
  if (url.host.empty() || url.host.find_first_of("/@?# \t\n") != std::string::npos) return std::nullopt;
  return url;
}

}  // namespace takt::io::detail
