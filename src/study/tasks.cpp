// SPDX-License-Identifier: Apache-2.0
#include "takt/study/tasks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <thread>

#include "study/future.hpp"
#include "takt/core/thread_pool.hpp"
#include "takt/topology/capacity.hpp"

namespace takt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Setting = PreparedStudy::Setting;

std::string text_of(TaskRange range) {
  return range.size() == 1 ? "future " + std::to_string(range.first)
                           : "futures " + std::to_string(range.first) + " to " + std::to_string(range.last - 1);
}

void check_range(TaskRange range, std::uint64_t futures) {
  if (range.first <= range.last && range.last <= futures) return;
  throw InvalidInput(Fault{.path = "range",
                           .value = "[" + std::to_string(range.first) + ", " + std::to_string(range.last) + ")",
                           .expected = "a range of the " + std::to_string(futures) + " futures of this study"});
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
unsigned useful_threads(unsigned asked, std::uint64_t runs) {
  const std::uint64_t threads = asked != 0 ? asked : std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::min(threads, runs));
}

}  // namespace

std::vector<TaskRange> tasks_of(std::uint64_t futures, std::uint64_t most) {
  std::vector<TaskRange> tasks;
  for (std::uint64_t first = 0; first < futures; first += most)
    tasks.push_back({first, std::min(first + most, futures)});
  return tasks;
}

PreparedStudy::PreparedStudy(const Study& study) : present_(study.present()), options_(study.options()) {
  std::vector<Fault> faults;
  for (const Scenario& scenario : study.scenarios()) {
    Setting setting{scenario, present_, {}, {}};
    if (scenario.model) {
      MigrationReport report;
      setting.present = detail::taken_over(present_, scenario.model, &report);
      if (present_.state) migrations_.emplace_back(scenario.name, std::move(report));
    }
    setting.numbers = setting.present.parameters;
    try {
      set_numbers(*setting.present.model, setting.numbers, scenario.numbers);
    } catch (const InvalidInput& error) {
      faults.insert(faults.end(), error.faults().begin(), error.faults().end());
    }
    settings_.push_back(std::move(setting));
  }
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  list_figures();
}

/// The figures of all scenarios: those of the first, then what others have beside.
void PreparedStudy::list_figures() {
  std::map<std::pair<std::string, std::string>, std::size_t> column_of;
  for (Setting& setting : settings_) {
    for (KpiName& name : kpi_names(*setting.present.model)) {
      const auto [it, is_new] = column_of.try_emplace({name.entity, name.kpi}, kpis_.size());
      setting.columns.push_back(it->second);
      if (is_new) kpis_.push_back(std::move(name));
    }
  }
}

Parameters PreparedStudy::numbers(const Setting& setting, std::uint32_t streams) const {
  if (!setting.present.draw) return setting.numbers;
  Parameters numbers = setting.present.draw(streams);
  set_numbers(*setting.present.model, numbers, setting.scenario.numbers);
  return numbers;
}

Rows PreparedStudy::run(TaskRange range, const std::stop_token& stop) const {
  check_range(range, futures());
  Rows rows{range, {}, {}};
  rows.ends.reserve(range.size());
  const detail::FutureWindow window{options_.warmup, options_.horizon, stop, {}};
  for (std::uint64_t i = range.first; i < range.last; ++i) {
    const Setting& setting = settings_[i / options_.replications];
    const std::uint32_t streams = streams_of(options_, static_cast<std::uint32_t>(i % options_.replications));
    const auto run_with = [&](const Parameters& its_numbers) {
      rows.ends.push_back(detail::run_future(setting.present, its_numbers, streams, window, rows.values));
    };
    setting.present.draw ? run_with(numbers(setting, streams)) : run_with(setting.numbers);
  }
  return rows;
}

StudyResult PreparedStudy::frame() const {
  StudyResult result;
  for (const Setting& setting : settings_) result.scenarios.push_back(setting.scenario.name);
  result.kpis = kpis_;
  result.replications = options_.replications;
  result.antithetic = options_.antithetic;
  for (const Setting& setting : settings_) note_bounds(setting, options_, result);
  result.migrations = migrations_;
  result.verdict = present_.verdict;
  return result;
}

Collector::Collector(const PreparedStudy& study) : study_(study), result_(study.frame()) {
  const std::uint64_t futures = study.futures();
  try {
    result_.values.assign(futures * result_.kpis.size(), kNaN);
    ends_.resize(futures);
    done_.resize(futures);
  } catch (const std::exception&) {  // bad_alloc or length_error
    throw Error("not enough memory for " + std::to_string(futures) + " futures x " +
                std::to_string(result_.kpis.size()) + " figures");
  }
}

void Collector::add(const Rows& rows) {
  check_range(rows.range, study_.futures());
  const std::uint64_t replications = study_.options().replications;
  const std::size_t columns = result_.kpis.size();
  std::uint64_t expected = 0;
  if (rows.ends.size() == rows.range.size())
    for (std::uint64_t i = rows.range.first; i < rows.range.last; ++i)
      if (rows.ends[i - rows.range.first].outcome.status == Outcome::Status::done)
        expected += study_.setting(i / replications).columns.size();
  if (rows.ends.size() != rows.range.size() || rows.values.size() != expected)
    throw InvalidInput(
        Fault{.path = text_of(rows.range), .value = "rows of another study", .expected = "rows of this study"});
  const std::lock_guard lock(mutex_);
  for (std::uint64_t i = rows.range.first; i < rows.range.last; ++i)
    if (done_[i] != 0)
      throw InvalidInput(Fault{
          .path = text_of(rows.range), .value = text_of({i, i + 1}) + " once more", .expected = "every future once"});
  const double* value = rows.values.data();
  for (std::uint64_t i = rows.range.first; i < rows.range.last; ++i) {
    done_[i] = 1;
    ends_[i] = rows.ends[i - rows.range.first];
    if (ends_[i].outcome.status != Outcome::Status::done) continue;
    for (const std::size_t column : study_.setting(i / replications).columns)
      result_.values[i * columns + column] = *value++;
  }
  done_count_ += rows.range.size();
}

std::vector<TaskRange> Collector::missing(std::uint32_t replications) const {
  const std::uint64_t all = study_.options().replications;
  if (replications == 0) replications = study_.options().replications;
  const std::lock_guard lock(mutex_);
  std::vector<TaskRange> missing;
  for (std::uint64_t i = 0; i < done_.size(); ++i) {
    if (done_[i] != 0 || i % all >= replications) continue;
    if (missing.empty() || missing.back().last != i) missing.push_back({i, i});
    missing.back().last = i + 1;
  }
  return missing;
}

std::vector<double> Collector::column(std::size_t scenario, std::size_t kpi, std::uint32_t replications) const {
  const std::lock_guard lock(mutex_);
  std::vector<double> column(replications);
  for (std::uint32_t r = 0; r < replications; ++r) column[r] = result_.value(scenario, r, kpi);
  return column;
}

Rows Collector::rows(TaskRange range) const {
  check_range(range, study_.futures());
  const std::lock_guard lock(mutex_);
  const std::size_t columns = result_.kpis.size();
  Rows rows{range, {}, {}};
  for (std::uint64_t i = range.first; i < range.last; ++i) {
    if (done_[i] == 0)
      throw InvalidInput(Fault{.path = text_of({i, i + 1}), .value = "nothing", .expected = "rows of every future"});
    rows.ends.push_back(ends_[i]);
    if (ends_[i].outcome.status != Outcome::Status::done) continue;
    for (const std::size_t column : study_.setting(i / study_.options().replications).columns)
      rows.values.push_back(result_.values[i * columns + column]);
  }
  return rows;
}

StudyResult Collector::result(std::uint32_t replications) && {
  const std::uint32_t all = result_.replications;
  if (replications == 0) replications = all;
  if (result_.antithetic && replications % 2 != 0)
    throw InvalidInput(Fault{.path = "replications",
                             .value = std::to_string(replications),
                             .expected = "an even number, of a study of antithetic pairs"});
  const std::size_t columns = result_.kpis.size();
  std::vector<Fault> faults;
  for (const TaskRange range : missing(replications))
    faults.push_back({.path = text_of(range), .value = "nothing", .expected = "rows of every future"});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  for (std::size_t s = 0; s < result_.scenarios.size(); ++s) {
    for (std::uint32_t r = 0; r < replications; ++r) {
      const FutureEnd& end = ends_[s * all + r];
      result_.events += end.outcome.events;
      if (!(end.little_gap <= result_.little_gap)) result_.little_gap = end.little_gap;
      if (end.outcome.status != Outcome::Status::done)
        result_.unfinished.push_back({result_.scenarios[s], r, end.outcome});
    }
    if (replications < all)
      std::copy_n(result_.values.begin() + static_cast<std::ptrdiff_t>(s * all * columns), replications * columns,
                  result_.values.begin() + static_cast<std::ptrdiff_t>(s * replications * columns));
  }
  result_.replications = replications;
  result_.values.resize(result_.scenarios.size() * replications * columns);
  return std::move(result_);
}

void run_on_threads(const PreparedStudy& study, const std::vector<TaskRange>& futures, unsigned threads,
                    const std::stop_token& stop, const std::function<void(Rows)>& done) {
  std::uint64_t count = 0;
  for (const TaskRange range : futures) count += range.size();
  if (count == 0) return;
  ThreadPool pool(useful_threads(threads, count));
  // A thread takes some futures at a time, but few enough that all end together.
  constexpr std::uint64_t kMost = 16, kTurns = 32;
  const std::uint64_t most = std::clamp<std::uint64_t>(count / (pool.threads() * kTurns), 1, kMost);
  std::vector<TaskRange> tasks;
  for (const TaskRange range : futures)
    for (std::uint64_t first = range.first; first < range.last; first += most)
      tasks.push_back({first, std::min(first + most, range.last)});
  std::mutex handing_over;
  pool.run(tasks.size(), [&](std::size_t i) {
    Rows rows = study.run(tasks[i], stop);
    const std::lock_guard lock(handing_over);
    done(std::move(rows));
  });
}

}  // namespace takt
