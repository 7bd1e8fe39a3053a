// SPDX-License-Identifier: Apache-2.0
#include "cli/replay.hpp"

#include <fmt/format.h>

#include <set>

#include "cli/messages.hpp"
#include "cli/progress.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/study/study.hpp"

namespace takt::cli {
namespace {

void check_paths(const Model& model, const std::vector<Snapshot>& snapshots, const std::string& file) {
  std::set<std::string> seen;
  std::vector<Fault> faults;
  for (const Snapshot& snapshot : snapshots)
    for (const EntityReading& reading : snapshot.entities) {
      if (!seen.insert(reading.path).second) continue;
      try {
        model.entity(reading.path);
      } catch (const InvalidInput& error) {
        faults.push_back(error.faults().front());
        faults.back().file = file;
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

Plant beginning_at(Plant plant, WallClock::Instant first) {
  if (plant.clock.epoch == WallClock::Instant{}) plant.clock.epoch = first;
  return plant;
}

Replayed replay(const std::filesystem::path& plant_file, const std::filesystem::path& file, std::uint64_t seed,
                const std::stop_token& stop) {
  Plant plant = io::load_plant(plant_file);
  const std::vector<Snapshot> snapshots = io::read_snapshots(file);
  if (!snapshots.empty()) plant = beginning_at(std::move(plant), snapshots.front().ts);
  Replayed replayed{Twin(compile(std::move(plant)), {.seed = seed}), {}};
  check_paths(replayed.twin.model(), snapshots, file.string());

  Progress progress("snapshots", snapshots.size());
  for (const Snapshot& snapshot : snapshots) {
    if (stop.stop_requested()) throw Interrupted("interrupted");
    replayed.report.add(snapshot, replayed.twin.apply(snapshot));
    progress.at(replayed.report.snapshots());
  }
  if (replayed.report.late > 0 && replayed.report.applied == 0) {
    say(fmt::format("every snapshot is late: the plant's clock begins at {}",
                    to_text(replayed.twin.model().plant.clock.epoch)));
  }
  return replayed;
}

}  // namespace takt::cli
