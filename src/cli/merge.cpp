// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/study_output.hpp"
#include "cli/verbs.hpp"
#include "takt/io/store/shard.hpp"
#include "takt/report/results.hpp"

namespace takt::cli {
namespace {

struct Options {
  std::vector<std::filesystem::path> shards;
  ResultFiles files;
  bool json = false;
};

int merge(const Options& options) {
  const io::MergedShards merged = io::merge_shards(options.shards);
  naming_plant(options.shards.front(), [&] { check_goals(options.files, merged.results.result.kpis); });
  write_files(options.files, merged.results);
  print_data(options.json ? report::results_json(merged.results.result, merged.results.provenance)
                          : study_text(*merged.plan, merged.results.result));
  return report_unfinished(merged.results.result);
}

}  // namespace

Action declare_merge(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  arguments.files("SHARDS", options->shards, "What `takt study --shard` wrote, in any order");
  arguments.option("--out", "FILE", options->files.out, "Write the results as takt-store/1 (HDF5)");
  arguments.option("--report", "FILE", options->files.report, "Write a page of the results (HTML)");
  declare_goals(arguments, {options, &options->files});
  arguments.flag("--json", options->json, "Print one JSON document instead of text");
  return [options](const std::stop_token&) { return merge(*options); };
}

}  // namespace takt::cli
