// SPDX-License-Identifier: Apache-2.0
#include "io/store/history_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace takt::io::detail {

namespace fs = std::filesystem;

fs::path segment_path(const fs::path& history, std::uint64_t number) {
  if (number == 0) return history;
  return history.parent_path() /
         fmt::format("{}.{:06}{}", history.stem().string(), number, history.extension().string());
}

std::vector<std::pair<std::uint64_t, fs::path>> segments_of(const fs::path& history) {
  std::vector<std::pair<std::uint64_t, fs::path>> found;
  const fs::path folder = history.has_parent_path() ? history.parent_path() : fs::path(".");
  const std::string before = history.stem().string() + ".", behind = history.extension().string();
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(before) || !name.ends_with(behind) || name.size() <= before.size() + behind.size()) continue;
    const std::string digits = name.substr(before.size(), name.size() - before.size() - behind.size());
    if (digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string::npos) continue;
    found.emplace_back(std::stoull(digits), entry.path());
  }
  std::ranges::sort(found);
  if (fs::exists(history, error)) found.emplace_back(0, history);
  return found;
}

}  // namespace takt::io::detail
