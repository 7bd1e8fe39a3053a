// SPDX-License-Identifier: Apache-2.0
// What if: one present, many futures. Scenarios change numbers by path; every scenario's replication r meets the same
// random numbers, so that differences are paired.
//
//   takt::Study study(twin.now(), {.horizon = 8h, .replications = 200});
//   study.add("as is");
//   study.add("faster filler").set("/acme/filling/line_1/filler/cycle_time", "11 s");
//   const takt::StudyResult result = study.run();
//   result.compared_with("as is");
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "takt/core/statistics.hpp"
#include "takt/engine/migrate.hpp"
#include "takt/engine/present.hpp"
#include "takt/kpi/kpis.hpp"

namespace takt {

inline constexpr std::uint32_t kMostReplications = 10'000'000;
inline constexpr unsigned kMostThreads = 4096;

struct StudyOptions {
  Duration horizon = std::chrono::hours{8};  ///< observed, after the warm-up
  Duration warmup{0};
  std::uint32_t replications = 100;  ///< 1 to kMostReplications; a Study of pairs rounds it up to an even number
  /// Replications 2i and 2i + 1 are an antithetic pair: the second meets the random numbers 1 - u where the first meets
  /// u (takt/core/random.hpp). Intervals then stand on the means of pairs, which are independent of each other.
  bool antithetic = false;
  unsigned threads = 0;    ///< 0: one a core; at most kMostThreads, and never more than there are futures
  std::stop_token stop{};  ///< asked to stop, a run throws Interrupted within about 20 ms
  std::function<void(std::size_t done, std::size_t total)> progress{};  ///< called from worker threads, one at a time
};

/// The number that names the random streams of a replication of a study: of a pair, its number and the same mirrored.
std::uint32_t streams_of(const StudyOptions& options, std::uint32_t replication);

/// A run was asked to stop before its end.
class Interrupted : public Error {
 public:
  using Error::Error;
};

/// A named set of numbers that differ from the present's, and perhaps another structure.
struct Scenario {
  std::string name;
  std::vector<std::pair<std::string, std::string>> numbers{};  ///< path, value with unit; applied in order
  /// Another plant: the present's state is taken over into it (migrate), and the numbers learnt (carry_over). Compiled
  /// with the same options as the present's model. None: the same plant.
  std::shared_ptr<const Model> model{};

  Scenario& set(std::string path, std::string value) {
    numbers.emplace_back(std::move(path), std::move(value));
    return *this;
  }
};

/// A replication that did not reach its horizon.
struct Unfinished {
  std::string scenario;
  std::uint32_t replication = 0;
  Outcome outcome;
};

/// The mean over replications with its interval, and the quantiles of one future.
struct Summary {
  double mean = 0.0;
  double half_width_95 = 0.0;  ///< of the mean; NaN for one replication
  std::uint64_t n = 0;         ///< replications in which the KPI has a value
  double q05 = 0.0, q50 = 0.0, q95 = 0.0;
};
/// Of antithetic pairs, values 2i and 2i + 1, the mean, its interval and n are of those whole: where one has no value,
/// the other is left out. The quantiles are of all values.
Summary summarise(std::vector<double> values, bool antithetic = false);

/// What an interval of the mean stands on: the values, or the means of antithetic pairs; none of those that are NaN.
Moments independent_moments(std::span<const double> values, bool antithetic);

/// The paired difference of one KPI between a scenario and a base.
struct Difference {
  std::string scenario;
  KpiName kpi;
  double base = 0.0;           ///< mean of the base
  double mean = 0.0;           ///< mean of scenario less base
  double half_width_95 = 0.0;  ///< paired Student t
  std::uint64_t n = 0;
  bool clear() const { return mean - half_width_95 > 0.0 || mean + half_width_95 < 0.0; }
};

/// What an entity of a scenario could give at best (capacity_bounds): the whole plant ("/"), a line, a workshop, an
/// enterprise. Of the parameters' means where the parameters are drawn.
struct ScenarioBound {
  std::string scenario, entity;
  double throughput_per_h = 0.0;        ///< may be infinite
  std::vector<std::string> limited_by;  ///< paths
};

/// Rows of values: [scenario][replication][kpi]. Unfinished replications have NaN throughout, and so have the entities
/// that a scenario's plant does not have.
struct StudyResult {
  std::vector<std::string> scenarios;
  std::vector<KpiName> kpis;
  std::uint32_t replications = 0;
  bool antithetic = false;  ///< whether replications 2i and 2i + 1 are pairs, and intervals of pairs
  std::vector<double> values;
  std::vector<Unfinished> unfinished;
  std::vector<ScenarioBound> bounds;  ///< by scenario, then as capacity_bounds lists them
  std::vector<std::pair<std::string, MigrationReport>>
      migrations;  ///< scenarios that took the state into another plant
  std::uint64_t events = 0;
  double little_gap = 0.0;         ///< the largest of all runs; 0 in right runs, NaN where parts are not kept
  std::optional<Verdict> verdict;  ///< of the twin whose present the futures began with

  double value(std::size_t scenario, std::size_t replication, std::size_t kpi) const {
    return values[(scenario * replications + replication) * kpis.size() + kpi];
  }
  std::size_t scenario_index(std::string_view name) const;                     ///< throws InvalidInput
  std::size_t kpi_index(std::string_view entity, std::string_view kpi) const;  ///< throws InvalidInput
  Summary summary(std::size_t scenario, std::size_t kpi) const;
  /// None if no replication has a value in both.
  std::optional<Difference> difference(std::size_t scenario, std::size_t base, std::size_t kpi) const;
  std::vector<Difference> compared_with(std::string_view base) const;  ///< every other scenario, every KPI
};

/// A future that was run again.
struct Replay {
  std::shared_ptr<const Model> model;
  Parameters parameters;
  State state;
  Outcome outcome;
};

/// Forks x replications x scenarios on a pool of threads.
class Study {
 public:
  explicit Study(Present present, StudyOptions options = {});

  /// A scenario more; the reference stays valid until the next call. Throws InvalidInput if the name is taken.
  Scenario& add(std::string name);
  Scenario& add(Scenario scenario);

  const Present& present() const { return present_; }
  const StudyOptions& options() const { return options_; }
  std::vector<Scenario> scenarios() const;  ///< "as is" alone if none was added

  /// Runs all; the same bytes for any number of threads. Throws InvalidInput with every wrong path and value,
  /// Interrupted, or Error if there is not enough memory for the figures of all futures.
  StudyResult run() const;

  /// One future again, exactly as `run` has it, to the end of the horizon or for `until` from its beginning. `begun` is
  /// told where it begins, `sink` every event. Throws InvalidInput for a scenario that is not known, or Interrupted.
  Replay replay(std::string_view scenario, std::uint32_t replication,
                const std::function<void(const std::shared_ptr<const Model>&, const State&)>& begun = {},
                const std::function<void(const Event&)>& sink = {}, std::optional<Duration> until = std::nullopt) const;

 private:
  Present present_;
  StudyOptions options_;
  std::vector<Scenario> scenarios_;
};

}  // namespace takt
