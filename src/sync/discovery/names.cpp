// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/names.hpp"

#include <algorithm>
#include <vector>

namespace takt::discovery {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// The four levels of a path, or nothing.
std::vector<std::string> levels_of(std::string_view name) {
  if (name.empty() || name.front() != '/') return {};
  std::vector<std::string> levels{""};
  for (const char c : name.substr(1)) {
    if (c == '/')
      levels.emplace_back();
    else if (is_plain(c))
      levels.back() += c;
    else
      return {};
  }
  const bool whole = levels.size() == 4 && std::ranges::none_of(levels, &std::string::empty);
  return whole ? levels : std::vector<std::string>{};
}

}  // namespace

std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (is_plain(c))
      plain += c;
    else if (!plain.empty() && plain.back() != '_')
      plain += '_';
  }
  while (!plain.empty() && plain.back() == '_') plain.pop_back();
  constexpr std::size_t kLongest = 100;
  if (plain.size() > kLongest) plain.resize(kLongest);
  return plain.empty() ? "unnamed" : plain;
}

Location Names::place(std::string_view name) {
  const std::vector<std::string> levels = levels_of(name);
  Location location = home_;
  if (levels.size() == 4)
    location = {levels[0], levels[1], levels[2], levels[3]};
  else
    location.name = plain_name(name);
  if (taken_.empty()) home_ = location;
  return unique(std::move(location));
}

Location Names::beside(const Location& neighbour, std::string_view name) {
  Location location = neighbour;
  location.name = plain_name(name);
  return unique(std::move(location));
}

Location Names::unique(Location location) {
  const std::string wanted = location.name;
  for (int i = 2; !taken_.insert(location.path()).second; ++i) location.name = wanted + "_" + std::to_string(i);
  return location;
}

}  // namespace takt::discovery
