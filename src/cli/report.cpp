// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "cli/exit_status.hpp"
#include "cli/study_output.hpp"
#include "cli/verbs.hpp"

namespace takt::cli {
namespace {

struct Options {
  std::filesystem::path results;
  std::optional<std::filesystem::path> out, trace;
};

int report(const Options& options) {
  write_page(*options.out, io::load_results(options.results), options.trace);
  return kDone;
}

}  // namespace

Action declare_report(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  arguments.file("RESULTS", options->results, "What run, study or merge wrote with --out");
  arguments.required("--out,-o", "FILE", options->out, "The page (HTML)");
  arguments.option("--trace", "FILE", options->trace, "Show the timeline that `takt run --trace` wrote");
  return [options](const std::stop_token&) { return report(*options); };
}

}  // namespace takt::cli
