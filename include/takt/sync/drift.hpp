// SPDX-License-Identifier: Apache-2.0
// Does the plant still behave as the laws say that were taken to be right? Cumulative sums against a frozen reference,
// so that what is learnt meanwhile does not hide a change. docs/fidelity.md has the mathematics and the rates.
//
// Watched are the mean cycle time, the mean time to failure and the mean time to repair of every machine that is
// sensed, and each of these three over all machines together, which finds a small change of many much sooner.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "takt/engine/state.hpp"
#include "takt/sync/cusum.hpp"
#include "takt/sync/doubts.hpp"
#include "takt/sync/snapshot.hpp"

namespace takt {

/// What is watched of a machine.
enum class WatchedLaw : std::uint8_t { cycle_time, time_to_failure, time_to_repair };
inline constexpr std::size_t kWatchedLaws = 3;
/// "cycle_time", "failure/time_to_failure", "failure/time_to_repair": a law's path is its machine's, "/" and this.
const char* name_of(WatchedLaw law);

struct DriftOptions {
  double cycle_shift = 0.10;  ///< the change of a mean cycle time that is found soonest: 10 % longer or shorter
  double rate_factor = 2.0;   ///< the same of mean times to failure and repair: twice or half
  Duration shift = std::chrono::hours{8};
  double false_invalid = 0.004;  ///< alarms of all sums together in a shift in which nothing has changed
  double false_warning = 0.02;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(cycle_shift, rate_factor, shift, false_invalid, false_warning);
  }
};

/// One law's sums.
struct LawWatch {
  TwoCusums sums;
  Alarm more = Alarm::none, less = Alarm::none;
  double information = 0.0;  ///< lost in a shift without change, by the rarer direction's measure
  std::uint64_t observations = 0;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(sums, more, less, information, observations);
  }
};

/// A value.
class Drift {
 public:
  explicit Drift(DriftOptions options = {}) : options_(options) {}

  /// Takes the evidence of a snapshot that was merged; `state` is the one after it, `reference` what is held to be
  /// right.
  void follow(const Model& model, const Parameters& reference, const State& state, const Snapshot& snapshot,
              Doubts& doubts);
  /// Another reference: everything begins anew, but for what was last sensed.
  void restart(const Model& model, const Parameters& reference, Doubts& doubts);

  /// By how much the mean of a law seems to have changed, where it is doubted: observed over reference.
  std::map<std::string, double> changes(const Model& model) const;
  const std::map<std::pair<std::uint32_t, WatchedLaw>, LawWatch>& watches() const { return watches_; }
  const std::array<LawWatch, kWatchedLaws>& together() const { return together_; }

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, machines_, watches_, together_);
  }

 private:
  /// What is known of one machine's reports, and its reference in numbers.
  struct Machine {
    bool seen = false, counted = false, entered = false, by_cycle = false;
    ReportedMode mode = ReportedMode::unknown;
    WallClock::Instant at{};
    std::uint64_t parts = 0, reset_epoch = 0;
    double last_cycle_s = -1.0;
    double pending_s = 0.0;                  ///< worked since its parts were last weighed
    std::uint64_t pending_parts = 0;         ///< made meanwhile
    double spread_s2 = 0.0, worked_s = 0.0;  ///< of recent reports: variance of the time worked, and that time
    double age_s = 0.0;                      ///< of the present failure clock, or repair
    double mean_s = 0.0, variance_s2 = 0.0, log_mean = 0.0, log_sd = 0.0;  ///< of the reference cycle time
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(seen, counted, entered, by_cycle, mode, at, parts, reset_epoch, last_cycle_s, pending_s, pending_parts,
            spread_s2, worked_s, age_s, mean_s, variance_s2, log_mean, log_sd);
    }
  };
  /// A stretch between two reports of a machine's mode.
  struct Stretch {
    double length_s = 0.0;
    double worked_s = 0.0;
    bool exact = false;  ///< since when is told
  };
  struct Ratios {
    double more = 0.0, less = 0.0;
  };

  void set_reference(const Model& model, const Parameters& reference, std::uint32_t m, Machine& machine) const;
  Machine& machine_of(const Model& model, const Parameters& reference, std::uint32_t m);
  Stretch stretch_to(Machine& machine, const EntityReading& reading, ReportedMode mode, WallClock::Instant at) const;
  void follow_cycles(const Model& model, std::uint32_t m, Machine& machine, const EntityReading& reading,
                     WallClock::Instant at, Doubts& doubts);
  void follow_failures(const Model& model, const Parameters& reference, std::uint32_t m, Machine& machine,
                       const Stretch& stretch, ReportedMode mode, bool waits, WallClock::Instant at, Doubts& doubts);
  void add(const Model& model, std::uint32_t m, WatchedLaw law, Ratios ratios, double observed, double expected,
           double information, WallClock::Instant at, Doubts& doubts);
  void judge(const Model& model, LawWatch& watch, std::uint32_t machine, WatchedLaw law, const AlarmLimits& limits,
             WallClock::Instant at, Doubts& doubts) const;
  AlarmLimits limits(double information, double share) const;

  DriftOptions options_;
  std::map<std::uint32_t, Machine> machines_;
  std::map<std::pair<std::uint32_t, WatchedLaw>, LawWatch> watches_;
  std::array<LawWatch, kWatchedLaws> together_;
};

}  // namespace takt
