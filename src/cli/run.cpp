// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "cli/continued_run.hpp"
#include "cli/exit_status.hpp"
#include "cli/future_files.hpp"
#include "cli/messages.hpp"
#include "cli/progress.hpp"
#include "cli/replay.hpp"
#include "cli/study_output.hpp"
#include "cli/verbs.hpp"
#include "takt/core/quantity.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/results.hpp"
#include "takt/report/results.hpp"
#include "takt/report/tables.hpp"
#include "takt/study/study.hpp"

namespace takt::cli {
namespace {

constexpr const char* kAsIs = "as is";

struct Options {
  std::filesystem::path plant;
  std::optional<std::filesystem::path> snapshots;
  Scenario base{kAsIs, {}};
  std::vector<Scenario> scenarios;
  std::vector<std::pair<std::string, std::filesystem::path>> plants;  ///< scenarios with a plant of their own
  std::optional<std::filesystem::path> from;
  ResultFiles files;
  FutureWishes future;
  StudyOptions study;
  TwinOptions twin;
  bool json = false;
};

/// Reads "NAME=FILE".
std::pair<std::string, std::filesystem::path> read_named_file(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw InvalidInput(Fault{.value = '"' + text + '"', .expected = "NAME=FILE such as \"two fillers=two.json\""});
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// Reads "NAME:PATH=VALUE,PATH=VALUE".
Scenario read_scenario(const std::string& text) {
  const std::size_t colon = text.find(":/");
  if (colon == 0 || colon == std::string::npos) {
    throw InvalidInput(Fault{.value = '"' + text + '"', .expected = "NAME:PATH=VALUE[,PATH=VALUE]..."});
  }
  Scenario scenario{text.substr(0, colon), {}};
  for (std::size_t from = colon + 1; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    scenario.numbers.push_back(read_number(text.substr(from, comma - from)));
    from = comma + 1;
  }
  return scenario;
}

Present present_of(const Options& options, const std::stop_token& stop) {
  if (options.from) return present_from(*options.from, options.plant, options.twin.seed);
  if (!options.snapshots) return Present::of(compile(io::load_plant(options.plant)), options.twin.seed);
  return replay({options.plant, {}, options.twin}, *options.snapshots, stop).twin.now();
}

/// Scenarios with a plant of their own, compiled.
using Plants = std::map<std::string, std::shared_ptr<const Model>>;

Plants load_plants(const Options& options, const CompileOptions& how) {
  Plants plants;
  for (const auto& [name, file] : options.plants)
    plants[name] = std::make_shared<const Model>(compile(io::load_plant(file), how));
  return plants;
}

Study study_of(const Options& options, const Present& present, const Plants& plants, StudyOptions study_options) {
  Study study(present, std::move(study_options));
  study.add(options.base);
  for (const Scenario& scenario : options.scenarios) {
    Scenario whole = options.base;
    whole.name = scenario.name;
    whole.numbers.insert(whole.numbers.end(), scenario.numbers.begin(), scenario.numbers.end());
    study.add(std::move(whole));
  }
  for (const auto& [name, file] : options.plants) study.add(Scenario{name, options.base.numbers, plants.at(name)});
  return study;
}

std::string text_of(const Options& options, const Present& present, const Plants& plants, const StudyResult& result) {
  const Model& model = *present.model;
  const WallClock& clock = model.plant.clock;
  std::string text = fmt::format("{}: {} of operation", model.plant.name, to_text(options.study.horizon));
  if (options.study.warmup.count() > 0) text += " after a warm-up of " + to_text(options.study.warmup);
  const bool has_clock = !(clock == WallClock{});
  if (present.state || has_clock)
    text += " from " + to_text(clock.to_wall(present.state ? present.state->now : Time{}));
  text += fmt::format(", {} {}\n", result.replications, result.replications == 1 ? "future" : "futures");
  text += present.state ? "Begins with the present state, " : "Begins empty, ";
  text += present.draw   ? "with the numbers learnt, drawn anew for each future\n"
          : options.from ? "with the numbers of the checkpoint\n"
                         : "with the plant's own numbers\n";
  if (result.verdict) text += report::verdict_text(*result.verdict);
  for (const std::string& scenario : result.scenarios) {
    const auto own = plants.find(scenario);
    text += fmt::format("\n{}\n\n{}", scenario,
                        report::scenario_table(result, own == plants.end() ? model : *own->second, scenario));
  }
  if (result.scenarios.size() > 1) text += "\n" + report::comparison_table(result, model, kAsIs);
  return text;
}

/// The log needs parts with an identity, which the run itself does without: the same future once more.
void write_log_of(const Options& options, const Present& present, const std::stop_token& stop) {
  const CompileOptions with_identity{.part_identity = true, .method = present.model->options.method};
  Plants plants;
  for (const auto& [name, file] : options.plants)
    plants[name] = std::make_shared<const Model>(compile(io::load_plant(file), with_identity));
  const Present again = Present::of(compile(present.model->plant, with_identity), present.seed);
  StudyOptions study = options.study;
  study.stop = stop;
  write_log(study_of(options, again, plants, std::move(study)), options.future);
}

/// What is asked of one future, told to be wrong before any future runs.
void check_wishes(const Options& options, const Present& present, const Plants& plants) {
  std::vector<std::string> names{kAsIs};
  for (const Scenario& scenario : options.scenarios) names.push_back(scenario.name);
  for (const auto& [name, file] : options.plants) names.push_back(name);
  const std::string& asked = options.future.future.scenario;
  if (std::ranges::find(names, asked) == names.end())
    throw InvalidInput(Fault{"--replay", asked, "a scenario of this run", nearest_name(asked, names), "", 0});
  const auto own = plants.find(asked);
  const Model& model = own == plants.end() ? *present.model : *own->second;
  if (options.future.question) model.machine(options.future.question->machine);
}

int run(const Options& options, const std::stop_token& stop) {
  if (options.from && options.snapshots) throw WrongUsage("--from and --snapshots both say where to begin: give one");
  if (options.json && options.future.question) throw WrongUsage("--why is answered in words: leave out --json");
  if (options.future.log && (options.from || options.snapshots))
    throw WrongUsage("--log follows parts from their arrival on: leave out --from and --snapshots");
  const Present present = present_of(options, stop);
  const Plants plants = load_plants(options, present.model->options);
  const std::size_t scenarios = 1 + options.scenarios.size() + options.plants.size();
  StudyResult result;
  std::string answer;
  {
    Progress progress("futures", scenarios * std::uint64_t{options.study.replications});
    StudyOptions study_options = options.study;
    study_options.stop = stop;
    study_options.progress = [&progress](std::size_t done, std::size_t) { progress.at(done); };
    const Study study = study_of(options, present, plants, std::move(study_options));
    naming_plant(options.plant, [&] {
      check_wishes(options, present, plants);
      result = study.run();
    });
    answer = follow(study, options.future);
    if (options.future.log) write_log_of(options, present, stop);
  }
  for (const auto& [name, report] : result.migrations) say_migration("'" + name + "'", report);
  const io::StoredResults stored{std::move(result), report::provenance_of(present, options.study),
                                 io::to_json(present.model->plant)};
  write_files(options.files, stored, options.future.trace);
  print_data(options.json ? report::results_json(stored.result, stored.provenance)
                          : text_of(options, present, plants, stored.result) + answer);
  return report_unfinished(stored.result);
}

}  // namespace

Action declare_run(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  arguments.file("PLANT", options->plant, "The plant, as takt-plant/1");
  arguments.option("--snapshots", "FILE", options->snapshots,
                   "What the real plant reported, as takt-snapshot/1: the futures begin where it ends");
  arguments.repeated(
      "--set", "PATH=VALUE", [options](const std::string& text) { options->base.numbers.push_back(read_number(text)); },
      "Change a number of the plant, in all scenarios: \"/acme/filling/line_1/filler/cycle_time=11 s\"");
  arguments.repeated(
      "--scenario", "NAME:PATH=VALUE[,...]",
      [options](const std::string& text) { options->scenarios.push_back(read_scenario(text)); },
      "A scenario more, compared with 'as is' under the same random numbers");
  arguments.repeated(
      "--scenario-plant", "NAME=FILE",
      [options](const std::string& text) { options->plants.push_back(read_named_file(text)); },
      "A scenario with another plant, as takt-plant/1; a state goes over into it by the names of equipment");
  arguments.option("--from", "FILE", options->from, "Begin with a checkpoint; the plant may have been edited since");
  arguments.option("--out", "FILE", options->files.out, "Write the results as takt-store/1 (HDF5)");
  arguments.option("--report", "FILE", options->files.report, "Write a page of the results (HTML)");
  arguments.repeated(
      "--replay", "NAME:R", [options](const std::string& text) { options->future.future = read_future(text); },
      "The future that --trace, --log, --checkpoint and --why speak of (default \"as is:0\")");
  arguments.option("--trace", "FILE", options->future.trace, "Write its timeline, to be opened at ui.perfetto.dev");
  arguments.option("--log", "FILE", options->future.log, "Write its event log as CSV, as an MES would have kept it");
  arguments.repeated(
      "--log-without", "WHAT", [options](const std::string& text) { leave_out(options->future.logged, text); },
      "Leave out of the log: starts, setups, breakdowns, arrivals, results, products");
  arguments.option("--checkpoint", "FILE", options->future.checkpoint, "Put its end aside, to go on with --from");
  arguments.repeated(
      "--why", "MACHINE@D", [options](const std::string& text) { options->future.question = read_question(text); },
      "Tell why a machine does nothing at a time of it");
  arguments.option("--horizon", "D", options->study.horizon, "The time observed: \"8 h\"", Arguments::Need::required);
  arguments.option("--warmup", "D", options->study.warmup, "The time before that, not observed (default 0 s)");
  arguments.option("--replications", "N", options->study.replications, {1, kMostReplications},
                   "Futures of each scenario (default 100)");
  arguments.option("--largest-gap", "D", options->twin.largest_gap,
                   "Reject a snapshot further ahead than this: its clock is wrong (default 30 d)");
  arguments.option("--seed", "N", options->twin.seed, "Names the random numbers (default 1)");
  arguments.option("--threads", "N", options->study.threads, {0, kMostThreads},
                   "Threads; 0, the default, is one a core");
  arguments.flag("--json", options->json, "Print one takt-results/1 document instead of text");
  return [options](const std::stop_token& stop) { return run(*options, stop); };
}

}  // namespace takt::cli
