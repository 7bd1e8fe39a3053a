// SPDX-License-Identifier: Apache-2.0
// The man page, made from what the verbs declare.
#pragma once

#include <span>
#include <string>

#include "cli/arguments.hpp"

namespace takt::cli {

/// takt(1) for man and groff.
std::string manual(std::span<const Verb> verbs);

}  // namespace takt::cli
