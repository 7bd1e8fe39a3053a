// SPDX-License-Identifier: Apache-2.0
// What the lines of a file say, whatever its format.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "takt/sync/inbox.hpp"

namespace takt::io::detail {

inline constexpr std::size_t kLongestLine = std::size_t{16} << 20;

/// A line and its number, counted from 1.
using LineReader = std::function<void(std::string_view line, int number, std::vector<Delivery>& out)>;
/// A reader of a file that begins; `file` is its name for messages, `source` that of its transport.
using MakeLineReader = std::function<LineReader(const std::string& file, const std::string& source)>;

/// takt-snapshot/1.
LineReader snapshot_lines(const std::string& file, const std::string& source);

/// Cuts bytes into lines.
class LineCutter {
 public:
  explicit LineCutter(LineReader reader) : reader_(std::move(reader)) {}

  void add(std::string_view bytes, std::vector<Delivery>& out);
  /// The file has ended: what stands behind its last newline is a line too.
  void end(std::vector<Delivery>& out);

 private:
  void line(std::string_view line, std::vector<Delivery>& out);

  LineReader reader_;
  std::string begun_;
  bool too_long_ = false;
  int number_ = 0;
};

}  // namespace takt::io::detail
