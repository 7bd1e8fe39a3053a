// SPDX-License-Identifier: Apache-2.0
// What selection, optimisation and sensitivity ask for: one replication of one design, many at once. Whoever answers
// may run them anywhere and in any order (threads, processes, a cluster), since a trial's values depend on its design
// and its replication alone. Replication r means the same random numbers for every design.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "takt/core/thread_pool.hpp"

namespace takt {

/// The values of the variables, in their order; of a choice, the number of the one chosen.
using DesignPoint = std::vector<double>;

/// One replication of one design; whoever makes it keeps the design.
struct Trial {
  std::span<const double> design;
  std::uint32_t replication = 0;
};

/// The responses of all trials, [trial][response], each trial as many. A pure function of its trials.
using Runner = std::function<std::vector<double>(std::span<const Trial>)>;

/// One trial; called from several threads at once.
using Replicate = std::function<std::vector<double>(std::span<const double> design, std::uint32_t replication)>;

/// Trials on the threads of a pool, which must outlive it. Throws Error when two trials differ in how many responses
/// they have.
Runner on_threads(Replicate replicate, ThreadPool& pool);

/// Replications [first, first + count) of each design, in one batch: [design][replication][response]. Throws Error if
/// the runner gives another number of values than a whole number a trial.
std::vector<double> replicate_all(const Runner& runner, std::span<const DesignPoint> designs, std::uint32_t first,
                                  std::uint32_t count);

}  // namespace takt
