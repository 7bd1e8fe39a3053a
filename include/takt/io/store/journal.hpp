// SPDX-License-Identifier: Apache-2.0
// Deliveries written down before they are acknowledged, so that a twin that is killed misses none of them. A file that
// only grows, record by record; field by field in docs/store.md.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "takt/sync/inbox.hpp"

namespace takt::io {

struct JournalOptions {
  std::uint64_t file_bytes = std::uint64_t{16} << 20;  ///< a new file is begun when one has become as large
  /// When what was written is forced to the disk. None: left to the system; a kill loses nothing, a power cut what the
  /// system had not written yet. Zero: each delivery before it is acknowledged. Otherwise so often, all that came
  /// meanwhile at once: a power cut loses no more than that time.
  std::optional<Duration> sync{};
};

/// Thread-safe. One process has a journal at a time.
class Journal {
 public:
  /// Opens the files "line.h5.journal.000001" and so on, or begins the first. A record that was not written to its end
  /// was never acknowledged and is cut off; what is damaged is kept aside; `notes` tells both. Throws FileError if
  /// another process has it or another version of takt wrote it, WriteError.
  explicit Journal(std::filesystem::path name, JournalOptions options = {});
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The number of the delivery: they count on from 1. Throws WriteError if there is no room: nothing of it is left
  /// then, and the next one is tried anew.
  std::uint64_t put(const Delivery& delivery);
  /// Time passed for the twin after it had taken the delivery with that number.
  void pass(std::uint64_t after, WallClock::Instant at);
  /// Deliveries to that number stand elsewhere: files that hold no others go.
  void forget(std::uint64_t through);
  /// The next number is behind `number` at least: for a journal that was lost.
  void begin_after(std::uint64_t number);

  std::uint64_t last() const;
  /// Every delivery from `first` on, in order, and the times that passed between them.
  void replay(std::uint64_t first, const std::function<void(std::uint64_t, Delivery&&)>& on_delivery,
              const std::function<void(WallClock::Instant)>& on_pass) const;
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct File {
    std::uint64_t ordinal = 0, first = 0, last = 0;  ///< numbers; last: first - 1 where there is none
  };
  std::filesystem::path path_of(std::uint64_t ordinal) const;
  void lock();
  void open_files();
  void begin_file(std::uint64_t ordinal, std::uint64_t first);
  void write(std::span<const std::byte> record);
  void force();
  void keep_forcing(const std::stop_token& stop);

  std::filesystem::path name_;
  JournalOptions options_;
  mutable std::mutex mutex_;
  std::deque<File> files_;
  int lock_ = -1, file_ = -1;
  std::uint64_t end_ = 0;  ///< of the last whole record in the last file
  bool is_torn_ = false;   ///< something stands behind it
  bool is_forced_ = true;
  std::vector<std::string> notes_;
  std::condition_variable_any wake_;
  std::jthread forcing_;  ///< last, so that it ends first
};

}  // namespace takt::io
