// SPDX-License-Identifier: Apache-2.0
#include "io/plant/text_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

namespace takt::io::detail {
namespace {

[[noreturn]] void refuse_size(const std::string& name, const std::string& found, std::size_t most) {
  throw InvalidInput(Fault{.value = found, .expected = "at most " + std::to_string(most) + " bytes", .file = name});
}

}  // namespace

std::string read_text_file(const std::filesystem::path& file, const Limits& limits) {
  const std::string name = file.string();
  std::error_code no_size;  // a pipe has none
  const auto size = std::filesystem::file_size(file, no_size);
  if (!no_size && size > limits.bytes) refuse_size(name, std::to_string(size) + " bytes", limits.bytes);

  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(name.c_str(), "rb"), &std::fclose);
  if (!stream) throw FileError("cannot open '" + name + "': " + std::strerror(errno));
  std::string text;
  std::array<char, 65536> block;
  for (std::size_t got = 0; (got = std::fread(block.data(), 1, block.size(), stream.get())) > 0;) {
    text.append(block.data(), got);
    if (text.size() > limits.bytes) refuse_size(name, "more", limits.bytes);
  }
  if (std::ferror(stream.get()) != 0) throw FileError("cannot read '" + name + "': " + std::strerror(errno));
  return text;
}

}  // namespace takt::io::detail
