// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include "takt/core/byte_stream.hpp"
#include "takt/core/error.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::io {
namespace {

namespace fs = std::filesystem;

struct Header {
  std::array<char, 8> kind{'t', 'a', 'k', 't', '-', 'j', 'r', '1'};
  std::uint64_t layout = layout_of(Delivery{});
  std::uint64_t first = 0;
};
struct Frame {
  std::uint32_t size = 0, sum = 0;  ///< of what follows
};
enum class Kind : std::uint8_t { delivery = 1, pass = 2 };

[[noreturn]] void fail(const char* what, const fs::path& file, int reason) {
  throw WriteError(std::string("cannot ") + what + " '" + file.string() + "': " + std::strerror(reason));
}

std::uint32_t sum_of(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

template <class... Fields>
std::vector<std::byte> record_of(const Fields&... fields) {
  ByteWriter writer;
  writer(Frame{}.size, Frame{}.sum, fields...);
  std::vector<std::byte> record = std::move(writer).take();
  const auto content = std::span<const std::byte>(record).subspan(sizeof(Frame));
  const Frame frame{static_cast<std::uint32_t>(content.size()), sum_of(content)};
  std::memcpy(record.data(), &frame, sizeof frame);
  return record;
}

struct Record {
  Kind kind = Kind::delivery;
  std::uint64_t number = 0;
  std::span<const std::byte> rest;
};

/// The records of one file, to the first that is not whole.
struct Content {
  explicit Content(const fs::path& file) : bytes(read_whole(file)) {
    const auto all = std::as_bytes(std::span(bytes));
    if (all.size() < sizeof header) return;
    std::memcpy(&header, all.data(), sizeof header);
    if (header.kind != Header{}.kind)
      throw FileError("cannot read '" + file.string() + "': it is not a journal of takt");
    if (header.layout != Header{}.layout)
      throw FileError("cannot read '" + file.string() +
                      "': another version of takt wrote it; let that version take its messages over first");
    has_header = true;
    end = sizeof header;
    while (all.size() - end >= sizeof(Frame)) {
      Frame frame;
      std::memcpy(&frame, all.data() + end, sizeof frame);
      if (frame.size > all.size() - end - sizeof frame) return;
      const auto content = all.subspan(end + sizeof frame, frame.size);
      is_damaged = sum_of(content) != frame.sum || content.size() < 9;
      if (is_damaged) return;
      Record record;
      record.kind = static_cast<Kind>(content[0]);
      std::memcpy(&record.number, content.data() + 1, sizeof record.number);
      record.rest = content.subspan(9);
      records.push_back(record);
      end += sizeof frame + frame.size;
    }
  }

  std::string bytes;
  Header header;
  bool has_header = false;
  std::vector<Record> records;
  std::size_t end = 0;      ///< of the last whole record
  bool is_damaged = false;  ///< the one behind it is there, but not as it was written
};

std::optional<std::uint64_t> ordinal_of(const std::string& name, const std::string& prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return std::nullopt;
  const std::string digits = name.substr(prefix.size());
  if (digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoull(digits);
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

bool write_all(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Journal::Journal(fs::path name, JournalOptions options) : name_(std::move(name)), options_(options) {
  lock();
  try {
    open_files();
  } catch (...) {
    ::close(lock_);
    if (file_ >= 0) ::close(file_);
    throw;
  }
  if (options_.sync && options_.sync->count() > 0)
    forcing_ = std::jthread([this](const std::stop_token& stop) { keep_forcing(stop); });
}

Journal::~Journal() {
  forcing_ = {};
  if (options_.sync) ::fdatasync(file_);
  ::close(file_);
  ::close(lock_);
}

fs::path Journal::path_of(std::uint64_t ordinal) const {
  return name_.string() + fmt::format(".journal.{:06}", ordinal);
}

void Journal::lock() {
  const fs::path file = name_.string() + ".journal.lock";
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) fail("write", file, errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  ::close(lock_);
  throw FileError("cannot write '" + name_.string() + "': another process writes it");
}

void Journal::open_files() {
  const std::string prefix = name_.filename().string() + ".journal.";
  std::vector<std::uint64_t> ordinals;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_of(name_)))
    if (const auto ordinal = ordinal_of(entry.path().filename().string(), prefix)) ordinals.push_back(*ordinal);
  std::ranges::sort(ordinals);
  for (const std::uint64_t ordinal : ordinals) {
    const fs::path file = path_of(ordinal);
    const bool is_last = ordinal == ordinals.back();
    const Content content(file);
    if (!content.has_header) {  // killed while it was begun
      fs::remove(file);
      continue;
    }
    File& known = files_.emplace_back(File{ordinal, content.header.first, content.header.first - 1});
    for (const Record& record : content.records)
      if (record.kind == Kind::delivery) known.last = record.number;
    end_ = content.end;
    const std::size_t behind = content.bytes.size() - content.end;
    if (behind == 0) continue;
    if (content.is_damaged || !is_last) {
      const fs::path aside = file.string() + ".damaged";
      write_whole(aside, content.bytes);
      notes_.push_back(fmt::format("{}: damaged behind message {}; as it was, it is kept as {}", file.string(),
                                   known.last, aside.filename().string()));
    } else {
      notes_.push_back(fmt::format("{}: {} bytes of a message that was not acknowledged are cut off behind message {}",
                                   file.string(), behind, known.last));
    }
    if (::truncate(file.c_str(), static_cast<off_t>(content.end)) != 0) fail("write", file, errno);
  }
  if (files_.empty()) {
    begin_file(ordinals.empty() ? 1 : ordinals.back() + 1, 1);
    return;
  }
  const fs::path last = path_of(files_.back().ordinal);
  file_ = ::open(last.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file_ < 0) fail("write", last, errno);
}

void Journal::begin_file(std::uint64_t ordinal, std::uint64_t first) {
  const fs::path path = path_of(ordinal);
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) fail("write", path, errno);
  Header header;
  header.first = first;
  if (!write_all(file, std::as_bytes(std::span(&header, 1)))) {
    const int reason = errno;
    ::close(file);
    ::unlink(path.c_str());
    fail("write", path, reason);
  }
  if (file_ >= 0) {
    if (options_.sync) ::fdatasync(file_);
    ::close(file_);
  }
  file_ = file;
  end_ = sizeof header;
  is_torn_ = false;
  files_.push_back({ordinal, first, first - 1});
}

/// All of the record or nothing.
void Journal::write(std::span<const std::byte> record) {
  const fs::path path = path_of(files_.back().ordinal);
  const auto take_back = [&] { is_torn_ = ::ftruncate(file_, static_cast<off_t>(end_)) != 0; };
  if (is_torn_) take_back();
  if (is_torn_) fail("write", path, errno);
  const bool written = write_all(file_, record);
  if (!written || (options_.sync && options_.sync->count() == 0 && ::fdatasync(file_) != 0)) {
    const int reason = errno;
    take_back();
    fail("write", path, reason);
  }
  end_ += record.size();
  is_forced_ = false;
}

std::uint64_t Journal::put(const Delivery& delivery) {
  const std::lock_guard turn(mutex_);
  if (end_ >= options_.file_bytes) begin_file(files_.back().ordinal + 1, files_.back().last + 1);
  const std::uint64_t number = files_.back().last + 1;
  write(record_of(Kind::delivery, number, delivery));
  return files_.back().last = number;
}

void Journal::pass(std::uint64_t after, WallClock::Instant at) {
  const std::lock_guard turn(mutex_);
  write(record_of(Kind::pass, after, at));
}

void Journal::forget(std::uint64_t through) {
  const std::lock_guard turn(mutex_);
  while (files_.size() > 1 && files_.front().last <= through) {
    ::unlink(path_of(files_.front().ordinal).c_str());
    files_.pop_front();
  }
}

void Journal::begin_after(std::uint64_t number) {
  const std::lock_guard turn(mutex_);
  if (files_.back().last < number) begin_file(files_.back().ordinal + 1, number + 1);
}

std::uint64_t Journal::last() const {
  const std::lock_guard turn(mutex_);
  return files_.back().last;
}

void Journal::replay(std::uint64_t first, const std::function<void(std::uint64_t, Delivery&&)>& on_delivery,
                     const std::function<void(WallClock::Instant)>& on_pass) const {
  std::multimap<std::uint64_t, WallClock::Instant> passes;  // written later than deliveries that came behind them
  std::vector<fs::path> wanted;
  {
    const std::lock_guard turn(mutex_);
    for (const File& file : files_)
      if (file.last + 1 >= first) wanted.push_back(path_of(file.ordinal));
  }
  for (const fs::path& path : wanted)
    for (const Content content(path); const Record& record : content.records) {
      if (record.kind != Kind::pass || record.number + 1 < first) continue;
      WallClock::Instant at{};
      from_bytes_of(record.rest, at);
      passes.emplace(record.number, at);
    }
  const auto pass_after = [&](std::uint64_t number) {
    for (auto next = passes.begin(); next != passes.end() && next->first <= number; next = passes.erase(next))
      on_pass(next->second);
  };
  pass_after(first - 1);
  for (const fs::path& path : wanted)
    for (const Content content(path); const Record& record : content.records) {
      if (record.kind != Kind::delivery || record.number < first) continue;
      Delivery delivery;
      from_bytes_of(record.rest, delivery);
      on_delivery(record.number, std::move(delivery));
      pass_after(record.number);
    }
}

void Journal::force() {
  int copy = -1;
  {
    const std::lock_guard turn(mutex_);
    if (is_forced_) return;
    is_forced_ = true;
    copy = ::dup(file_);  // others write meanwhile
  }
  if (copy < 0) return;
  ::fdatasync(copy);
  ::close(copy);
}

void Journal::keep_forcing(const std::stop_token& stop) {
  std::mutex mine;
  while (!stop.stop_requested()) {
    {
      std::unique_lock wait(mine);
      wake_.wait_for(wait, stop, *options_.sync, [] { return false; });
    }
    force();
  }
}

}  // namespace takt::io
