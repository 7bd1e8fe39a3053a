// SPDX-License-Identifier: Apache-2.0
// Makes a state agree with what was sensed, and says what it changed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "takt/core/error.hpp"
#include "takt/engine/advance.hpp"
#include "takt/sync/snapshot.hpp"

namespace takt {

/// A value of the state that the merge changed.
struct CellChange {
  std::string path;
  std::string what;  ///< "state", "level", "good", "scrap", "worked_s"
  std::string before, after;
};

/// What a merge did.
struct MergeReport {
  enum class Status : std::uint8_t { applied, rejected, late, duplicate };
  Status status = Status::applied;
  std::uint32_t cells = 0;             ///< readings taken over
  std::vector<CellChange> corrected;   ///< sensed, and different from the model
  std::vector<CellChange> inferred;    ///< not sensed, but follows
  std::vector<Fault> conflicts;        ///< readings that contradict the plant, or each other, and were left out
  std::vector<std::string> over_runs;  ///< machines whose work takes longer than its law allows
  double log_evidence = 0.0;           ///< sum of log p(observed | the model's forecast)
};

/// The counters of a machine and the state of its surroundings when they were last merged.
struct CounterBase {
  CounterReading reading;
  std::uint64_t completions = 0, scrapped = 0;  ///< the model's own at that time
  std::uint32_t finished = 0, unfinished = 0;   ///< parts that stood on the machine at that time
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(reading, completions, scrapped, finished, unfinished);
  }
};
/// The base of every difference: by path.
struct CounterBook {
  std::map<std::string, CounterBase> machines;
  std::map<std::string, std::uint32_t> levels;  ///< buffers when the counters around them were last merged
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(machines, levels);
  }
};

/// Merges a snapshot into a state that stands at the snapshot's time. Sensed cells are exact: levels, states, parts in
/// process and counters are taken over; work in process gets what is left of it from its law given the time worked;
/// levels that are not sensed follow from counters on both sides; levels and counters that disagree are reconciled by
/// least squares. Then parts move where they can, and the invariants are checked: if they fail, nothing is changed and
/// the report says why. The random numbers are keyed by (seed, replication, source, epoch, seq, cell).
MergeReport merge(const Model& model, const Parameters& parameters, State& state, const Snapshot& snapshot,
                  CounterBook& book);

}  // namespace takt
