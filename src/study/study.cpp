// SPDX-License-Identifier: Apache-2.0
#include "takt/study/study.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <thread>

#include "takt/core/thread_pool.hpp"
#include "takt/topology/capacity.hpp"

namespace takt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t kSlice = 50'000;  // events between two looks at the stop token: a few milliseconds

/// A scenario ready to run: its present, and where its figures stand among those of all.
struct Setting {
  Scenario scenario;
  Present present;
  Parameters numbers;  ///< those of the present with the scenario's
  std::vector<std::size_t> columns;
};

/// The present of a scenario with a plant of its own.
Present taken_over(const Present& present, const std::shared_ptr<const Model>& model, MigrationReport* report) {
  Present own;
  own.model = model;
  own.seed = present.seed;
  own.parameters = carry_over(*present.model, present.parameters, *model);
  if (present.draw)
    own.draw = [from = present.model, draw = present.draw, model](std::uint32_t replication) {
      return carry_over(*from, draw(replication), *model);
    };
  if (present.beginning)
    own.beginning = [from = present.model, beginning = present.beginning, model,
                     numbers = own.parameters](std::uint32_t replication) {
      return migrate(*from, beginning(replication), *model, numbers).state;
    };
  if (present.state) {
    Migrated migrated = migrate(*present.model, *present.state, *model, own.parameters);
    own.state = std::move(migrated.state);
    if (report != nullptr) *report = std::move(migrated.report);
  }
  return own;
}

/// One future: begins, runs through the warm-up and the horizon, and leaves its KPI values.
class Future {
 public:
  Future(const Setting& setting, const StudyOptions& options)
      : setting_(setting), present_(setting.present), options_(options) {}

  struct Result {
    Outcome outcome;
    double little_gap = 0.0;
  };

  Result run(std::uint32_t replication, double* values) {
    const Model& model = *present_.model;
    const Parameters numbers = this->numbers(replication);
    thread_local State state;
    present_.begin(state, numbers, replication);
    KpiObserver observer(model, state);
    Result result;
    const Time from = state.now + options_.warmup;
    if (options_.warmup.count() > 0) advance_to(numbers, state, from, observer, result.outcome);
    const Totals before = observer.totals(model, state);
    if (result.outcome.status == Outcome::Status::done)
      advance_to(numbers, state, from + options_.horizon, observer, result.outcome);
    if (result.outcome.status != Outcome::Status::done) return result;
    const Totals after = observer.totals(model, state);
    const std::vector<double> row = kpi_values(model, before, after);
    for (std::size_t k = 0; k < row.size(); ++k) values[setting_.columns[k]] = row[k];
    result.little_gap = little_gap(model, before, after);
    return result;
  }

  Parameters numbers(std::uint32_t replication) const {
    Parameters numbers = present_.parameters_of(replication);
    set_numbers(*present_.model, numbers, setting_.scenario.numbers);
    return numbers;
  }

 private:
  void advance_to(const Parameters& numbers, State& state, Time until, KpiObserver& observer, Outcome& outcome) {
    const std::uint64_t before = outcome.events;
    std::uint64_t events = 0;
    do {
      if (options_.stop.stop_requested()) throw Interrupted("interrupted");
      outcome = advance(*present_.model, numbers, state, until, observer, kSlice);
      events += outcome.events;
    } while (outcome.status == Outcome::Status::paused);
    outcome.events = before + events;
  }

  const Setting& setting_;
  const Present& present_;
  const StudyOptions& options_;
};

/// All scenarios ready to run; every wrong path and value of all of them is told before anything runs.
std::vector<Setting> settings_of(const Present& present, const std::vector<Scenario>& scenarios, StudyResult& result) {
  std::vector<Setting> settings;
  std::vector<Fault> faults;
  for (const Scenario& scenario : scenarios) {
    Setting setting{scenario, present, {}, {}};
    if (scenario.model) {
      MigrationReport report;
      setting.present = taken_over(present, scenario.model, &report);
      if (present.state) result.migrations.emplace_back(scenario.name, std::move(report));
    }
    setting.numbers = setting.present.parameters;
    try {
      set_numbers(*setting.present.model, setting.numbers, scenario.numbers);
    } catch (const InvalidInput& error) {
      faults.insert(faults.end(), error.faults().begin(), error.faults().end());
    }
    settings.push_back(std::move(setting));
  }
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  return settings;
}

/// The figures of all scenarios: those of the first, then what others have beside.
void list_figures(std::vector<Setting>& settings, StudyResult& result) {
  std::map<std::pair<std::string, std::string>, std::size_t> column_of;
  for (Setting& setting : settings) {
    result.scenarios.push_back(setting.scenario.name);
    for (KpiName& name : kpi_names(*setting.present.model)) {
      const auto [it, is_new] = column_of.try_emplace({name.entity, name.kpi}, result.kpis.size());
      setting.columns.push_back(it->second);
      if (is_new) result.kpis.push_back(std::move(name));
    }
  }
}

void note_bounds(const Setting& setting, const StudyOptions& options, StudyResult& result) {
  const Model& model = *setting.present.model;
  const Time from = (setting.present.state ? setting.present.state->now : Time{}) + options.warmup;
  const CapacityOptions window{.window = {{from, from + options.horizon}}};
  for (const CapacityBound& bound : capacity_bounds(model, setting.numbers, window)) {
    ScenarioBound row{setting.scenario.name,
                      bound.entity == kNone ? "/" : model.entities[bound.entity].path,
                      bound.throughput_per_h,
                      {}};
    for (const std::uint32_t e : bound.limited_by) row.limited_by.push_back(model.entities[e].path);
    result.bounds.push_back(std::move(row));
  }
}

/// Threads that have something to do.
unsigned useful_threads(unsigned asked, std::size_t runs) {
  const std::size_t threads = asked != 0 ? asked : std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::min(threads, runs));
}

}  // namespace

Study::Study(Present present, StudyOptions options) : present_(std::move(present)), options_(std::move(options)) {
  if (options_.horizon.count() <= 0)
    throw InvalidInput(
        Fault{"horizon", std::to_string(to_seconds(options_.horizon)) + " s", "a time above zero", "", "", 0});
  if (options_.warmup.count() < 0)
    throw InvalidInput(
        Fault{"warmup", std::to_string(to_seconds(options_.warmup)) + " s", "a time not below zero", "", "", 0});
  constexpr Duration kLongest = std::chrono::hours{24 * 36525};  // a century: far within the range of time
  if (options_.horizon > kLongest || options_.warmup > kLongest)
    throw InvalidInput(Fault{"horizon", std::to_string(to_seconds(std::max(options_.horizon, options_.warmup))) + " s",
                             "at most 100 years", "", "", 0});
  const auto limit = [](const char* name, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    if (value >= least && value <= most) return;
    throw InvalidInput(Fault{.path = name,
                             .value = std::to_string(value),
                             .expected = "from " + std::to_string(least) + " to " + std::to_string(most)});
  };
  limit("replications", options_.replications, 1, kMostReplications);
  limit("threads", options_.threads, 0, kMostThreads);
}

Scenario& Study::add(std::string name) { return add(Scenario{std::move(name), {}}); }

Scenario& Study::add(Scenario scenario) {
  if (std::ranges::any_of(scenarios_, [&](const Scenario& s) { return s.name == scenario.name; }))
    throw InvalidInput(Fault{"scenario", scenario.name, "a name not used before in this study", "", "", 0});
  return scenarios_.emplace_back(std::move(scenario));
}

StudyResult Study::run() const {
  const std::vector<Scenario> scenarios = scenarios_.empty() ? std::vector<Scenario>{{"as is", {}}} : scenarios_;
  StudyResult result;
  std::vector<Setting> settings = settings_of(present_, scenarios, result);
  list_figures(settings, result);
  for (const Setting& setting : settings) note_bounds(setting, options_, result);
  result.replications = options_.replications;
  result.verdict = present_.verdict;
  const std::size_t columns = result.kpis.size();
  const std::size_t runs = scenarios.size() * options_.replications;
  std::vector<Future::Result> ended;
  try {
    result.values.resize(runs * columns, kNaN);
    ended.resize(runs);
  } catch (const std::exception&) {  // bad_alloc or length_error
    throw Error("not enough memory for " + std::to_string(runs) + " futures x " + std::to_string(columns) + " figures");
  }
  std::mutex reporting;
  std::size_t done = 0;
  ThreadPool pool(useful_threads(options_.threads, runs));
  pool.run(runs, [&](std::size_t i) {
    const auto replication = static_cast<std::uint32_t>(i % options_.replications);
    ended[i] =
        Future(settings[i / options_.replications], options_).run(replication, result.values.data() + i * columns);
    if (!options_.progress) return;
    const std::lock_guard lock(reporting);
    options_.progress(++done, runs);
  });
  for (std::size_t i = 0; i < runs; ++i) {
    result.events += ended[i].outcome.events;
    if (!(ended[i].little_gap <= result.little_gap)) result.little_gap = ended[i].little_gap;
    if (ended[i].outcome.status != Outcome::Status::done)
      result.unfinished.push_back({scenarios[i / options_.replications].name,
                                   static_cast<std::uint32_t>(i % options_.replications), ended[i].outcome});
  }
  return result;
}

Replay Study::replay(std::string_view name, std::uint32_t replication,
                     const std::function<void(const std::shared_ptr<const Model>&, const State&)>& begun,
                     const std::function<void(const Event&)>& sink, std::optional<Duration> until) const {
  const std::vector<Scenario> scenarios = scenarios_.empty() ? std::vector<Scenario>{{"as is", {}}} : scenarios_;
  StudyResult names;
  for (const Scenario& scenario : scenarios) names.scenarios.push_back(scenario.name);
  const std::size_t which = names.scenario_index(name);
  const std::vector<Setting> settings = settings_of(present_, {scenarios[which]}, names);
  const Present& present = settings[0].present;
  Replay replay{present.model, Future(settings[0], options_).numbers(replication), {}, {}};
  present.begin(replay.state, replay.parameters, replication);
  if (begun) begun(replay.model, replay.state);
  const Time end = replay.state.now + until.value_or(options_.warmup + options_.horizon);
  std::uint64_t events = 0;
  do {
    if (options_.stop.stop_requested()) throw Interrupted("interrupted");
    replay.outcome = sink ? advance(*replay.model, replay.parameters, replay.state, end, sink, kSlice)
                          : advance(*replay.model, replay.parameters, replay.state, end, kSlice);
    events += replay.outcome.events;
  } while (replay.outcome.status == Outcome::Status::paused);
  replay.outcome.events = events;
  return replay;
}

Summary summarise(std::vector<double> values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  Summary summary{kNaN, kNaN, values.size(), kNaN, kNaN, kNaN};
  if (values.empty()) return summary;
  Moments moments;
  for (const double v : values) moments.add(v);
  std::ranges::sort(values);
  summary.mean = moments.mean();
  summary.half_width_95 = moments.half_width(0.95);
  summary.q05 = quantile(values, 0.05);
  summary.q50 = quantile(values, 0.50);
  summary.q95 = quantile(values, 0.95);
  return summary;
}

std::size_t StudyResult::scenario_index(std::string_view name) const {
  const auto it = std::ranges::find(scenarios, name);
  if (it == scenarios.end())
    throw InvalidInput(
        Fault{"scenario", std::string(name), "a scenario of this study", nearest_name(name, scenarios), "", 0});
  return static_cast<std::size_t>(it - scenarios.begin());
}

std::size_t StudyResult::kpi_index(std::string_view entity, std::string_view kpi) const {
  std::vector<std::string> known;
  for (std::size_t k = 0; k < kpis.size(); ++k) {
    if (kpis[k].entity == entity && kpis[k].kpi == kpi) return k;
    known.push_back(kpis[k].entity + " " + kpis[k].kpi);
  }
  const std::string wanted = std::string(entity) + " " + std::string(kpi);
  throw InvalidInput(Fault{"kpi", wanted, "an entity and one of its KPIs", nearest_name(wanted, known), "", 0});
}

Summary StudyResult::summary(std::size_t scenario, std::size_t kpi) const {
  std::vector<double> column(replications);
  for (std::uint32_t r = 0; r < replications; ++r) column[r] = value(scenario, r, kpi);
  return summarise(std::move(column));
}

std::vector<Difference> StudyResult::compared_with(std::string_view base_name) const {
  const std::size_t base = scenario_index(base_name);
  std::vector<Difference> rows;
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    if (s == base) continue;
    for (std::size_t k = 0; k < kpis.size(); ++k) {
      Moments difference, level;
      for (std::uint32_t r = 0; r < replications; ++r) {
        const double d = value(s, r, k) - value(base, r, k);
        if (std::isnan(d)) continue;
        difference.add(d);
        level.add(value(base, r, k));
      }
      if (difference.count() == 0) continue;
      rows.push_back(
          {scenarios[s], kpis[k], level.mean(), difference.mean(), difference.half_width(0.95), difference.count()});
    }
  }
  return rows;
}

}  // namespace takt
