// SPDX-License-Identifier: Apache-2.0
#include "report/page/compromises.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "report/page/html.hpp"
#include "report/page/scale.hpp"
#include "report/text_table.hpp"
#include "takt/report/page.hpp"

namespace takt::report {
namespace detail {
namespace {

/// A scenario by both goals, in the units that are shown.
struct Compromise {
  std::size_t scenario = 0;
  std::array<double, 2> value{}, half_width{};
  bool is_best = true;  ///< no other one beats it
};

/// What a goal is shown in: its values divided by `size`.
struct Shown {
  std::string title;
  double size = 1.0;
};

bool is_chance(const Goal& goal) {
  return goal.risk.kind == Risk::Kind::chance_above || goal.risk.kind == Risk::Kind::chance_below;
}

class Compromises {
 public:
  Compromises(const StudyResult& result, const std::vector<Goal>& goals) : result_(result), goals_(goals) {
    for (std::size_t s = 0; s < result.scenarios.size(); ++s) {
      Compromise one{s, {}, {}, true};
      for (std::size_t g = 0; g < 2; ++g) std::tie(one.value[g], one.half_width[g]) = interval_of(s, goals[g]);
      if (std::isfinite(one.value[0]) && std::isfinite(one.value[1])) all_.push_back(one);
    }
    for (Compromise& each : all_)
      each.is_best = std::ranges::none_of(all_, [&](const Compromise& other) { return beats(other, each); });
    for (std::size_t g = 0; g < 2; ++g) {
      shown_[g] = shown(goals[g], g);
      for (Compromise& each : all_) {
        each.value[g] /= shown_[g].size;
        each.half_width[g] /= shown_[g].size;
      }
    }
  }

  bool empty() const { return all_.empty(); }

  std::string figure() const {
    constexpr double kLeft = 64.0, kRight = 624.0, kTop = 30.0, kBottom = 410.0;
    const Scale x = scale(0, kLeft, kRight), y = scale(1, kBottom, kTop);
    std::string svg;
    for (const double at : x.steps()) {
      svg += line(x.at(at), kTop, x.at(at), kBottom, "grid");
      svg += text(x.at(at), kBottom + 15.0, "tick", fmt::format("{:.6g}", at));
    }
    for (const double at : y.steps()) {
      svg += line(kLeft, y.at(at), kRight, y.at(at), "grid");
      svg += text(kLeft - 6.0, y.at(at) + 4.0, "unit", fmt::format("{:.6g}", at));
    }
    svg += text(kRight, kBottom + 32.0, "unit", shown_[0].title);
    svg += text(4.0, kTop - 16.0, "legend", shown_[1].title);
    if (const std::string path = front(x, y); !path.empty())
      svg += fmt::format(R"(<polyline points="{}" class="front"/>)", path);
    for (const Compromise& each : all_) {
      const double px = x.at(each.value[0]), py = y.at(each.value[1]);
      const char* bar = each.is_best ? "interval" : "beaten";
      svg += line(x.at(each.value[0] - drawn(each, 0)), py, x.at(each.value[0] + drawn(each, 0)), py, bar);
      svg += line(px, y.at(each.value[1] - drawn(each, 1)), px, y.at(each.value[1] + drawn(each, 1)), bar);
      svg += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="4.5" class="{}"><title>{}</title></circle>)", px, py,
                         each.is_best ? "clear" : "open",
                         escaped(fmt::format("{}: {}, {}", result_.scenarios[each.scenario],
                                             interval_text(each.value[0], each.half_width[0]),
                                             interval_text(each.value[1], each.half_width[1]))));
      svg += text(px + 7.0, py - 6.0, "legend number", std::to_string(each.scenario + 1));
    }
    return fmt::format(R"(<svg viewBox="0 0 640 {:.0f}" role="img" aria-label="compromises">{}</svg>)", kBottom + 40.0,
                       svg);
  }

  std::string table() const {
    Table table({"scenario", "", shown_[0].title, shown_[1].title, "best"});
    for (const Compromise& each : all_)
      table.row({result_.scenarios[each.scenario], std::to_string(each.scenario + 1),
                 interval_text(each.value[0], each.half_width[0]), interval_text(each.value[1], each.half_width[1]),
                 each.is_best ? "yes" : "beaten by " + beaten_by(each)});
    return table.html();
  }

 private:
  /// A goal of a scenario, and half of its 95 % interval.
  std::pair<double, double> interval_of(std::size_t scenario, const Goal& goal) const {
    if (goal.risk.kind == Risk::Kind::mean) {
      const Summary summary = result_.summary(scenario, goal.response);
      return {summary.mean, summary.half_width_95};
    }
    std::vector<double> values;
    for (std::uint32_t r = 0; r < result_.replications; ++r)
      if (const double value = result_.value(scenario, r, goal.response); !std::isnan(value)) values.push_back(value);
    if (values.empty()) return {std::nan(""), std::nan("")};
    const Estimate found = estimate(values, goal.risk, goal.sense);
    return {found.value, 1.96 * found.standard_error};
  }

  /// More is better of what this gives.
  double worth(const Compromise& one, std::size_t g) const {
    return goals_[g].sense == Sense::maximise ? one.value[g] : -one.value[g];
  }
  bool beats(const Compromise& a, const Compromise& b) const {
    return worth(a, 0) >= worth(b, 0) && worth(a, 1) >= worth(b, 1) &&
           (worth(a, 0) > worth(b, 0) || worth(a, 1) > worth(b, 1));
  }
  std::string beaten_by(const Compromise& one) const {
    std::string text;
    for (const Compromise& other : all_)
      if (other.is_best && beats(other, one)) text += (text.empty() ? "" : ", ") + std::to_string(other.scenario + 1);
    return text;
  }

  Shown shown(const Goal& goal, std::size_t g) const {
    double most = 0.0;
    for (const Compromise& each : all_) most = std::max(most, std::abs(each.value[g]));
    const std::string& unit = result_.kpis[goal.response].unit;
    const std::string what = (goal.sense == Sense::maximise ? "more " : "less ") + goal.name;
    if (is_chance(goal) || unit == "1") return {what + ", %", 0.01};
    if (unit != "s") return {what + ", " + unit, 1.0};
    const TimeUnit time = time_unit(most);
    return {what + ", " + time.name, time.seconds};
  }

  static double drawn(const Compromise& one, std::size_t g) {
    return std::isfinite(one.half_width[g]) ? one.half_width[g] : 0.0;
  }
  Scale scale(std::size_t g, double from, double to) const {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const Compromise& each : all_) {
      low = std::min(low, each.value[g] - drawn(each, g));
      high = std::max(high, each.value[g] + drawn(each, g));
    }
    return {low, high, from, to};
  }

  /// Stairs along the best: what lies on their worse side is beaten.
  std::string front(const Scale& x, const Scale& y) const {
    std::vector<const Compromise*> best;
    for (const Compromise& each : all_)
      if (each.is_best) best.push_back(&each);
    std::ranges::sort(best, {}, [](const Compromise* one) { return one->value[0]; });
    const auto worse = [this](std::size_t g, double a, double b) {
      return goals_[g].sense == Sense::maximise ? std::min(a, b) : std::max(a, b);
    };
    std::string points;
    const auto add = [&](double at_x, double at_y) {
      points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", x.at(at_x), y.at(at_y));
    };
    for (std::size_t i = 0; i < best.size(); ++i) {
      if (i > 0)
        add(worse(0, best[i - 1]->value[0], best[i]->value[0]), worse(1, best[i - 1]->value[1], best[i]->value[1]));
      add(best[i]->value[0], best[i]->value[1]);
    }
    return best.size() > 1 ? points : std::string();
  }

  static std::string line(double x1, double y1, double x2, double y2, const char* kind) {
    return fmt::format(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" class="{}"/>)", x1, y1, x2, y2, kind);
  }
  static std::string text(double x, double y, const char* kind, const std::string& what) {
    return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" class="{}">{}</text>)", x, y, kind, escaped(what));
  }

  const StudyResult& result_;
  const std::vector<Goal>& goals_;
  std::vector<Compromise> all_;
  std::array<Shown, 2> shown_;
};

}  // namespace

std::string compromises(const StudyResult& result, const std::vector<Goal>& goals) {
  if (goals.size() != 2) return {};
  const Compromises found(result, goals);
  if (found.empty()) return note("No scenario has a value of both goals.");
  return "<div class=\"beside\">" + found.figure() + found.table() + "</div>\n" +
         note(std::string(
                  "Scenarios by two goals, with 95 % intervals. A full point is beaten by no other scenario: none "
                  "is better in one goal and as good in the other, as estimated. The stairs are the front of "
                  "these; where intervals overlap, more replications may move it.") +
              (result.antithetic
                   ? " Intervals of means are over antithetic pairs, those of other goals take each future "
                     "by itself."
                   : ""));
}

}  // namespace detail

std::vector<Goal> page_goals(const std::vector<KpiName>& kpis, const std::vector<std::string>& maximise,
                             const std::vector<std::string>& minimise) {
  std::vector<std::string> names;
  for (const KpiName& each : kpis) names.push_back(each.entity + " " + each.kpi);
  std::vector<Goal> goals;
  std::vector<Fault> faults;
  const auto read = [&](const std::vector<std::string>& texts, Sense sense) {
    for (const std::string& text : texts) {
      try {
        goals.push_back(parse_goal(text, sense, names));
      } catch (const InvalidInput& error) {
        faults.insert(faults.end(), error.faults().begin(), error.faults().end());
      }
    }
  };
  read(maximise, Sense::maximise);
  read(minimise, Sense::minimise);
  if (const std::size_t count = maximise.size() + minimise.size(); count != 0 && count != 2)
    faults.push_back({.path = "goals",
                      .value = std::to_string(count),
                      .expected = "two, one for each axis: figures to maximise or to minimise"});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  return goals;
}

}  // namespace takt::report
