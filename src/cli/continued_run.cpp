// SPDX-License-Identifier: Apache-2.0
#include "cli/continued_run.hpp"

#include <fmt/format.h>

#include "cli/messages.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/twin_file.hpp"

namespace takt::cli {

void say_migration(const std::string& what, const MigrationReport& report) {
  say(fmt::format("{}: {} parts kept, {} moved, {} dropped; {} added, {} removed", what, report.kept, report.moved,
                  report.dropped, report.added.size(), report.removed.size()));
  for (const std::string& path : report.added) say("  added: " + path);
  for (const std::string& path : report.removed) say("  removed: " + path);
  for (const std::string& note : report.notes) say("  " + note);
}

Present present_from(const std::filesystem::path& file, const std::filesystem::path& plant, std::uint64_t seed) {
  return twin_from(file, plant).twin.now(seed);
}

io::StoredTwin twin_from(const std::filesystem::path& file, const std::filesystem::path& plant) {
  io::StoredTwin stored = io::load_twin(file);
  for (const std::string& note : stored.notes) say(file.string() + ": " + note);
  Plant as_it_is = io::load_plant(plant);
  const Model& before = stored.twin.model();
  if (as_it_is.clock == WallClock{}) as_it_is.clock = before.plant.clock;  // it began with what was reported
  Model model = compile(std::move(as_it_is), before.options);
  if (model.hash() == before.hash()) return stored;
  MigratedTwin migrated = migrate(stored.twin, std::move(model));
  const TwinMigration& report = migrated.report;
  say_migration(plant.string() + " is not the plant of " + file.string(), report.state);
  for (const std::string& path : report.unlearnt) say("  learnt anew: " + path);
  for (const std::string& path : report.uncounted) say("  no longer counted: " + path);
  stored.twin = std::move(migrated.twin);
  return stored;
}

}  // namespace takt::cli
