// SPDX-License-Identifier: Apache-2.0
// Bytes with a first line that says what they are, whose, and their SHA-256:
//   takt-rows/1 <about> <64 hexadecimal digits>
#pragma once

#include <string>
#include <string_view>

namespace takt::io::detail {

/// `about` has no spaces.
std::string sealed(std::string_view format, std::string_view about, std::string_view content);

struct Unsealed {
  std::string about, hash;
  std::string_view content;  ///< of the bytes given
};
/// Throws InvalidInput, with `path` in its fault, for bytes that are not of this format, cut off or changed.
Unsealed unsealed(std::string_view format, std::string_view bytes, const std::string& path);

}  // namespace takt::io::detail
