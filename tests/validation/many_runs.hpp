// SPDX-License-Identifier: Apache-2.0
// Independent runs from one beginning, each of which ends in one number.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "case_file.hpp"
#include "long_run.hpp"
#include "scoring.hpp"
#include "takt/core/statistics.hpp"

namespace takt::validation {

/// The number in which a run ends, and its work.
struct Ended {
  double in = 0.0;
  std::uint64_t events = 0;
};

/// One run, by its replication. Keeps memory of its own between runs.
using Run = std::function<Ended(std::uint32_t replication)>;
/// Gives each thread a Run under a seed.
using MakeRun = std::function<Run(std::uint64_t seed)>;

struct Sample {
  Moments moments;
  std::uint64_t events = 0;
  std::vector<std::uint64_t> counts;  ///< runs that ended in 0, 1, 2, ...
};

/// Ends the sample must tell about: the mean and, by their number, the shares of the runs that ended in it.
struct Wanted {
  enum class What : std::uint8_t { mean, share };
  What what = What::mean;
  std::uint32_t end = 0;
};

/// Runs as often as the half widths of these values ask for, after a pilot under another seed. `wanted[i]` is what
/// `expected[i]` is about.
std::vector<Estimate> run_many(std::span<const Expected> expected, std::span<const Wanted> wanted, const MakeRun& make,
                               std::uint64_t seed, const Settings& settings);

}  // namespace takt::validation
