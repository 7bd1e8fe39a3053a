// SPDX-License-Identifier: Apache-2.0
#include "takt/report/results.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/json_text.hpp"
#include "takt/core/version.hpp"

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

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + json_string(text);
  return "[" + list + "]";
}

std::string bound_line(const ScenarioBound& bound) {
  return fmt::format(R"({{"scenario": {}, "entity": {}, "throughput_per_h": {}, "limited_by": {}}})",
                     json_string(bound.scenario), json_string(bound.entity), json_number(bound.throughput_per_h),
                     list_of(bound.limited_by));
}

std::string migration_line(const std::string& scenario, const MigrationReport& report) {
  return fmt::format(
      R"({{"scenario": {}, "added": {}, "removed": {}, "parts_kept": {}, "parts_moved": {}, "parts_dropped": {}, )"
      R"("notes": {}}})",
      json_string(scenario), list_of(report.added), list_of(report.removed), report.kept, report.moved, report.dropped,
      list_of(report.notes));
}

/// Lines as the elements of an array, one a line.
std::string array_of(const std::vector<std::string>& lines) {
  return lines.empty() ? "[]" : fmt::format("[\n  {}\n ]", fmt::join(lines, ",\n  "));
}

std::string doubt_line(const Doubt& doubt) {
  return fmt::format(
      R"({{"trust": {}, "check": {}, "about": {}, "value": {}, "limit": {}, "since": {}, "sentence": {}}})",
      json_string(name_of(doubt.trust)), json_string(doubt.check), json_string(doubt.about), json_number(doubt.value),
      json_number(doubt.limit), json_string(to_text(doubt.since)), json_string(doubt.sentence));
}

std::string alignment_line(const AlignmentScores& scores) {
  return fmt::format(
      R"({{"windows": {}, "logic": {}, "timing": {}, "expected_logic": {}, "expected_timing": {}, "furthest": {}}})",
      scores.windows, json_number(scores.logic), json_number(scores.timing), json_number(scores.expected_logic),
      json_number(scores.expected_timing), json_string(scores.furthest));
}

}  // namespace

std::string verdict_json(const Verdict& verdict) {
  std::vector<std::string> doubts;
  for (const Doubt& doubt : verdict.doubts) doubts.push_back(doubt_line(doubt));
  const std::string alignment = verdict.alignment ? R"(, "alignment": )" + alignment_line(*verdict.alignment) : "";
  return fmt::format(R"({{"trust": {}, "stage": {}, "since": {}, "doubts": [{}]{}}})",
                     json_string(name_of(verdict.trust)), json_string(name_of(verdict.stage)),
                     json_string(to_text(verdict.since)), fmt::join(doubts, ", "), alignment);
}

Provenance provenance_of(const Present& present, const StudyOptions& options) {
  return {.plant_name = present.model->plant.name,
          .model_hash = fmt::format("{:016x}", present.model->hash()),
          .takt_version = kVersion,
          .seed = present.seed,
          .horizon_s = to_seconds(options.horizon),
          .warmup_s = to_seconds(options.warmup),
          .semantics = semantics_json(present)};
}

std::string results_json(const StudyResult& result, const Provenance& provenance) {
  std::vector<std::string> kpis, bounds, migrations, unfinished;
  for (const ScenarioBound& each : result.bounds) bounds.push_back(bound_line(each));
  for (std::size_t s = 0; s < result.scenarios.size(); ++s)
    for (std::size_t k = 0; k < result.kpis.size(); ++k) kpis.push_back(kpi_line(result, s, k));
  for (const auto& [scenario, report] : result.migrations) migrations.push_back(migration_line(scenario, report));
  for (const Unfinished& each : result.unfinished) unfinished.push_back(unfinished_line(each));

  std::string text = "{";
  const auto add = [&text](const char* key, const std::string& value) {
    text.append(text.size() > 1 ? ",\n \"" : "\n \"").append(key).append("\": ").append(value);
  };
  add("format", "\"takt-results/1\"");
  add("plant", json_string(provenance.plant_name));
  add("model_hash", json_string(provenance.model_hash));
  add("seed", std::to_string(provenance.seed));
  add("horizon_s", json_number(provenance.horizon_s));
  add("warmup_s", json_number(provenance.warmup_s));
  add("replications", std::to_string(result.replications));
  if (result.antithetic) add("antithetic", "true");
  add("semantics", provenance.semantics);
  if (result.verdict) add("verdict", verdict_json(*result.verdict));
  add("kpis", array_of(kpis));
  add("capacity", array_of(bounds));
  add("migrations", array_of(migrations));
  add("unfinished", array_of(unfinished));
  add("little_gap", json_number(result.little_gap));
  return text + "\n}\n";
}

}  // namespace takt::report
