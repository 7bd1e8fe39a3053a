// SPDX-License-Identifier: Apache-2.0
// Can the twin be trusted? Four questions are asked while it lives, each with a stated rate of false alarms: was it
// right about what was then sensed (agreement.hpp), do its forecasts come true (calibration.hpp), does the plant still
// behave as its laws say (drift.hpp), do its sources speak. A Twin owns one and asks it by `Twin::verdict()`.
//
// The rates are for the whole plant and a whole shift: however many machines are watched, a twin that is right is
// called invalid in at most `false_invalid` of the shifts. docs/fidelity.md has the mathematics.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "takt/engine/present.hpp"
#include "takt/sync/agreement.hpp"
#include "takt/sync/calibration.hpp"
#include "takt/sync/drift.hpp"
#include "takt/sync/ingest.hpp"
#include "takt/sync/merge.hpp"

namespace takt {

struct FidelityOptions {
  bool judge = true;                       ///< false: nothing is checked, and the twin is never more than a warning
  Duration shift = std::chrono::hours{8};  ///< what the rates are for
  double false_invalid = 0.01;             ///< shifts in which a twin that is right is called invalid
  double false_warning = 0.05;
  double cycle_shift = 0.10;  ///< the change of mean cycle times that is found soonest, relative
  double rate_factor = 2.0;   ///< the same of mean times to failure and repair
  /// Forecasts are made one after the other over each of these, and held against the counters.
  std::vector<Duration> horizons{std::chrono::minutes{10}, std::chrono::hours{1}, std::chrono::hours{8}};
  std::uint32_t members = 20;           ///< futures of a forecast
  std::uint32_t largest_plant = 5'000;  ///< machines; a larger one is not forecast
  AgreementOptions agreement{};
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(judge, shift, false_invalid, false_warning, cycle_shift, rate_factor, horizons, members, largest_plant,
          agreement);
  }
};

/// A law whose reference was changed because it had drifted.
struct Adopted {
  std::string path;
  double before_s = 0.0, after_s = 0.0;  ///< means
};

/// A value.
class Fidelity {
 public:
  using Instant = WallClock::Instant;

  /// `reference`: the numbers that are held to be right; `begin`: the time of the twin's beginning.
  explicit Fidelity(FidelityOptions options = {}, Parameters reference = {}, Instant begin = {},
                    std::uint64_t seed = 1);

  Verdict verdict() const;

  /// Before a merge: the state stands at the snapshot's time and knows nothing of it.
  void compare(const Model& model, const State& state, const Snapshot& snapshot);
  /// After it.
  void follow(const Model& model, const State& state, const Snapshot& snapshot, const MergeReport& report);
  /// Whether a forecast is due; if so, `forecast` makes those that are.
  bool is_forecast_due(Instant at) const;
  void forecast(const Present& present, Instant at);
  /// What Ingest says of a source. A source that nothing is said of is in step.
  void stands(const std::string& source, SourceStanding standing, Instant at);

  /// What has drifted is what is right from now on.
  void restart(const Model& model, Parameters reference, Instant at);

  const Agreement& agreement() const { return agreement_; }
  const Calibration& calibration() const { return calibration_; }
  const Drift& drift() const { return drift_; }
  const Parameters& reference() const { return reference_; }

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, reference_);
    bytes(agreement_, calibration_, drift_, doubts_, sources_, told_, open_, next_launch_, conflicts_, rejected_, gap_,
          trust_, since_, seed_, launched_, scored_);
  }

 private:
  struct Source {
    SourceStanding standing = SourceStanding::in_step;
    std::uint64_t messages = 0;
    bool whole = false;  ///< everything it has to tell was told
    Instant last{};
    Duration gap{0};  ///< between its last two messages
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(standing, messages, whole, last, gap);
    }
  };
  /// A machine's count when it was last told, by the twin's books.
  struct Told {
    Instant at{};
    double count = 0.0;
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(at, count);
    }
  };
  /// A forecast that waits for its time.
  struct Open {
    Duration horizon{};
    Instant until{};
    std::map<std::uint32_t, std::vector<double>> counts;  ///< by machine: counts of the futures then
    std::map<std::uint32_t, double> base;                 ///< by machine: the count when it was made
    std::vector<double> out;                              ///< of the whole plant; empty where it is not counted
    double out_seen = 0.0;
    std::uint32_t out_missing = 0;  ///< machines that let parts out and are not scored yet
    bool out_lost = false;          ///< one of them was not told in time
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(horizon, until, counts, base, out, out_seen, out_missing, out_lost);
    }
  };

  TwinStage stage() const;
  bool in_step() const;
  void note_source(const Snapshot& snapshot);
  void judge_merge(const Snapshot& snapshot, const MergeReport& report);
  void note_counts(const Model& model, const State& state, const Snapshot& snapshot);
  void score(const Model& model, std::uint32_t machine, const Told& before, const Told& now);
  void score_plant(const Model& model, Open& open, std::uint32_t machine, std::optional<double> count, Instant at);
  Open open_forecast(const Present& present, Duration horizon, Instant at) const;
  static void note_future(const Model& model, const State& future, Open& open);
  double uniform();
  void settle(Instant at);

  FidelityOptions options_;
  Parameters reference_;
  Agreement agreement_;
  Calibration calibration_;
  Drift drift_;
  Doubts doubts_;
  std::map<std::string, Source> sources_;
  std::map<std::uint32_t, Told> told_;
  std::deque<Open> open_;
  std::map<Duration, Instant> next_launch_;        ///< by horizon
  std::map<std::string, double> conflicts_;        ///< by the path that conflicts name: how many of late
  std::map<std::string, std::uint32_t> rejected_;  ///< by source: good merges still needed after one that was rejected
  Duration gap_{0};                                ///< of the source that spoke last
  Trust trust_ = Trust::warning;
  Instant since_{};
  std::uint64_t seed_ = 1;
  std::uint32_t launched_ = 0;  ///< futures forked so far: each takes streams of its own
  std::uint64_t scored_ = 0;
};

}  // namespace takt
