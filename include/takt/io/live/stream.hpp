// SPDX-License-Identifier: Apache-2.0
// Streams of `timestamp|item|value` lines as MTConnect adapters write them, plain or gzip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "takt/core/calendar.hpp"
#include "takt/core/error.hpp"

namespace takt::io {

/// One line. `item` indexes StreamReader::items(); `value` is valid until the next line is read.
struct Observation {
  WallClock::Instant time;
  std::uint32_t item;
  std::string_view value;
};

/// Reads a stream line by line, whole blocks at a time. Lines that cannot be read are counted and the first few kept as
/// faults (file, line, value, expectation); reading goes on. A gzip file that ends early gives what is whole, then a
/// fault. Not thread-safe.
class StreamReader {
 public:
  explicit StreamReader(const std::filesystem::path& file);  ///< throws FileError; gzip is recognised by its content
  static StreamReader from_text(std::string text, std::string name = "stream");
  StreamReader(StreamReader&&) noexcept;
  StreamReader& operator=(StreamReader&&) noexcept;
  ~StreamReader();

  /// The next observation; false at the end.
  bool next(Observation& out);

  const std::vector<std::string>& items() const;  ///< names in order of first appearance
  std::uint64_t lines() const;                    ///< read so far
  std::uint64_t bad_lines() const;
  const std::vector<Fault>& faults() const;  ///< of the first 20 bad lines

 private:
  struct Impl;
  explicit StreamReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What an item of a stream means: takt-mapping/1.
struct StreamMapping {
  enum class Role { state, program, part_count, block, feed_rate, override_percent, ignore };
  struct Item {
    Role role = Role::ignore;
    std::map<std::string, std::string> states;  ///< for role state: value -> PackML state name
    friend bool operator==(const Item&, const Item&) = default;
  };
  std::string equipment;                        ///< path of the machine the stream speaks of
  std::map<std::string, Item> items;            ///< by item name; others are ignored
  Duration silence = std::chrono::minutes{30};  ///< this long without a line ends an operation
  friend bool operator==(const StreamMapping&, const StreamMapping&) = default;
};

/// Reads a takt-mapping/1 file: one mapping a stream, by stream name. Throws InvalidInput with every fault, or
/// FileError.
std::map<std::string, StreamMapping> load_mapping(const std::filesystem::path& file);
std::map<std::string, StreamMapping> parse_mapping(std::string_view text, const std::string& name = "mapping");

}  // namespace takt::io
