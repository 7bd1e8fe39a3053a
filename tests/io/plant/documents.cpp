// SPDX-License-Identifier: Apache-2.0
// What the readers say of many documents, a line each, for scripts:
//   documents read FORMAT        documents on standard input; "ok", or the faults, on standard output
//   documents random COUNT SEED  plants drawn at random that are valid
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include "io/plant/random_plant.hpp"
#include "takt/io/live/control_file.hpp"
#include "takt/io/live/sources_file.hpp"
#include "takt/io/live/stream.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/plant/scenario_file.hpp"
#include "takt/io/plant/space_file.hpp"

namespace {

/// What scenarios change.
const takt::Model& bottling() {
  static const takt::Model model = takt::compile(takt::io::load_plant("examples/bottling/bottling.json"));
  return model;
}

int read(const std::string& format) {
  for (std::string line; std::getline(std::cin, line);) {
    std::string answer = "ok";
    try {
      if (format == "takt-plant/1") {
        takt::io::parse_plant(line);
      } else if (format == "takt-snapshot/1") {
        takt::io::parse_snapshot(line);
      } else if (format == "takt-sources/1") {
        takt::io::parse_sources(line);
      } else if (format == "takt-control/1") {
        takt::io::parse_control(line, bottling());
      } else if (format == "takt-scenarios/1") {
        takt::io::parse_scenarios(line, bottling());
      } else if (format == "takt-space/1") {
        takt::io::parse_space(line);
      } else {
        takt::io::parse_mapping(line);
      }
    } catch (const takt::InvalidInput& error) {
      answer = error.what();
      std::replace(answer.begin(), answer.end(), '\n', '\t');
    }
    std::cout << answer << '\n';
  }
  return EXIT_SUCCESS;
}

int random(int count, std::uint64_t seed) {
  takt::test::RandomPlants plants(seed);
  while (count-- > 0) {
    std::string text = takt::io::to_json(plants.next());
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::cout << text << '\n';
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "read" && argc == 3) return read(argv[2]);
  if (verb == "random" && argc == 4) return random(std::atoi(argv[2]), std::strtoull(argv[3], nullptr, 10));
  std::cerr << "usage: documents read FORMAT | documents random COUNT SEED\n";
  return EXIT_FAILURE;
}
