// SPDX-License-Identifier: Apache-2.0
// Scenarios that are read are ready to run: each has a name of its own, and numbers that its plant takes.
#include <algorithm>
#include <cctype>
#include <set>

#include "fuzz.hpp"
#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/plant/scenario_file.hpp"

namespace {

constexpr const char* kPlant = R"({"format": "takt-plant/1", "name": "p", "enterprises": {"e": {"workshops": {"w": {
  "crews": {"c": {"size": 2}}, "lines": {"l": {"equipment": {
    "in": {"kind": "source", "supply": "saturated", "to": "m"},
    "m": {"kind": "machine", "cycle_time": {"law": "gamma", "mean": "3 s", "cv": "50 %"},
          "to": [{"to": "b", "probability": "90 %"}, {"to": "out", "probability": "10 %"}],
          "failure": {"time_to_failure": "1 h", "time_to_repair": "1 min", "crew": "c"}},
    "b": {"kind": "buffer", "capacity": 4, "to": "n"},
    "n": {"kind": "machine", "cycle_time": "2 s", "servers": 2, "scrap": "1 %", "to": "out"},
    "out": {"kind": "sink"}}}}}}}}})";

/// Sweeps of very many scenarios only take their time, and files of this machine are none of a fuzzer's business.
bool is_left_out(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = std::isdigit(static_cast<unsigned char>(c)) != 0 ? digits + 1 : 0;
    if (digits > 3) return true;
  }
  return text.find("dev") != text.npos || text.find("proc") != text.npos || text.find("sys") != text.npos ||
         text.find("\\u") != text.npos;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace takt;
  static const Model model = compile(io::parse_plant(kPlant));
  const std::string_view text = fuzz::text_of(data, size);
  if (is_left_out(text)) return -1;
  try {
    std::set<std::string> names;
    for (const Scenario& scenario : io::parse_scenarios(text, model, "s.json", "/nowhere", {}, "p.json")) {
      fuzz::require(names.insert(scenario.name).second, "a scenario has a name of its own");
      const Model& own = scenario.model ? *scenario.model : model;
      Parameters numbers = own.defaults;
      set_numbers(own, numbers, scenario.numbers);
    }
  } catch (const InvalidInput& error) {
    fuzz::require(!error.faults().empty(), "a refusal says why");
    for (const Fault& fault : error.faults()) fuzz::require(fault.file == "s.json", "each fault has its file");
  }
  return 0;
}
