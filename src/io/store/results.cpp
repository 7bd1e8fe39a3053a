// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/results.hpp"

#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <numeric>

#include "io/store/hdf5_file.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::io {
namespace {

using detail::StoreReader;
using detail::StoreWriter;

constexpr std::string_view kKind = "results";

void write_provenance(StoreWriter& store, const StudyResult& result, const report::Provenance& provenance,
                      const std::string& plant) {
  store.attribute("/", "takt_version", provenance.takt_version);
  store.attribute("/", "plant_name", provenance.plant_name);
  store.attribute("/", "model_hash", provenance.model_hash);
  store.attribute("/", "seed", provenance.seed);
  store.attribute("/", "horizon_s", provenance.horizon_s);
  store.attribute("/", "warmup_s", provenance.warmup_s);
  store.attribute("/", "replications", std::uint64_t{result.replications});
  if (result.antithetic) store.attribute("/", "antithetic", std::uint64_t{1});
  store.attribute("/", "events", result.events);
  store.attribute("/", "little_gap", result.little_gap);
  store.attribute("/", "semantics", provenance.semantics);
  store.text("/plant", plant);
  if (result.verdict) store.text("/verdict", report::verdict_json(*result.verdict));
}

/// A row for each scenario, entity and figure.
void write_summaries(StoreWriter& store, const StudyResult& result) {
  std::vector<std::string> scenario, entity, kpi, unit;
  std::vector<double> mean, half_width, q05, q50, q95;
  std::vector<std::int64_t> row, n;
  for (std::size_t s = 0; s < result.scenarios.size(); ++s)
    for (std::size_t k = 0; k < result.kpis.size(); ++k) {
      const Summary summary = result.summary(s, k);
      row.push_back(static_cast<std::int64_t>(row.size()));
      scenario.push_back(result.scenarios[s]);
      entity.push_back(result.kpis[k].entity);
      kpi.push_back(result.kpis[k].kpi);
      unit.push_back(result.kpis[k].unit);
      mean.push_back(summary.mean);
      half_width.push_back(summary.half_width_95);
      n.push_back(static_cast<std::int64_t>(summary.n));
      q05.push_back(summary.q05);
      q50.push_back(summary.q50);
      q95.push_back(summary.q95);
    }
  store.numbers("/kpis/row", std::span<const std::int64_t>(row));
  store.scale("/kpis/row", "row");
  const auto texts = [&store](const std::string& name, const std::vector<std::string>& values) {
    store.texts("/kpis/" + name, values);
    store.attach("/kpis/" + name, 0, "/kpis/row");
  };
  const auto numbers = [&store]<class Number>(const std::string& name, const std::vector<Number>& values) {
    store.numbers("/kpis/" + name, std::span<const Number>(values));
    store.attach("/kpis/" + name, 0, "/kpis/row");
  };
  texts("scenario", scenario);
  texts("entity", entity);
  texts("kpi", kpi);
  texts("unit", unit);
  numbers("mean", mean);
  numbers("half_width_95", half_width);
  numbers("n", n);
  numbers("q05", q05);
  numbers("q50", q50);
  numbers("q95", q95);
}

/// Every value: (scenario, replication, figure).
void write_values(StoreWriter& store, const StudyResult& result) {
  std::vector<std::int64_t> replications(result.replications), figures(result.kpis.size());
  std::iota(replications.begin(), replications.end(), 0);
  std::iota(figures.begin(), figures.end(), 0);
  std::vector<std::string> entity, kpi, unit;
  for (const KpiName& name : result.kpis) {
    entity.push_back(name.entity);
    kpi.push_back(name.kpi);
    unit.push_back(name.unit);
  }
  store.texts("/futures/scenario", result.scenarios);
  store.numbers("/futures/replication", std::span<const std::int64_t>(replications));
  store.numbers("/futures/figure", std::span<const std::int64_t>(figures));
  for (const char* name : {"scenario", "replication", "figure"}) store.scale("/futures/" + std::string(name), name);
  for (const auto& [name, labels] : {std::pair("entity", &entity), std::pair("kpi", &kpi), std::pair("unit", &unit)}) {
    const std::string path = "/futures/" + std::string(name);
    store.texts(path, *labels);
    store.attach(path, 0, "/futures/figure");
  }
  store.numbers("/futures/value", std::span<const double>(result.values),
                {result.scenarios.size(), result.replications, result.kpis.size()});
  store.attach("/futures/value", 0, "/futures/scenario");
  store.attach("/futures/value", 1, "/futures/replication");
  store.attach("/futures/value", 2, "/futures/figure");
}

/// Lines as one text.
std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

void write_unfinished(StoreWriter& store, const std::vector<Unfinished>& unfinished) {
  std::vector<std::string> scenario, reason, waits;
  std::vector<std::int64_t> replication, time;
  for (const Unfinished& each : unfinished) {
    scenario.push_back(each.scenario);
    replication.push_back(each.replication);
    reason.emplace_back(each.outcome.status == Outcome::Status::deadlock ? "deadlock" : "livelock");
    time.push_back(each.outcome.time.time_since_epoch().count());
    waits.push_back(joined(each.outcome.circular_wait));
  }
  store.texts("/unfinished/scenario", scenario);
  store.numbers("/unfinished/replication", std::span<const std::int64_t>(replication));
  store.texts("/unfinished/reason", reason);
  store.numbers("/unfinished/time_ns", std::span<const std::int64_t>(time));
  store.texts("/unfinished/circular_wait", waits);
}

void write_bounds(StoreWriter& store, const std::vector<ScenarioBound>& bounds) {
  std::vector<std::string> scenario, entity, limited_by;
  std::vector<double> throughput;
  for (const ScenarioBound& each : bounds) {
    scenario.push_back(each.scenario);
    entity.push_back(each.entity);
    throughput.push_back(each.throughput_per_h);
    limited_by.push_back(joined(each.limited_by));
  }
  store.texts("/capacity/scenario", scenario);
  store.texts("/capacity/entity", entity);
  store.numbers("/capacity/throughput_per_h", std::span<const double>(throughput));
  store.texts("/capacity/limited_by", limited_by);
}

void write_migrations(StoreWriter& store, const StudyResult& result) {
  std::vector<std::string> scenario, added, removed, notes;
  std::vector<std::int64_t> kept, moved, dropped;
  for (const auto& [name, report] : result.migrations) {
    scenario.push_back(name);
    added.push_back(joined(report.added));
    removed.push_back(joined(report.removed));
    notes.push_back(joined(report.notes));
    kept.push_back(static_cast<std::int64_t>(report.kept));
    moved.push_back(static_cast<std::int64_t>(report.moved));
    dropped.push_back(static_cast<std::int64_t>(report.dropped));
  }
  store.texts("/migrations/scenario", scenario);
  store.texts("/migrations/added", added);
  store.texts("/migrations/removed", removed);
  store.numbers("/migrations/parts_kept", std::span<const std::int64_t>(kept));
  store.numbers("/migrations/parts_moved", std::span<const std::int64_t>(moved));
  store.numbers("/migrations/parts_dropped", std::span<const std::int64_t>(dropped));
  store.texts("/migrations/notes", notes);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

std::vector<Unfinished> read_unfinished(const StoreReader& store) {
  const auto scenario = store.texts("/unfinished/scenario");
  const auto replication = store.integers("/unfinished/replication");
  const auto reason = store.texts("/unfinished/reason");
  const auto time = store.integers("/unfinished/time_ns");
  const auto waits = store.texts("/unfinished/circular_wait");
  for (const std::size_t size : {replication.size(), reason.size(), time.size(), waits.size()})
    if (size != scenario.size()) store.fail("/unfinished", "columns of different lengths");
  std::vector<Unfinished> unfinished(scenario.size());
  for (std::size_t i = 0; i < unfinished.size(); ++i) {
    unfinished[i].scenario = scenario[i];
    unfinished[i].replication = static_cast<std::uint32_t>(replication[i]);
    unfinished[i].outcome.status = reason[i] == "deadlock" ? Outcome::Status::deadlock : Outcome::Status::livelock;
    unfinished[i].outcome.time = Time{Duration{time[i]}};
    unfinished[i].outcome.circular_wait = lines_of(waits[i]);
  }
  return unfinished;
}

std::vector<ScenarioBound> read_bounds(const StoreReader& store) {
  const auto scenario = store.texts("/capacity/scenario");
  const auto entity = store.texts("/capacity/entity");
  const auto throughput = store.doubles("/capacity/throughput_per_h");
  const auto limited_by = store.texts("/capacity/limited_by");
  for (const std::size_t size : {entity.size(), throughput.size(), limited_by.size()})
    if (size != scenario.size()) store.fail("/capacity", "columns of different lengths");
  std::vector<ScenarioBound> bounds;
  for (std::size_t i = 0; i < scenario.size(); ++i)
    bounds.push_back({scenario[i], entity[i], throughput[i], lines_of(limited_by[i])});
  return bounds;
}

std::vector<std::pair<std::string, MigrationReport>> read_migrations(const StoreReader& store) {
  const auto scenario = store.texts("/migrations/scenario");
  const auto added = store.texts("/migrations/added");
  const auto removed = store.texts("/migrations/removed");
  const auto kept = store.integers("/migrations/parts_kept");
  const auto moved = store.integers("/migrations/parts_moved");
  const auto dropped = store.integers("/migrations/parts_dropped");
  const auto notes = store.texts("/migrations/notes");
  for (const std::size_t size : {added.size(), removed.size(), kept.size(), moved.size(), dropped.size(), notes.size()})
    if (size != scenario.size()) store.fail("/migrations", "columns of different lengths");
  const auto count = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
  std::vector<std::pair<std::string, MigrationReport>> migrations;
  for (std::size_t i = 0; i < scenario.size(); ++i)
    migrations.emplace_back(scenario[i], MigrationReport{lines_of(added[i]), lines_of(removed[i]), count(kept[i]),
                                                         count(moved[i]), count(dropped[i]), lines_of(notes[i])});
  return migrations;
}

/// The one of these that has a name; throws for one that none has.
template <class Enum>
Enum named(const std::string& name, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  throw Error("\"" + name + "\" is not known");
}

std::optional<Verdict> read_verdict(const StoreReader& store) {
  if (!store.has("/verdict")) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(store.text("/verdict"));
    Verdict verdict{named(json.at("trust"), Trust::invalid),
                    named(json.at("stage"), TwinStage::out_of_sync),
                    parse_instant(json.at("since").get<std::string>()),
                    {}};
    for (const auto& each : json.at("doubts"))
      verdict.doubts.push_back({named(each.at("trust"), Trust::invalid), each.at("check").get<std::string>(),
                                each.at("about").get<std::string>(), each.at("value").get<double>(),
                                each.at("limit").get<double>(), parse_instant(each.at("since").get<std::string>()),
                                each.at("sentence").get<std::string>()});
    if (const auto it = json.find("alignment"); it != json.end())
      verdict.alignment =
          AlignmentScores{it->at("windows").get<std::uint64_t>(),  it->at("logic").get<double>(),
                          it->at("timing").get<double>(),          it->at("expected_logic").get<double>(),
                          it->at("expected_timing").get<double>(), it->at("furthest").get<std::string>()};
    return verdict;
  } catch (const std::exception& error) {
    store.fail("/verdict", error.what());
  }
}

StudyResult read_result(const StoreReader& store) {
  StudyResult result;
  result.scenarios = store.texts("/futures/scenario");
  result.replications = static_cast<std::uint32_t>(store.count_attribute("/", "replications"));
  result.antithetic = store.has_attribute("/", "antithetic") && store.count_attribute("/", "antithetic") != 0;
  result.events = store.count_attribute("/", "events");
  result.little_gap = store.number_attribute("/", "little_gap");
  const auto entity = store.texts("/futures/entity");
  const auto kpi = store.texts("/futures/kpi");
  const auto unit = store.texts("/futures/unit");
  if (kpi.size() != entity.size() || unit.size() != entity.size())
    store.fail("/futures", "columns of different lengths");
  for (std::size_t k = 0; k < entity.size(); ++k) result.kpis.push_back({entity[k], kpi[k], unit[k]});
  result.values = store.doubles("/futures/value");
  if (result.values.size() != result.scenarios.size() * result.replications * result.kpis.size())
    store.fail("/futures/value", "not a value for each scenario, replication and figure");
  result.unfinished = read_unfinished(store);
  result.bounds = read_bounds(store);
  result.migrations = read_migrations(store);
  result.verdict = read_verdict(store);
  return result;
}

StoredResults read_results(const StoreReader& store) {
  return {.result = read_result(store),
          .provenance = {.plant_name = store.text_attribute("/", "plant_name"),
                         .model_hash = store.text_attribute("/", "model_hash"),
                         .takt_version = store.text_attribute("/", "takt_version"),
                         .seed = store.count_attribute("/", "seed"),
                         .horizon_s = store.number_attribute("/", "horizon_s"),
                         .warmup_s = store.number_attribute("/", "warmup_s"),
                         .semantics = store.text_attribute("/", "semantics")},
          .plant = store.text("/plant")};
}

}  // namespace

std::string results_bytes(const StudyResult& result, const report::Provenance& provenance, const std::string& plant) {
  StoreWriter store(kKind);
  write_provenance(store, result, provenance, plant);
  write_summaries(store, result);
  write_values(store, result);
  write_bounds(store, result.bounds);
  write_migrations(store, result);
  write_unfinished(store, result.unfinished);
  return store.finish();
}

void save_results(const std::filesystem::path& file, const StudyResult& result, const report::Provenance& provenance,
                  const std::string& plant) {
  write_whole(file, results_bytes(result, provenance, plant));
}

StoredResults load_results(const std::filesystem::path& file) { return read_results(StoreReader(file, kKind)); }

StoredResults results_of(std::string_view bytes) {
  return read_results(StoreReader(bytes, "results in memory", kKind));
}

}  // namespace takt::io
