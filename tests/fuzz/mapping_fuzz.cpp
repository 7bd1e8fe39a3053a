// SPDX-License-Identifier: Apache-2.0
// A mapping that is read, written out by hand, reads back as it was.
#include <array>

#include "fuzz.hpp"
#include "io/plant/json_writer.hpp"
#include "takt/core/quantity.hpp"
#include "takt/io/live/stream.hpp"

namespace {

using Mappings = std::map<std::string, takt::io::StreamMapping>;

std::string written(const Mappings& mappings) {
  constexpr std::array kRoles{"state", "program", "part_count", "block", "feed_rate", "override_percent", "ignore"};
  takt::io::detail::JsonWriter writer;
  writer.begin_object().key("format").text("takt-mapping/1").key("streams").begin_object();
  for (const auto& [name, stream] : mappings) {
    writer.key(name).begin_object().key("equipment").text(stream.equipment);
    writer.key("silence").text(takt::to_text(stream.silence)).key("items").begin_object();
    for (const auto& [item, meaning] : stream.items) {
      writer.key(item).begin_object().key("role").text(kRoles[static_cast<std::size_t>(meaning.role)]);
      if (meaning.role == takt::io::StreamMapping::Role::state) {
        writer.key("states").begin_object();
        for (const auto& [value, state] : meaning.states) writer.key(value).text(state);
        writer.end();
      }
      writer.end();
    }
    writer.end().end();
  }
  writer.end().end();
  return writer.take();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace takt;
  try {
    const Mappings mappings = io::parse_mapping(fuzz::text_of(data, size));
    fuzz::require(io::parse_mapping(written(mappings)) == mappings, "a mapping reads back as it was");
  } catch (const InvalidInput& error) {
    fuzz::require(!error.faults().empty(), "a refusal says why");
  }
  return 0;
}
