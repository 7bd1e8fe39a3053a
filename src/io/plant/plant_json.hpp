// SPDX-License-Identifier: Apache-2.0
// The parts of takt-plant/1 that its reader and its writer share.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/plant/json_reader.hpp"
#include "io/plant/json_writer.hpp"
#include "takt/plant/plant.hpp"

namespace takt::io::detail {

inline constexpr std::string_view kPlantFormat = "takt-plant/1";

// The choices as files name them, in the order of their enumerators.
inline constexpr std::array<std::string_view, 2> kBlockings{"after_service", "before_service"};
inline constexpr std::array<std::string_view, 3> kFailureClocks{"working", "calendar", "on_shift"};
inline constexpr std::array<std::string_view, 3> kOnFailures{"resume", "restart", "scrap"};
inline constexpr std::array<std::string_view, 2> kWithoutPlaces{"lost", "held"};
inline constexpr std::array<std::string_view, 4> kKinds{"source", "machine", "buffer", "sink"};
inline constexpr std::array<std::string_view, 7> kNodeKinds{"device",  "switch", "plc",  "scada",
                                                            "gateway", "edge",   "cloud"};
inline constexpr std::array<std::string_view, 3> kSharings{"shared", "duplex", "unlimited"};
inline constexpr std::array<std::string_view, 3> kEffects{"stop", "alarm", "release"};

/// What a machine or source is taken to mean where it says nothing itself.
struct Semantics {
  Blocking blocking = Blocking::after_service;
  FailureClock failure_clock = FailureClock::working;
  OnFailure on_failure = OnFailure::resume;
  bool loads_while_down = false;
  bool unloads_while_down = true;
  WithoutPlace without_place = WithoutPlace::lost;
};

/// What the plant says of itself before its equipment is read.
struct PlantContext {
  Semantics semantics;
  std::vector<std::string> products;  ///< never empty
  WallClock clock;
  bool has_epoch = false;
};

/// Stands in for a law that could not be read, so that nothing else is wrong because of it.
inline Distribution stand_in_law() { return Distribution::constant(1.0); }

/// A plant as far as it could be read, and the pointers of what could not be: those parts hold stand-ins.
struct PlantRead {
  Plant plant;
  std::vector<std::string> broken;
};
PlantRead read_plant(JsonReader& reader);

/// One equipment of a line; what is broken is added to `broken`.
Equipment read_equipment(JsonReader& reader, const PlantContext& context, JsonValue value,
                         std::vector<std::string>& broken);

/// The sensors, computers, links and control loops.
Cyber read_cyber(JsonReader& reader, JsonValue value);
void write_cyber(JsonWriter& writer, const Cyber& cyber);

}  // namespace takt::io::detail
