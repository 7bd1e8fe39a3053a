// SPDX-License-Identifier: Apache-2.0
// A digital twin: a model, its numbers and a state, kept true by snapshots from the real plant.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "takt/engine/present.hpp"
#include "takt/sync/learn.hpp"
#include "takt/sync/merge.hpp"

namespace takt {

struct TwinOptions {
  std::uint64_t seed = 1;
  bool learn = true;  ///< cycle times, failures and repairs from what is sensed
  LearnOptions learning{};
};

/// Values all through: a copied twin lives on its own. Not thread-safe; `now()` gives threads a present of their own.
class Twin {
 public:
  explicit Twin(Model model, TwinOptions options = {});

  /// Advances to the snapshot's time and merges it. A snapshot older than the present is late, one seen before (source,
  /// epoch, seq) a duplicate: both change nothing. Throws InvalidInput for paths that the plant does not have (all at
  /// once).
  MergeReport apply(const Snapshot& snapshot);

  /// Lets the model run on without news. Throws Error if it gets stuck in a deadlock.
  void advance_to(Time t);

  const Model& model() const { return *model_; }
  const Parameters& parameters() const { return parameters_; }
  const State& state() const { return state_; }
  const Learnt& learnt() const { return learnt_; }
  Time time() const { return state_.now; }

  /// The present, for studies: futures draw their numbers from what was learnt so far.
  Present now() const;

 private:
  void learn_from(const Snapshot& snapshot);
  void learn_machine(const EntityReading& reading, std::uint32_t machine, WallClock::Instant at);

  /// What a machine was last seen to do, and since when.
  struct Seen {
    bool down = false;
    WallClock::Instant at{};
  };

  TwinOptions options_;
  std::shared_ptr<const Model> model_;  ///< shared with the presents given out
  Parameters parameters_;
  State state_;
  Learnt learnt_;
  CounterBook book_;
  std::map<std::string, std::set<std::pair<std::uint64_t, std::uint64_t>>> seen_messages_;  ///< by source: (epoch, seq)
  std::map<std::uint32_t, Seen> seen_machines_;
};

}  // namespace takt
