// SPDX-License-Identifier: Apache-2.0
// Rows of comma-separated values (RFC 4180): cells may be quoted, with "" for a quote and line ends inside.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace takt::io::detail {

class CsvReader {
 public:
  /// `text` must outlive the reader. A mark of byte order at its start is passed over.
  explicit CsvReader(std::string_view text, char separator = ',') : text_(text), separator_(separator) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  /// The next row that is not empty; false at the end.
  bool next(std::vector<std::string>& cells) {
    do {
      if (text_.empty()) return false;
      line_ = next_line_;
      read_row(cells);
    } while (cells.size() == 1 && cells[0].empty());
    return true;
  }
  int line() const { return line_; }                 ///< that the row read last begins on, counted from 1
  bool ends_quoted() const { return ends_quoted_; }  ///< the text ended within quotes

 private:
  void read_row(std::vector<std::string>& cells) {
    std::size_t count = 0;
    for (bool more = true; more; ++count) {
      if (count == cells.size()) cells.emplace_back();
      cells[count].clear();
      more = read_cell(cells[count]);
    }
    cells.resize(count);
  }

  // False after the last cell of a row.
  bool read_cell(std::string& cell) {
    if (text_.starts_with('"')) read_quoted(cell);
    std::size_t i = 0;
    while (i < text_.size() && text_[i] != separator_ && text_[i] != '\n') ++i;
    std::string_view plain = text_.substr(0, i);
    const bool more = i < text_.size() && text_[i] == separator_;
    if (!more && plain.ends_with('\r')) plain.remove_suffix(1);
    cell += plain;
    text_.remove_prefix(i < text_.size() ? i + 1 : i);
    if (!more) ++next_line_;
    return more;
  }

  void read_quoted(std::string& cell) {
    text_.remove_prefix(1);
    ends_quoted_ = true;
    while (!text_.empty()) {
      const char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"' && !text_.starts_with('"')) {
        ends_quoted_ = false;
        return;
      }
      if (c == '"') text_.remove_prefix(1);
      if (c == '\n') ++next_line_;
      cell += c;
    }
  }

  std::string_view text_;
  char separator_;
  int line_ = 0, next_line_ = 1;
  bool ends_quoted_ = false;
};

/// A cell as it stands in a row: quoted where it must be.
inline std::string csv_cell(std::string_view text, char separator = ',') {
  const std::string special{'"', '\n', '\r', separator};
  const bool is_plain = text.find_first_of(special) == std::string_view::npos;
  if (is_plain) return std::string(text);
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + '"';
}

}  // namespace takt::io::detail
