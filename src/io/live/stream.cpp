// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/stream.hpp"

#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "io/live/item_table.hpp"
#include "io/live/timestamp.hpp"

namespace takt::io {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;  // also the longest line
constexpr std::size_t kKeptFaults = 20;

// What a line holds, short and in plain characters: a stream that is no text must not spoil a terminal.
std::string printable(std::string_view text) {
  constexpr std::size_t kMost = 60;
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text.substr(0, kMost)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15U]};
    }
  }
  return out + (text.size() > kMost ? "...\"" : "\"");
}

struct Close {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

}  // namespace

struct StreamReader::Impl {
  // Opens a file; zlib reads plain ones as they are.
  explicit Impl(const std::filesystem::path& path) : name(path.string()), buffer(kBlock, '\0') {
    file.reset(gzopen(name.c_str(), "rb"));
    if (!file) throw FileError("cannot open '" + name + "': " + std::strerror(errno));
    gzbuffer(file.get(), 1U << 18);
    at = end = buffer.data();
    fill();
    skip_mark();
  }
  Impl(std::string text, std::string file_name) : name(std::move(file_name)), buffer(std::move(text)) {
    at = buffer.data();
    end = at + buffer.size();
    skip_mark();
  }

  bool next(Observation& out);
  bool read_line(const char* line, const char* line_end, Observation& out);
  bool fill();
  void skip_mark() {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (std::string_view(at, static_cast<std::size_t>(end - at)).starts_with(kByteOrderMark))
      at += kByteOrderMark.size();
  }
  void end_early(std::string_view reason);
  void skip_long_line();
  void bad_line(std::string_view value, std::string expected);

  std::string name;
  std::string buffer;                     // a block, or the whole text
  std::unique_ptr<gzFile_s, Close> file;  // none once all is in the buffer
  char* at = nullptr;                     // what is not read yet: [at, end)
  char* end = nullptr;
  bool is_cut = false;  // the file ended within a line

  TimestampReader timestamps;
  ItemTable items;
  std::uint64_t lines = 0, bad_lines = 0;
  std::vector<Fault> faults;
};

bool StreamReader::Impl::next(Observation& out) {
  for (;;) {
    const auto left = static_cast<std::size_t>(end - at);
    auto* line_end = left == 0 ? nullptr : static_cast<char*>(std::memchr(at, '\n', left));
    if (line_end == nullptr) {
      if (file) {
        if (left < kBlock) {
          fill();
        } else {
          skip_long_line();
        }
        continue;
      }
      if (left == 0 || is_cut) return false;
      line_end = end;  // the last line needs no end
    }
    char* const line = at;
    at = line_end == end ? end : line_end + 1;
    ++lines;
    if (line_end > line && line_end[-1] == '\r') --line_end;
    if (line_end > line && read_line(line, line_end, out)) return true;
  }
}

bool StreamReader::Impl::read_line(const char* line, const char* line_end, Observation& out) {
  const auto whole = [&] { return std::string_view(line, static_cast<std::size_t>(line_end - line)); };
  const char* p = timestamps.read(line, line_end, out.time);
  if (p == nullptr || p == line_end || *p != '|') {
    bad_line(whole().substr(0, whole().find('|')), "a timestamp such as 2026-03-02T06:00:00.25Z, then '|'");
    return false;
  }
  const char* item = p + 1;
  const auto* item_end = static_cast<const char*>(std::memchr(item, '|', static_cast<std::size_t>(line_end - item)));
  if (item_end == nullptr || item_end == item) {
    bad_line(whole(), "timestamp|item|value");
    return false;
  }
  out.item = items.index_of({item, static_cast<std::size_t>(item_end - item)});
  if (out.item == ItemTable::kNone) {
    bad_line({item, static_cast<std::size_t>(item_end - item)}, "one of the items seen before, as they are too many");
    return false;
  }
  out.value = {item_end + 1, static_cast<std::size_t>(line_end - item_end - 1)};
  return true;
}

// Moves what is left to the front and reads on behind it. False, and the file closed, at its end.
bool StreamReader::Impl::fill() {
  const auto left = static_cast<std::size_t>(end - at);
  std::memmove(buffer.data(), at, left);
  at = buffer.data();
  end = at + left;
  const int got = gzread(file.get(), end, static_cast<unsigned>(kBlock - left));
  if (got > 0) {
    end += got;
    return true;
  }
  int status = Z_OK;
  const char* reason = gzerror(file.get(), &status);
  if (status == Z_ERRNO) throw FileError("cannot read '" + name + "': " + std::strerror(errno));
  if (status != Z_OK && status != Z_STREAM_END) end_early(reason);
  file.reset();
  return false;
}

void StreamReader::Impl::end_early(std::string_view reason) {
  if (reason.starts_with(name + ": ")) reason.remove_prefix(name.size() + 2);
  is_cut = true;
  faults.push_back({.path = {},
                    .value = "the end of what can be unpacked (" + std::string(reason) + ")",
                    .expected = "a whole gzip file",
                    .nearest = {},
                    .file = name,
                    .line = static_cast<int>(lines + 1)});
}

void StreamReader::Impl::skip_long_line() {
  ++lines;
  bad_line({at, kBlock}, "a line of less than " + std::to_string(kBlock) + " bytes");
  const char* line_end = nullptr;
  do {
    at = end;
    if (!fill()) return;
    line_end = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
  } while (line_end == nullptr);
  at += line_end - at + 1;
}

void StreamReader::Impl::bad_line(std::string_view value, std::string expected) {
  if (++bad_lines > kKeptFaults) return;
  faults.push_back({.path = {},
                    .value = printable(value),
                    .expected = std::move(expected),
                    .nearest = {},
                    .file = name,
                    .line = static_cast<int>(lines)});
}

StreamReader::StreamReader(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
StreamReader::StreamReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StreamReader::StreamReader(StreamReader&&) noexcept = default;
StreamReader& StreamReader::operator=(StreamReader&&) noexcept = default;
StreamReader::~StreamReader() = default;

StreamReader StreamReader::from_text(std::string text, std::string name) {
  return StreamReader(std::make_unique<Impl>(std::move(text), std::move(name)));
}

bool StreamReader::next(Observation& out) { return impl_->next(out); }
const std::vector<std::string>& StreamReader::items() const { return impl_->items.names(); }
std::uint64_t StreamReader::lines() const { return impl_->lines; }
std::uint64_t StreamReader::bad_lines() const { return impl_->bad_lines; }
const std::vector<Fault>& StreamReader::faults() const { return impl_->faults; }

}  // namespace takt::io
