// SPDX-License-Identifier: Apache-2.0
// The futures of a study on the ranks of an MPI job:
//
//   mpirun -n 17 takt study PLANT --mpi ...
//
// Rank 0 hands out tasks and puts rows together, the others run them. A rank that falls silent is taken for lost, and
// its task goes to another one; for the job to outlive it, start it with `mpirun --enable-recovery` (Open MPI).
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "takt/io/store/study_plan.hpp"

namespace takt::io {

/// This process as one of a job; one a process, used from the thread that made it. Outside of an MPI job it is the only
/// rank.
class Ranks {
 public:
  /// Throws Error if takt was built without MPI (TAKT_MPI=OFF).
  Ranks();
  /// Ends the service of the others. Whole jobs are finalised; where a rank was lost that would wait for it forever.
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const;
  int size() const;
  int lost() const;  ///< ranks that fell silent; known to rank 0

  /// Rank 0: runs futures of a plan on the others, on threads of its own if there are none (any more); `done` gets the
  /// rows. Throws what the tasks throw, Interrupted, and what `done` throws.
  void run(const PreparedPlan& plan, const std::vector<TaskRange>& futures, unsigned threads,
           const std::stop_token& stop, const std::function<void(Rows)>& done);

  /// The other ranks: run what rank 0 hands out until it has no more.
  void serve();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace takt::io
