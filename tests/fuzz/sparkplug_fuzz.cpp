// SPDX-License-Identifier: Apache-2.0
// Whatever nodes send, a host application makes snapshots of it that could stand in a file of takt-snapshot/1; and a
// payload that is read is written as it was.
#include <fuzzer/FuzzedDataProvider.h>

#include "fuzz.hpp"
#include "takt/core/error.hpp"
#include "takt/io/live/sparkplug.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace {

using namespace takt;
using namespace takt::io;

constexpr const char* kTopics[] = {"NBIRTH/l",  "NDEATH/l", "DBIRTH/l/f", "DDEATH/l/f", "NDATA/l",
                                   "DDATA/l/f", "NCMD/l",   "DDATA/l/g",  "DBIRTH/m/f"};

void read_and_write(const std::string& bytes) {
  try {
    const std::string written = sparkplug::to_bytes(sparkplug::parse_payload(bytes));
    fuzz::require(sparkplug::to_bytes(sparkplug::parse_payload(written)) == written, "a payload reads back as it was");
  } catch (const InvalidInput& error) {
    fuzz::require(!error.faults().empty(), "a refusal says why");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider bytes(data, size);
  const sparkplug::Places places =
      bytes.ConsumeBool() ? sparkplug::Places({"/a/h/l/f", "/a/h/l/g"}) : sparkplug::Places();
  sparkplug::Host host(
      {.places = places,
       .numbers = bytes.ConsumeBool() ? sparkplug::PackmlNumbers::packtags : sparkplug::PackmlNumbers::none});
  const WallClock::Instant arrival = parse_instant("2026-03-02T06:00:00Z");
  while (bytes.remaining_bytes() > 0) {
    const std::size_t pick = bytes.ConsumeIntegralInRange<std::size_t>(0, std::size(kTopics));
    const std::string topic =
        pick < std::size(kTopics) ? std::string("spBv1.0/a/") + kTopics[pick] : bytes.ConsumeRandomLengthString(100);
    const std::string payload = bytes.ConsumeRandomLengthString(2000);
    read_and_write(payload);
    for (const Delivery& each : host.take(topic, payload, arrival)) {
      if (each.kind == Delivery::Kind::rejected) fuzz::require(!to_text(each.fault).empty(), "a refusal says why");
      if (each.kind != Delivery::Kind::message) continue;
      fuzz::require(parse_snapshot(to_json(each.snapshot)) == each.snapshot, "a snapshot could stand in a file");
    }
    host.rebirths();
  }
  return 0;
}
