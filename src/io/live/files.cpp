// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/files.hpp"

#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "io/live/line_reader.hpp"
#include "io/live/polling_source.hpp"
#include "io/live/table_reader.hpp"

namespace takt::io {
namespace {

using detail::LineCutter;
using detail::LineReader;
using detail::Outlet;

constexpr std::size_t kBlock = std::size_t{256} << 10;

std::string reason() { return std::generic_category().message(errno); }

LineReader reader_of(const std::optional<TableMapping>& table, const std::string& file, const std::string& source) {
  return table ? detail::table_rows(*table, file, source) : detail::snapshot_lines(file, source);
}

// ---- a file that grows ---------------------------------------------------------------------------------------------

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0) throw FileError("cannot open '" + path.string() + "': " + reason());
  }
  OpenFile(OpenFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~OpenFile() {
    if (file_ >= 0) close(file_);
  }
  int get() const { return file_; }

 private:
  int file_;
};

/// Follows one file. What is behind its last newline waits for the rest of its line.
class Follower {
 public:
  Follower(std::string name, FileOptions options) : name_(std::move(name)), options_(std::move(options)) {}

  void look(Outlet& outlet) {
    if (!at_) begin();
    outlet.connected();
    if (!read_on(outlet) || !is_replaced()) return;
    std::vector<Delivery> news;
    at_->lines.end(news);  // nobody will write its end any more
    at_.reset();
    if (outlet.put(news)) look(outlet);
  }

 private:
  struct At {
    OpenFile file;
    LineCutter lines;
    off_t offset = 0;
  };

  void begin() {
    at_.emplace(At{OpenFile(options_.path), LineCutter(reader_of(options_.table, options_.path.string(), name_))});
  }

  bool read_on(Outlet& outlet) {
    struct stat now {};
    if (fstat(at_->file.get(), &now) == 0 && now.st_size < at_->offset) begin();
    std::string block(kBlock, '\0');
    std::vector<Delivery> news;
    for (;;) {
      const ssize_t got = pread(at_->file.get(), block.data(), block.size(), at_->offset);
      if (got < 0) throw FileError("cannot read '" + options_.path.string() + "': " + reason());
      if (got == 0) return true;
      at_->lines.add({block.data(), static_cast<std::size_t>(got)}, news);
      at_->offset += got;
      if (!outlet.put(news)) return false;
    }
  }

  /// Another file has its name. One that has gone may come again: it is waited for.
  bool is_replaced() const {
    struct stat mine {
    }, named{};
    return fstat(at_->file.get(), &mine) == 0 && stat(options_.path.c_str(), &named) == 0 &&
           (mine.st_ino != named.st_ino || mine.st_dev != named.st_dev);
  }

  std::string name_;
  FileOptions options_;
  std::optional<At> at_;
};

// ---- a folder ------------------------------------------------------------------------------------------------------

/// A file as it stood when it was looked at.
struct Stamp {
  std::uintmax_t size = 0;
  std::int64_t modified_ns = 0;
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

/// Which files are finished: "size modified name" a line, on disk before the next file is begun.
class Finished {
 public:
  explicit Finished(std::filesystem::path file) : file_(std::move(file)) {
    std::ifstream in(file_);
    std::string name;
    for (Stamp stamp; in >> stamp.size >> stamp.modified_ns && in.get() == ' ' && std::getline(in, name);)
      if (!in.eof()) stamps_[name] = stamp;  // a line without its end was not written whole
    std::error_code none;
    begins_anew_ = std::filesystem::file_size(file_, none) > 0 && !none;
  }

  bool has(const std::string& name, const Stamp& stamp) const {
    const auto it = stamps_.find(name);
    return it != stamps_.end() && it->second == stamp;
  }

  void add(const std::string& name, const Stamp& stamp) {
    stamps_[name] = stamp;
    if (file_.empty() || name.find('\n') != std::string::npos) return;
    const std::string line = std::string(std::exchange(begins_anew_, false) ? "\n" : "") + std::to_string(stamp.size) +
                             ' ' + std::to_string(stamp.modified_ns) + ' ' + name + '\n';
    const int file = open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const bool done =
        file >= 0 && write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fdatasync(file) == 0;
    const std::string why = done ? "" : reason();
    if (file >= 0) close(file);
    if (!done) throw WriteError("cannot write '" + file_.string() + "': " + why);
  }

 private:
  std::filesystem::path file_;
  bool begins_anew_ = false;  // what stands there may end within a line
  std::map<std::string, Stamp> stamps_;
};

struct CloseGz {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

class Folder {
 public:
  Folder(std::string name, FolderOptions options)
      : name_(std::move(name)), options_(std::move(options)), finished_(options_.finished) {}

  void look(Outlet& outlet) {
    for (const std::string& file : settled()) {
      const Stamp stamp = seen_.at(file).stamp;
      if (!read(outlet, options_.path / file)) return;
      finished_.add(file, stamp);
      seen_.erase(file);
    }
    outlet.connected();
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Seen {
    Stamp stamp;
    Clock::time_point since;
  };

  bool is_wanted(const std::string& name) const {
    return !name.starts_with('.') && !name.ends_with(".part") && !name.ends_with(".tmp") &&
           fnmatch(options_.names.c_str(), name.c_str(), 0) == 0 && options_.path / name != options_.finished;
  }

  /// Names of the files to be read now, in order.
  std::vector<std::string> settled() {
    std::error_code error;
    std::filesystem::directory_iterator folder(options_.path, error);
    if (error) throw FileError("cannot read the folder '" + options_.path.string() + "': " + error.message());
    std::map<std::string, Seen> seen;
    std::vector<std::string> names;
    const Clock::time_point now = Clock::now();
    for (const auto& entry : folder) {
      const std::string name = entry.path().filename().string();
      struct stat is {};
      if (!is_wanted(name) || stat(entry.path().c_str(), &is) != 0 || !S_ISREG(is.st_mode)) continue;
      const Stamp stamp{static_cast<std::uintmax_t>(is.st_size),
                        is.st_mtim.tv_sec * std::int64_t{1'000'000'000} + is.st_mtim.tv_nsec};
      if (finished_.has(name, stamp)) continue;
      const auto before = seen_.find(name);
      const bool is_same = before != seen_.end() && before->second.stamp == stamp;
      const Clock::time_point since = is_same ? before->second.since : now;
      seen[name] = {stamp, since};
      if (now - since >= options_.settle) names.push_back(name);
    }
    seen_ = std::move(seen);
    std::ranges::sort(names);
    return names;
  }

  bool read(Outlet& outlet, const std::filesystem::path& path) {
    const std::unique_ptr<gzFile_s, CloseGz> file(gzopen(path.c_str(), "rb"));
    if (!file) throw FileError("cannot open '" + path.string() + "': " + reason());
    LineCutter lines(reader_of(options_.table, path.string(), name_));
    std::string block(kBlock, '\0');
    std::vector<Delivery> news;
    for (;;) {
      const int got = gzread(file.get(), block.data(), static_cast<unsigned>(block.size()));
      if (got > 0) lines.add({block.data(), static_cast<std::size_t>(got)}, news);
      if (got <= 0) lines.end(news);
      if (!outlet.put(news)) return false;
      if (got <= 0) break;
    }
    int status = Z_OK;
    const char* const why = gzerror(file.get(), &status);
    if (status == Z_ERRNO) throw FileError("cannot read '" + path.string() + "': " + reason());
    if (status == Z_OK || status == Z_STREAM_END) return true;
    return outlet.reject({.value = std::string("the end of what can be unpacked (") + why + ")",
                          .expected = "a whole gzip file",
                          .file = path.string()});
  }

  std::string name_;
  FolderOptions options_;
  Finished finished_;
  std::map<std::string, Seen> seen_;
};

}  // namespace

std::unique_ptr<SnapshotSource> file_source(std::string name, FileOptions options) {
  const Duration every = options.every;
  const auto follower = std::make_shared<Follower>(name, std::move(options));  // shared: a look can be copied
  return detail::polling_source(std::move(name), every, [follower](Outlet& outlet) { follower->look(outlet); });
}

std::unique_ptr<SnapshotSource> folder_source(std::string name, FolderOptions options) {
  const Duration every = options.every;
  const auto folder = std::make_shared<Folder>(name, std::move(options));  // shared: a look can be copied
  return detail::polling_source(std::move(name), every, [folder](Outlet& outlet) { folder->look(outlet); });
}

}  // namespace takt::io
