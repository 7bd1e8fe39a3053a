// SPDX-License-Identifier: Apache-2.0
// A live twin as documents: docs/live.md.
#pragma once

#include "cli/json.hpp"
#include "takt/io/live/service.hpp"

namespace takt::cli {

Json json_of(const Verdict& verdict);
/// What became of everything that was delivered.
Json account_json(const LiveTwin& twin);
/// Where the twin stands: time, verdict, sources, machines, buffers, what was learnt, the account.
Json state_json(const LiveTwin& twin);
Json json_of(const io::LiveForecast& forecast);

/// The names of Taken, MergeReport::Status, SourceStanding and Delivery::Kind in documents and metrics.
std::string_view name_of(Taken taken);
std::string_view name_of(MergeReport::Status status);
std::string_view name_of(Delivery::Kind kind);

}  // namespace takt::cli
