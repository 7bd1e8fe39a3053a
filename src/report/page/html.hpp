// SPDX-License-Identifier: Apache-2.0
// Pieces of HTML that the sections of a page are made of.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "report/page/figures.hpp"

namespace takt::report::detail {

/// A table of texts that are escaped here.
class Table {
 public:
  explicit Table(const std::vector<std::string>& header) {
    html_ = "<table><thead><tr>";
    for (const std::string& each : header) html_ += "<th>" + escaped(each) + "</th>";
    html_ += "</tr></thead><tbody>\n";
  }
  void row(const std::vector<std::string>& cells) {
    html_ += "<tr>";
    for (const std::string& each : cells) html_ += "<td>" + escaped(each) + "</td>";
    html_ += "</tr>\n";
  }
  std::string html() const { return html_ + "</tbody></table>\n"; }

 private:
  std::string html_;
};

inline std::string section(std::string_view title, const std::string& content) {
  return content.empty() ? std::string() : fmt::format("<h2>{}</h2>\n{}", escaped(title), content);
}

inline std::string note(std::string_view text) { return fmt::format("<p class=\"note\">{}</p>\n", escaped(text)); }

}  // namespace takt::report::detail
