// SPDX-License-Identifier: Apache-2.0
#include "takt/study/study.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <thread>

#include "takt/study/thread_pool.hpp"

namespace takt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t kSlice = 50'000;  // events between two looks at the stop token: a few milliseconds

/// One future: begins, runs through the warm-up and the horizon, and leaves its KPI values.
class Future {
 public:
  Future(const Present& present, const StudyOptions& options) : present_(present), options_(options) {}

  struct Result {
    Outcome outcome;
    double little_gap = 0.0;
  };

  Result run(const Scenario& scenario, std::uint32_t replication, double* values, std::size_t count) {
    const Model& model = *present_.model;
    Parameters numbers = present_.parameters_of(replication);
    set_numbers(model, numbers, scenario.numbers);
    thread_local State state;
    present_.begin(state, numbers, replication);
    KpiObserver observer(model, state);
    Result result;
    const Time from = state.now + options_.warmup;
    if (options_.warmup.count() > 0) advance_to(numbers, state, from, observer, result.outcome);
    const Totals before = observer.totals(model, state);
    if (result.outcome.status == Outcome::Status::done)
      advance_to(numbers, state, from + options_.horizon, observer, result.outcome);
    if (result.outcome.status != Outcome::Status::done) {
      std::fill_n(values, count, kNaN);
      return result;
    }
    const Totals after = observer.totals(model, state);
    const std::vector<double> row = kpi_values(model, before, after);
    std::ranges::copy(row, values);
    result.little_gap = little_gap(model, before, after);
    return result;
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

  const Present& present_;
  const StudyOptions& options_;
};

/// Every wrong path and value of all scenarios, before anything runs.
void check_numbers(const Present& present, const std::vector<Scenario>& scenarios) {
  std::vector<Fault> faults;
  for (const Scenario& scenario : scenarios) {
    Parameters numbers = present.parameters;
    try {
      set_numbers(*present.model, numbers, scenario.numbers);
    } catch (const InvalidInput& error) {
      faults.insert(faults.end(), error.faults().begin(), error.faults().end());
    }
  }
  if (!faults.empty()) throw InvalidInput(std::move(faults));
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
  check_numbers(present_, scenarios);
  StudyResult result;
  for (const Scenario& scenario : scenarios) result.scenarios.push_back(scenario.name);
  result.kpis = kpi_names(*present_.model);
  result.replications = options_.replications;
  const std::size_t columns = result.kpis.size();
  const std::size_t runs = scenarios.size() * options_.replications;
  std::vector<Future::Result> ended;
  try {
    result.values.resize(runs * columns);
    ended.resize(runs);
  } catch (const std::exception&) {  // bad_alloc or length_error
    throw Error("not enough memory for " + std::to_string(runs) + " futures x " + std::to_string(columns) + " figures");
  }
  std::mutex reporting;
  std::size_t done = 0;
  ThreadPool pool(useful_threads(options_.threads, runs));
  pool.run(runs, [&](std::size_t i) {
    const auto replication = static_cast<std::uint32_t>(i % options_.replications);
    ended[i] = Future(present_, options_)
                   .run(scenarios[i / options_.replications], replication, result.values.data() + i * columns, columns);
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
