// SPDX-License-Identifier: Apache-2.0
// What matters: how a response changes with each variable, near a point (finite differences) or over the whole space
// (Morris, Sobol). All points are run under the same replications, so that noise common to them cancels. Constraints of
// the space are not looked at: variables are moved one by one over their whole ranges.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "takt/study/output_analysis.hpp"
#include "takt/study/space.hpp"

namespace takt {

struct SensitivityOptions {
  std::uint32_t replications = 1;  ///< of each point; more than one where the response is noisy
  std::size_t response = 0;
  std::uint64_t seed = 1;  ///< of the points; the runs have seeds of their own
  std::uint32_t first_replication = 0;
};

/// The change of the response for a unit of each variable at a point: the paired difference of a step up and a step
/// down, or of one step at the edge of a range. Intervals hold together (Bonferroni). `steps` by variable; empty: 1 for
/// whole numbers, 5 % of the range for real ones. Choices have no derivative: their interval is NaN. Needs at least two
/// replications. Throws InvalidInput.
std::vector<Interval> finite_differences(const Space& space, std::span<const double> point,
                                         std::span<const double> steps, const Runner& runner,
                                         const SensitivityOptions& options, double confidence = 0.95);

/// The elementary effects of a variable, the response's change for a move over its whole range.
struct MorrisEffect {
  double mean = 0.0;           ///< mu: effects of opposite signs cancel
  double mean_absolute = 0.0;  ///< mu*: how much it matters (Campolongo, Cariboni & Saltelli 2007)
  double deviation = 0.0;      ///< sigma: how much that depends on the others, or is not linear
};

/// Morris 1991: `trajectories` random ways through a grid of `levels` levels, each moving one variable after the other:
/// trajectories * (variables + 1) points. Whole numbers and choices take the value nearest to the level. Throws
/// InvalidInput for fewer than two trajectories or an odd number of levels.
std::vector<MorrisEffect> morris(const Space& space, const Runner& runner, const SensitivityOptions& options,
                                 std::uint32_t trajectories = 20, std::uint32_t levels = 4);

/// The shares of the response's variance over the space, variables independent and uniform on their ranges.
struct SobolIndices {
  struct Index {
    double first = 0.0;                           ///< S: what is explained by the variable alone
    double total = 0.0;                           ///< S_T: what would be left if all others were known
    double first_error = 0.0, total_error = 0.0;  ///< standard errors
  };
  std::vector<Index> variables;
  double mean = 0.0, variance = 0.0;  ///< of the response over the space, noise taken out
  double noise = 0.0;                 ///< variance of the noise of one replication that points do not share
};

/// Sobol indices from `samples` * (variables + 2) points (Saltelli et al. 2010): S = mean[B (AB - A)]/V, S_T =
/// mean[(A - AB)^2]/(2 V). With two or more replications the noise that is left in squared differences is estimated and
/// taken out of S_T and V; with one the response is taken to be without noise, which would inflate S_T by
/// noise/variance.
SobolIndices sobol(const Space& space, const Runner& runner, const SensitivityOptions& options,
                   std::uint32_t samples = 1024);

}  // namespace takt
