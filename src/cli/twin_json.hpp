// SPDX-License-Identifier: Apache-2.0
// A twin in the documents of `sync`: docs/command_line.md.
#pragma once

#include "cli/json.hpp"
#include "takt/sync/twin.hpp"

namespace takt::cli {

Json learnt_json(const Twin& twin);
Json machines_json(const Twin& twin);
Json buffers_json(const Twin& twin);

}  // namespace takt::cli
