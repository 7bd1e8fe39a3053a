// SPDX-License-Identifier: Apache-2.0
// A snapshot that is read is written in one line, and reads back as it was.
#include "fuzz.hpp"
#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace takt;
  std::string_view rest = fuzz::text_of(data, size);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    try {
      const Snapshot snapshot = io::parse_snapshot(line);
      const std::string text = io::to_json(snapshot);
      fuzz::require(text.find('\n') == std::string::npos, "a snapshot is a line");
      fuzz::require(io::parse_snapshot(text) == snapshot, "a snapshot reads back as it was");
    } catch (const InvalidInput& error) {
      fuzz::require(!error.faults().empty(), "a refusal says why");
    }
  }
  return 0;
}
