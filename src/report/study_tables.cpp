// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <ostream>

#include "report/text_table.hpp"
#include "takt/report/tables.hpp"

namespace takt::report {
namespace {

using detail::interval_text;
using detail::kNothing;
using detail::percent_text;
using detail::TextTable;
using detail::time_unit;
using detail::TimeUnit;

/// The figures of one scenario by name.
class Figures {
 public:
  Figures(const StudyResult& result, std::string_view scenario)
      : result_(result), scenario_(result.scenario_index(scenario)) {}

  std::optional<Summary> get(std::string_view entity, std::string_view kpi) const {
    for (std::size_t k = 0; k < result_.kpis.size(); ++k)
      if (result_.kpis[k].entity == entity && result_.kpis[k].kpi == kpi) return result_.summary(scenario_, k);
    return std::nullopt;
  }
  double mean(std::string_view entity, std::string_view kpi) const {
    const auto summary = get(entity, kpi);
    return summary ? summary->mean : std::nan("");
  }
  /// What the entity could give at best, in parts an hour.
  std::string bound(std::string_view entity) const {
    for (const ScenarioBound& each : result_.bounds)
      if (each.scenario == result_.scenarios[scenario_] && each.entity == entity)
        return std::isfinite(each.throughput_per_h) ? detail::short_text(each.throughput_per_h) : "no limit";
    return kNothing;
  }
  std::string interval(std::string_view entity, std::string_view kpi, double unit = 1.0) const {
    const auto summary = get(entity, kpi);
    return summary ? interval_text(summary->mean / unit, summary->half_width_95 / unit) : kNothing;
  }

 private:
  const StudyResult& result_;
  std::size_t scenario_;
};

/// Lines and machines by path in the order of the plant's description, which follows the flow of parts.
struct Paths {
  std::vector<std::string> enterprises, lines, machines;

  explicit Paths(const Plant& plant) {
    for (const Enterprise& enterprise : plant.enterprises) {
      enterprises.push_back("/" + enterprise.name);
      for (const Workshop& workshop : enterprise.workshops)
        for (const Line& line : workshop.lines) {
          lines.push_back("/" + enterprise.name + "/" + workshop.name + "/" + line.name);
          for (const Equipment& equipment : line.equipment)
            if (std::holds_alternative<Machine>(equipment.is)) machines.push_back(lines.back() + "/" + equipment.name);
        }
    }
  }
};

// ---- one scenario -------------------------------------------------------------------------------------------------

std::string level_rows(const Figures& figures, const Paths& paths) {
  const TimeUnit unit = time_unit(figures.mean("/", "flow_time_s"));
  TextTable table({"", "parts/h", "at most", "OEE", "parts inside", std::string("flow time, ") + unit.name});
  const auto row = [&](const std::string& name, const std::string& entity, const std::string& oee_of) {
    const auto oee = figures.get(oee_of, "oee");
    table.row({name, figures.interval(entity, "throughput_per_h"), figures.bound(entity),
               oee ? percent_text(oee->mean, 1) : kNothing, figures.interval(entity, "wip"),
               figures.interval(entity, "flow_time_s", unit.seconds)});
  };
  row("the whole plant", "/", paths.enterprises.size() == 1 ? paths.enterprises.front() : "/");
  for (const std::string& line : paths.lines) row(line, line, line);
  return table.text();
}

std::string machine_rows(const Figures& figures, const Paths& paths) {
  struct Column {
    const char* name;
    const char* kpi;
    bool always;
  };
  constexpr Column kColumns[] = {{"working", "working_share", true},    {"set-up", "setup_share", false},
                                 {"blocked", "blocked_share", true},    {"starved", "starved_share", true},
                                 {"down", "down_share", true},          {"off shift", "off_shift_share", false},
                                 {"availability", "availability", true}};
  std::vector<std::string> header{"machine"};
  std::vector<const char*> kpis;
  for (const Column& column : kColumns) {
    const auto is_seen = [&](const std::string& machine) { return figures.mean(machine, column.kpi) > 0.0; };
    if (!column.always && std::ranges::none_of(paths.machines, is_seen)) continue;
    header.emplace_back(column.name);
    kpis.push_back(column.kpi);
  }
  TextTable table(header);
  for (const std::string& machine : paths.machines) {
    std::vector<std::string> row{machine};
    for (const char* kpi : kpis) row.push_back(percent_text(figures.mean(machine, kpi), 1));
    table.row(std::move(row));
  }
  return table.text();
}

std::string bottleneck_line(const Figures& figures, const Paths& paths) {
  std::string limiting;
  double least = 2.0;
  for (const std::string& machine : paths.machines) {
    const double on = 1.0 - figures.mean(machine, "off_shift_share");
    const double waits = (figures.mean(machine, "starved_share") + figures.mean(machine, "blocked_share")) / on;
    if (!(waits < least)) continue;
    least = waits;
    limiting = machine;
  }
  if (limiting.empty()) return {};
  return fmt::format("Bottleneck: {}, which waits least: starved or blocked {} of its time on shift.\n", limiting,
                     percent_text(least, 1));
}

// ---- comparisons --------------------------------------------------------------------------------------------------

struct Compared {
  std::string heading, entity, kpi;
};

std::vector<Compared> plant_figures() {
  return {{"throughput, parts/h", "/", "throughput_per_h"},
          {"parts out", "/", "parts_out"},
          {"parts in the plant", "/", "wip"},
          {"flow time", "/", "flow_time_s"}};
}

std::string difference_rows(const std::vector<Difference>& differences, const std::vector<Compared>& figures) {
  TextTable table({"", "base", "difference", "", ""});
  table.left(4);
  for (const Compared& figure : figures) {
    bool first = true;
    for (const Difference& d : differences) {
      if (d.kpi.entity != figure.entity || d.kpi.kpi != figure.kpi) continue;
      const bool is_time = d.kpi.unit == "s";
      const TimeUnit unit = is_time ? time_unit(d.base) : TimeUnit{"", d.kpi.unit == "1" ? 0.01 : 1.0};
      if (first) table.row({figure.heading + (is_time ? std::string(", ") + unit.name : "")});
      first = false;
      const double half_width = d.half_width_95 / unit.seconds;
      table.row({"  " + d.scenario, detail::number_text(d.base / unit.seconds),
                 interval_text(d.mean / unit.seconds, half_width, true),
                 std::isfinite(d.mean / d.base) ? fmt::format("{:+.1f} %", 100.0 * d.mean / d.base) : kNothing,
                 d.clear() ? "clear" : "not clear"});
    }
  }
  return table.text();
}

}  // namespace

std::string scenario_table(const StudyResult& result, const Model& model, std::string_view scenario) {
  const Figures figures(result, scenario);
  const Paths paths(model.plant);
  return level_rows(figures, paths) + "\n" + machine_rows(figures, paths) + "\n" + bottleneck_line(figures, paths) +
         "OEE and availability are those of ISO 22400: a starved or blocked machine loses both.\n";
}

std::string scenarios_table(const StudyResult& result) {
  if (result.scenarios.empty()) return {};
  const TimeUnit unit = time_unit(Figures(result, result.scenarios.front()).mean("/", "flow_time_s"));
  TextTable table({"the whole plant", "parts/h", "at most", "parts inside", std::string("flow time, ") + unit.name});
  for (const std::string& scenario : result.scenarios) {
    const Figures figures(result, scenario);
    table.row({scenario, figures.interval("/", "throughput_per_h"), figures.bound("/"), figures.interval("/", "wip"),
               figures.interval("/", "flow_time_s", unit.seconds)});
  }
  return table.text();
}

std::string comparison_table(const StudyResult& result, const Model& model, std::string_view base) {
  std::vector<Compared> figures = plant_figures();
  for (const std::string& line : Paths(model.plant).lines) figures.push_back({"OEE of " + line + ", %", line, "oee"});
  const std::size_t of_base = result.scenario_index(base);
  std::vector<Difference> differences;
  for (std::size_t k = 0; k < result.kpis.size(); ++k) {
    const auto is_it = [&](const Compared& c) {
      return c.entity == result.kpis[k].entity && c.kpi == result.kpis[k].kpi;
    };
    if (std::ranges::none_of(figures, is_it)) continue;
    for (std::size_t s = 0; s < result.scenarios.size(); ++s)
      if (auto row = s == of_base ? std::nullopt : result.difference(s, of_base, k))
        differences.push_back(*std::move(row));
  }
  return fmt::format("Compared with '{}': {} under the same random numbers, 95 % intervals\n\n", base,
                     result.antithetic ? fmt::format("{} futures, in antithetic pairs,", result.replications)
                                       : fmt::format("{} pairs of futures", result.replications)) +
         difference_rows(differences, figures);
}

}  // namespace takt::report

namespace takt {

std::ostream& operator<<(std::ostream& out, const std::vector<Difference>& differences) {
  return out << report::difference_rows(differences, report::plant_figures());
}

}  // namespace takt
