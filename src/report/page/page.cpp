// SPDX-License-Identifier: Apache-2.0
#include "takt/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "report/page/compromises.hpp"
#include "report/page/figures.hpp"
#include "report/page/html.hpp"
#include "report/text_table.hpp"
#include "report/twin_words.hpp"
#include "takt/core/quantity.hpp"
#include "takt/topology/drawing.hpp"
#include "takt/topology/flow_graph.hpp"

namespace takt::report {
namespace {

using namespace detail;

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; color: #1b1b1b; background: #fff; max-width: 1000px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; margin-bottom: 0.1em; } h2 { font-size: 1.2em; margin-top: 2em; border-bottom: 1px solid #ccc; } h3 { font-size: 1em; margin-bottom: 0.2em; }
table { border-collapse: collapse; margin: 0.6em 0; width: 100%; font-size: 0.9em; }
th, td { text-align: right; padding: 0.2em 0.6em; border-bottom: 1px solid #e4e4e4; font-variant-numeric: tabular-nums; vertical-align: top; }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; } thead th { border-bottom: 2px solid #888; }
table.plain td { text-align: left; overflow-wrap: anywhere; } table.plain td:first-child { width: 14em; color: #555; }
.beside { display: flex; flex-wrap: wrap; gap: 1em; align-items: flex-start; } .beside svg { flex: 1 1 400px; min-width: 0; } .beside table { flex: 1 1 400px; width: auto; } .beside td:first-child { min-width: 9em; }
svg { width: 100%; height: auto; font: 12px system-ui, "DejaVu Sans", sans-serif; }
.drawing { overflow-x: auto; } .drawing svg { width: auto; }
.label { text-anchor: end; } .legend { text-anchor: start; } .tick { text-anchor: middle; fill: #555; } .unit { text-anchor: end; fill: #555; }
.grid { stroke: #e8e8e8; } .zero { stroke: #333; stroke-width: 1.5; } .interval { stroke: #0072b2; stroke-width: 2; }
.clear { fill: #0072b2; stroke: #0072b2; } .open { fill: #fff; stroke: #0072b2; stroke-width: 1.5; }
.front { fill: none; stroke: #0072b2; stroke-dasharray: 5 3; } .beaten { stroke: #999; } .number { font-weight: bold; }
.box { fill: #cfe3f1; stroke: #7aa9c9; } .median { stroke: #1b1b1b; stroke-width: 2; }
.note { color: #555; font-size: 0.9em; } .verdict { border-left: 5px solid #999; padding: 0.3em 0.9em; background: #f7f7f7; }
.Valid { border-color: #009e73; } .Warning { border-color: #e69f00; } .Invalid { border-color: #d55e00; }
@media print { body { max-width: none; margin: 0; font-size: 10pt; } h2 { break-after: avoid; } svg, tr { break-inside: avoid; } .drawing { overflow: visible; } .drawing svg { width: 100%; } }
)css";

/// The results as the page looks at them.
class Page {
 public:
  Page(const StudyResult& result, const Provenance& provenance, const Model& model)
      : result_(result), provenance_(provenance), model_(model) {
    for (const Enterprise& enterprise : model.plant.enterprises)  // as it is written, which follows the flow of parts
      for (const Workshop& workshop : enterprise.workshops)
        for (const Line& line : workshop.lines) {
          lines_.push_back("/" + enterprise.name + "/" + workshop.name + "/" + line.name);
          for (const Equipment& equipment : line.equipment)
            if (std::holds_alternative<Machine>(equipment.is))
              machines_.push_back(lines_.back() + "/" + equipment.name);
        }
    flow_unit_ = time_unit(summary(0, "/", "flow_time_s").mean);
  }

  std::string head() const {
    std::string text = fmt::format("{} observed", to_text(from_seconds(provenance_.horizon_s)));
    if (provenance_.warmup_s > 0.0)
      text += fmt::format(" after a warm-up of {}", to_text(from_seconds(provenance_.warmup_s)));
    return fmt::format("<h1>{}</h1>\n<p>{}, {} {}, {} {} of each under the same random numbers{}.</p>\n",
                       escaped(provenance_.plant_name), text, result_.scenarios.size(),
                       result_.scenarios.size() == 1 ? "scenario" : "scenarios", result_.replications,
                       result_.replications == 1 ? "future" : "futures",
                       result_.antithetic ? ", in antithetic pairs that the intervals stand on" : "");
  }

  std::string verdict() const {
    if (!result_.verdict) return {};
    const Verdict& verdict = *result_.verdict;
    std::string html = fmt::format("<div class=\"verdict {0}\"><p><b>{0}</b> ({1}) since {2}</p>\n",
                                   name_of(verdict.trust), name_of(verdict.stage), to_text(verdict.since));
    if (!verdict.doubts.empty()) html += "<ul>";
    for (const Doubt& doubt : verdict.doubts) html += "<li>" + escaped(doubt.sentence) + "</li>\n";
    if (!verdict.doubts.empty()) html += "</ul>\n";
    if (verdict.alignment) html += note(detail::alignment_words(*verdict.alignment) + ".");
    return html + "</div>\n";
  }

  std::string drawing() const {
    constexpr std::size_t kMost = 2000;  // nodes: beyond, nobody sees anything
    if (model_.entities.size() > kMost) return note("The plant is too large to be drawn here.");
    std::string svg = to_svg(flow_graph(model_, model_.defaults), model_);
    svg.erase(0, svg.find("<svg"));
    return "<div class=\"drawing\">" + svg + "</div>\n";
  }

  std::string figures() const {
    std::string html;
    std::vector<std::string> entities{"/"};
    if (lines_.size() > 1) entities.insert(entities.end(), lines_.begin(), lines_.end());
    for (const std::string& entity : entities) {
      Table table({entity == "/" ? "the whole plant" : entity, "parts/h", "at most", "OEE", "parts inside",
                   std::string("flow time, ") + flow_unit_.name, "futures"});
      for (std::size_t s = 0; s < result_.scenarios.size(); ++s) {
        const Summary throughput = summary(s, entity, "throughput_per_h");
        const Summary oee = summary(s, entity == "/" ? whole_oee() : entity, "oee");
        table.row({result_.scenarios[s], interval(throughput), bound(s, entity), interval(oee, 0.01, " %"),
                   interval(summary(s, entity, "wip")), interval(summary(s, entity, "flow_time_s"), flow_unit_.seconds),
                   std::to_string(throughput.n)});
      }
      html += table.html();
    }
    return html +
           note(
               "Mean of all futures ± half the width of its 95 % interval (Student t; over the means of pairs where "
               "futures are antithetic, whole pairs only). \"At most\" is the bound that "
               "the capacities of the plant set. OEE as in ISO 22400-2: starving and blocking count as loss.");
  }

  std::string differences() const {
    if (result_.scenarios.size() < 2) return {};
    std::vector<Difference> all;
    for (std::size_t k = 0; k < result_.kpis.size(); ++k)
      for (std::size_t s = 1; s < result_.scenarios.size() && result_.kpis[k].entity == "/"; ++s)
        if (auto row = result_.difference(s, 0, k)) all.push_back(*std::move(row));
    std::string html;
    for (const auto& [kpi, title] : kCompared) {
      std::vector<Interval> rows;
      const TimeUnit unit = std::string_view(kpi) == "flow_time_s" ? flow_unit_ : TimeUnit{"", 1.0};
      for (const Difference& d : all)
        if (d.kpi.entity == "/" && d.kpi.kpi == kpi)
          rows.push_back({d.scenario, d.mean / unit.seconds, d.half_width_95 / unit.seconds});
      if (rows.empty()) continue;
      html += fmt::format("<h3>{}</h3>\n{}\n", title, difference_figure(rows, unit_text(kpi)));
    }
    Table table({"scenario", "parts/h", "", "parts inside", "", std::string("flow time, ") + flow_unit_.name, ""});
    for (std::size_t s = 1; s < result_.scenarios.size(); ++s) {
      std::vector<std::string> row{result_.scenarios[s]};
      for (const auto& [kpi, title] : kCompared) {
        const auto it = std::ranges::find_if(all, [&, name = kpi](const Difference& d) {
          return d.scenario == result_.scenarios[s] && d.kpi.entity == "/" && d.kpi.kpi == name;
        });
        const double unit = std::string_view(kpi) == "flow_time_s" ? flow_unit_.seconds : 1.0;
        row.push_back(it == all.end() ? kNothing : interval_text(it->mean / unit, it->half_width_95 / unit, true));
        row.push_back(it == all.end() ? "" : it->clear() ? "clear" : "not clear");
      }
      table.row(row);
    }
    return html + table.html() +
           note(fmt::format("Scenario less \"{}\", {} (paired Student t, 95 % each). Clear: the interval leaves out "
                            "zero. With {} comparisons, one in twenty is clear by chance alone.",
                            result_.scenarios.front(),
                            result_.antithetic ? "one antithetic pair after the other" : "replication by replication",
                            3 * (result_.scenarios.size() - 1)));
  }

  std::string spreads() const {
    std::string html;
    for (const auto& [kpi, title] : kCompared) {
      const double unit = std::string_view(kpi) == "flow_time_s" ? flow_unit_.seconds : 1.0;
      std::vector<Spread> rows;
      for (std::size_t s = 0; s < result_.scenarios.size(); ++s) {
        Summary each = summary(s, "/", kpi);
        for (double* value : {&each.mean, &each.half_width_95, &each.q05, &each.q50, &each.q95}) *value /= unit;
        rows.push_back({result_.scenarios[s], each});
      }
      if (const std::string drawn = spread_figure(rows, unit_text(kpi)); !drawn.empty())
        html += fmt::format("<h3>{}</h3>\n{}\n", title, drawn);
    }
    return html +
           note("One future lies in the box with a probability of 90 %. The line is its median, the point the mean.");
  }

  std::string machines() const {
    static const std::vector<std::string> kNames{"working", "set-up", "blocked", "starved", "down", "off shift"};
    constexpr std::array kKpis{"working_share", "setup_share", "blocked_share",
                               "starved_share", "down_share",  "off_shift_share"};
    constexpr std::size_t kMost = 100;
    std::vector<Shares> rows;
    std::string limiting;
    double least = 2.0;
    for (const std::string& machine : machines_) {
      Shares& row = rows.emplace_back(Shares{machine, {}});
      for (const char* kpi : kKpis) row.values.push_back(summary(0, machine, kpi).mean);
      const double off = std::isfinite(row.values[5]) ? row.values[5] : 0.0;
      const double waits = (row.values[2] + row.values[3]) / (1.0 - off);
      if (!(waits < least)) continue;
      least = waits;
      limiting = machine;
    }
    if (rows.empty()) return {};
    std::string html;
    if (!limiting.empty())
      html += fmt::format(
          "<p>In \"{}\", <b>{}</b> limits the plant: it waits least, starved or blocked {} of its time on "
          "shift.</p>\n",
          escaped(result_.scenarios.front()), escaped(limiting), percent_text(least, 1));
    if (rows.size() > kMost) {
      rows.resize(kMost);
      html += note(fmt::format("The first {} of {} machines.", kMost, machines_.size()));
    }
    return html + share_figure(rows, kNames) +
           note(
               "The machine that waits least is the turning point of Li, Chang and Ni 2009, doi "
               "10.1080/00207540701881860.");
  }

  std::string provenance() const {
    std::string html = "<table class=\"plain\"><tbody>\n";
    const auto row = [&html](std::string_view name, std::string_view value) {
      html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escaped(name), escaped(value));
    };
    row("plant", provenance_.plant_name);
    row("model hash", provenance_.model_hash);
    row("seed", std::to_string(provenance_.seed));
    row("takt", provenance_.takt_version);
    row("events", std::to_string(result_.events));
    row("Little's law, largest gap", std::isfinite(result_.little_gap) ? fmt::format("{:.3g}", result_.little_gap)
                                                                       : "not checked: parts are not kept one by one");
    const nlohmann::json semantics = nlohmann::json::parse(provenance_.semantics, nullptr, false);
    if (semantics.is_object())
      for (const auto& [key, value] : semantics.items())
        row(key, value.is_string() ? value.get<std::string>() : value.dump());
    return html + "</tbody></table>\n" + migrations() + unfinished();
  }

 private:
  static constexpr std::array<std::pair<const char*, const char*>, 3> kCompared{
      {{"throughput_per_h", "Throughput"}, {"wip", "Parts inside"}, {"flow_time_s", "Flow time"}}};

  std::string unit_text(std::string_view kpi) const {
    return kpi == "throughput_per_h" ? "parts/h" : kpi == "wip" ? "parts" : flow_unit_.name;
  }
  std::string whole_oee() const {
    return model_.plant.enterprises.size() == 1 ? "/" + model_.plant.enterprises.front().name : "/";
  }
  Summary summary(std::size_t scenario, std::string_view entity, std::string_view kpi) const {
    for (std::size_t k = 0; k < result_.kpis.size(); ++k)
      if (result_.kpis[k].entity == entity && result_.kpis[k].kpi == kpi) return result_.summary(scenario, k);
    return summarise({});
  }
  static std::string interval(const Summary& s, double unit = 1.0, const char* sign = "") {
    return s.n == 0 ? kNothing : interval_text(s.mean / unit, s.half_width_95 / unit) + sign;
  }
  std::string bound(std::size_t scenario, std::string_view entity) const {
    for (const ScenarioBound& each : result_.bounds)
      if (each.scenario == result_.scenarios[scenario] && each.entity == entity)
        return std::isfinite(each.throughput_per_h) ? short_text(each.throughput_per_h) : "no limit";
    return kNothing;
  }
  std::string migrations() const {
    if (result_.migrations.empty()) return {};
    Table table({"state taken into another plant", "kept", "moved", "dropped", "added", "removed"});
    for (const auto& [scenario, report] : result_.migrations)
      table.row({scenario, std::to_string(report.kept), std::to_string(report.moved), std::to_string(report.dropped),
                 std::to_string(report.added.size()), std::to_string(report.removed.size())});
    return table.html();
  }
  std::string unfinished() const {
    if (result_.unfinished.empty()) return {};
    constexpr std::size_t kShown = 20;
    Table table({"future without values", "replication", "why", "after"});
    for (const Unfinished& each : result_.unfinished) {
      if (&each - result_.unfinished.data() >= static_cast<std::ptrdiff_t>(kShown)) break;
      table.row({each.scenario, std::to_string(each.replication),
                 each.outcome.status == Outcome::Status::deadlock ? "deadlock" : "livelock",
                 to_text(each.outcome.time.time_since_epoch())});
    }
    return note(fmt::format("{} futures did not reach their end.", result_.unfinished.size())) + table.html();
  }

  const StudyResult& result_;
  const Provenance& provenance_;
  const Model& model_;
  std::vector<std::string> lines_, machines_;
  TimeUnit flow_unit_{"s", 1.0};
};

}  // namespace

std::string html_page(const StudyResult& result, const Provenance& provenance, const Model& model,
                      const std::vector<GanttBar>& gantt, const std::vector<Goal>& goals) {
  const Page page(result, provenance, model);
  std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n";
  html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  html += "<link rel=\"icon\" href=\"data:,\">\n";  // browsers ask for one otherwise
  html += fmt::format("<title>{}</title>\n<style>{}</style></head>\n<body>\n", escaped(provenance.plant_name), kStyle);
  html += page.head() + section("The plant", page.drawing()) + section("Can the twin be trusted?", page.verdict());
  html += section("Key figures", page.figures()) + section("Differences", page.differences());
  html += section("Compromises", compromises(result, goals));
  html +=
      section("How single futures spread", page.spreads()) + section("Machines and the bottleneck", page.machines());
  if (!gantt.empty()) html += section("One future", gantt_figure(gantt));
  return html + section("Where this comes from", page.provenance()) + "</body></html>\n";
}

}  // namespace takt::report
