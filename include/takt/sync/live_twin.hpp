// SPDX-License-Identifier: Apache-2.0
// A twin that lives on what sources deliver: put in order, merged, accounted for, and judged. It has no thread, no
// clock and no connection of its own, so that the same deliveries and the same passing of time give the same twin.
// takt/io/live/service.hpp runs one.
//
//   takt::LiveTwin live(plant);
//   for (takt::Delivery& delivery : inbox.take(20ms)) live.take(delivery);
//   live.pass(now);
//   for (const std::string& source : live.rebirths()) ask_for_everything(source);
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "takt/plant/plant.hpp"
#include "takt/sync/inbox.hpp"
#include "takt/sync/ingest.hpp"
#include "takt/sync/twin.hpp"
#include "takt/sync/verdict.hpp"

namespace takt {

struct LiveOptions {
  TwinOptions twin{};
  IngestOptions ingest{};
  /// Where no source has been in step for so long, the state is the model's own, and the twin invalid.
  Duration blind_after = std::chrono::minutes{5};
  /// For latencies only; none: the time given to pass().
  std::function<WallClock::Instant()> clock{};
};

/// How long something took, as Prometheus counts it. A value.
class LatencyCounts {
 public:
  static constexpr std::array<double, 14> kUpTo_s{0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02,
                                                  0.05,   0.1,   0.2,   0.5,   1.0,   5.0,  30.0};
  void add(double seconds);
  std::uint64_t count() const { return count_; }
  double sum_s() const { return sum_s_; }
  double most_s() const { return most_s_; }
  /// Those that took at most kUpTo_s[i].
  std::uint64_t up_to(std::size_t i) const;

 private:
  std::array<std::uint64_t, kUpTo_s.size()> in_{};
  std::uint64_t count_ = 0;
  double sum_s_ = 0.0, most_s_ = 0.0;
};

/// What became of everything that was delivered. A message is among `deliveries`, then in one of IngestCounts::taken,
/// and once it was given out (IngestCounts::given) in one of `merged`.
struct LiveCounts {
  std::array<std::uint64_t, 5> deliveries{};  ///< by Delivery::Kind
  std::array<std::uint64_t, 4> merged{};      ///< by MergeReport::Status
  std::uint64_t stuck = 0;                    ///< given out, but the model could not be brought to its time
  std::uint64_t cells = 0, inferred = 0, conflicts = 0;
  std::uint64_t unknown_readings = 0;              ///< of paths that the plant does not have: left out
  std::map<std::string, std::uint64_t> corrected;  ///< cells by what: "state", "level", ...
  std::map<std::string, std::uint64_t> over_runs;  ///< by machine
  LatencyCounts latency;                           ///< from arrival to merged

  std::uint64_t of(Delivery::Kind kind) const { return deliveries[static_cast<std::size_t>(kind)]; }
  std::uint64_t of(MergeReport::Status status) const { return merged[static_cast<std::size_t>(status)]; }
};

/// A fault that was told, and where it came from.
struct Told {
  WallClock::Instant at{};
  std::string source;
  Fault fault;
};

/// Not thread-safe.
class LiveTwin {
 public:
  using Instant = WallClock::Instant;
  /// Told of every message merged, and of those that were not.
  using Sink = std::function<void(const Snapshot&, const MergeReport&)>;

  /// The twin begins with the first message: at the epoch of the plant where that lies no further before it than
  /// TwinOptions::largest_gap, else at the time of the message. Throws InvalidInput as `compile` does.
  explicit LiveTwin(Plant plant, LiveOptions options = {}, Sink sink = {});
  /// Goes on with a twin that was put aside.
  explicit LiveTwin(Twin twin, LiveOptions options = {}, Sink sink = {});
  /// The same with what stood before it; its options of the ingest are those put aside.
  LiveTwin(Twin twin, Ingest ingest, LiveOptions options = {}, Sink sink = {});

  /// Takes a delivery over. False if there is no room: it is as it was, to be given again after time has passed.
  bool take(Delivery& delivery);
  /// Time has passed: what is due is merged, and where no source speaks the model runs on by itself.
  void pass(Instant now);
  /// Merges all that still waits, at the end.
  void finish(Instant now);
  /// Sources to be asked for everything since the last call.
  std::vector<std::string> rebirths() { return ingest_.rebirths(); }

  /// As Twin has them; nothing before the first message.
  std::vector<Adopted> adopt() { return twin_ ? twin_->adopt() : std::vector<Adopted>{}; }
  void expect(const std::string& path, const Distribution& law) {
    if (twin_) twin_->expect(path, law);
  }

  const Twin* twin() const { return twin_ ? &*twin_ : nullptr; }  ///< none before the first message
  const Model& model() const { return twin_ ? twin_->model() : *model_; }
  /// As of the last pass.
  const Verdict& verdict() const { return verdict_; }
  const Ingest& ingest() const { return ingest_; }
  const LiveCounts& counts() const { return counts_; }
  const std::deque<Told>& last_conflicts() const { return conflicts_; }    ///< the last hundred
  const std::deque<Told>& last_rejections() const { return rejections_; }  ///< deliveries that were no messages
  /// Names of transports and sources whose connection is down, and why.
  const std::map<std::string, Told>& lost() const { return lost_; }

 private:
  void merge(Snapshot message, Instant now);
  MergeReport apply(Snapshot& message);
  void begin(Instant first);
  void run_on();
  void count(const Snapshot& message, const MergeReport& report);
  void judge(Instant now);
  std::vector<Doubt> doubts_of_sources(Instant now);

  LiveOptions options_;
  Sink sink_;
  std::optional<Model> model_;  ///< until the twin begins
  std::optional<Twin> twin_;
  Ingest ingest_;
  LiveCounts counts_;
  std::set<std::string> unknown_;  ///< paths met that the plant does not have
  std::deque<Told> conflicts_, rejections_;
  std::map<std::string, Told> lost_;
  std::optional<Told> stuck_;
  std::map<std::string, Doubt> told_;  ///< of sources, as they stand
  std::optional<Instant> first_pass_, blind_since_;
  bool was_in_step_ = false;
  Verdict verdict_;
};

}  // namespace takt
