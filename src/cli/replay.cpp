// SPDX-License-Identifier: Apache-2.0
#include "cli/replay.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "cli/continued_run.hpp"
#include "cli/messages.hpp"
#include "cli/progress.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/study/study.hpp"

namespace takt::cli {
namespace {

void check_paths(const Model& model, const std::vector<io::SnapshotLine>& snapshots, const std::string& file) {
  std::set<std::string> seen;
  std::vector<Fault> faults;
  for (const auto& [snapshot, line] : snapshots)
    for (const EntityReading& reading : snapshot.entities) {
      if (!seen.insert(reading.path).second) continue;
      try {
        model.entity(reading.path);
      } catch (const InvalidInput& error) {
        faults.push_back(io::placed_in_snapshot(error.faults().front(), file, line));
      }
    }
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

}  // namespace

void ReplayReport::add(const Snapshot& snapshot, const MergeReport& report) {
  switch (report.status) {
    case MergeReport::Status::applied: ++applied; break;
    case MergeReport::Status::late: ++late; break;
    case MergeReport::Status::duplicate: ++duplicate; break;
    case MergeReport::Status::rejected: ++rejected; break;
  }
  cells += report.cells;
  inferred += report.inferred.size();
  for (const CellChange& change : report.corrected) ++corrected[change.what];
  for (const std::string& machine : report.over_runs) ++over_runs[machine];
  for (const Fault& fault : report.conflicts) conflicts.push_back({snapshot.ts, snapshot.source, fault});
}

Twin make_twin(const TwinToBe& wanted, WallClock::Instant first) {
  if (wanted.from) return twin_from(*wanted.from, wanted.plant).twin;
  Plant plant = io::load_plant(wanted.plant);
  if (plant.clock.epoch == WallClock::Instant{}) plant.clock.epoch = first;
  return Twin(compile(std::move(plant)), wanted.options);
}

void apply(Replayed& replayed, const Snapshot& snapshot, const std::stop_token& stop) {
  Twin& twin = replayed.twin;
  const std::optional<Time> at = twin.time_of(snapshot);
  if (stop.stop_requested() || (at && !twin.advance_to(*at, stop))) throw Interrupted("interrupted");
  replayed.report.add(snapshot, twin.apply(snapshot));
}

void say_if_none_fits(const Replayed& replayed) {
  const ReplayReport& report = replayed.report;
  if (report.applied > 0 || report.late + report.rejected == 0) return;
  say(fmt::format("no snapshot was applied, {} are late and {} rejected: the plant's clock begins at {}", report.late,
                  report.rejected, to_text(replayed.twin.model().plant.clock.epoch)));
}

Replayed replay(const TwinToBe& wanted, const std::filesystem::path& file, const std::stop_token& stop) {
  const std::vector<io::SnapshotLine> snapshots = io::read_snapshot_lines(file);
  Replayed replayed{make_twin(wanted, snapshots.empty() ? WallClock::Instant{} : snapshots.front().snapshot.ts), {}};
  check_paths(replayed.twin.model(), snapshots, file.string());

  Progress progress("snapshots", snapshots.size());
  for (const auto& [snapshot, line] : snapshots) {
    apply(replayed, snapshot, stop);
    progress.at(replayed.report.snapshots());
  }
  say_if_none_fits(replayed);
  return replayed;
}

}  // namespace takt::cli
