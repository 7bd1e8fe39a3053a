// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/replay.hpp"

namespace takt::cli {

/// A twin of one machine kept true by its stream of observations, whose rate is told on standard error. The mapping is
/// the one named as the stream's file is or begins, or the only one there is. Throws as `replay` does.
Replayed replay_stream(const TwinToBe& wanted, const std::filesystem::path& mapping,
                       const std::filesystem::path& stream, const std::stop_token& stop);

}  // namespace takt::cli
