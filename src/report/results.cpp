// SPDX-License-Identifier: Apache-2.0
#include "takt/report/results.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/json_text.hpp"

namespace takt::report {
namespace detail {

std::string json_string(std::string_view text) {
  // JSON is UTF-8 whatever a name holds.
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace detail
namespace {

using detail::json_number;
using detail::json_string;

std::string kpi_line(const StudyResult& result, std::size_t scenario, std::size_t kpi) {
  const KpiName& name = result.kpis[kpi];
  const Summary summary = result.summary(scenario, kpi);
  return fmt::format(
      R"({{"scenario": {}, "entity": {}, "kpi": {}, "unit": {}, "mean": {}, "half_width_95": {}, "n": {}, "quantiles": )"
      R"({{"0.05": {}, "0.5": {}, "0.95": {}}}}})",
      json_string(result.scenarios[scenario]), json_string(name.entity), json_string(name.kpi), json_string(name.unit),
      json_number(summary.mean), json_number(summary.half_width_95), summary.n, json_number(summary.q05),
      json_number(summary.q50), json_number(summary.q95));
}

std::string reason_of(Outcome::Status status) {
  switch (status) {
    case Outcome::Status::done: return "done";
    case Outcome::Status::paused: return "paused";
    case Outcome::Status::deadlock: return "deadlock";
    case Outcome::Status::livelock: break;
  }
  return "livelock";
}

std::string unfinished_line(const Unfinished& unfinished) {
  std::string waits;
  for (const std::string& wait : unfinished.outcome.circular_wait)
    waits += (waits.empty() ? "" : ", ") + json_string(wait);
  return fmt::format(R"({{"scenario": {}, "replication": {}, "reason": {}, "time_s": {}, "circular_wait": [{}]}})",
                     json_string(unfinished.scenario), unfinished.replication,
                     json_string(reason_of(unfinished.outcome.status)),
                     json_number(to_seconds(unfinished.outcome.time.time_since_epoch())), waits);
}

std::string bound_line(const ScenarioBound& bound) {
  std::string limited_by;
  for (const std::string& path : bound.limited_by) limited_by += (limited_by.empty() ? "" : ", ") + json_string(path);
  return fmt::format(R"({{"scenario": {}, "entity": {}, "throughput_per_h": {}, "limited_by": [{}]}})",
                     json_string(bound.scenario), json_string(bound.entity), json_number(bound.throughput_per_h),
                     limited_by);
}

/// Lines as the elements of an array, one a line.
std::string array_of(const std::vector<std::string>& lines) {
  return lines.empty() ? "[]" : fmt::format("[\n  {}\n ]", fmt::join(lines, ",\n  "));
}

}  // namespace

std::string results_json(const StudyResult& result, const Present& present, const StudyOptions& options) {
  std::vector<std::string> kpis, bounds, unfinished;
  for (const ScenarioBound& each : result.bounds) bounds.push_back(bound_line(each));
  for (std::size_t s = 0; s < result.scenarios.size(); ++s)
    for (std::size_t k = 0; k < result.kpis.size(); ++k) kpis.push_back(kpi_line(result, s, k));
  for (const Unfinished& each : result.unfinished) unfinished.push_back(unfinished_line(each));

  std::string text = "{";
  const auto add = [&text](const char* key, const std::string& value) {
    text.append(text.size() > 1 ? ",\n \"" : "\n \"").append(key).append("\": ").append(value);
  };
  add("format", "\"takt-results/1\"");
  add("plant", json_string(present.model->plant.name));
  add("model_hash", fmt::format("\"{:016x}\"", present.model->hash));
  add("seed", std::to_string(present.seed));
  add("horizon_s", json_number(to_seconds(options.horizon)));
  add("warmup_s", json_number(to_seconds(options.warmup)));
  add("replications", std::to_string(result.replications));
  add("semantics", semantics_json(present));
  add("kpis", array_of(kpis));
  add("capacity", array_of(bounds));
  add("unfinished", array_of(unfinished));
  add("little_gap", json_number(result.little_gap));
  return text + "\n}\n";
}

}  // namespace takt::report
