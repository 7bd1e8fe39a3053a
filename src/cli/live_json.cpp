// SPDX-License-Identifier: Apache-2.0
#include "cli/live_json.hpp"

#include <array>

#include "cli/twin_json.hpp"
#include "takt/report/results.hpp"

namespace takt::cli {
namespace {

Json told_json(const Told& told) {
  Json row = {{"at", to_text(told.at)}, {"source", told.source}};
  row.update(json_of(told.fault));
  return row;
}

Json told_json(const std::deque<Told>& list) {
  Json rows = Json::array();
  for (const Told& each : list) rows.push_back(told_json(each));
  return rows;
}

Json sources_json(const LiveTwin& twin) {
  Json rows = Json::array();
  for (const std::string& source : twin.ingest().sources())
    rows.push_back({{"source", source},
                    {"standing", name_of(twin.ingest().standing(source))},
                    {"clock_offset_s", to_seconds(twin.ingest().clock_offset(source))}});
  return rows;
}

Json lost_json(const LiveTwin& twin) {
  Json rows = Json::array();
  for (const auto& [source, told] : twin.lost()) rows.push_back(told_json(told));
  return rows;
}

}  // namespace

std::string_view name_of(Taken taken) {
  constexpr std::array<std::string_view, kTakenKinds> kNames{"accepted", "held",     "duplicate",
                                                             "late",     "rejected", "full"};
  return kNames[static_cast<std::size_t>(taken)];
}

std::string_view name_of(MergeReport::Status status) {
  constexpr std::array<std::string_view, 4> kNames{"applied", "rejected", "late", "duplicate"};
  return kNames[static_cast<std::size_t>(status)];
}

std::string_view name_of(Delivery::Kind kind) {
  constexpr std::array<std::string_view, 5> kNames{"message", "death", "connected", "lost", "rejected"};
  return kNames[static_cast<std::size_t>(kind)];
}

Json json_of(const Verdict& verdict) {
  Json doubts = Json::array();
  for (const Doubt& doubt : verdict.doubts)
    doubts.push_back({{"trust", name_of(doubt.trust)},
                      {"check", doubt.check},
                      {"about", doubt.about},
                      {"value", doubt.value},
                      {"limit", doubt.limit},
                      {"since", to_text(doubt.since)},
                      {"sentence", doubt.sentence}});
  return {{"trust", name_of(verdict.trust)},
          {"stage", name_of(verdict.stage)},
          {"since", to_text(verdict.since)},
          {"doubts", std::move(doubts)}};
}

Json account_json(const LiveTwin& twin) {
  const LiveCounts& counts = twin.counts();
  const IngestCounts& ingest = twin.ingest().counts();
  Json deliveries, taken, merged;
  for (std::size_t k = 0; k < counts.deliveries.size(); ++k)
    deliveries[std::string(name_of(static_cast<Delivery::Kind>(k)))] = counts.deliveries[k];
  for (std::size_t k = 0; k < kTakenKinds; ++k) taken[std::string(name_of(static_cast<Taken>(k)))] = ingest.taken[k];
  for (std::size_t k = 0; k < counts.merged.size(); ++k)
    merged[std::string(name_of(static_cast<MergeReport::Status>(k)))] = counts.merged[k];
  merged["stuck"] = counts.stuck;
  return {{"deliveries", std::move(deliveries)},
          {"messages", std::move(taken)},
          {"waiting", twin.ingest().waiting()},
          {"missing", ingest.missing},
          {"rebirths", ingest.rebirths},
          {"reasons", ingest.reasons},
          {"merged", std::move(merged)},
          {"cells",
           {{"read", counts.cells},
            {"corrected", counts.corrected},
            {"inferred", counts.inferred},
            {"conflicts", counts.conflicts},
            {"unknown", counts.unknown_readings}}},
          {"over_runs", counts.over_runs}};
}

Json state_json(const LiveTwin& live) {
  const Model& model = live.model();
  const Twin* const twin = live.twin();
  Json document = {{"plant", model.plant.name},
                   {"model_hash", hex(model.hash())},
                   {"time", twin ? Json(to_text(model.plant.clock.to_wall(twin->time()))) : Json()},
                   {"verdict", json_of(live.verdict())},
                   {"sources", sources_json(live)},
                   {"lost", lost_json(live)},
                   {"account", account_json(live)},
                   {"conflicts", told_json(live.last_conflicts())},
                   {"rejections", told_json(live.last_rejections())}};
  document["learnt"] = twin ? learnt_json(*twin) : Json::array();
  document["machines"] = twin ? machines_json(*twin) : Json::array();
  document["buffers"] = twin ? buffers_json(*twin) : Json::array();
  return document;
}

Json json_of(const io::LiveForecast& forecast) {
  return {{"from", to_text(forecast.from)},
          {"made", to_text(forecast.made)},
          {"took_s", forecast.took_s},
          {"verdict", json_of(forecast.verdict)},
          {"results", Json::parse(report::results_json(forecast.result, forecast.provenance))}};
}

}  // namespace takt::cli
