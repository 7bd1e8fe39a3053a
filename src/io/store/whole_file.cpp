// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/whole_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

#include "takt/core/error.hpp"

namespace takt::io {
namespace {

namespace fs = std::filesystem;

std::string message(const char* what, const fs::path& file, int reason) {
  return std::string("cannot ") + what + " '" + file.string() + "': " + std::strerror(reason);
}
[[noreturn]] void fail_reading(const fs::path& file, int reason) { throw FileError(message("read", file, reason)); }
[[noreturn]] void fail_writing(const fs::path& file, int reason) { throw WriteError(message("write", file, reason)); }

class Descriptor {
 public:
  Descriptor(const fs::path& file, int flags, mode_t mode = 0)
      : number_(::open(file.c_str(), flags | O_CLOEXEC, mode)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }  // a full disk may be told only here

 private:
  int number_;
};

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

std::string part_prefix(const fs::path& file) { return "." + file.filename().string() + "."; }
constexpr std::string_view kPart = ".part";

/// What writers of this file left that no longer live.
void remove_leftovers(const fs::path& file) {
  const std::string prefix = part_prefix(file);
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_of(file), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(kPart) || name.size() <= prefix.size() + kPart.size()) continue;
    const char* const end = name.data() + name.size() - kPart.size();
    pid_t writer = 0;
    const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, writer);
    if (error == std::errc{} && stop == end && ::kill(writer, 0) != 0 && errno == ESRCH) fs::remove(entry, ignored);
  }
}

}  // namespace

void write_whole(const fs::path& file, std::string_view bytes) {
  remove_leftovers(file);
  const fs::path part = folder_of(file) / (part_prefix(file) + std::to_string(::getpid()) + std::string(kPart));
  const auto give_up = [&](int reason) {
    ::unlink(part.c_str());
    fail_writing(file, reason);
  };
  {
    Descriptor out(part, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (out.number() < 0) fail_writing(file, errno);
    if (!write_all(out.number(), bytes) || ::fsync(out.number()) != 0) give_up(errno);
    if (!out.close()) give_up(errno);
  }
  if (::rename(part.c_str(), file.c_str()) != 0) give_up(errno);
  const Descriptor folder(folder_of(file), O_RDONLY | O_DIRECTORY);
  if (folder.number() >= 0) ::fsync(folder.number());  // some file systems cannot: the new file is whole all the same
}

std::string read_whole(const fs::path& file) {
  Descriptor in(file, O_RDONLY);
  if (in.number() < 0) fail_reading(file, errno);
  struct stat about {};
  if (::fstat(in.number(), &about) != 0) fail_reading(file, errno);
  if (!S_ISREG(about.st_mode)) fail_reading(file, S_ISDIR(about.st_mode) ? EISDIR : EINVAL);
  std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t n = ::read(in.number(), bytes.data() + at, bytes.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_reading(file, errno);
    if (n == 0) break;
    at += static_cast<std::size_t>(n);
  }
  bytes.resize(at);
  return bytes;
}

}  // namespace takt::io
