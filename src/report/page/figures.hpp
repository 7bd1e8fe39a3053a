// SPDX-License-Identifier: Apache-2.0
// Drawings of a page, each a whole <svg>.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "takt/report/page.hpp"
#include "takt/study/study.hpp"

namespace takt::report::detail {

/// Text with nothing in it that HTML would take for its own.
std::string escaped(std::string_view text);

/// A bar for each row: its mean and the interval around it.
struct Interval {
  std::string label{};
  double mean = 0.0, half_width = 0.0;
};
/// Differences around zero; one whose interval leaves zero out is drawn full.
std::string difference_figure(const std::vector<Interval>& rows, std::string_view unit);

/// Boxes from the 5 % to the 95 % quantile of one future with the median, and the mean as a point.
struct Spread {
  std::string label{};
  Summary summary{};
};
std::string spread_figure(const std::vector<Spread>& rows, std::string_view unit);

/// Shares of time that make up the whole, in the order of `names`.
struct Shares {
  std::string label{};
  std::vector<double> values{};
};
std::string share_figure(const std::vector<Shares>& rows, const std::vector<std::string>& names);

std::string gantt_figure(const std::vector<GanttBar>& bars);

}  // namespace takt::report::detail
