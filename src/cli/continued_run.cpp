// SPDX-License-Identifier: Apache-2.0
#include "cli/continued_run.hpp"

#include <fmt/format.h>

#include "cli/messages.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/checkpoint.hpp"

namespace takt::cli {

void say_migration(const std::string& what, const MigrationReport& report) {
  say(fmt::format("{}: {} parts kept, {} moved, {} dropped; {} added, {} removed", what, report.kept, report.moved,
                  report.dropped, report.added.size(), report.removed.size()));
  for (const std::string& path : report.added) say("  added: " + path);
  for (const std::string& path : report.removed) say("  removed: " + path);
  for (const std::string& note : report.notes) say("  " + note);
}

Present present_from(const std::filesystem::path& file, const std::filesystem::path& plant, std::uint64_t seed) {
  io::Checkpoint checkpoint = io::load_checkpoint(file);
  Present present;
  present.seed = seed;
  Plant as_it_is = io::load_plant(plant);
  if (as_it_is.clock == WallClock{}) as_it_is.clock = checkpoint.model->plant.clock;  // it began with what was reported
  present.model = std::make_shared<const Model>(compile(std::move(as_it_is), checkpoint.model->options));
  if (present.model->hash() == checkpoint.model->hash()) {
    present.parameters = std::move(checkpoint.parameters);
    present.state = std::move(checkpoint.state);
  } else {
    present.parameters = carry_over(*checkpoint.model, checkpoint.parameters, *present.model);
    Migrated migrated = migrate(*checkpoint.model, checkpoint.state, *present.model, present.parameters);
    say_migration(plant.string() + " is not the plant of " + file.string(), migrated.report);
    present.state = std::move(migrated.state);
  }
  present.state->seed = seed;
  return present;
}

}  // namespace takt::cli
