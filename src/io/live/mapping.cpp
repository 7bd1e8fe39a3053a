// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string_view>

#include "io/plant/json_reader.hpp"
#include "io/plant/packml.hpp"
#include "io/plant/text_file.hpp"
#include "takt/io/live/stream.hpp"

namespace takt::io {
namespace {

using detail::JsonReader;
using detail::JsonRecord;
using detail::JsonTree;
using detail::JsonValue;

constexpr std::string_view kMappingFormat = "takt-mapping/1";
// In the order of StreamMapping::Role.
constexpr std::array<std::string_view, 7> kRoles{"state",     "program",          "part_count", "block",
                                                 "feed_rate", "override_percent", "ignore"};

StreamMapping::Item read_item(JsonReader& reader, JsonValue value) {
  StreamMapping::Item item;
  const JsonRecord record(reader, value, "an item", {"role", "states"});
  record.need("role", "one of " + detail::joined(kRoles));
  const bool has_role = record.choice("role", kRoles, item.role);
  const JsonValue states = record.get("states");
  const std::string expected = "an object with a PackML state for each value";
  if (has_role && item.role == StreamMapping::Role::state) {
    record.need("states", expected);
  } else if (has_role && states) {
    reader.fault(states, "no states, as the role is not state");
  }
  for (JsonValue state = reader.members(states, expected); state; state = state.next()) {
    if (const auto name = reader.choice(state, detail::kPackmlStates)) {
      item.states.emplace(state.key(), detail::kPackmlStates[*name]);
    }
  }
  return item;
}

StreamMapping read_mapping(JsonReader& reader, JsonValue value) {
  StreamMapping mapping;
  const JsonRecord record(reader, value, "a stream", {"equipment", "silence", "items"});
  const std::string path = "the path of a machine such as \"/acme/milling/cell_1/mill\"";
  const JsonValue equipment = record.need("equipment", path);
  if (record.text("equipment", mapping.equipment) && !mapping.equipment.starts_with('/')) reader.fault(equipment, path);
  const JsonValue silence = record.get("silence");
  if (const auto duration = reader.duration(silence)) {
    mapping.silence = *duration;
    if (mapping.silence <= Duration::zero()) reader.fault(silence, "a time above 0 s");
  }
  const std::string expected = "an object with the items by name";
  for (JsonValue item = reader.members(record.need("items", expected), expected); item; item = item.next()) {
    mapping.items.emplace(item.key(), read_item(reader, item));
  }
  return mapping;
}

std::map<std::string, StreamMapping> read(const JsonTree& tree) {
  JsonReader reader(tree);
  std::map<std::string, StreamMapping> mappings;
  if (reader.has_format(tree.root(), kMappingFormat, true)) {
    const JsonRecord record(reader, tree.root(), "a mapping", {"format", "streams"});
    const std::string expected = "an object with the streams by name";
    const JsonValue streams = record.need("streams", expected);
    for (JsonValue stream = reader.members(streams, expected); stream; stream = stream.next()) {
      mappings.emplace(stream.key(), read_mapping(reader, stream));
    }
  }
  if (!reader.faults().empty()) throw InvalidInput(reader.sorted_faults());
  return mappings;
}

}  // namespace

std::map<std::string, StreamMapping> load_mapping(const std::filesystem::path& file) {
  return parse_mapping(detail::read_text_file(file, Limits{}), file.string());
}

std::map<std::string, StreamMapping> parse_mapping(std::string_view text, const std::string& name) {
  return read(JsonTree(text, name, Limits{}));
}

}  // namespace takt::io
