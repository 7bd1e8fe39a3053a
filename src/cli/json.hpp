// SPDX-License-Identifier: Apache-2.0
// The documents that verbs other than `run` print with --json: docs/command_line.md.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "takt/core/error.hpp"

namespace takt::cli {

using Json = nlohmann::ordered_json;

/// One document, ended by a newline.
std::string pretty(const Json& document);

Json json_of(const Fault& fault);  ///< without its empty fields
Json json_of(const std::vector<Fault>& faults);
std::string hex(std::uint64_t hash);

}  // namespace takt::cli
