// SPDX-License-Identifier: Apache-2.0
// Everything learnt about one plant: laws of times and shares, by the path of the number they are about, each with the
// data it came from, and every version of it at hand for a while.
//
//   learnt.observe_time(model, "/acme/hall/line_1/press/cycle_time", 31.0, {.at = now, .source = "plc"});
//   const std::uint64_t before = learnt.keep(now);   // a version
//   ...
//   learnt.put_back(before);                         // what was learnt since is undone; that can be undone, too
//   learnt.reset("/acme/hall/line_1/press/cycle_time");
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "takt/core/calendar.hpp"
#include "takt/core/distribution.hpp"
#include "takt/core/random.hpp"
#include "takt/engine/model.hpp"
#include "takt/sync/law_choice.hpp"
#include "takt/sync/learners.hpp"

namespace takt {

/// When something was seen, and who said so.
struct Origin {
  WallClock::Instant at{};
  std::string source{};
};

/// The data that a learnt value came from.
struct Provenance {
  std::uint64_t version = 0;  ///< of Learnt, in which the value changed last
  std::uint64_t observations = 0;
  WallClock::Instant from{}, to{};  ///< span of the data
  std::set<std::string> sources;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(version, observations, from, to, sources);
  }
  friend bool operator==(const Provenance&, const Provenance&) = default;
};

/// What is known of one number. A value.
struct LearntValue {
  enum class Kind : std::uint8_t { time, rate, share };
  Kind kind = Kind::time;
  LogNormalLearner time;   ///< kind time: cycle and load times
  RateLearner rate;        ///< kind rate: failures and repairs
  ShareLearner share;      ///< kind share: scrap, then good; or the ways of a choice
  LawChoice choice;        ///< times and rates: of the family
  double age_s = 0.0;      ///< rates: of the running interval
  bool has_begun = false;  ///< rates: whether its beginning was seen
  Provenance provenance;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(kind, time, rate, share, choice, age_s, has_begun, provenance);
  }
};

/// A value; not thread-safe while it is changed.
class Learnt {
 public:
  Learnt() = default;
  explicit Learnt(LearnOptions options) : options_(options) {}

  bool empty() const { return values_.empty(); }
  /// A cycle or load time seen. `path` is that of a law: ".../cycle_time" or ".../cycle_time/<product>".
  void observe_time(const Model& model, const std::string& path, double seconds, const Origin& origin = {});
  /// Time at risk of a failure or repair law, and whether it ended in the event.
  void observe_exposure(const Model& model, const std::string& path, double seconds, bool event,
                        const Origin& origin = {});
  /// Finished parts and how many of them were scrap: ".../scrap".
  void observe_scrap(const Model& model, const std::string& path, double scrap, double good, const Origin& origin = {});
  /// Parts that took a way: ".../to/<name>", with the counts of all ways of that choice in the order in which the
  /// plant has them.
  void observe_ways(const Model& model, const std::string& path, std::span<const double> counts,
                    const Origin& origin = {});

  /// What was learnt of a law is over: `prior` is what is known of it from now on.
  void restart(const std::string& path, const Distribution& prior);

  /// The parameters with every learnt number at its posterior mean, or drawn from its posterior for one replication.
  Parameters mean(const Model& model, Parameters parameters) const;
  Parameters draw(const Model& model, Parameters parameters, std::uint64_t seed, std::uint32_t replication) const;

  /// A law that was learnt, for reports: posterior mean and its 90 % interval in seconds.
  struct Row {
    std::string path;
    std::uint64_t observations = 0;
    double mean_s = 0.0, low_s = 0.0, high_s = 0.0;
    std::string family;  ///< "lognormal", ...; "" where the plant's own law is kept and rescaled
    Provenance provenance;
  };
  std::vector<Row> rows() const;
  /// A share that was learnt. Of a choice of ways, one row a way.
  struct ShareRow {
    std::string path;
    std::uint64_t observations = 0;  ///< parts
    double mean = 0.0, low = 0.0, high = 0.0;
    Provenance provenance;
  };
  std::vector<ShareRow> shares(const Model& model) const;
  std::vector<std::string> paths() const;
  /// What is known at a path; none if nothing was learnt.
  const LearntValue* find(const std::string& path) const;

  /// Closes the present version and begins the next one; the number of the one closed. Without a change since, it is
  /// the same version still.
  std::uint64_t keep(WallClock::Instant at, std::string why = {});
  /// The number that changes belong to now. Version 0 is the plant as it was written.
  std::uint64_t version() const { return version_; }
  bool has_changed() const { return !open_.before.empty(); }  ///< since the last version was closed
  struct Version {
    std::uint64_t number = 0;
    WallClock::Instant at{};
    std::string why;
    std::vector<std::string> changed;  ///< paths
  };
  std::vector<Version> versions() const;  ///< closed ones that are at hand, oldest first
  /// Everything as it was when that version was closed (0: nothing learnt). It is a change of its own, in the present
  /// version. Throws InvalidInput for a version that is not closed or no more at hand.
  void put_back(std::uint64_t version);
  /// One number as the plant has it; false if nothing was learnt of it.
  bool reset(const std::string& path);
  /// Forgets what is at the paths that are not to be kept; which these were. Of a choice the path is that of a way.
  std::vector<std::string> forget_unless(const std::function<bool(const std::string& path)>& keep);

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, values_, version_, open_, closed_);
  }

 private:
  /// A value as it was, if there was one.
  struct Before {
    bool was = false;
    LearntValue value;
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(was, value);
    }
  };
  /// What a version changed.
  struct Changes {
    WallClock::Instant at{};
    std::string why;
    std::map<std::string, Before> before;
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(at, why, before);
    }
  };

  LearntValue fresh(LearntValue::Kind kind, const Distribution& prior) const;
  LearntValue& changing(const std::string& path, const Origin& origin, const std::function<LearntValue()>& make);
  void remember(const std::string& path);
  void set(const std::string& path, const Before& before);

  LearnOptions options_;
  std::map<std::string, LearntValue> values_;
  std::uint64_t version_ = 1;
  Changes open_;
  std::map<std::uint64_t, Changes> closed_;
};

}  // namespace takt
