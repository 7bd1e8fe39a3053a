// SPDX-License-Identifier: Apache-2.0
// A digital twin: a model, its numbers and a state, kept true by snapshots from the real plant.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "takt/core/byte_stream.hpp"
#include "takt/engine/migrate.hpp"
#include "takt/engine/present.hpp"
#include "takt/engine/value_bytes.hpp"
#include "takt/sync/count_learning.hpp"
#include "takt/sync/fidelity.hpp"
#include "takt/sync/learn.hpp"
#include "takt/sync/merge.hpp"
#include "takt/sync/particles.hpp"
#include "takt/sync/seen_messages.hpp"

namespace takt {

struct TwinOptions {
  std::uint64_t seed = 1;
  bool learn = true;  ///< cycle and set-up times, failures, repairs, scrap and ways from what is sensed
  LearnOptions learning{};
  /// A snapshot further ahead of the present than this is rejected: its clock is taken to be wrong.
  Duration largest_gap = std::chrono::hours{24 * 30};
  /// States that are kept beside the twin's own for what is not sensed (takt/sync/particles.hpp); 0: none. An update
  /// runs each of them: some hundreds tell levels, a thousand or two their quantiles.
  std::uint32_t particles = 0;
  unsigned particle_threads = 1;  ///< that run them; the same bytes for any number
  FidelityOptions fidelity{};
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(seed, learn, learning, largest_gap, particles, particle_threads, fidelity);
  }
};

struct MigratedTwin;

/// Values all through: a copied twin lives on its own. Not thread-safe; `now()` gives threads a present of their own.
class Twin {
 public:
  explicit Twin(Model model, TwinOptions options = {});
  /// The same with a model that others share.
  explicit Twin(std::shared_ptr<const Model> model, TwinOptions options = {});
  /// One that goes on from a run, with nothing learnt yet.
  Twin(std::shared_ptr<const Model> model, Parameters parameters, State state, TwinOptions options);

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
  const std::shared_ptr<const Model>& shared_model() const { return model_; }
  const Parameters& parameters() const { return parameters_; }
  const State& state() const { return state_; }
  const Learnt& learnt() const { return learnt_; }
  Time time() const { return state_.now; }
  /// What is known of cells that are not sensed; empty unless asked for.
  const Particles& particles() const { return particles_; }

  /// The present, for studies: futures draw their numbers from what was learnt so far, and begin in members of the
  /// filter drawn by weight, if there is one. With a seed, the random numbers of the futures are those of that seed. It
  /// carries the verdict.
  Present now() const { return now(options_.seed); }
  Present now(std::uint64_t seed) const;

  /// Takes what was learnt back to a version of it, or one number back to the plant's, and the parameters with it.
  /// Throws and tells as `Learnt` does.
  void put_back(std::uint64_t version);
  bool reset(const std::string& path);

  /// Everything but the model, as bytes (takt/sync/twin_bytes.hpp).
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_);
    bytes(parameters_);
    bytes(state_);
    bytes(learnt_);
    bytes(counts_);
    bytes(last_version_);
    bytes(book_);
    bytes(particles_);
    bytes(fidelity_);
    bytes(seen_messages_);
    bytes(seen_machines_);
    bytes(seen_work_);
  }
  /// What cannot be so in a twin of its model: after bytes were read into it.
  std::vector<Fault> faults() const;

  /// Whether it can be trusted, why not, and since when. Commands to the plant are refused unless it is valid.
  Verdict verdict() const { return fidelity_.verdict(); }
  const Fidelity& fidelity() const { return fidelity_; }
  /// What Ingest says of a source; one that nothing is said of is in step.
  void stands(const std::string& source, SourceStanding standing, WallClock::Instant at) {
    fidelity_.stands(source, standing, at);
  }
  /// The plant has changed, and that is right: what was learnt, or where nothing is learnt what has drifted, becomes
  /// the numbers that the plant is held to from now on. The laws that changed.
  std::vector<Adopted> adopt();
  /// The plant is changed on purpose, such as by a command: this is the law at `path` from now on, and what was learnt
  /// of it is over. Throws InvalidInput naming the nearest path.
  void expect(const std::string& path, const Distribution& law);

 private:
  void check_paths(const Snapshot& snapshot) const;
  std::optional<MergeReport> refusal(const Snapshot& snapshot) const;
  void learn_from(const Snapshot& snapshot);
  void learn_machine(const EntityReading& reading, std::uint32_t machine, const Origin& origin);
  void learn_times(const EntityReading& reading, std::uint32_t machine, const Origin& origin);
  void forget_numbers(const std::vector<std::string>& paths);
  double at_risk_s(const MachineSpec& spec, WallClock::Instant from, WallClock::Instant to) const;

  /// What a machine was last seen to do, and since when.
  struct Seen {
    bool down = false;
    bool waits = false;  ///< by the twin's state, for its crew
    WallClock::Instant at{};
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(down, waits, at);
    }
  };

  /// Of a machine whose times are told: the product last seen on it, and since when it is set up.
  struct SeenWork {
    std::string product;
    std::optional<WallClock::Instant> setup_since;
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(product, setup_since);
    }
  };

  friend MigratedTwin migrate(const Twin& twin, Model to);

  TwinOptions options_;
  std::shared_ptr<const Model> model_;  ///< shared with the presents given out
  Parameters parameters_;
  State state_;
  Learnt learnt_;
  CountLearning counts_;
  WallClock::Instant last_version_{};  ///< of what was learnt
  CounterBook book_;
  Particles particles_;
  Fidelity fidelity_;
  std::map<std::string, SeenMessages> seen_messages_;  ///< by source
  std::map<std::uint32_t, Seen> seen_machines_;
  std::map<std::uint32_t, SeenWork> seen_work_;
};

/// What became of a twin when its plant changed. Things are the same if their paths are.
struct TwinMigration {
  MigrationReport state;
  std::vector<std::string> unlearnt;   ///< paths of learnt laws that the new plant has not, or says otherwise
  std::vector<std::string> uncounted;  ///< machines and buffers whose counters begin anew: they are gone
  friend bool operator==(const TwinMigration&, const TwinMigration&) = default;
};

struct MigratedTwin {
  Twin twin;
  TwinMigration report;
};

/// The twin in an edited plant: state and numbers as by `migrate` and `carry_over`, what was learnt and the counters by
/// path. What the plant file newly says of a law counts more than what was learnt of the old one.
MigratedTwin migrate(const Twin& twin, Model to);

}  // namespace takt
