// SPDX-License-Identifier: Apache-2.0
// The futures of a study as tasks: any part of them may run anywhere, in any order, and what comes back is put together
// to the same result. Threads, processes, MPI ranks and shards of a cluster all run `PreparedStudy::run`; for other
// processes the study goes along as bytes (takt/io/store/study_plan.hpp).
//
//   const takt::PreparedStudy prepared(study);
//   takt::Collector collector(prepared);
//   for (const takt::TaskRange task : takt::tasks_of(prepared.futures(), 100)) collector.add(prepared.run(task));
//   const takt::StudyResult result = std::move(collector).result();
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <vector>

#include "takt/study/study.hpp"

namespace takt {

/// Futures [first, last) of a study. They are numbered scenario by scenario: future i is replication
/// i % replications of scenario i / replications.
struct TaskRange {
  std::uint64_t first = 0, last = 0;
  std::uint64_t size() const { return last - first; }
  friend bool operator==(const TaskRange&, const TaskRange&) = default;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(first, last);
  }
};

/// All futures in ranges of at most `most`, in order.
std::vector<TaskRange> tasks_of(std::uint64_t futures, std::uint64_t most);

/// How a future ended.
struct FutureEnd {
  Outcome outcome{};
  double little_gap = 0.0;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(outcome.status, outcome.time, outcome.events, outcome.circular_wait, little_gap);
  }
};

/// What the futures of a range left: an end each, and behind each other the values of the figures that the model of
/// each one's scenario has (kpi_names); none of a future that did not reach its horizon. A value.
struct Rows {
  TaskRange range{};
  std::vector<FutureEnd> ends{};
  std::vector<double> values{};
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(range, ends, values);
  }
};

/// A study whose scenarios are ready to run. Never changed: threads may share it.
class PreparedStudy {
 public:
  /// Throws InvalidInput with every wrong path and value of all scenarios.
  explicit PreparedStudy(const Study& study);
  PreparedStudy(const PreparedStudy&) = delete;
  PreparedStudy& operator=(const PreparedStudy&) = delete;

  const StudyOptions& options() const { return options_; }
  const Present& present() const { return present_; }
  std::size_t scenarios() const { return settings_.size(); }
  std::uint64_t futures() const { return settings_.size() * std::uint64_t{options_.replications}; }
  const std::vector<KpiName>& kpis() const { return kpis_; }  ///< of all scenarios together

  /// A scenario ready to run: its present, its numbers, and which of `kpis` its model has.
  struct Setting {
    Scenario scenario;
    Present present;
    Parameters numbers;  ///< those of the present with the scenario's; futures that draw theirs have others
    std::vector<std::size_t> columns;
  };
  const Setting& setting(std::size_t scenario) const { return settings_[scenario]; }
  Parameters numbers(const Setting& setting, std::uint32_t streams) const;  ///< of a replication's streams_of

  /// Runs the futures of a range: the same rows wherever and with whatever other ranges. Throws Interrupted;
  /// InvalidInput for a range that the study does not have.
  Rows run(TaskRange range, const std::stop_token& stop = {}) const;

  /// A result without values: everything that does not need a future to have run.
  StudyResult frame() const;

 private:
  void list_figures();

  Present present_;
  StudyOptions options_;
  std::vector<Setting> settings_;
  std::vector<KpiName> kpis_;
  std::vector<std::pair<std::string, MigrationReport>> migrations_;
};

/// Puts rows together. Thread-safe.
class Collector {
 public:
  /// Throws Error if there is not enough memory for the values of all futures.
  explicit Collector(const PreparedStudy& study);

  /// Throws InvalidInput for futures that are there already or that the study does not have, and for rows that are not
  /// of this study.
  void add(const Rows& rows);
  bool has(std::uint64_t future) const { return done_[future] != 0; }
  std::uint64_t done() const { return done_count_; }
  /// Of the first `replications` of every scenario (0: all), in order.
  std::vector<TaskRange> missing(std::uint32_t replications = 0) const;

  /// The rows of a range that is all there, as they were added. Throws InvalidInput if it is not.
  Rows rows(TaskRange range) const;

  /// The first `replications` of every scenario (0: all). Throws InvalidInput naming the futures that are missing.
  StudyResult result(std::uint32_t replications = 0) &&;
  /// The values of one figure of a scenario so far, in the order of replications, from the first on.
  std::vector<double> column(std::size_t scenario, std::size_t kpi, std::uint32_t replications) const;

 private:
  const PreparedStudy& study_;
  mutable std::mutex mutex_;
  StudyResult result_;
  std::vector<FutureEnd> ends_;
  std::vector<char> done_;
  std::atomic<std::uint64_t> done_count_ = 0;
};

/// Runs futures on threads (0: one a core) and hands the rows of some at a time to `done`, which is called from those
/// threads, one at a time. Throws what `PreparedStudy::run` and `done` throw.
void run_on_threads(const PreparedStudy& study, const std::vector<TaskRange>& futures, unsigned threads,
                    const std::stop_token& stop, const std::function<void(Rows)>& done);

}  // namespace takt
