// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <string>

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/verbs.hpp"
#include "takt/ict/simulate.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/report/cyber_tables.hpp"
#include "takt/report/tables.hpp"
#include "takt/study/placement.hpp"

namespace takt::cli {
namespace {

struct Options {
  std::filesystem::path plant;
  CyberOptions cyber;
  std::optional<std::filesystem::path> cache;
  std::string placement;
  Duration study{0};
  std::uint32_t replications = 50;
  std::uint32_t threads = 0;
  bool json = false;
};

void compare(const Plant& plant, const Options& options, const std::stop_token& stop) {
  PlacementOptions asked{.cyber = options.cyber, .seed = options.cyber.seed};
  asked.study = {.horizon = options.study, .replications = options.replications, .threads = options.threads};
  asked.study.stop = stop;
  const PlacementStudy study = compare_placements(plant, asked);
  if (options.json) return print_data(report::placement_json(study, plant));
  for (std::size_t p = 0; p < study.placements.size(); ++p)
    print_data(study.placements[p] + "\n\n" +
               report::cyber_tables(study.cyber[p], p == 0 ? plant : placed(plant, study.placements[p])) + "\n");
  print_data(report::placement_tables(study) + "\n" +
             report::comparison_table(study.result, compile(plant), study.placements.front()));
}

int run(Options options, const std::stop_token& stop) {
  Plant plant = io::load_plant(options.plant);
  options.cyber.stop = stop;
  if (options.cache) options.cyber.cache = *options.cache;
  if (!options.placement.empty()) plant = placed(plant, options.placement);
  if (options.study.count() > 0) {
    compare(plant, options, stop);
    return kDone;
  }
  const CyberResult result = simulate_cyber(plant, options.cyber);
  print_data(options.json ? report::cyber_json(result, plant) : report::cyber_tables(result, plant));
  return kDone;
}

int simulate(const Options& options, const std::stop_token& stop) {
  try {
    return naming_plant(options.plant, [&] { return run(options, stop); });
  } catch (const Error&) {
    if (stop.stop_requested()) throw Interrupted("interrupted");  // the worker was ended for it
    throw;
  }
}

}  // namespace

Action declare_ict(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  arguments.file("PLANT", options->plant, "The plant, as takt-plant/1, with a cyber side");
  arguments.option("--horizon", "D", options->cyber.horizon, "How long sensors read (10 min unless given)");
  arguments.option("--warmup", "D", options->cyber.warmup, "Beginning of it that is not counted");
  arguments.option("--seed", "S", options->cyber.seed, "Which random numbers (1 unless given)");
  arguments.repeated(
      "--placement", "NAME", [options](const std::string& name) { options->placement = name; },
      "Put the analytics where this placement of the plant says");
  arguments.option("--study", "D", options->study, "Compare all placements over so much time of the factory");
  arguments.option("--replications", "N", options->replications, {1, kMostReplications},
                   "Futures of the factory for each placement (50 unless given)");
  arguments.option("--threads", "N", options->threads, {0, kMostThreads}, "Of the study; 0, one a core");
  arguments.option("--cache", "FOLDER", options->cache, "Keep answers there, and use those that are kept");
  arguments.option("--timeout", "D", options->cyber.timeout,
                   "End the simulation after so much time (10 min unless given)");
  arguments.flag("--json", options->json, "Print one JSON document instead of text");
  return [options](const std::stop_token& stop) { return simulate(*options, stop); };
}

}  // namespace takt::cli
