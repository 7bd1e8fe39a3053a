// SPDX-License-Identifier: Apache-2.0
#include "cli/live_metrics.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "cli/live_json.hpp"
#include "takt/core/version.hpp"

namespace takt::cli {
namespace {

std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text;
}

/// Lines of one metric.
class Metric {
 public:
  Metric(std::string& text, std::string name, const char* type, const char* help)
      : text_(text), name_(std::move(name)) {
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name_, help, type);
  }
  Metric& value(double value) { return line({}, value); }
  Metric& value(const char* label, std::string_view of, double value) {
    return line(fmt::format("{{{}=\"{}\"}}", label, escaped(of)), value);
  }
  Metric& line(const std::string& labels, double value) {
    text_ += fmt::format("{}{} {}\n", name_, labels, value);
    return *this;
  }

 private:
  std::string& text_;
  std::string name_;
};

double seconds_of(WallClock::Instant at) { return to_seconds(at.time_since_epoch()); }

void add_messages(std::string& text, const LiveTwin& twin) {
  const LiveCounts& counts = twin.counts();
  const IngestCounts& ingest = twin.ingest().counts();
  Metric deliveries(text, "takt_deliveries_total", "counter", "What sources delivered, by kind.");
  for (std::size_t k = 0; k < counts.deliveries.size(); ++k)
    deliveries.value("kind", name_of(static_cast<Delivery::Kind>(k)), static_cast<double>(counts.deliveries[k]));
  Metric taken(text, "takt_messages_total", "counter", "What became of messages as they arrived.");
  for (std::size_t k = 0; k < kTakenKinds; ++k) {
    const auto kind = static_cast<Taken>(k);
    if (kind != Taken::held && kind != Taken::full)  // those are only for a while
      taken.value("fate", name_of(kind), static_cast<double>(ingest.taken[k]));
  }
  Metric(text, "takt_messages_waiting", "gauge", "Messages that wait for their turn.")
      .value(static_cast<double>(twin.ingest().waiting()));
  Metric(text, "takt_messages_missing_total", "counter", "Sequence numbers that never came.")
      .value(static_cast<double>(ingest.missing));
  Metric(text, "takt_rebirths_asked_total", "counter", "Times that a source was asked for everything.")
      .value(static_cast<double>(ingest.rebirths));
  Metric merged(text, "takt_merges_total", "counter", "Messages that came to the twin, by what became of them.");
  for (std::size_t k = 0; k < counts.merged.size(); ++k)
    merged.value("status", name_of(static_cast<MergeReport::Status>(k)), static_cast<double>(counts.merged[k]));
  merged.value("status", "stuck", static_cast<double>(counts.stuck));
}

void add_cells(std::string& text, const LiveTwin& twin) {
  const LiveCounts& counts = twin.counts();
  Metric(text, "takt_cells_total", "counter", "Readings taken over.").value(static_cast<double>(counts.cells));
  Metric corrected(text, "takt_cells_corrected_total", "counter", "Readings that the model had thought otherwise.");
  for (const auto& [what, n] : counts.corrected) corrected.value("what", what, static_cast<double>(n));
  Metric(text, "takt_cells_inferred_total", "counter", "Values that follow from others.")
      .value(static_cast<double>(counts.inferred));
  Metric(text, "takt_conflicts_total", "counter", "Readings that contradict the plant or each other.")
      .value(static_cast<double>(counts.conflicts));
  Metric(text, "takt_unknown_readings_total", "counter", "Readings of paths that the plant does not have.")
      .value(static_cast<double>(counts.unknown_readings));
}

void add_latency(std::string& text, const LatencyCounts& latency) {
  constexpr const char* kName = "takt_merge_latency_seconds";
  Metric histogram(text, kName, "histogram", "From the arrival of a message until it is merged.");
  for (std::size_t i = 0; i < LatencyCounts::kUpTo_s.size(); ++i)
    text += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", kName, LatencyCounts::kUpTo_s[i], latency.up_to(i));
  text += fmt::format("{0}_bucket{{le=\"+Inf\"}} {1}\n{0}_sum {2}\n{0}_count {1}\n", kName, latency.count(),
                      latency.sum_s());
}

void add_trust(std::string& text, const LiveTwin& twin) {
  Metric trust(text, "takt_trust", "gauge", "1 for the verdict that holds.");
  for (const Trust each : {Trust::valid, Trust::warning, Trust::invalid})
    trust.value("trust", takt::name_of(each), each == twin.verdict().trust ? 1.0 : 0.0);
  Metric stage(text, "takt_stage", "gauge", "1 for the stage of the twin's life.");
  for (std::uint8_t k = 0; k < 5; ++k) {
    const auto each = static_cast<TwinStage>(k);
    stage.value("stage", takt::name_of(each), each == twin.verdict().stage ? 1.0 : 0.0);
  }
  Metric(text, "takt_doubts", "gauge", "Reasons to trust the twin less.")
      .value(static_cast<double>(twin.verdict().doubts.size()));
  Metric in_step(text, "takt_source_in_step", "gauge", "Whether everything a source sent since its birth is known.");
  for (const std::string& source : twin.ingest().sources())
    in_step.value("source", source, twin.ingest().standing(source) == SourceStanding::in_step ? 1.0 : 0.0);
  Metric(text, "takt_connections_lost", "gauge", "Connections that are down.")
      .value(static_cast<double>(twin.lost().size()));
}

void add_forecast(std::string& text, const io::LiveService& service) {
  if (const auto forecast = service.forecast()) {
    Metric(text, "takt_forecast_made_timestamp_seconds", "gauge", "When the last forecast was ready.")
        .value(seconds_of(forecast->made));
    Metric(text, "takt_forecast_took_seconds", "gauge", "How long the last forecast took.").value(forecast->took_s);
  }
  Metric(text, "takt_forecast_failed", "gauge", "Whether the last forecast failed.")
      .value(service.forecast_trouble().empty() ? 0.0 : 1.0);
  Metric(text, "takt_keep_failed", "gauge", "Whether the last message could not be written down.")
      .value(service.keep_trouble().empty() ? 0.0 : 1.0);
}

}  // namespace

std::string metrics_text(const io::LiveService& service, WallClock::Instant now) {
  std::string text;
  service.look([&](const LiveTwin& twin) {
    const Model& model = twin.model();
    Metric(text, "takt_info", "gauge", "The plant, and the program.")
        .line(fmt::format("{{plant=\"{}\",model_hash=\"{}\",version=\"{}\"}}", escaped(model.plant.name),
                          hex(model.hash()), kVersion),
              1.0);
    if (const Twin* const begun = twin.twin()) {
      const WallClock::Instant at = model.plant.clock.to_wall(begun->time());
      Metric(text, "takt_twin_timestamp_seconds", "gauge", "The time that the twin has reached.").value(seconds_of(at));
      Metric(text, "takt_twin_lag_seconds", "gauge", "How far that is behind the clock on the wall.")
          .value(seconds_of(now) - seconds_of(at));
    }
    add_trust(text, twin);
    add_messages(text, twin);
    add_cells(text, twin);
    add_latency(text, twin.counts().latency);
  });
  add_forecast(text, service);
  return text;
}

}  // namespace takt::cli
