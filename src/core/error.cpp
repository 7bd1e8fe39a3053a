// SPDX-License-Identifier: Apache-2.0
#include "takt/core/error.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace takt {
namespace {

std::string lines_of(const std::vector<Fault>& faults) {
  if (faults.empty()) return "invalid input";
  std::string text;
  for (const Fault& fault : faults) {
    if (!text.empty()) text += '\n';
    text += to_text(fault);
  }
  return text;
}

// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost one each.
std::size_t alignment_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string to_text(const Fault& fault) {
  std::string place = fault.file;
  if (fault.line > 0) place += (place.empty() ? "line " : ":") + std::to_string(fault.line);
  if (!fault.path.empty()) place += (place.empty() ? "" : ": ") + fault.path;

  std::string complaint;
  if (!fault.value.empty()) complaint = "found " + fault.value;
  if (!fault.expected.empty()) complaint += (complaint.empty() ? "expected " : ", expected ") + fault.expected;
  if (!fault.nearest.empty())
    complaint += (complaint.empty() ? "did you mean " : "; did you mean ") + fault.nearest + "?";

  if (complaint.empty()) complaint = "invalid";
  return place.empty() ? complaint : place + ": " + complaint;
}

InvalidInput::InvalidInput(std::vector<Fault> faults) : Error(lines_of(faults)), faults_(std::move(faults)) {}

std::string nearest_name(std::string_view name, std::span<const std::string> known) {
  constexpr std::size_t kLongest = 200;  // nobody mistypes a longer one, and looking would take long
  if (name.size() > kLongest) return {};
  const std::size_t most = name.size() / 3;
  const std::string* nearest = nullptr;
  std::size_t least = most + 1;
  for (const std::string& candidate : known) {
    const std::size_t longer = std::max(name.size(), candidate.size());
    const std::size_t shorter = std::min(name.size(), candidate.size());
    if (longer - shorter >= least) continue;  // the distance is at least the difference in length
    const std::size_t distance = alignment_distance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? std::string() : *nearest;
}

}  // namespace takt
