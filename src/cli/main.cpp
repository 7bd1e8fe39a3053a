// SPDX-License-Identifier: Apache-2.0
// The command line of takt, a verb a file.
#include "cli/verbs.hpp"
#include "takt/io/store/live_history.hpp"

namespace takt::cli {

std::span<const Verb> all_verbs() {
  static constexpr Verb kVerbs[] = {
      {"validate", "Check a plant file and report every fault in it.", declare_validate},
      {"run", "Run a plant into many futures, from its start or from the present of the real one.", declare_run},
      {"study", "Compare many scenarios over many futures, on threads or as shards of a cluster.", declare_study},
      {"merge", "Put the shards of a study together.", declare_merge},
      {"report", "Write a page of results, for screen and paper.", declare_report},
      {"optimise", "Find the best numbers and counts of a plant, with what can be said for them.", declare_optimise},
      {"sync", "Keep a twin true: replay what the real plant reported, or stay and follow it live.", declare_sync},
      {"discover", "Find the plant behind an event log, with how sure each element is.", declare_discover},
      {"ict", "Simulate the cyber side of a plant, and compare where its analytics could run.", declare_ict},
      {"schema", "Print the JSON Schema of a file format.", declare_schema},
      {"completion", "Print the completions of a shell, for it to read.", declare_completion},
      {"manual", "Print the manual as a man page.", declare_manual},
  };
  return kVerbs;
}

}  // namespace takt::cli

int main(int argc, char** argv) {
  takt::io::leave_unwritten_files_at_exit();
  return takt::cli::run_command_line(argc, argv, takt::cli::all_verbs());
}
