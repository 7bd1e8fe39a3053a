// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/audit.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "io/store/sha256.hpp"
#include "takt/core/error.hpp"

namespace takt::io {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::string_view kExpected = "a line of a takt-audit/1 record";
const std::string kFirst(64, '0');

/// The line without its hash: what the hash is of.
Json body_of(std::uint64_t number, const AuditEntry& entry, const std::string& previous) {
  Json body = {{"format", "takt-audit/1"}, {"n", number},        {"at", to_text(entry.at)},
               {"what", entry.what},       {"who", entry.who},   {"request", entry.request},
               {"path", entry.path},       {"item", entry.item}, {"value", entry.value},
               {"detail", entry.detail}};
  if (entry.expires != WallClock::Instant{}) body["expires"] = to_text(entry.expires);
  body["previous"] = previous;
  return body;
}

/// What is no UTF-8 is replaced, so that a name cannot keep a line from being written.
std::string text_of(const Json& line) { return line.dump(-1, ' ', false, Json::error_handler_t::replace); }

AuditEntry entry_of(const Json& line) {
  const auto text = [&](const char* key) { return line.at(key).get<std::string>(); };
  return {parse_instant(text("at")),
          text("what"),
          text("who"),
          text("request"),
          text("path"),
          text("item"),
          line.at("value").is_null() ? 0.0 : line.at("value").get<double>(),
          text("detail"),
          line.contains("expires") ? parse_instant(text("expires")) : WallClock::Instant{}};
}

struct Content {
  std::vector<AuditEntry> entries;
  std::string last_hash = kFirst;
  std::uint64_t size = 0;  ///< bytes of whole lines
};

/// The hash a line must have, or none if it is no line of a record that goes on so.
std::optional<std::string> hash_of(const Json& line, std::uint64_t number, const std::string& previous) {
  if (!line.is_object() || line.value("n", std::uint64_t{0}) != number || line.value("previous", "") != previous)
    return std::nullopt;
  Json body = line;
  body.erase("hash");
  return detail::sha256(text_of(body));
}

Content read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw FileError("cannot read '" + file.string() + "': " + std::strerror(errno));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  Content content;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const auto number = content.entries.size() + 1;
    const auto refuse = [&](const std::string& expected) {
      throw InvalidInput(Fault{.path = "/n",
                               .value = text.substr(at, std::min<std::size_t>(end - at, 60)),
                               .expected = expected,
                               .file = file.string(),
                               .line = static_cast<int>(number)});
    };
    const Json line = Json::parse(text.begin() + static_cast<std::ptrdiff_t>(at),
                                  text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    try {
      const std::optional<std::string> hash = hash_of(line, number, content.last_hash);
      if (!hash || line.value("hash", "") != *hash)
        refuse("line " + std::to_string(number) + " as it was written: it, or one before it, was changed");
      content.entries.push_back(entry_of(line));
      content.last_hash = *hash;
    } catch (const Json::exception&) {
      refuse(std::string(kExpected));
    }
    content.size = end + 1;
  }
  return content;
}

}  // namespace

std::vector<AuditEntry> read_audit(const fs::path& file) { return read(file).entries; }

AuditFile::AuditFile(const fs::path& file) : path_(file) {
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  const auto fail = [&](const char* what) {
    const int reason = errno;
    if (descriptor_ >= 0) ::close(descriptor_);
    throw FileError(std::string("cannot ") + what + " '" + file.string() + "': " + std::strerror(reason));
  };
  if (descriptor_ < 0) fail("open");
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) errno = EBUSY;  // another writer has it
    fail("lock");
  }
  try {
    const Content content = read(file);
    entries_ = content.entries.size();
    size_ = content.size;
    last_hash_ = content.last_hash;
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
  if (::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) fail("cut");
}

AuditFile::~AuditFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

AuditFile::AuditFile(AuditFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      entries_(other.entries_),
      size_(other.size_),
      last_hash_(std::move(other.last_hash_)) {}

AuditFile& AuditFile::operator=(AuditFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(entries_, other.entries_);
  std::swap(size_, other.size_);
  std::swap(last_hash_, other.last_hash_);
  return *this;
}

void AuditFile::append(const AuditEntry& entry) {
  Json line = body_of(entries_ + 1, entry, last_hash_);
  std::string hash = detail::sha256(text_of(line));
  line["hash"] = hash;
  const std::string text = text_of(line) + "\n";
  std::string_view rest = text;
  auto at = static_cast<off_t>(size_);
  const auto fail = [&] {
    const int reason = errno;
    const bool cut = ::ftruncate(descriptor_, static_cast<off_t>(size_)) == 0;
    throw WriteError("cannot write '" + path_.string() + "': " + std::strerror(reason) +
                     (cut ? "" : "; its last line is not whole"));
  };
  while (!rest.empty()) {
    const ssize_t n = ::pwrite(descriptor_, rest.data(), rest.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail();
    rest.remove_prefix(static_cast<std::size_t>(n));
    at += n;
  }
  if (::fdatasync(descriptor_) != 0) fail();
  ++entries_;
  size_ += text.size();
  last_hash_ = std::move(hash);
}

}  // namespace takt::io
