// SPDX-License-Identifier: Apache-2.0
// A twin brought to the present by what the real plant reported.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "takt/sync/twin.hpp"

namespace takt::cli {

/// What many merges did.
struct ReplayReport {
  struct Conflict {
    WallClock::Instant ts;
    std::string source;
    Fault fault;
  };
  std::uint64_t applied = 0, late = 0, duplicate = 0, rejected = 0;
  std::uint64_t cells = 0, inferred = 0;
  std::map<std::string, std::uint64_t> corrected;  ///< by what: "state", "level", ...
  std::map<std::string, std::uint64_t> over_runs;  ///< by machine
  std::vector<Conflict> conflicts;

  std::uint64_t snapshots() const { return applied + late + duplicate + rejected; }
  void add(const Snapshot& snapshot, const MergeReport& report);
};

struct Replayed {
  Twin twin;
  ReplayReport report;
  bool whole = true;  ///< whether the file was read to its end; why not was told
};

/// The twin that the news go to: one put aside (`from`), in the plant as it is now, or one of a plant that begins. A
/// plant without a clock of its own begins with what is first reported of it.
struct TwinToBe {
  std::filesystem::path plant;
  std::optional<std::filesystem::path> from;
  TwinOptions options;  ///< of a plant that begins
};
Twin make_twin(const TwinToBe& wanted, WallClock::Instant first);

/// Takes a snapshot into the twin and into the report. Throws Interrupted, also on a long way to it.
void apply(Replayed& replayed, const Snapshot& snapshot, const std::stop_token& stop);

/// Says so if nothing could be applied because the plant's clock begins at another time.
void say_if_none_fits(const Replayed& replayed);

/// Throws InvalidInput for lines that are no snapshots and for paths that the plant does not have, all at once; Error
/// if the twin gets stuck; Interrupted.
Replayed replay(const TwinToBe& wanted, const std::filesystem::path& snapshots, const std::stop_token& stop);

}  // namespace takt::cli
