// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "report/text_table.hpp"
#include "takt/report/tables.hpp"

namespace takt::report {
namespace {

/// Nothing found in a log is certain.
std::string confidence_text(double confidence) {
  return confidence > 0.99 ? "> 99 %" : detail::percent_text(confidence);
}

}  // namespace

std::string discovery_table(const Discovered& found, bool with_reasons) {
  std::vector<std::string> header{"path", "element", "found", "confidence"};
  if (with_reasons) header.emplace_back("evidence");
  detail::TextTable table(header);
  for (std::size_t column : {1U, 2U, 4U})
    if (column < header.size()) table.left(column);
  for (const DiscoveredElement& element : found.elements) {
    std::vector<std::string> row{element.path, element.what, element.value, confidence_text(element.confidence)};
    if (with_reasons) row.push_back(element.reason);
    table.row(std::move(row));
  }
  std::string text = table.text();
  if (!found.unseen.empty()) text += "\nnot seen in this log:\n";
  for (const std::string& sentence : found.unseen) text += "  " + sentence + "\n";
  return text;
}

}  // namespace takt::report
