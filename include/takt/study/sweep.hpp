// SPDX-License-Identifier: Apache-2.0
// Many scenarios from a few axes: every combination (grid), a Latin hypercube, or values side by side (list).
//
//   const std::vector<takt::Axis> axes{takt::read_axis("/a/f/l/filler/cycle_time", "9 s,10 s,11 s"),
//                                      takt::read_axis("/a/f/l/store/capacity", "range(10, 50, 5)")};
//   for (takt::ScenarioPlan& scenario : takt::sweep(axes, {})) ...  // 15 of them
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "takt/core/quantity.hpp"
#include "takt/study/scenario_plan.hpp"

namespace takt {

/// What is varied, and how far.
struct Axis {
  struct Range {
    Quantity from{}, to{};
    bool whole = false;       ///< bare whole numbers: what is drawn from it is one, too
    std::uint32_t steps = 0;  ///< both ends among them; 0: not given
  };
  std::string path{};
  std::vector<std::string> values{};  ///< as listed, or those of a range with steps
  std::optional<Range> range{};       ///< none: a list
};

/// Reads "9 s,10 s,11 s", "range(8 s, 12 s, 5)" or, for a Latin hypercube, "range(8 s, 12 s)"; of counts
/// "range(10, 50, 5)". Throws InvalidInput with `path`.
Axis read_axis(std::string path, std::string_view text);

struct Design {
  enum class Kind : std::uint8_t {
    grid,             ///< every value with every other; the last axis runs fastest
    latin_hypercube,  ///< `points` scenarios: each axis is cut into as many strata, each of which is met once, at a
                      ///< place drawn within it (McKay, Beckman, Conover 1979); a list is cut into equal shares
    list,             ///< the first values of all axes, then the second ones, ...
  };
  Kind kind = Kind::grid;
  std::uint32_t points = 0;  ///< of a Latin hypercube
  std::uint64_t seed = 1;
};
inline constexpr std::size_t kMostScenarios = 100'000;

/// The scenarios, each named after what is varied in it ("filler/cycle_time=9 s, store/capacity=10"). Throws
/// InvalidInput for a range without steps in a grid or list, lists of different lengths in a list, a hypercube without
/// points, more than kMostScenarios.
std::vector<ScenarioPlan> sweep(const std::vector<Axis>& axes, const Design& design);

}  // namespace takt
