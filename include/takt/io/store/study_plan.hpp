// SPDX-License-Identifier: Apache-2.0
// A study as bytes, and its futures as a pure function of them: what processes, MPI ranks and clusters run.
//
//   const std::string plan = takt::io::plan_bytes(takt::io::plan_of(study));
//   const std::string rows = takt::io::run_task(plan, {0, 100});  // here, or wherever `plan` was sent to
//
// The same version of takt reads them; both are sealed, so that cut, damaged and foreign bytes are told.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "takt/engine/value_bytes.hpp"
#include "takt/io/store/results.hpp"
#include "takt/study/tasks.hpp"
#include "takt/sync/twin.hpp"

namespace takt::io {

/// Everything that the futures of a study follow from. A value.
struct StudyPlan {
  enum class Begin : std::uint8_t {
    plant,  ///< at time zero; `begin` is takt-plant/1
    run,    ///< in a state that is known; `begin` is a checkpoint (takt-store/1)
    twin,   ///< in the present of a twin, with what it has learnt and does not know; `begin` is its file
  };
  struct PlannedScenario {
    std::string name{};
    std::vector<std::pair<std::string, std::string>> numbers{};
    std::string plant{};  ///< takt-plant/1; empty: the plant of the present
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(name, numbers, plant);
    }
  };
  Begin kind = Begin::plant;
  std::string begin{};
  bool part_identity = false;        ///< CompileOptions
  Parameters parameters{};           ///< of a plant about to begin
  std::optional<Verdict> verdict{};  ///< of the present of a run
  std::uint64_t seed = 1;
  std::vector<PlannedScenario> scenarios{};
  Duration horizon{0}, warmup{0};
  std::uint32_t replications = 0;
  bool antithetic = false;  ///< StudyOptions
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(kind, begin, part_identity, parameters, verdict, seed, scenarios, horizon, warmup, replications, antithetic);
  }
};

/// The plan of a study that begins with a plant or in a state. Throws InvalidInput for one whose present is drawn: that
/// of a twin, which has to come along.
StudyPlan plan_of(const Study& study);
/// The plan of a study of the present of `twin`.
StudyPlan plan_of(const Study& study, const Twin& twin);
/// The study again, run with `how` (threads, stop, progress). Throws InvalidInput, FileError.
Study study_of(const StudyPlan& plan, StudyOptions how = {});

std::string plan_bytes(const StudyPlan& plan);
/// Throws InvalidInput for bytes that are no plan, not whole, or of another version of takt.
StudyPlan plan_of_bytes(std::string_view bytes);
/// What tells one plan from another: the SHA-256 of its content, 64 hexadecimal digits.
std::string plan_hash(std::string_view bytes);

/// Rows of the plan with this hash, as bytes. Reading throws InvalidInput for bytes that are no rows, not whole, or of
/// another plan.
std::string rows_bytes(const Rows& rows, const std::string& plan_hash);
Rows rows_of_bytes(std::string_view bytes, const std::string& plan_hash);

/// A plan read and made ready to run. Never changed: threads may share it.
struct PreparedPlan {
  explicit PreparedPlan(std::string_view bytes);

  std::string bytes, hash;
  StudyPlan plan;
  PreparedStudy study;

  /// What a collector gathered, with where it comes from.
  StoredResults results(Collector&& collector, std::uint32_t replications = 0) const;
  /// What the rows of a scenario depend on: SHA-256 of model and beginning, numbers, times, seed and version of takt.
  std::string scenario_key(std::size_t scenario) const;
};

/// The prepared form of a plan; the last few are kept, so that many tasks of one plan prepare it once. Thread-safe.
std::shared_ptr<const PreparedPlan> prepared(std::string_view plan);

/// Runs futures of a plan and gives their rows (rows_bytes): the same bytes in any process. Throws InvalidInput,
/// FileError; Interrupted.
std::string run_task(std::string_view plan, TaskRange range, const std::stop_token& stop = {});

}  // namespace takt::io
