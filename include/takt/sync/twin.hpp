// SPDX-License-Identifier: Apache-2.0
// A digital twin: a model, its numbers and a state, kept true by snapshots from the real plant.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
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
  /// A snapshot further ahead of the present than this is rejected: its clock is taken to be wrong.
  Duration largest_gap = std::chrono::hours{24 * 30};
};

/// Values all through: a copied twin lives on its own. Not thread-safe; `now()` gives threads a present of their own.
class Twin {
 public:
  explicit Twin(Model model, TwinOptions options = {});

  /// Advances to the snapshot's time and merges it. A snapshot older than the present is late, one seen before (source,
  /// epoch, seq) a duplicate, one too far ahead rejected: all three change nothing. Where the plant did stand still for
  /// longer than the largest gap, `advance_to` leads across. Throws InvalidInput for paths that the plant does not have
  /// (all at once).
  MergeReport apply(const Snapshot& snapshot);

  /// The time that `apply` would advance to; none where it would not. For a caller who may have to stop on the way, and
  /// goes there with `advance_to` first. Throws InvalidInput as `apply` does.
  std::optional<Time> time_of(const Snapshot& snapshot) const;

  /// Lets the model run on without news. False if it was asked to stop on the way, within some milliseconds: the lines
  /// of the plant then stand at different times, and only going on makes sense. Throws Error if it gets stuck in a
  /// deadlock.
  bool advance_to(Time t, const std::stop_token& stop = {});

  const Model& model() const { return *model_; }
  const Parameters& parameters() const { return parameters_; }
  const State& state() const { return state_; }
  const Learnt& learnt() const { return learnt_; }
  Time time() const { return state_.now; }

  /// The present, for studies: futures draw their numbers from what was learnt so far.
  Present now() const;

 private:
  void check_paths(const Snapshot& snapshot) const;
  std::optional<MergeReport> refusal(const Snapshot& snapshot) const;
  void learn_from(const Snapshot& snapshot);
  void learn_machine(const EntityReading& reading, std::uint32_t machine, WallClock::Instant at);
  double at_risk_s(const MachineSpec& spec, WallClock::Instant from, WallClock::Instant to) const;

  /// What a machine was last seen to do, and since when.
  struct Seen {
    bool down = false;
    bool waits = false;  ///< by the twin's state, for its crew
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
