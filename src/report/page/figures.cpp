// SPDX-License-Identifier: Apache-2.0
#include "report/page/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "report/page/scale.hpp"
#include "report/text_table.hpp"

namespace takt::report::detail {
namespace {

constexpr double kWidth = 960.0, kRow = 22.0, kTop = 8.0, kFoot = 34.0, kRight = 16.0;

/// Room for labels: of the longest one, but not more than half of the figure.
template <class Rows>
double left_of(const Rows& rows) {
  std::size_t longest = 8;
  for (const auto& row : rows) longest = std::max(longest, row.label.size());
  return std::min(7.0 * static_cast<double>(longest) + 12.0, kWidth / 2.0);
}

/// The part of a label for which there is room; the whole of it is the title.
std::string label_at(std::string_view label, double left, double y) {
  const auto room = static_cast<std::size_t>((left - 12.0) / 7.0);
  const std::string shown =
      label.size() > room ? "…" + std::string(label.substr(label.size() - room + 1)) : std::string(label);
  return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" class="label">{}<title>{}</title></text>)", left - 8.0, y + 4.0,
                     escaped(shown), escaped(label));
}

/// From values to places along the figure, with an axis below.
class Axis {
 public:
  Axis(double low, double high, double left) : scale_(low, high, left, kWidth - kRight) {}
  double at(double value) const { return scale_.at(value); }

  std::string drawn(double bottom, std::string_view unit) const {
    std::string svg;
    for (const double value : scale_.steps()) {
      const double x = at(value);
      svg +=
          fmt::format(R"(<line x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}" class="grid"/>)", x, kTop, bottom);
      svg += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" class="tick">{:.6g}</text>)", x, bottom + 14.0, value);
    }
    return svg + fmt::format(R"(<text x="{:.1f}" y="{:.1f}" class="unit">{}</text>)", kWidth - kRight, bottom + 28.0,
                             escaped(unit));
  }

 private:
  Scale scale_;
};

std::string figure(double bottom, const std::string& content, std::string_view title) {
  return fmt::format(R"(<svg viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">{}</svg>)", kWidth, bottom + kFoot,
                     escaped(title), content);
}

/// A colour for each mode, told apart by those who see no red or green too (Okabe and Ito 2008).
std::string colour_of(std::string_view mode) {
  static const std::map<std::string_view, const char*> kColours{
      {"working", "#009e73"},          {"set-up", "#f0e442"},    {"blocked", "#0072b2"},
      {"starved", "#56b4e9"},          {"down", "#d55e00"},      {"in repair", "#d55e00"},
      {"waiting for crew", "#cc79a7"}, {"off shift", "#999999"}, {"rest", "#dddddd"}};
  const auto it = kColours.find(mode);
  return it == kColours.end() ? "#bbbbbb" : it->second;
}

std::string legend(const std::vector<std::string>& names, double left, double y) {
  std::string svg;
  double x = left;
  for (const std::string& name : names) {
    svg += fmt::format(R"(<rect x="{:.1f}" y="{:.1f}" width="12" height="12" fill="{}"/>)", x, y, colour_of(name));
    svg += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" class="legend">{}</text>)", x + 16.0, y + 11.0, escaped(name));
    x += 34.0 + 7.0 * static_cast<double>(name.size());
  }
  return svg;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char each : text) {
    switch (each) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += each;
    }
  }
  return out;
}

std::string difference_figure(const std::vector<Interval>& rows, std::string_view unit) {
  const double left = left_of(rows), bottom = kTop + kRow * static_cast<double>(rows.size());
  double low = 0.0, high = 0.0;
  for (const Interval& row : rows) {
    const double half = std::isfinite(row.half_width) ? row.half_width : 0.0;
    low = std::min(low, row.mean - half);
    high = std::max(high, row.mean + half);
  }
  const Axis axis(low, high, left);
  std::string svg = axis.drawn(bottom, unit);
  svg += fmt::format(R"(<line x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}" class="zero"/>)", axis.at(0.0), kTop,
                     bottom);
  double y = kTop + kRow / 2.0;
  for (const Interval& row : rows) {
    const double half = std::isfinite(row.half_width) ? row.half_width : 0.0;
    const bool clear = row.mean - half > 0.0 || row.mean + half < 0.0;
    svg += label_at(row.label, left, y);
    svg += fmt::format(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" class="interval"/>)",
                       axis.at(row.mean - half), y, axis.at(row.mean + half), y);
    svg += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="4.5" class="{}"><title>{}</title></circle>)",
                       axis.at(row.mean), y, clear ? "clear" : "open",
                       escaped(interval_text(row.mean, row.half_width, true)));
    y += kRow;
  }
  return figure(bottom, svg, "differences");
}

std::string spread_figure(const std::vector<Spread>& rows, std::string_view unit) {
  const double left = left_of(rows), bottom = kTop + kRow * static_cast<double>(rows.size());
  double low = INFINITY, high = -INFINITY;
  for (const Spread& row : rows) {
    if (row.summary.n == 0) continue;
    low = std::min({low, row.summary.q05, row.summary.mean});
    high = std::max({high, row.summary.q95, row.summary.mean});
  }
  if (!(low <= high)) return {};
  const Axis axis(low, high, left);
  std::string svg = axis.drawn(bottom, unit);
  double y = kTop + kRow / 2.0;
  for (const Spread& row : rows) {
    svg += label_at(row.label, left, y);
    if (row.summary.n > 0) {
      const double x = axis.at(row.summary.q05), median = axis.at(row.summary.q50);
      svg += fmt::format(
          R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="12" class="box"><title>{} to {}, median {}</title></rect>)",
          x, y - 6.0, std::max(axis.at(row.summary.q95) - x, 0.5), number_text(row.summary.q05),
          number_text(row.summary.q95), number_text(row.summary.q50));
      svg += fmt::format(R"(<line x1="{0:.1f}" y1="{1:.1f}" x2="{0:.1f}" y2="{2:.1f}" class="median"/>)", median,
                         y - 6.0, y + 6.0);
      svg += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="3" class="clear"/>)", axis.at(row.summary.mean), y);
    }
    y += kRow;
  }
  return figure(bottom, svg, "spread of single futures");
}

std::string share_figure(const std::vector<Shares>& rows, const std::vector<std::string>& names) {
  const double left = left_of(rows), bottom = kTop + kRow * static_cast<double>(rows.size());
  const double width = kWidth - kRight - left;
  std::string svg;
  double y = kTop + kRow / 2.0;
  for (const Shares& row : rows) {
    svg += label_at(row.label, left, y);
    double x = left;
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      const double part = std::isfinite(row.values[i]) ? row.values[i] * width : 0.0;
      if (part <= 0.0) continue;
      svg += fmt::format(
          R"(<rect x="{:.2f}" y="{:.1f}" width="{:.2f}" height="14" fill="{}"><title>{}: {}</title></rect>)", x,
          y - 7.0, part, colour_of(names[i]), escaped(names[i]), percent_text(row.values[i], 1));
      x += part;
    }
    y += kRow;
  }
  return figure(bottom, svg + legend(names, left, bottom + 10.0), "what machines did");
}

std::string gantt_figure(const std::vector<GanttBar>& bars) {
  struct Lane {
    std::string label;
    double y = 0.0;
  };
  std::vector<Lane> lanes;
  std::map<std::string, std::size_t> lane_of;
  std::vector<std::string> modes;
  double end = 0.0;
  for (const GanttBar& bar : bars) {
    if (lane_of.try_emplace(bar.machine, lanes.size()).second)
      lanes.push_back({bar.machine, kTop + kRow * (static_cast<double>(lanes.size()) + 0.5)});
    if (std::ranges::find(modes, bar.mode) == modes.end()) modes.push_back(bar.mode);
    end = std::max(end, bar.to_s);
  }
  const double left = left_of(lanes), bottom = kTop + kRow * static_cast<double>(lanes.size());
  const TimeUnit unit = time_unit(end);
  const Axis axis(0.0, end / unit.seconds, left);
  std::string svg = axis.drawn(bottom, unit.name);
  for (const Lane& lane : lanes) svg += label_at(lane.label, left, lane.y);
  for (const GanttBar& bar : bars) {
    const double x = axis.at(bar.from_s / unit.seconds), y = lanes[lane_of[bar.machine]].y;
    svg += fmt::format(R"(<rect x="{:.2f}" y="{:.1f}" width="{:.2f}" height="14" fill="{}"/>)", x, y - 7.0,
                       std::max(axis.at(bar.to_s / unit.seconds) - x, 0.05), colour_of(bar.mode));
  }
  return figure(bottom, svg + legend(modes, left, bottom + 18.0), "timeline");
}

}  // namespace takt::report::detail
