// SPDX-License-Identifier: Apache-2.0
// Sensors that read, analytics that decide, actuators that act, and the record of it.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "ict/worker/network.hpp"

namespace takt::ict {

/// A decision that reached its actuator.
struct Acted {
  Nanoseconds sample = 0;  ///< oldest reading used
  Nanoseconds decided = 0, at = 0;
};

/// What was seen of a loop, of readings within the time observed.
struct LoopRecord {
  std::uint64_t samples = 0, lost = 0;
  std::vector<Acted> acted;  ///< in the order of acting
};

class Loops {
 public:
  explicit Loops(const WireRequest& request);

  /// Runs to an instant; with `to_outcome`, no more than a tenth of a millisecond beyond the next outcome.
  void run_until(Nanoseconds when, bool to_outcome);
  /// A reading at an instant that is not over, of a sensor that is told when to read.
  void read(std::uint32_t sensor, Nanoseconds at);
  /// Runs on until nothing is under way, or for an hour, and tells all. Times of the nodes and links end at the
  /// horizon.
  WireReport report();
  /// What came to its end since the last call.
  std::vector<Outcome> take_outcomes() { return std::exchange(outcomes_, {}); }

 private:
  struct Fed {  ///< a signal of a loop
    std::uint32_t loop, signal;
  };
  struct LoopState {
    std::vector<Nanoseconds> newest;
    std::vector<bool> fresh;
    std::uint32_t decisions = 0;
  };
  struct NodeState {
    std::uint32_t busy = 0;
    Nanoseconds since = 0;
    double busy_core_s = 0.0;
    std::uint64_t decisions = 0;
  };
  struct Window {  ///< what nodes and links had done at an instant
    std::vector<NodeState> nodes;
    Network::Counts network;
  };

  bool counts(Nanoseconds sample) const { return sample >= request_.warmup_ns && sample < request_.horizon_ns; }
  void plan(std::uint32_t sensor, Nanoseconds nominal);
  void emit(std::uint32_t sensor, Nanoseconds at);
  void arrived(const Reading& reading);
  void lost(const Reading& reading);
  void take_in(std::uint32_t loop, std::uint32_t signal, Nanoseconds sample);
  void decide(std::uint32_t loop, Nanoseconds sample, Nanoseconds first);
  void decided(std::uint32_t loop, Nanoseconds sample, Nanoseconds first);
  void act(std::uint32_t loop, Nanoseconds sample, Nanoseconds first, Nanoseconds decided);
  void give_up(std::uint32_t loop, Nanoseconds first);
  void change_busy(std::uint32_t node, int by);
  Window window();
  std::uint64_t unresolved() const;

  const WireRequest& request_;
  Network network_;
  std::vector<Stream> interval_, jitter_;  // by sensor
  std::vector<Distribution> interval_law_, jitter_law_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Fed>> feeds_;  // (sensor, node) -> what it feeds there
  std::vector<std::vector<std::uint32_t>> destinations_;                       // by sensor
  std::vector<LoopState> state_;
  std::vector<LoopRecord> records_;
  std::vector<NodeState> nodes_;
  std::vector<Outcome> outcomes_;
  Window at_warmup_, at_horizon_;
};

/// The figures of a loop.
WireLoopReport report_of(const LoopRecord& record, const WireLoop& loop, bool periodic);

}  // namespace takt::ict
