// SPDX-License-Identifier: Apache-2.0
// `takt sync --live`: a twin as a service. docs/live.md.
#pragma once

#include <filesystem>
#include <optional>

#include "cli/arguments.hpp"
#include "cli/live_http.hpp"
#include "cli/live_publish.hpp"
#include "takt/sync/twin.hpp"

namespace takt::cli {

struct LiveWishes {
  std::optional<std::filesystem::path> sources, history;  ///< no sources: not live
  Duration forecast_every{0}, horizon = std::chrono::hours{8};
  std::uint32_t replications = 200, threads = 1;
  std::optional<ListenAt> listen;
  std::optional<PublishTo> publish;
};

void declare_live(Arguments& arguments, LiveWishes& wishes);

/// Runs until SIGTERM (kDone) or SIGINT (kInterrupted).
int sync_live(const std::filesystem::path& plant, const TwinOptions& twin, const LiveWishes& wishes, bool json,
              const std::stop_token& stop);

}  // namespace takt::cli
