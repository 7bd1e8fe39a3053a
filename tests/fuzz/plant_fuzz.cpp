// SPDX-License-Identifier: Apache-2.0
// A plant that is read is written, and reads back as it was; it compiles too.
#include "fuzz.hpp"
#include "takt/core/error.hpp"
#include "takt/engine/model.hpp"
#include "takt/io/plant/plant_file.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace takt;
  try {
    const Plant plant = io::parse_plant(fuzz::text_of(data, size));
    fuzz::require(validate(plant).empty(), "a plant that was read is valid");
    const std::string text = io::to_json(plant);
    const Plant again = io::parse_plant(text);
    fuzz::require(again == plant, "a plant reads back as it was");
    fuzz::require(io::to_json(again) == text, "and is written as it was");
    fuzz::require(compile(plant).hash() == compile(again).hash(), "and is the same model");
  } catch (const InvalidInput& error) {
    fuzz::require(!error.faults().empty(), "a refusal says why");
    for (const Fault& fault : error.faults()) fuzz::require(!to_text(fault).empty(), "each fault has a text");
  }
  return 0;
}
