// SPDX-License-Identifier: Apache-2.0
// The first look of README.md, word for word; tests/docs/readme_test.py holds the two together.
#include <iostream>
#include <takt/takt.hpp>

int main() {
  using namespace std::chrono_literals;
  const takt::Plant plant = takt::io::load_plant("examples/bottling/bottling.json");
  const auto reported = takt::io::read_snapshots("build/quickstart/examples/bottling/day/shift.jsonl");

  takt::Twin twin(takt::compile(plant));  // the plant, kept true by what it reports
  for (const takt::Snapshot& snapshot : reported) twin.apply(snapshot);

  takt::Study study(twin.now(), {.horizon = 8h, .replications = 200});
  study.add("as is");
  study.add("faster filler").set("/acme/filling/line_1/filler/cycle_time", "11 s");
  std::cout << study.run().compared_with("as is");  // paired: the same random numbers
}
