// SPDX-License-Identifier: Apache-2.0
// Topics of Sparkplug B, and where they lead in a plant.
#include <algorithm>
#include <array>

#include "takt/core/error.hpp"
#include "takt/io/live/sparkplug.hpp"

namespace takt::io::sparkplug {
namespace {

constexpr std::string_view kNamespace = "spBv1.0";
constexpr std::array<std::string_view, 8> kTypes{"NBIRTH", "NDEATH", "DBIRTH", "DDEATH",
                                                 "NDATA",  "DDATA",  "NCMD",   "DCMD"};
constexpr std::size_t kMostFound = 100'000;  // a flood of made-up names is not remembered

bool is_of_device(std::string_view type) { return type.front() == 'D'; }

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0;;) {
    const std::size_t to = text.find(at, from);
    parts.push_back(text.substr(from, to - from));
    if (to == std::string_view::npos) return parts;
    from = to + 1;
  }
}

std::string as_path(std::string_view names) {
  std::string path = "/" + std::string(names);
  std::ranges::replace(path, ':', '/');
  return path;
}

std::string text_of(const Address& address) {
  return address.group + "/" + address.node + (address.device.empty() ? "" : "/" + address.device);
}

}  // namespace

std::optional<Topic> parse_topic(std::string_view topic) {
  const std::vector<std::string_view> levels = split(topic, '/');
  if (levels.size() < 4 || levels.size() > 5 || levels[0] != kNamespace) return std::nullopt;
  const auto type = std::ranges::find(kTypes, levels[2]);
  if (type == kTypes.end() || is_of_device(*type) != (levels.size() == 5)) return std::nullopt;
  if (std::ranges::any_of(levels, [](std::string_view level) { return level.empty(); })) return std::nullopt;
  Topic read{static_cast<MessageType>(type - kTypes.begin()), {std::string(levels[1]), std::string(levels[3]), {}}};
  if (levels.size() == 5) read.address.device = levels[4];
  return read;
}

std::string to_text(const Topic& topic) {
  std::string text(kNamespace);
  text.append("/").append(topic.address.group).append("/");
  text.append(kTypes[static_cast<std::size_t>(topic.type)]).append("/").append(topic.address.node);
  if (!topic.address.device.empty()) text.append("/").append(topic.address.device);
  return text;
}

std::string source_of(const Address& node) { return node.group + "/" + node.node; }

Address node_of(std::string_view source) {
  const std::size_t slash = source.find('/');
  return {std::string(source.substr(0, slash)),
          slash == std::string_view::npos ? std::string() : std::string(source.substr(slash + 1)),
          {}};
}

Places::Places(std::vector<std::string> paths) : paths_(std::move(paths)) {
  std::ranges::sort(paths_);
  paths_.erase(std::unique(paths_.begin(), paths_.end()), paths_.end());
}

const std::string& Places::path_of(const Address& device) const {
  if (const auto known = found_.find(device); known != found_.end()) return known->second;
  if (found_.size() >= kMostFound) found_.clear();
  const std::string begin = as_path(device.group);
  const std::string end = as_path(device.node) + (device.device.empty() ? "" : as_path(device.device));
  if (paths_.empty()) return found_[device] = begin + end;
  const std::string* found = nullptr;
  for (const std::string& path : paths_) {
    const bool fits = path.size() >= begin.size() + end.size() && path.starts_with(begin + "/") && path.ends_with(end);
    if (!fits) continue;
    if (found != nullptr)
      throw InvalidInput(Fault{.path = text_of(device),
                               .value = "two places of the plant: " + *found + " and " + path,
                               .expected = "a node such as \"workshop:line\" that says which"});
    found = &path;
  }
  if (found != nullptr) return found_[device] = *found;
  throw InvalidInput(Fault{.path = text_of(device),
                           .value = begin + end,
                           .expected = "equipment of the plant: group = enterprise, node = line, device = work unit",
                           .nearest = nearest_name(begin + end, paths_)});
}

Address Places::address_of(const std::string& path) const {
  const std::vector<std::string_view> names = split(std::string_view(path).substr(path.starts_with('/') ? 1 : 0), '/');
  const std::size_t n = names.size();
  if (n < 3 || std::ranges::any_of(names, [](std::string_view name) { return name.empty(); }))
    throw InvalidInput(Fault{.path = path, .value = path, .expected = "a path such as /acme/filling/line_1/filler"});
  Address address{std::string(names[0]), std::string(names[n - 2]), std::string(names[n - 1])};
  for (std::size_t level = n - 2; level > 1; --level) {  // as many levels as make it the only one
    if (!paths_.empty()) {
      const std::string end = as_path(address.node) + as_path(address.device);
      const auto fits = [&](const std::string& each) {
        return each.starts_with("/" + address.group + "/") && each.ends_with(end);
      };
      if (std::ranges::count_if(paths_, fits) == 1) break;
    }
    address.node = std::string(names[level - 1]) + ":" + address.node;
  }
  return address;
}

}  // namespace takt::io::sparkplug
