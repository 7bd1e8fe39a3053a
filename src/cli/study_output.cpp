// SPDX-License-Identifier: Apache-2.0
#include "cli/study_output.hpp"

#include <fmt/format.h>

#include <map>

#include "cli/exit_status.hpp"
#include "cli/json.hpp"
#include "cli/messages.hpp"
#include "takt/core/quantity.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/whole_file.hpp"
#include "takt/report/page.hpp"
#include "takt/report/tables.hpp"

namespace takt::cli {
namespace {

/// The bars of a timeline in the Trace Event Format.
std::vector<report::GanttBar> bars_of(const std::filesystem::path& trace) {
  std::vector<report::GanttBar> bars;
  try {
    const Json events = Json::parse(io::read_whole(trace)).at("traceEvents");
    std::map<std::pair<std::int64_t, std::int64_t>, std::string> machines;  // by line and server
    const auto server = [](const Json& event) {
      return std::pair(event.at("pid").get<std::int64_t>(), event.at("tid").get<std::int64_t>());
    };
    for (const Json& event : events)
      if (event.at("ph") == "M" && event.at("name") == "thread_name")
        machines[server(event)] = event.at("args").at("name").get<std::string>();
    for (const Json& event : events) {
      if (event.at("ph") != "X") continue;
      const double from = event.at("ts").get<double>() * 1e-6;
      bars.push_back({machines[server(event)], event.at("name").get<std::string>(), from,
                      from + event.at("dur").get<double>() * 1e-6});
    }
  } catch (const Json::exception&) {
    throw InvalidInput(Fault{
        .value = "something else", .expected = "a timeline that `takt run --trace` wrote", .file = trace.string()});
  }
  return bars;
}

}  // namespace

std::pair<std::string, std::string> read_number(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
    throw InvalidInput(Fault{.value = '"' + text + '"',
                             .expected = "PATH=VALUE such as \"/acme/filling/line_1/filler/cycle_time=11 s\""});
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

int report_unfinished(const StudyResult& result) {
  if (result.unfinished.empty()) return kDone;
  const Unfinished& first = result.unfinished.front();
  const bool is_deadlock = first.outcome.status == Outcome::Status::deadlock;
  say(fmt::format("{} of {} futures did not reach their end. The first, replication {} of '{}', stopped after {}: {}",
                  result.unfinished.size(), result.scenarios.size() * result.replications, first.replication,
                  first.scenario, to_text(Quantity{to_seconds(first.outcome.time.time_since_epoch()), Dimension::time}),
                  is_deadlock ? "a deadlock, machines that wait for each other:"
                              : "a livelock, a million events without time moving"));
  for (const std::string& wait : first.outcome.circular_wait) say("  " + wait);
  return kRunFailed;
}

std::string study_text(const io::PreparedPlan& plan, const StudyResult& result) {
  const Present& present = plan.study.present();
  const Model& model = *present.model;
  const StudyOptions& options = plan.study.options();
  const WallClock& clock = model.plant.clock;
  std::string text = fmt::format("{}: {} of operation", model.plant.name, to_text(options.horizon));
  if (options.warmup.count() > 0) text += " after a warm-up of " + to_text(options.warmup);
  if (present.state || !(clock == WallClock{}))
    text += " from " + to_text(clock.to_wall(present.state ? present.state->now : Time{}));
  text +=
      fmt::format(", {} {}, {} {} of each{}\n", result.scenarios.size(),
                  result.scenarios.size() == 1 ? "scenario" : "scenarios", result.replications,
                  result.replications == 1 ? "future" : "futures", result.antithetic ? ", in antithetic pairs" : "");
  if (result.verdict) text += report::verdict_text(*result.verdict);
  text += "\n" + report::scenarios_table(result);
  if (result.scenarios.size() > 1) text += "\n" + report::comparison_table(result, model, result.scenarios.front());
  return text;
}

void write_files(const ResultFiles& files, const io::StoredResults& stored,
                 const std::optional<std::filesystem::path>& trace) {
  if (files.out) io::save_results(*files.out, stored.result, stored.provenance, stored.plant);
  if (files.report) write_page(files, stored, trace);
}

void declare_goals(Arguments& arguments, const std::shared_ptr<ResultFiles>& files) {
  arguments.repeated(
      "--maximise", "FIGURE", [files](const std::string& text) { files->maximise.push_back(text); },
      "Show on the page which scenarios no other beats in two goals: \"/ throughput_per_h\", \"/ flow_time_s quantile "
      "95 %\"");
  arguments.repeated(
      "--minimise", "FIGURE", [files](const std::string& text) { files->minimise.push_back(text); },
      "The same, less being better: \"/ wip\"");
}

void check_goals(const ResultFiles& files, const std::vector<KpiName>& kpis) {
  if (files.maximise.empty() && files.minimise.empty()) return;
  if (!files.report) throw WrongUsage("--maximise and --minimise are for the page: give --report FILE");
  report::page_goals(kpis, files.maximise, files.minimise);
}

void write_page(const ResultFiles& files, const io::StoredResults& stored,
                const std::optional<std::filesystem::path>& trace) {
  const Model model = compile(io::parse_plant(stored.plant));
  const std::vector<report::GanttBar> bars = trace ? bars_of(*trace) : std::vector<report::GanttBar>{};
  const std::vector<Goal> goals = report::page_goals(stored.result.kpis, files.maximise, files.minimise);
  io::write_whole(*files.report, report::html_page(stored.result, stored.provenance, model, bars, goals));
}

}  // namespace takt::cli
