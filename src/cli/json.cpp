// SPDX-License-Identifier: Apache-2.0
#include "cli/json.hpp"

#include <fmt/format.h>

namespace takt::cli {

std::string pretty(const Json& document) { return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json json_of(const Fault& fault) {
  Json object = Json::object();
  const auto add = [&object](const char* key, const std::string& value) {
    if (!value.empty()) object[key] = value;
  };
  add("file", fault.file);
  if (fault.line > 0) object["line"] = fault.line;
  add("path", fault.path);
  add("value", fault.value);
  add("expected", fault.expected);
  add("nearest", fault.nearest);
  return object;
}

Json json_of(const std::vector<Fault>& faults) {
  Json list = Json::array();
  for (const Fault& fault : faults) list.push_back(json_of(fault));
  return list;
}

std::string hex(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

}  // namespace takt::cli
