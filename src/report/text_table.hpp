// SPDX-License-Identifier: Apache-2.0
// Columns of text, and numbers as people read them.
#pragma once

#include <string>
#include <vector>

namespace takt::report::detail {

/// Rows of cells; the first column is set to the left, the others to the right unless they are told.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);
  void left(std::size_t column) { to_left_[column] = true; }
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  std::string text() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<bool> to_left_;
};

/// "-" for a number that does not exist.
inline constexpr const char* kNothing = "-";

/// Four digits: "247.5", "1980".
std::string number_text(double value);
/// "247.49 ± 0.86", with as many decimals as the half width has to two digits; a sign in front if `sign`.
std::string interval_text(double value, double half_width, bool sign = false);
std::string percent_text(double ratio, int decimals = 0);

/// The unit in which times about as long as these seconds are read best: s, min or h.
struct TimeUnit {
  const char* name;
  double seconds;
};
TimeUnit time_unit(double seconds);
/// Three digits: "12.9", "5.25".
std::string short_text(double value);

}  // namespace takt::report::detail
