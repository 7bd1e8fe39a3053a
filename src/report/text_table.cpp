// SPDX-License-Identifier: Apache-2.0
#include "report/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace takt::report::detail {
namespace {

/// Characters as they are counted on a screen: the bytes of UTF-8 that begin one.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Decimals that show `size` to `digits` digits.
int decimals_for(double size, int digits) {
  if (!(size > 0.0) || !std::isfinite(size)) return 0;
  return std::clamp(digits - 1 - static_cast<int>(std::floor(std::log10(size))), 0, 6);
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header) : header_(std::move(header)), to_left_(header_.size(), false) {
  to_left_.front() = true;
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (const std::string& cell : header_) widths.push_back(width_of(cell));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));

  std::string out;
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - width_of(row[i]), ' ');
      if (i > 0) line += "  ";
      line += to_left_[i] ? row[i] + gap : gap + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  add(header_);
  for (const auto& row : rows_) add(row);
  return out;
}

std::string number_text(double value) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals_for(std::abs(value), 4)) : kNothing;
}

std::string interval_text(double value, double half_width, bool sign) {
  if (!std::isfinite(value)) return kNothing;
  const bool has_width = std::isfinite(half_width) && half_width > 0.0;
  const int decimals = has_width ? decimals_for(half_width, 2) : decimals_for(std::abs(value), 4);
  std::string text = sign ? fmt::format("{:+.{}f}", value, decimals) : fmt::format("{:.{}f}", value, decimals);
  if (std::isfinite(half_width)) text += fmt::format(" ± {:.{}f}", half_width, decimals);
  return text;
}

std::string percent_text(double ratio, int decimals) {
  return std::isfinite(ratio) ? fmt::format("{:.{}f} %", ratio * 100.0, decimals) : kNothing;
}

TimeUnit time_unit(double seconds) {
  const double size = std::abs(seconds);
  if (size >= 3.0 * 3600.0) return {"h", 3600.0};
  if (size >= 180.0) return {"min", 60.0};
  return {"s", 1.0};
}

std::string short_text(double value) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals_for(std::abs(value), 3)) : kNothing;
}

}  // namespace takt::report::detail
