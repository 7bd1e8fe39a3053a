// SPDX-License-Identifier: Apache-2.0
// Writes JSON value by value, so that a file keeps the order of the plant and reads well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace takt::io::detail {

class JsonWriter {
 public:
  /// One member a line, or all in one line (and all that stands within).
  enum class Layout { lines, one_line };

  JsonWriter& begin_object(Layout layout = Layout::lines) { return begin('{', '}', layout); }
  JsonWriter& begin_array(Layout layout = Layout::lines) { return begin('[', ']', layout); }
  JsonWriter& end();
  JsonWriter& key(std::string_view name);

  JsonWriter& text(std::string_view value);
  JsonWriter& number(double value);  ///< reads back as the same
  JsonWriter& count(std::uint64_t value) { return raw(std::to_string(value)); }
  JsonWriter& flag(bool value) { return raw(value ? "true" : "false"); }

  std::string take() { return std::move(out_); }

 private:
  struct Open {
    char closing;
    bool one_line, empty;
  };

  JsonWriter& begin(char opening, char closing, Layout layout);
  JsonWriter& raw(std::string_view value);
  void separate();
  void new_line();

  std::string out_;
  std::vector<Open> open_;
  bool after_key_ = false;
};

}  // namespace takt::io::detail
