// SPDX-License-Identifier: Apache-2.0
#include "topology/linear_program.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "topology/sorted.hpp"

namespace takt::detail {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTiny = 1e-11;  // against rows and gains scaled to a largest coefficient of 1

/// Each line of the table says: basic variable = constant - sum of its entries times the variables outside the basis.
class Dictionary {
 public:
  Dictionary(const LinearProgram& program, const Expression& gain)
      : program_(program), rows_(program.rows.size()), columns_(program.columns), width_(columns_ + 2) {
    table_.assign((rows_ + 1) * width_, 0.0);
    for (std::uint32_t j = 0; j < program.columns; ++j) outside_.push_back(j);
    for (std::size_t i = 0; i < rows_; ++i) inside_.push_back(static_cast<std::uint32_t>(columns_ + i));
    const double smallest = fill_rows();
    for (std::size_t i = 0; i < rows_; ++i) {
      const double golden = 0.6180339887498949 * static_cast<double>(i + 1);
      at(i, columns_ + 1) += 1e-9 * smallest * (0.5 + golden - std::floor(golden));
    }
    for (const auto& [column, coefficient] : gain) scale_ = std::max(scale_, std::abs(coefficient));
    for (const auto& [column, coefficient] : gain) at(rows_, column) = -coefficient / scale_;
  }

  std::optional<Optimum> solve() {
    for (std::size_t steps = 60 * (rows_ + columns_) + 1000; steps > 0; --steps) {
      const std::optional<std::size_t> column = entering();
      if (!column) return optimum();
      const std::optional<std::size_t> row = leaving(*column);
      if (!row) return Optimum{kInfinity, {}};
      pivot(*row, *column);
    }
    return std::nullopt;
  }

 private:
  double& at(std::size_t row, std::size_t column) { return table_[row * width_ + column]; }

  /// Scaled rows with their true limits (column columns_) and those to be moved (the one behind). Gives the smallest
  /// limit above zero.
  double fill_rows() {
    double smallest = kInfinity;
    for (std::size_t i = 0; i < rows_; ++i) {
      const LinearProgram::Row& row = program_.rows[i];
      double scale = 0.0;
      for (const auto& [column, coefficient] : row.sum) scale = std::max(scale, std::abs(coefficient));
      if (scale == 0.0) continue;
      for (const auto& [column, coefficient] : row.sum) at(i, column) = coefficient / scale;
      at(i, columns_) = at(i, columns_ + 1) = row.limit / scale;
      if (row.limit > 0.0) smallest = std::min(smallest, row.limit / scale);
    }
    return smallest == kInfinity ? 0.0 : smallest;
  }

  std::optional<std::size_t> entering() {
    std::optional<std::size_t> best;
    for (std::size_t j = 0; j < columns_; ++j)
      if (at(rows_, j) < -kTiny && (!best || at(rows_, j) < at(rows_, *best))) best = j;
    return best;
  }

  std::optional<std::size_t> leaving(std::size_t column) {
    std::optional<std::size_t> best;
    double best_ratio = kInfinity;
    for (std::size_t i = 0; i < rows_; ++i) {
      if (at(i, column) <= kTiny) continue;
      const double ratio = std::max(0.0, at(i, columns_ + 1)) / at(i, column);
      if (best && (ratio > best_ratio || (ratio == best_ratio && at(i, column) <= at(*best, column)))) continue;
      best = i;
      best_ratio = ratio;
    }
    return best;
  }

  void pivot(std::size_t row, std::size_t column) {
    const double inverse = 1.0 / at(row, column);
    for (std::size_t j = 0; j < width_; ++j) at(row, j) *= inverse;
    at(row, column) = inverse;
    for (std::size_t i = 0; i <= rows_; ++i) {
      const double factor = at(i, column);
      if (i == row || factor == 0.0) continue;
      for (std::size_t j = 0; j < width_; ++j) at(i, j) -= factor * at(row, j);
      at(i, column) = -factor * inverse;
    }
    std::swap(inside_[row], outside_[column]);
  }

  Optimum optimum() {
    Optimum optimum{std::max(0.0, at(rows_, columns_) * scale_), {}};
    for (std::size_t j = 0; j < columns_; ++j)
      if (outside_[j] >= columns_ && at(rows_, j) > kTiny)
        optimum.tags.push_back(program_.rows[outside_[j] - columns_].tag);
    sort_once(optimum.tags);
    return optimum;
  }

  const LinearProgram& program_;
  const std::size_t rows_, columns_, width_;
  std::vector<double> table_;                    // (rows + 1, columns + 2), the gain below
  std::vector<std::uint32_t> inside_, outside_;  // variables: columns, then the slack of each row
  double scale_ = 0.0;
};

}  // namespace

void add_to(Expression& sum, const Expression& what, double times) {
  if (times == 0.0) return;
  for (const auto& [column, coefficient] : what) sum[column] += coefficient * times;
}

std::optional<Optimum> maximise(const LinearProgram& program, const Expression& gain) {
  if (gain.empty()) return Optimum{};
  return Dictionary(program, gain).solve();
}

}  // namespace takt::detail
