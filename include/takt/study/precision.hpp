// SPDX-License-Identifier: Apache-2.0
// Replications until all figures are known well enough. Whether n replications are enough is asked of replications 0
// to n - 1 alone, n after n; so the answer does not depend on how many were run beyond it, nor where.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "takt/core/statistics.hpp"

namespace takt {

/// When to stop. A figure is precise when half its interval is at most relative/(1 + relative) of its estimated mean,
/// so that the error relative to the true mean is at most `relative` (Law & Kelton 2000, 9.4.1), or at most `absolute`.
struct Precision {
  double relative = 0.05;       ///< 0: only the absolute width counts
  double absolute = 0.0;        ///< in the figure's unit
  double confidence = 0.95;     ///< that all figures hold together: each of m has (1 - confidence)/m (Bonferroni)
  std::uint32_t first = 10;     ///< replications before the first look; at least 5
  std::uint32_t most = 10'000;  ///< and where it gives up
};
/// Throws InvalidInput with every fault.
void check(const Precision& precision);

/// Whether a mean is as precise as that at a confidence of its own.
bool is_precise(const Moments& figure, double relative, double absolute, double confidence);

/// Follows completed replications in their order. A figure that never had a value (NaN) asks for nothing.
class PrecisionWatch {
 public:
  PrecisionWatch(const Precision& precision, std::size_t figures);

  /// The figures of the next replication; whether all are precise with it.
  bool add(std::span<const double> row);

  std::uint32_t count() const { return count_; }
  std::span<const Moments> figures() const { return figures_; }
  double half_width(std::size_t figure) const;  ///< simultaneous; NaN below two values
  bool is_precise(std::size_t figure) const;

 private:
  double confidence_each() const;

  Precision precision_;
  std::uint32_t count_ = 0;
  std::vector<Moments> figures_;
};

/// What the replications of a batch gave: [replication][figure] for [first, first + count).
using ReplicationBatch = std::function<std::vector<double>(std::uint32_t first, std::uint32_t count)>;

/// How it ended. `rows` has no more than the replications needed.
struct Precise {
  std::uint32_t replications = 0;
  bool reached = false;      ///< otherwise `most` replications were not enough
  std::vector<double> rows;  ///< [replication][figure]
};

/// Asks for batches until all figures are precise. How large the batches are changes what is run, never the result:
/// the first is precision.first, each further one as many as the widest figure seems to need, at least `batch`.
Precise replicate_until(const Precision& precision, std::size_t figures, const ReplicationBatch& batch,
                        std::uint32_t least_batch = 10);

}  // namespace takt
