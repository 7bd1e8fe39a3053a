// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/continued_run.hpp"
#include "cli/exit_status.hpp"
#include "cli/json.hpp"
#include "cli/messages.hpp"
#include "cli/progress.hpp"
#include "cli/study_output.hpp"
#include "cli/study_wishes.hpp"
#include "cli/verbs.hpp"
#include "takt/io/mpi/ranks.hpp"
#include "takt/io/store/row_cache.hpp"
#include "takt/io/store/shard.hpp"
#include "takt/report/results.hpp"
#include "takt/study/precision_goal.hpp"

namespace takt::cli {
namespace {

constexpr std::uint32_t kFirstRound = 10;  // replications before a precision is looked at

struct Options {
  StudyWishes wishes;
  ResultFiles files;
  std::vector<PrecisionGoal> precision;
  std::optional<io::ShardName> shard;
  std::optional<std::filesystem::path> cache;
  bool json = false, dry_run = false, mpi = false;
};

void check(const Options& options) {
  if (options.shard && !options.files.out) throw WrongUsage("--shard writes a file for merge: give --out FILE");
  if (options.shard && !(options.files.maximise.empty() && options.files.minimise.empty()))
    throw WrongUsage("--maximise and --minimise are for the page, which is made of the whole: give them to merge");
  if (options.shard && options.files.report) throw WrongUsage("--report is made of the whole: give it to merge");
  if (options.shard && !options.precision.empty())
    throw WrongUsage("--precision looks at all futures together: leave out --shard");
}

/// What would run.
std::string dry_text(const io::PreparedPlan& plan) {
  std::string text =
      fmt::format("{}: {} scenarios x {} replications{} = {} futures, {} figures each\nplan {}\n",
                  plan.study.present().model->plant.name, plan.study.scenarios(), plan.study.options().replications,
                  plan.study.options().antithetic ? " in antithetic pairs" : "", plan.study.futures(),
                  plan.study.kpis().size(), plan.hash);
  for (const auto& scenario : plan.plan.scenarios) {
    text += fmt::format("\n{}{}\n", scenario.name, scenario.plant.empty() ? "" : ", in a plant of its own");
    for (const auto& [path, value] : scenario.numbers) text += fmt::format("  {} = {}\n", path, value);
  }
  return text;
}

Json dry_document(const io::PreparedPlan& plan) {
  Json scenarios = Json::array();
  for (const auto& scenario : plan.plan.scenarios) {
    Json numbers = Json::array();
    for (const auto& [path, value] : scenario.numbers) numbers.push_back({{"path", path}, {"value", value}});
    scenarios.push_back({{"name", scenario.name}, {"own_plant", !scenario.plant.empty()}, {"numbers", numbers}});
  }
  return {{"plan", plan.hash},
          {"plant", plan.study.present().model->plant.name},
          {"model_hash", hex(plan.study.present().model->hash())},
          {"replications", plan.study.options().replications},
          {"antithetic", plan.study.options().antithetic},
          {"futures", plan.study.futures()},
          {"figures", plan.study.kpis().size()},
          {"scenarios", std::move(scenarios)}};
}

/// Runs what is not in the collector yet.
class Runner {
 public:
  Runner(const Options& options, const io::PreparedPlan& plan, io::Ranks* ranks, const std::stop_token& stop)
      : options_(options), plan_(plan), ranks_(ranks), stop_(stop), collector_(plan.study) {
    if (!options.cache) return;
    cache_.emplace(*options.cache, plan);
    cache_->load(collector_);
  }

  void run(const std::vector<TaskRange>& futures) {
    std::uint64_t count = 0, done = 0;
    for (const TaskRange range : futures) count += range.size();
    Progress progress("futures", count);
    const auto take = [&](const Rows& rows) {
      collector_.add(rows);
      if (cache_) cache_->add(rows);
      progress.at(done += rows.range.size());
    };
    const unsigned threads = options_.wishes.study.threads;
    if (ranks_ != nullptr)
      ranks_->run(plan_, futures, threads, stop_, take);
    else
      run_on_threads(plan_.study, futures, threads, stop_, take);
    if (cache_) cache_->flush();
  }

  /// Runs replications until all goals are reached, at most all. How many of each scenario there are then.
  std::uint32_t run_to(const std::vector<PrecisionGoal>& goals, bool& reached) {
    const std::uint32_t most = plan_.study.options().replications;
    std::uint32_t n = goals.empty() ? most : std::min(kFirstRound, most);
    for (;; n = next_round(n, plan_.study.options())) {
      run(collector_.missing(n));
      reached = is_reached(goals, plan_.study, collector_, n);
      if (goals.empty() || reached || n == most) break;
    }
    return n;
  }

  Collector& collector() { return collector_; }

 private:
  const Options& options_;
  const io::PreparedPlan& plan_;
  io::Ranks* ranks_;  // none: threads
  std::stop_token stop_;
  Collector collector_;
  std::optional<io::RowCache> cache_;
};

/// The futures of one shard, from the cache as far as they are there.
int run_shard(const Options& options, const io::PreparedPlan& plan, io::Ranks* ranks, const std::stop_token& stop) {
  const TaskRange range = io::range_of(*options.shard, plan.study.futures());
  Runner runner(options, plan, ranks, stop);
  std::vector<TaskRange> left;
  for (const TaskRange missing : runner.collector().missing())
    if (const TaskRange part{std::max(missing.first, range.first), std::min(missing.last, range.last)};
        part.first < part.last)
      left.push_back(part);
  runner.run(left);
  io::save_shard(*options.files.out, *options.shard, plan.bytes, runner.collector().rows(range));
  const std::string name = io::to_text(*options.shard);
  print_data(options.json ? pretty({{"shard", name}, {"plan", plan.hash}, {"first", range.first}, {"last", range.last}})
                          : fmt::format("shard {} of plan {}: {} of {} futures\n", name, plan.hash.substr(0, 16),
                                        range.size(), plan.study.futures()));
  return kDone;
}

int run_study(const Options& options, io::Ranks* ranks, const std::stop_token& stop) {
  const io::PreparedPlan plan(make_plan(options.wishes));
  naming_plant(plant_file(options.wishes), [&] { check_goals(options.files, plan.study.kpis()); });
  if (options.dry_run) {
    print_data(options.json ? pretty(dry_document(plan)) : dry_text(plan));
    return kDone;
  }
  if (plan.study.options().replications != options.wishes.study.replications)
    say(fmt::format("antithetic pairs: {} replications of each scenario instead of {}",
                    plan.study.options().replications, options.wishes.study.replications));
  if (options.shard) return run_shard(options, plan, ranks, stop);
  Runner runner(options, plan, ranks, stop);
  bool reached = true;
  const std::uint32_t n =
      naming_plant(plant_file(options.wishes), [&] { return runner.run_to(options.precision, reached); });
  const io::StoredResults stored = plan.results(std::move(runner.collector()), n);
  for (const auto& [name, report] : stored.result.migrations) say_migration("'" + name + "'", report);
  write_files(options.files, stored);
  print_data(options.json ? report::results_json(stored.result, stored.provenance) : study_text(plan, stored.result));
  if (const int status = report_unfinished(stored.result); status != kDone) return status;
  if (reached || options.precision.empty()) return kDone;
  say(fmt::format("the precision was not reached with {} replications", n));
  return kNotPrecise;
}

int study(const Options& options, const std::stop_token& stop) {
  check(options);
  if (!options.mpi) return run_study(options, nullptr, stop);
  io::Ranks ranks;
  if (ranks.rank() > 0) {
    ranks.serve();
    return kDone;
  }
  const int status = guarded([&] { return run_study(options, &ranks, stop); });
  if (ranks.lost() > 0)
    say(fmt::format("{} of {} ranks were lost; others ran their tasks", ranks.lost(), ranks.size()));
  return status;
}

}  // namespace

Action declare_study(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  StudyWishes& wishes = options->wishes;
  arguments.file("PLANT", wishes.plant, "The plant, as takt-plant/1; with --from, the plant as it is now");
  arguments.option("--from", "FILE", wishes.from, "Begin with a checkpoint of a run or a twin");
  arguments.option("--scenarios", "FILE", wishes.scenarios, "The scenarios, as takt-scenarios/1");
  arguments.repeated(
      "--set", "PATH=VALUE",
      [options](const std::string& text) { options->wishes.numbers.push_back(read_number(text)); },
      "Change a number or count of the plant, in all scenarios: \"/acme/filling/line_1/filler/cycle_time=11 s\"");
  arguments.repeated(
      "--vary", "PATH=VALUES",
      [options](const std::string& text) { options->wishes.axes.push_back(read_varied(text)); },
      "Make scenarios of values: \"PATH=9 s,10 s\" or \"PATH=range(8 s, 12 s, 5)\"");
  arguments.option("--design", {"grid", "lhs", "list"}, wishes.design,
                   "How what is varied is combined: every value with every other, a Latin hypercube, side by side "
                   "(default grid)");
  arguments.option("--points", "N", wishes.points, {1, static_cast<std::uint32_t>(kMostScenarios)},
                   "Scenarios of a Latin hypercube");
  arguments.repeated(
      "--base", "NAME", [options](const std::string& text) { options->wishes.base = text; },
      "The scenario that the others are compared with (default the first)");
  arguments.option("--horizon", "D", wishes.study.horizon, "The time observed: \"8 h\"", Arguments::Need::required);
  arguments.option("--warmup", "D", wishes.study.warmup, "The time before that, not observed (default 0 s)");
  arguments.option("--replications", "N", wishes.study.replications, {1, kMostReplications},
                   "Futures of each scenario; with --precision, at most (default 100)");
  arguments.repeated(
      "--precision", "KPI=RATIO",
      [options](const std::string& text) { options->precision.push_back(parse_precision(text)); },
      "Run until the mean of a figure is known so well in every scenario: \"throughput_per_h=1 %\"");
  arguments.flag("--antithetic", wishes.study.antithetic,
                 "Run replications as pairs, the second with every random number u as 1 - u: the same precision with "
                 "fewer; an odd number of them is rounded up");
  arguments.option("--seed", "N", wishes.seed, "Names the random numbers (default 1)");
  arguments.option("--threads", "N", wishes.study.threads, {0, kMostThreads}, "Threads; 0, the default, is one a core");
  arguments.flag("--mpi", options->mpi, "Run on the ranks of MPI: mpirun -n 17 takt study ... --mpi");
  arguments.repeated(
      "--shard", "I/N", [options](const std::string& text) { options->shard = io::parse_shard(text); },
      "Run one of N parts, counted from 1, and write it to --out for `takt merge`");
  arguments.option("--cache", "DIR", options->cache, "Keep what has run in this folder, and do not run it again");
  arguments.option("--out", "FILE", options->files.out, "Write the results as takt-store/1 (HDF5), or the shard");
  arguments.option("--report", "FILE", options->files.report, "Write a page of the results (HTML)");
  declare_goals(arguments, {options, &options->files});
  arguments.flag("--dry-run", options->dry_run, "Check everything, tell what would run, and end");
  arguments.flag("--json", options->json, "Print one JSON document instead of text");
  return [options](const std::stop_token& stop) { return study(*options, stop); };
}

}  // namespace takt::cli
