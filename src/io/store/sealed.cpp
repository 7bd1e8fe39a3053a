// SPDX-License-Identifier: Apache-2.0
#include "io/store/sealed.hpp"

#include "io/store/sha256.hpp"
#include "takt/core/error.hpp"

namespace takt::io::detail {

std::string sealed(std::string_view format, std::string_view about, std::string_view content) {
  std::string bytes(format);
  bytes.append(" ").append(about).append(" ").append(sha256(content)).append("\n").append(content);
  return bytes;
}

Unsealed unsealed(std::string_view format, std::string_view bytes, const std::string& path) {
  const auto refuse = [&](std::string found) -> void {
    throw InvalidInput(
        Fault{.path = path, .value = std::move(found), .expected = "whole bytes of " + std::string(format)});
  };
  constexpr std::size_t kLongestLine = 400, kHash = 64;
  const std::size_t end = bytes.substr(0, kLongestLine).find('\n');
  if (!bytes.starts_with(format) || end == std::string_view::npos) refuse("something else");
  const std::string_view line = bytes.substr(0, end);
  const std::size_t about = format.size() + 1, hash = line.rfind(' ') + 1;
  if (hash <= about || line.size() - hash != kHash) refuse("something else");
  Unsealed read{std::string(line.substr(about, hash - about - 1)), std::string(line.substr(hash)),
                bytes.substr(end + 1)};
  if (sha256(read.content) != read.hash) refuse("bytes that were cut off or changed");
  return read;
}

}  // namespace takt::io::detail
