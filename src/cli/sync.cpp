// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/exit_status.hpp"
#include "cli/json.hpp"
#include "cli/messages.hpp"
#include "cli/replay.hpp"
#include "cli/stream_replay.hpp"
#include "cli/sync_live.hpp"
#include "cli/twin_json.hpp"
#include "cli/verbs.hpp"
#include "takt/engine/explain.hpp"
#include "takt/io/store/twin_file.hpp"
#include "takt/report/results.hpp"
#include "takt/report/tables.hpp"

namespace takt::cli {
namespace {

constexpr std::size_t kConflictsShown = 20;

struct Options {
  TwinToBe twin;
  std::optional<std::filesystem::path> snapshots, mapping, stream, checkpoint;
  LiveWishes live;
  bool json = false;
};

/// "state 12, level 3".
std::string counts_text(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, n] : counts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, n);
  return text.empty() ? "none" : text;
}

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [name, n] : counts) sum += n;
  return sum;
}

std::string summary_text(const ReplayReport& report) {
  std::string text = fmt::format("snapshots  {} applied, {} late, {} duplicate, {} rejected\n", report.applied,
                                 report.late, report.duplicate, report.rejected);
  text += fmt::format("cells      {} read, {} corrected ({}), {} inferred\n", report.cells, sum_of(report.corrected),
                      counts_text(report.corrected), report.inferred);
  text += fmt::format("over-runs  {}\n", counts_text(report.over_runs));
  text += fmt::format("conflicts  {}\n", report.conflicts.empty() ? "none" : std::to_string(report.conflicts.size()));
  for (std::size_t i = 0; i < std::min(report.conflicts.size(), kConflictsShown); ++i) {
    const ReplayReport::Conflict& conflict = report.conflicts[i];
    text += fmt::format("  {} {}: {}\n", to_text(conflict.ts), conflict.source, to_text(conflict.fault));
  }
  if (report.conflicts.size() > kConflictsShown) {
    text += fmt::format("  and {} more\n", report.conflicts.size() - kConflictsShown);
  }
  return text;
}

/// The causes of every machine that is down, blocked or starved now.
std::string standing_still(const Twin& twin) {
  std::string text;
  const ConstStateView view(twin.model(), twin.state());
  for (std::uint32_t m = 0; m < twin.model().machines.size(); ++m) {
    const MachineState& machine = view.machines[m];
    if (machine.is_up() && machine.working == twin.model().machines[m].servers) continue;
    const std::vector<std::string> lines = why(twin.model(), twin.state(), MachineId{m});
    if (lines.size() < 2) continue;  // the table says as much
    text += "\n" + lines[0] + "\n";
    for (std::size_t i = 1; i < lines.size(); ++i) text += "  " + lines[i] + "\n";
  }
  return text;
}

std::string text_of(const Replayed& replayed) {
  const Twin& twin = replayed.twin;
  const Model& model = twin.model();
  std::string text = fmt::format("{} at {}\n\n", model.plant.name, to_text(model.plant.clock.to_wall(twin.time())));
  text += report::verdict_text(twin.verdict()) + "\n";
  text += summary_text(replayed.report);
  if (!twin.learnt().empty()) text += "\n" + report::learnt_table(twin.learnt(), model);
  return text + "\n" + report::state_table(model, twin.state()) + standing_still(twin);
}

Json document_of(const Replayed& replayed) {
  const Twin& twin = replayed.twin;
  const ReplayReport& report = replayed.report;
  Json conflicts = Json::array();
  for (const ReplayReport::Conflict& conflict : report.conflicts) {
    Json row = {{"ts", to_text(conflict.ts)}, {"source", conflict.source}};
    row.update(json_of(conflict.fault));
    conflicts.push_back(std::move(row));
  }
  return {{"plant", twin.model().plant.name},
          {"model_hash", hex(twin.model().hash())},
          {"time", to_text(twin.model().plant.clock.to_wall(twin.time()))},
          {"verdict", Json::parse(report::verdict_json(twin.verdict()))},
          {"snapshots",
           {{"applied", report.applied},
            {"late", report.late},
            {"duplicate", report.duplicate},
            {"rejected", report.rejected}}},
          {"cells", {{"read", report.cells}, {"corrected", report.corrected}, {"inferred", report.inferred}}},
          {"over_runs", report.over_runs},
          {"conflicts", std::move(conflicts)},
          {"learnt", learnt_json(twin)},
          {"machines", machines_json(twin)},
          {"buffers", buffers_json(twin)}};
}

int sync(const Options& options, const std::stop_token& stop) {
  if (options.live.sources) {
    if (options.snapshots || options.mapping || options.stream || options.checkpoint || options.twin.from)
      throw WrongUsage("--live goes without --snapshots, --mapping, --stream, --checkpoint and --from");
    return sync_live(options.twin.plant, options.twin.options, options.live, options.json, stop);
  }
  if (options.live.forecast_every > Duration{0} || options.live.listen || options.live.publish || options.live.history)
    throw WrongUsage("--forecast-every, --listen, --publish and --history go with --live");
  if (options.snapshots.has_value() == (options.mapping || options.stream)) {
    throw WrongUsage("sync takes --snapshots FILE, --mapping FILE with --stream FILE, or --live FILE");
  }
  if (options.mapping.has_value() != options.stream.has_value()) {
    throw WrongUsage("--mapping and --stream go together");
  }
  Replayed replayed = options.snapshots ? replay(options.twin, *options.snapshots, stop)
                                        : replay_stream(options.twin, *options.mapping, *options.stream, stop);
  replayed.twin.advance_to(replayed.twin.time());  // what is due at this very instant happens
  if (options.checkpoint) io::save_twin(*options.checkpoint, replayed.twin);
  print_data(options.json ? pretty(document_of(replayed)) : text_of(replayed));
  return replayed.whole ? kDone : kInvalidInput;
}

}  // namespace

Action declare_sync(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  arguments.file("PLANT", options->twin.plant, "The plant, as takt-plant/1");
  arguments.option("--snapshots", "FILE", options->snapshots, "What the plant reported, as takt-snapshot/1 lines");
  arguments.option("--stream", "FILE", options->stream,
                   "What one machine reported, as timestamp|item|value lines, plain or gzip");
  arguments.option("--mapping", "FILE", options->mapping, "What the items of the stream mean, as takt-mapping/1");
  arguments.option("--checkpoint", "FILE", options->checkpoint,
                   "Put the twin aside with all it knows, for sync --from and run --from");
  arguments.option("--from", "FILE", options->twin.from, "Go on with a twin that was put aside, or from a run");
  arguments.option("--largest-gap", "D", options->twin.options.largest_gap,
                   "Reject a snapshot further ahead than this: its clock is wrong (default 30 d)");
  arguments.option("--seed", "N", options->twin.options.seed, "Names the random numbers (default 1)");
  declare_live(arguments, options->live);
  arguments.flag("--json", options->json, "Print one JSON document instead of text");
  return [options](const std::stop_token& stop) { return sync(*options, stop); };
}

}  // namespace takt::cli
