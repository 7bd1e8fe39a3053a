// SPDX-License-Identifier: Apache-2.0
// A state taken over into another model: a plant that was edited, or a what-if with another structure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "takt/engine/state.hpp"

namespace takt {

/// What became of a state when its plant changed. Things are the same if their paths are.
struct MigrationReport {
  std::vector<std::string> added;    ///< equipment and crews that the old plant did not have
  std::vector<std::string> removed;  ///< those that the new plant does not have
  std::uint64_t kept = 0;            ///< parts that stayed where they were
  std::uint64_t moved = 0;           ///< parts that found a place elsewhere, as theirs is gone or smaller
  std::uint64_t dropped = 0;         ///< parts for which there was no place, or whose product is gone
  std::vector<std::string> notes;    ///< one a thing: what was moved, dropped or drawn anew, in words
  friend bool operator==(const MigrationReport&, const MigrationReport&) = default;
};

struct Migrated {
  State state;
  MigrationReport report;
};

/// The numbers of one model for another: what has the same path, and the same number in both plants, keeps what
/// `parameters` say; what the new plant says otherwise, or has anew, is the new plant's. A choice counts as one number.
Parameters carry_over(const Model& from, const Parameters& parameters, const Model& to);

/// Takes a state over. Clocks, counters, work in process and queues go with their equipment; streams go on where they
/// were; equipment that is new begins as in an empty plant at this instant. Parts of places that are gone or too small
/// go to the nearest place downstream with room, else upstream, else they are dropped and counted. `parameters` are
/// those of `to`.
Migrated migrate(const Model& from, const State& state, const Model& to, const Parameters& parameters);

}  // namespace takt
