// SPDX-License-Identifier: Apache-2.0
// A bottling line after its early shift: a twin follows what the sensors reported, learns, and is asked what the late
// shift would bring with a faster filler or a more reliable capper.
//
//   bottling bottling.json shift.jsonl
#include <iostream>

#include "takt/report/tables.hpp"
#include "takt/takt.hpp"

namespace {

using namespace std::chrono_literals;

void follow_and_ask(const char* plant, const char* snapshots) {
  takt::Twin twin(takt::compile(takt::io::load_plant(plant)));
  std::size_t applied = 0;
  for (const takt::Snapshot& snapshot : takt::io::read_snapshots(snapshots))
    if (twin.apply(snapshot).status == takt::MergeReport::Status::applied) ++applied;

  std::cout << "What the twin learnt from " << applied << " snapshots of the early shift\n\n"
            << takt::report::learnt_table(twin.learnt(), twin.model()) << "\n";

  takt::Study study(twin.now(), {.horizon = 8h, .replications = 200});
  study.add("as is");
  study.add("faster filler").set("/acme/filling/line_1/filler/cycle_time", "11 s");
  study.add("more reliable capper").set("/acme/filling/line_1/capper/failure/time_to_failure", "1 h");
  std::cout << "The late shift, 8 h from now\n\n" << takt::report::comparison_table(study.run(), twin.model(), "as is");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bottling PLANT SNAPSHOTS\n";
    return 2;
  }
  try {
    follow_and_ask(argv[1], argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
