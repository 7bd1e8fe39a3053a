// SPDX-License-Identifier: Apache-2.0
// The command line of takt, a verb a file.
#include "cli/verbs.hpp"

int main(int argc, char** argv) {
  using namespace takt::cli;
  constexpr Verb kVerbs[] = {
      {"validate", "Check a plant file and report every fault in it.", declare_validate},
      {"run", "Run a plant into many futures, from its start or from the present of the real one.", declare_run},
      {"sync", "Replay what the real plant reported: how true the twin stayed, and what it learnt.", declare_sync},
  };
  return run_command_line(argc, argv, kVerbs);
}
