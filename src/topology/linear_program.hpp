// SPDX-License-Identifier: Apache-2.0
// A small linear program: maximise gain x subject to rows x <= limits, x >= 0, all limits >= 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace takt::detail {

/// A weighted sum of columns.
using Expression = std::map<std::uint32_t, double>;

void add_to(Expression& sum, const Expression& what, double times = 1.0);

struct LinearProgram {
  struct Row {
    Expression sum;
    double limit = 0.0;
    std::uint32_t tag = 0;  ///< the caller's
  };
  std::uint32_t columns = 0;
  std::vector<Row> rows;

  std::uint32_t add_column() { return columns++; }
  void add_row(Expression sum, double limit, std::uint32_t tag) { rows.push_back({std::move(sum), limit, tag}); }
};

struct Optimum {
  double value = 0.0;               ///< infinite if there is none
  std::vector<std::uint32_t> tags;  ///< of the rows that hold the value down, sorted, once each
};

/// The greatest gain, from above: the value of a feasible solution of the dual (weak duality), so that rounding aside
/// no x gains more. None if the method did not come to an end. The simplex method of Dantzig on a dense dictionary, as
/// in Chvatal, Linear Programming (1983), chapter 2; limits are moved apart by a billionth against cycling (his chapter
/// 3), and the value is taken with the true ones.
std::optional<Optimum> maximise(const LinearProgram& program, const Expression& gain);

}  // namespace takt::detail
