// SPDX-License-Identifier: Apache-2.0
#include "io/store/history_rows.hpp"

#include <limits>
#include <utility>

#include "io/plant/json_writer.hpp"
#include "io/store/model_text.hpp"
#include "takt/core/byte_stream.hpp"
#include "takt/core/version.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/twin_file.hpp"

namespace takt::io::detail {
namespace {

constexpr std::size_t kTold = 50;  // changes and conflicts of one message

std::int64_t ns(WallClock::Instant at) { return at.time_since_epoch().count(); }

SwmrWriter::Attributes attributes_of(const Model& model) {
  return {{"format", "takt-store/1"},
          {"kind", "history"},
          {"takt_version", std::string(kVersion)},
          {"plant_name", model.plant.name},
          {"model_hash", hash_text(model.hash())},
          {"message_layout", hash_text(layout_of(Delivery{}))}};
}

const char* status_text(MergeReport::Status status) {
  switch (status) {
    case MergeReport::Status::applied: return "applied";
    case MergeReport::Status::rejected: return "rejected";
    case MergeReport::Status::late: return "late";
    case MergeReport::Status::duplicate: break;
  }
  return "duplicate";
}

void write_changes(JsonWriter& writer, const char* name, const std::vector<CellChange>& changes) {
  if (changes.empty()) return;
  writer.key(name).begin_array();
  for (std::size_t i = 0; i < std::min(changes.size(), kTold); ++i) {
    const CellChange& change = changes[i];
    writer.begin_object().key("path").text(change.path).key("what").text(change.what);
    writer.key("before").text(change.before).key("after").text(change.after).end();
  }
  writer.end();
}

/// What a merge did, in short; nothing where it only agreed.
std::string json_of(const MergeReport& report) {
  if (report.corrected.empty() && report.inferred.empty() && report.conflicts.empty() && report.over_runs.empty())
    return {};
  JsonWriter writer;
  writer.begin_object(JsonWriter::Layout::one_line);
  write_changes(writer, "corrected", report.corrected);
  write_changes(writer, "inferred", report.inferred);
  if (!report.conflicts.empty()) {
    writer.key("conflicts").begin_array();
    for (std::size_t i = 0; i < std::min(report.conflicts.size(), kTold); ++i)
      writer.text(to_text(report.conflicts[i]));
    writer.end();
  }
  if (!report.over_runs.empty()) {
    writer.key("over_runs").begin_array();
    for (std::size_t i = 0; i < std::min(report.over_runs.size(), kTold); ++i) writer.text(report.over_runs[i]);
    writer.end();
  }
  writer.end();
  return writer.take();
}

std::string json_of(const Verdict& verdict) {
  JsonWriter writer;
  writer.begin_array(JsonWriter::Layout::one_line);
  for (const Doubt& doubt : verdict.doubts) {
    writer.begin_object().key("trust").text(name_of(doubt.trust)).key("check").text(doubt.check);
    writer.key("about").text(doubt.about).key("value").number(doubt.value).key("limit").number(doubt.limit);
    writer.key("since").text(to_text(doubt.since)).key("sentence").text(doubt.sentence).end();
  }
  writer.end();
  return writer.take();
}

}  // namespace

HistoryRows::HistoryRows(const std::filesystem::path& file, const Model& model)
    : file_(file, history_tables(), attributes_of(model), to_json(model.plant)) {}

HistoryRows::HistoryRows(const std::filesystem::path& file) : file_(file, history_tables()) {
  const Commit& last = *file_.last_commit();
  number_ = last.number;
  newest_ns_ = last.at_ns;
  const SwmrReader reader(file);
  std::uint32_t count = 0;
  for (std::string& each : reader.texts("/texts/text", 0, last.rows[kTexts])) texts_.emplace(std::move(each), count++);
  if (last.rows[kMessages] > 0) oldest_ns_ = reader.integers("/messages/arrival_ns", 0, 1)[0];
}

HistoryRows::HistoryRows(const std::filesystem::path& file, const Model& model, HistoryRows& from)
    : HistoryRows(file, model) {
  std::vector<const std::string*> in_order(from.texts_.size());
  for (const auto& [value, index] : from.texts_) in_order[index] = &value;
  for (const std::string* value : in_order) text(*value);  // rows that wait name texts by their numbers
  from.file_.hand_over(file_, kTexts);
  go_on_from(from);
}

void HistoryRows::go_on_from(const HistoryRows& before) {
  number_ = before.number_;
  newest_ns_ = oldest_ns_ = before.newest_ns_;
}

std::uint32_t HistoryRows::text(const std::string& value) {
  const auto [it, is_new] = texts_.try_emplace(value, static_cast<std::uint32_t>(texts_.size()));
  if (is_new) file_.put(kTexts, value);
  return it->second;
}

void HistoryRows::note(std::int64_t at_ns) {
  if (oldest_ns_ == 0) oldest_ns_ = at_ns;
  newest_ns_ = std::max(newest_ns_, at_ns);
}

void HistoryRows::message(std::uint64_t number, const Delivery& delivery, std::string_view bytes) {
  file_.put(kMessages, number, ns(delivery.arrival), static_cast<std::uint8_t>(delivery.kind), bytes);
  number_ = number;
  note(ns(delivery.arrival));
  if (delivery.kind == Delivery::Kind::message) readings(number, delivery);
}

void HistoryRows::readings(std::uint64_t number, const Delivery& delivery) {
  const Snapshot& message = delivery.snapshot;
  const std::uint32_t source = text(message.source), none = text("");
  const auto row = [&](std::uint32_t path, const std::string& kind, double value, std::uint32_t written) {
    file_.put(kReadings, number, ns(message.ts), ns(delivery.arrival), source, message.epoch, message.seq, path,
              text(kind), value, written);
  };
  const auto number_row = [&](std::uint32_t path, const std::string& kind, double value) {
    row(path, kind, value, none);
  };
  const auto text_row = [&](std::uint32_t path, const std::string& kind, const std::string& value) {
    row(path, kind, std::numeric_limits<double>::quiet_NaN(), text(value));
  };
  for (const EntityReading& reading : message.entities) {
    const std::uint32_t path = text(reading.path);
    if (reading.state) text_row(path, "state", *reading.state);
    if (reading.state_since) text_row(path, "state_since", to_text(*reading.state_since));
    if (reading.counters) {
      const CounterReading& counters = *reading.counters;
      if (counters.in) number_row(path, "counters/in", static_cast<double>(*counters.in));
      if (counters.good) number_row(path, "counters/good", static_cast<double>(*counters.good));
      if (counters.scrap) number_row(path, "counters/scrap", static_cast<double>(*counters.scrap));
      if (counters.reset_epoch != 0)
        number_row(path, "counters/reset_epoch", static_cast<double>(counters.reset_epoch));
    }
    if (reading.level) number_row(path, "level", *reading.level);
    if (reading.cycle_time_last_s) number_row(path, "cycle_time_last_s", *reading.cycle_time_last_s);
    for (const auto& [name, value] : reading.health) number_row(path, "health/" + name, value);
    for (const auto& [name, value] : reading.setpoints) number_row(path, "setpoints/" + name, value);
    if (reading.in_process) {
      number_row(path, "in_process", static_cast<double>(reading.in_process->size()));
      for (const PartInProcess& part : *reading.in_process) {
        if (!part.part.empty()) text_row(path, "in_process/part", part.part);
        if (!part.product.empty()) text_row(path, "in_process/operation", part.product);
        if (part.started_at) text_row(path, "in_process/started_at", to_text(*part.started_at));
        if (part.worked_s) number_row(path, "in_process/worked_s", *part.worked_s);
      }
    }
    if (reading.quality != "good") text_row(path, "quality", reading.quality);
  }
  for (const auto& [order, product] : message.orders) text_row(text(order), "order/product", product);
}

void HistoryRows::passed(std::uint64_t after, WallClock::Instant at) {
  file_.put(kMessages, after, ns(at), kPassed, std::string_view());
  note(ns(at));
}

void HistoryRows::merged(const Snapshot& snapshot, const MergeReport& report) {
  const std::uint32_t source = text(snapshot.source), status = text(status_text(report.status));
  file_.put(kMerges, ns(snapshot.ts), source, snapshot.epoch, snapshot.seq, status, report.cells,
            report.corrected.size(), report.inferred.size(), report.conflicts.size(), report.over_runs.size(),
            report.log_evidence, json_of(report));
}

void HistoryRows::verdict(WallClock::Instant at, const Verdict& verdict) {
  const std::uint32_t trust = text(std::string(name_of(verdict.trust)));
  const std::uint32_t stage = text(std::string(name_of(verdict.stage)));
  file_.put(kVerdicts, ns(at), trust, stage, ns(verdict.since), json_of(verdict));
}

void HistoryRows::event(WallClock::Instant at, const std::string& kind, const std::string& path,
                        std::string_view json) {
  const std::uint32_t kind_text = text(kind), path_text = text(path);
  file_.put(kEvents, ns(at), kind_text, path_text, json);
}

void HistoryRows::learnt(WallClock::Instant at, const Learnt& learnt) {
  for (const Learnt::Row& row : learnt.rows())
    file_.put(kLearnt, ns(at), text(row.path), row.observations, row.mean_s, row.low_s, row.high_s);
}

void HistoryRows::forecast(const ForecastRow& row) {
  const std::uint32_t path = text(row.path), kpi = text(row.kpi);
  file_.put(kForecasts, ns(row.at), ns(row.about), path, kpi, row.mean, row.q05, row.q50, row.q95);
}

void HistoryRows::checkpoint(std::uint64_t number, const Twin& twin, const Ingest& ingest) {
  file_.put(kCheckpoints, number, ns(twin.model().plant.clock.to_wall(twin.time())), twin_file_bytes(twin, &ingest));
}

}  // namespace takt::io::detail
