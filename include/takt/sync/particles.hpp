// SPDX-License-Identifier: Apache-2.0
// What is not sensed, as many possible states of one plant: a particle filter.
//
// Each member is a State of its own. An update runs all of them to the snapshot's time, makes them obey what was
// sensed, and weighs them by how likely that was by their own forecast:
//
//   counters   every member gets exactly the counted totals: completions too few are forced, those too many held back,
//              parts moving along the flow, so that no part is lost between two counters. What differs by d weighs
//              exp(-d^2/2v), v by the renewal variance of the count, or the chance that the machine broke down
//   states     a member goes down, comes up, works or is idle as the machine does; what weighs is the chance of that
//              change by its laws, given that it could happen at all
//   levels     moved by machines next to the buffer that are not counted, else set
//   no message, no factor
//
// Where the weights get uneven, members are drawn by weight (systematic resampling), and copies draw all pending times
// anew from their laws given the time elapsed (rejuvenation). Where a buffer's level is known to all, what lies before
// and behind it is weighed and drawn by itself.
//
// Gordon, Salmond, Smith 1993 (doi 10.1049/ip-f-2.1993.0015); for discrete-event simulation Xie & Verbraeck 2018 (doi
// 10.1177/0037549718798466). All random numbers are keyed by (seed, member's replication, source, epoch, seq, cell).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "takt/engine/ensemble.hpp"
#include "takt/sync/snapshot.hpp"

namespace takt {

/// What the members think of one cell: a level, or the state of a machine.
struct CellEstimate {
  std::string path;
  std::string what;     ///< "level" (parts), "working", "idle", "down" (probability of it), "parts" (on a machine)
  bool sensed = false;  ///< the last update told it
  double mean = 0.0, sd = 0.0;
  double q05 = 0.0, q50 = 0.0, q95 = 0.0;  ///< of a level or a number of parts; equal to the mean for a probability
};

/// What one more reading would tell, were it there now and exact.
struct SensorGain {
  std::string path;
  std::string sensor;      ///< "level", "state", "counters" (known since the filter began)
  double sd_before = 0.0;  ///< root of the mean variance of all levels, in parts
  double sd_after = 0.0;   ///< the same, expected once this is known
  double share = 0.0;      ///< of that variance which it takes away
};

/// What an update did.
struct ParticleReport {
  double effective = 0.0;      ///< members that count: 1 / the sum of squared weights
  double agreed = 0.0;         ///< share of the members that already were as sensed
  double log_evidence = 0.0;   ///< log of the mean factor of this update
  std::uint32_t segments = 1;  ///< parts of the plant weighed by themselves
  bool resampled = false;
};

/// A value. Not thread-safe. Model and parameters are the same at every call, but for the numbers.
class Particles {
 public:
  Particles() = default;
  /// Forks of one state, equally likely. No members: a filter that does nothing.
  Particles(const Model& model, const Parameters& parameters, const State& state, std::size_t members,
            ThreadPool& pool);

  std::size_t size() const { return weights_.size(); }

  /// Runs the members to `t`, without news.
  void advance_to(const Model& model, const Parameters& parameters, Time t, ThreadPool& pool);
  /// Runs them to the snapshot's time and takes it over. Paths must be the model's. Readings that cannot be (a level
  /// above the capacity, a counter that falls without a reset, a machine down that cannot fail) are left out.
  ParticleReport update(const Model& model, const Parameters& parameters, const Snapshot& snapshot, ThreadPool& pool);

  std::span<const State> members() const { return ensemble_.members(); }
  std::span<const double> weights() const { return weights_; }  ///< sum 1

  /// Of every buffer and machine, by path.
  std::vector<CellEstimate> estimates(const Model& model) const;
  /// The sensors that are not there, those first that would lower the uncertainty of the levels most.
  std::vector<SensorGain> observability(const Model& model) const;
  /// A member drawn by its weight, by the number of a future.
  const State& draw(std::uint64_t seed, std::uint32_t replication) const;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(ensemble_, weights_, counters_, states_, levels_);
  }

 private:
  struct Count {
    CounterReading reading;
    Time at{};
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(reading.in, reading.good, reading.scrap, reading.reset_epoch, at);
    }
  };
  friend class ParticleUpdate;

  Ensemble ensemble_;
  std::vector<double> weights_;
  std::map<std::uint32_t, Count> counters_;  ///< the last of each machine
  std::map<std::uint32_t, Time> states_;     ///< when each machine's state was last told
  std::map<std::uint32_t, Time> levels_;     ///< when each buffer's level was
};

}  // namespace takt
