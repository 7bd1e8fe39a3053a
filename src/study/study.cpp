// SPDX-License-Identifier: Apache-2.0
#include "takt/study/study.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "takt/study/tasks.hpp"

namespace takt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t kSlice = 50'000;  // events between two looks at the stop token: a few milliseconds

}  // namespace

std::uint32_t streams_of(const StudyOptions& options, std::uint32_t replication) {
  if (!options.antithetic) return replication;
  return replication % 2 == 0 ? replication / 2 : mirrored(replication / 2);
}

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
  static_assert(kMostReplications % 2 == 0 && kMostReplications / 2 <= kMostMirrored);
  if (options_.antithetic) options_.replications += options_.replications % 2;
}

Scenario& Study::add(std::string name) { return add(Scenario{std::move(name), {}}); }

Scenario& Study::add(Scenario scenario) {
  if (std::ranges::any_of(scenarios_, [&](const Scenario& s) { return s.name == scenario.name; }))
    throw InvalidInput(Fault{"scenario", scenario.name, "a name not used before in this study", "", "", 0});
  return scenarios_.emplace_back(std::move(scenario));
}

std::vector<Scenario> Study::scenarios() const {
  return scenarios_.empty() ? std::vector<Scenario>{{"as is", {}}} : scenarios_;
}

StudyResult Study::run() const {
  const PreparedStudy prepared(*this);
  Collector collector(prepared);
  run_on_threads(prepared, {{0, prepared.futures()}}, options_.threads, options_.stop, [&](const Rows& rows) {
    collector.add(rows);
    if (options_.progress) options_.progress(collector.done(), prepared.futures());
  });
  return std::move(collector).result();
}

Replay Study::replay(std::string_view name, std::uint32_t replication,
                     const std::function<void(const std::shared_ptr<const Model>&, const State&)>& begun,
                     const std::function<void(const Event&)>& sink, std::optional<Duration> until) const {
  StudyResult names;
  for (const Scenario& scenario : scenarios()) names.scenarios.push_back(scenario.name);
  Study alone(present_, options_);
  alone.add(scenarios()[names.scenario_index(name)]);
  const PreparedStudy prepared(alone);
  const Present& present = prepared.setting(0).present;
  const std::uint32_t streams = streams_of(options_, replication);
  Replay replay{present.model, prepared.numbers(prepared.setting(0), streams), {}, {}};
  present.begin(replay.state, replay.parameters, streams);
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

Moments independent_moments(std::span<const double> values, bool antithetic) {
  Moments moments;
  const std::size_t together = antithetic ? 2 : 1;
  for (std::size_t i = 0; i + together <= values.size(); i += together) {
    const double value = antithetic ? 0.5 * (values[i] + values[i + 1]) : values[i];
    if (!std::isnan(value)) moments.add(value);
  }
  return moments;
}

Summary summarise(std::vector<double> values, bool antithetic) {
  const Moments moments = independent_moments(values, antithetic);
  std::erase_if(values, [](double v) { return std::isnan(v); });
  Summary summary{kNaN, kNaN, moments.count() * (antithetic ? 2U : 1U), kNaN, kNaN, kNaN};
  if (values.empty()) return summary;
  std::ranges::sort(values);
  if (moments.count() > 0) {
    summary.mean = moments.mean();
    summary.half_width_95 = moments.half_width(0.95);
  }
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
  return summarise(std::move(column), antithetic);
}

std::optional<Difference> StudyResult::difference(std::size_t scenario, std::size_t base, std::size_t kpi) const {
  std::vector<double> differences(replications), levels(replications, kNaN);
  for (std::uint32_t r = 0; r < replications; ++r) {
    differences[r] = value(scenario, r, kpi) - value(base, r, kpi);
    if (!std::isnan(differences[r])) levels[r] = value(base, r, kpi);
  }
  const Moments difference = independent_moments(differences, antithetic);
  if (difference.count() == 0) return std::nullopt;
  return Difference{scenarios[scenario],
                    kpis[kpi],
                    independent_moments(levels, antithetic).mean(),
                    difference.mean(),
                    difference.half_width(0.95),
                    difference.count() * (antithetic ? 2U : 1U)};
}

std::vector<Difference> StudyResult::compared_with(std::string_view base_name) const {
  const std::size_t base = scenario_index(base_name);
  std::vector<Difference> rows;
  for (std::size_t s = 0; s < scenarios.size(); ++s)
    for (std::size_t k = 0; k < kpis.size() && s != base; ++k)
      if (std::optional<Difference> row = difference(s, base, k)) rows.push_back(*std::move(row));
  return rows;
}

}  // namespace takt
