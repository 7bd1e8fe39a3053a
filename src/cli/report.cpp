// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/study_output.hpp"
#include "cli/verbs.hpp"

namespace takt::cli {
namespace {

struct Options {
  std::filesystem::path results;
  ResultFiles files;
  std::optional<std::filesystem::path> trace;
};

int report(const Options& options) {
  const io::StoredResults stored = io::load_results(options.results);
  naming_plant(options.results, [&] { check_goals(options.files, stored.result.kpis); });
  write_page(options.files, stored, options.trace);
  return kDone;
}

}  // namespace

Action declare_report(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  arguments.file("RESULTS", options->results, "What run, study or merge wrote with --out");
  arguments.required("--out,-o", "FILE", options->files.report, "The page (HTML)");
  arguments.option("--trace", "FILE", options->trace, "Show the timeline that `takt run --trace` wrote");
  declare_goals(arguments, {options, &options->files});
  return [options](const std::stop_token&) { return report(*options); };
}

}  // namespace takt::cli
