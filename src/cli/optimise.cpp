// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>

#include "cli/continued_run.hpp"
#include "cli/exit_status.hpp"
#include "cli/json.hpp"
#include "cli/messages.hpp"
#include "cli/progress.hpp"
#include "cli/replay.hpp"
#include "cli/verbs.hpp"
#include "takt/core/quantity.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/plant/space_file.hpp"
#include "takt/study/optimise.hpp"
#include "takt/study/plant_problem.hpp"
#include "takt/study/study.hpp"

namespace takt::cli {
namespace {

struct Options {
  std::filesystem::path plant;
  std::optional<std::filesystem::path> from, snapshots, space;
  ProblemText problem;
  std::string method = "auto";
  OptimiseOptions search;
  RunWindow window;
  TwinOptions twin;
  std::uint32_t threads = 0, budget = 10'000;
  bool json = false;
};

const std::vector<std::string> kMethods{"auto", "exhaustive", "r-spline", "surrogate"};

double read_number(const std::string& text, const char* expected, const auto& is_good) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !is_good(value))
    throw InvalidInput(Fault{.value = '"' + text + '"', .expected = expected});
  return value;
}

double read_confidence(const std::string& text) {
  const auto share = parse_quantity(text);
  if (!share || share->dimension != Dimension::ratio || !(share->value > 0.0 && share->value < 1.0))
    throw InvalidInput(Fault{.value = '"' + text + '"', .expected = "a confidence such as \"95 %\""});
  return share->value;
}

void read_method(const std::string& text, std::string& into) {
  if (std::ranges::find(kMethods, text) == kMethods.end())
    throw InvalidInput(Fault{.value = '"' + text + '"',
                             .expected = fmt::format("one of {}", fmt::join(kMethods, ", ")),
                             .nearest = nearest_name(text, kMethods)});
  into = text;
}

Present present_of(const Options& options, const std::stop_token& stop) {
  if (options.from) return present_from(*options.from, options.plant, options.twin.seed);
  if (!options.snapshots) return Present::of(compile(io::load_plant(options.plant)), options.twin.seed);
  return replay({options.plant, {}, options.twin}, *options.snapshots, stop).twin.now();
}

PlantProblem problem_of(const Options& options, const Present& present) {
  if (!options.space) return naming_plant(options.plant, [&] { return read_problem(options.problem, present); });
  const ProblemText text = io::load_space(*options.space);
  try {
    return read_problem(text, present);
  } catch (const InvalidInput& error) {
    std::vector<Fault> faults = error.faults();
    for (Fault& fault : faults) {
      fault.file = options.space->string();
      // The plant's file too, where it is the plant that has no such path or figure.
      if (fault.expected.starts_with("the path of") || fault.expected.starts_with("ENTITY KPI"))
        fault.expected += " (" + options.plant.string() + ")";
    }
    throw InvalidInput(std::move(faults));
  }
}

/// Whether all points can have a few replications each.
bool can_exhaust(const PlantProblem& problem, const OptimiseOptions& options) {
  constexpr std::uint64_t kFew = 20;
  const double runs = (1.0 - options.clean_up) * static_cast<double>(options.budget);
  try {
    all_points(problem.space, static_cast<std::size_t>(runs) / kFew);
    return true;
  } catch (const InvalidInput&) {
    return false;
  }
}

std::string method_of(const Options& options, const PlantProblem& problem) {
  if (options.method != "auto") return options.method;
  if (can_exhaust(problem, options.search)) return "exhaustive";
  const bool has_real =
      std::ranges::any_of(problem.space.variables, [](const Variable& v) { return v.kind == Variable::Kind::real; });
  return has_real || problem.goals.size() > 1 ? "surrogate" : "r-spline";
}

Search search_of(const std::string& method) {
  if (method == "exhaustive") return exhaustive();
  return method == "r-spline" ? r_spline() : surrogate();
}

Json json_of_number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json json_of_one(const PlantProblem& problem, const Evaluated& one) {
  Json values = Json::object(), goals = Json::array(), limits = Json::array();
  for (std::size_t v = 0; v < one.point.size(); ++v) {
    const Variable& variable = problem.space.variables[v];
    values[variable.name] =
        variable.kind == Variable::Kind::choice ? Json(value_text(variable, one.point[v])) : Json(one.point[v]);
  }
  for (std::size_t g = 0; g < one.goals.size(); ++g)
    goals.push_back({{"goal", problem.goals[g].name},
                     {"value", json_of_number(one.goals[g].value)},
                     {"standard_error", json_of_number(one.goals[g].standard_error)}});
  for (std::size_t l = 0; l < one.limits.size(); ++l)
    limits.push_back({{"limit", problem.limits[l].name},
                      {"value", json_of_number(one.limits[l].value)},
                      {"standard_error", json_of_number(one.limits[l].standard_error)}});
  return {{"values", std::move(values)},
          {"replications", one.replications},
          {"goals", std::move(goals)},
          {"limits", std::move(limits)},
          {"keeps_limits", one.violation == 0.0}};
}

std::string json_text(const Options& options, const Present& present, const PlantProblem& problem,
                      const std::string& method, const Optimum& found) {
  Json front = Json::array(), candidates = Json::array();
  for (const Evaluated& each : found.front) front.push_back(json_of_one(problem, each));
  for (const Evaluated& each : found.candidates) candidates.push_back(json_of_one(problem, each));
  return pretty({{"plant", present.model->plant.name},
                 {"model_hash", hex(present.model->hash())},
                 {"seed", present.seed},
                 {"horizon_s", to_seconds(options.window.horizon)},
                 {"warmup_s", to_seconds(options.window.warmup)},
                 {"method", method},
                 {"budget", options.search.budget},
                 {"runs", found.runs},
                 {"points", found.points},
                 {"conclusion", found.sentence},
                 {"is_guaranteed", found.selection && found.selection->is_guaranteed},
                 {"best", std::move(front)},
                 {"candidates", std::move(candidates)}});
}

/// A row for each: whether it is among the best, its values, its goals and limits with their standard errors.
std::string table_of(const PlantProblem& problem, const Optimum& found) {
  std::string text;
  for (const Evaluated& each : found.candidates) {
    const bool is_best =
        std::ranges::any_of(found.front, [&](const Evaluated& best) { return best.point == each.point; });
    text += fmt::format("{} {}\n", is_best ? '*' : ' ', point_text(problem.space, each.point));
    const auto line = [&](const std::string& name, const Estimate& e, const char* more) {
      text += fmt::format("      {} = {:.6g}", name, e.value);
      if (std::isfinite(e.standard_error)) text += fmt::format(" (standard error {:.2g})", e.standard_error);
      text += fmt::format("{}\n", more);
    };
    for (std::size_t g = 0; g < each.goals.size(); ++g) line(problem.goals[g].name, each.goals[g], "");
    for (std::size_t l = 0; l < each.limits.size(); ++l) {
      const Limit& limit = problem.limits[l];
      const double value = each.limits[l].value;
      const bool is_kept = limit.at_most ? value <= limit.bound : value >= limit.bound;
      line(limit.name.substr(0, limit.name.find_last_of("<>") - 1), each.limits[l], is_kept ? "" : ", not kept");
    }
  }
  return text;
}

int optimise_plant(const Options& asked, const std::stop_token& stop) {
  Options options = asked;
  options.search.budget = options.budget;
  options.search.seed = options.twin.seed;
  const ProblemText& text = options.problem;
  const bool has_texts = !text.vary.empty() || !text.constraints.empty() || !text.maximise.empty() ||
                         !text.minimise.empty() || !text.limits.empty();
  if (options.space && has_texts)
    throw WrongUsage(
        "--space says what is varied and what for: leave out --vary, --constraint, --maximise, --minimise "
        "and --limit");
  if (!options.space && text.vary.empty()) throw WrongUsage("--vary or --space has to say what may be chosen");
  if (!options.space && text.maximise.empty() && text.minimise.empty())
    throw WrongUsage("--maximise or --minimise has to say what for");
  if (options.from && options.snapshots) throw WrongUsage("--from and --snapshots both say where to begin: give one");
  const Present present = present_of(options, stop);
  const PlantProblem problem = problem_of(options, present);
  const std::string method = method_of(options, problem);
  Optimum found;
  {
    Progress progress("runs", options.search.budget);
    std::atomic<std::uint64_t> done = 0;
    options.window.stop = stop;
    options.window.done = [&] { progress.at(++done); };
    ThreadPool pool(options.threads);
    found = optimise(runnable(problem, present, options.window, pool), search_of(method), options.search);
  }
  if (options.json)
    print_data(json_text(options, present, problem, method, found));
  else
    print_data(fmt::format("{}: {} of operation, {} search\n\n{}\n{}\n", present.model->plant.name,
                           to_text(options.window.horizon), method, table_of(problem, found), found.sentence));
  if (found.front.empty()) return kRunFailed;
  const bool is_short = options.search.indifference > 0.0 && found.candidates.size() > 1 &&
                        !(found.selection && found.selection->is_guaranteed);
  return is_short ? kNotPrecise : kDone;
}

}  // namespace

Action declare_optimise(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  const auto texts = [&](const char* flag, const char* shape, std::vector<std::string> ProblemText::*into,
                         const char* help) {
    arguments.repeated(
        flag, shape, [options, into](const std::string& text) { (options->problem.*into).push_back(text); }, help);
  };
  arguments.file("PLANT", options->plant, "The plant, as takt-plant/1");
  arguments.repeated(
      "--vary", "[NAME:]PATH=RANGE",
      [options](const std::string& text) {
        parse_variable(text);  // what cannot be read is told before any file is opened
        options->problem.vary.push_back(text);
      },
      "What may be chosen: \".../rinsed/capacity=1..30\", \"filler:.../cycle_time=9.0..12.0 s\", \".../cycle_time=9 "
      "s,11 s\"");
  texts("--constraint", "SUM<=NUMBER", &ProblemText::constraints,
        "What variables keep together: \"first + second <= 20\"");
  texts("--maximise", "FIGURE", &ProblemText::maximise,
        "What for: \"/ throughput_per_h\", \"/ flow_time_s quantile 95 %\"; again for a Pareto front");
  texts("--minimise", "FIGURE", &ProblemText::minimise, "The same, less being better: \"/ flow_time_s above 3600\"");
  texts("--limit", "FIGURE<=NUMBER", &ProblemText::limits, "A figure that must keep to a bound: \"/ wip <= 40\"");
  arguments.option("--space", "FILE", options->space, "All of these in a file, as takt-space/1");
  arguments.repeated(
      "--method", "M", [options](const std::string& text) { read_method(text, options->method); },
      "auto, the default, exhaustive, r-spline or surrogate");
  arguments.option("--budget", "N", options->budget, {20, 4'000'000}, "Runs in all (default 10000)");
  arguments.option("--candidates", "N", options->search.candidates, {1, 1000},
                   "How many of the best found are run afresh (default 8)");
  arguments.repeated(
      "--indifference", "X",
      [options](const std::string& text) {
        options->search.indifference = read_number(text, "a number above 0", [](double x) { return x > 0.0; });
      },
      "The smallest difference that matters: the choice is guaranteed to within it, or the exit status is 5");
  arguments.repeated(
      "--confidence", "P", [options](const std::string& text) { options->search.confidence = read_confidence(text); },
      "Of that guarantee (default 95 %)");
  arguments.option("--snapshots", "FILE", options->snapshots,
                   "What the real plant reported, as takt-snapshot/1: the futures begin where it ends");
  arguments.option("--from", "FILE", options->from, "Begin with a checkpoint; the plant may have been edited since");
  arguments.option("--horizon", "D", options->window.horizon, "The time observed: \"8 h\"", Arguments::Need::required);
  arguments.option("--warmup", "D", options->window.warmup, "The time before that, not observed (default 0 s)");
  arguments.option("--largest-gap", "D", options->twin.largest_gap,
                   "Reject a snapshot further ahead than this: its clock is wrong (default 30 d)");
  arguments.option("--seed", "N", options->twin.seed, "Names the random numbers (default 1)");
  arguments.option("--threads", "N", options->threads, {0, kMostThreads}, "Threads; 0, the default, is one a core");
  arguments.flag("--json", options->json, "Print what was found as one JSON document instead of text");
  return [options](const std::stop_token& stop) { return optimise_plant(*options, stop); };
}

}  // namespace takt::cli
