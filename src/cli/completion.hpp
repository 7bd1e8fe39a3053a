// SPDX-License-Identifier: Apache-2.0
// Completions for shells, made from what the verbs declare.
#pragma once

#include <span>
#include <string>

#include "cli/arguments.hpp"

namespace takt::cli {

/// Scripts that the shell reads: verbs, options, and files where a file is wanted.
std::string bash_completion(std::span<const Verb> verbs);
std::string zsh_completion(std::span<const Verb> verbs);
std::string fish_completion(std::span<const Verb> verbs);

}  // namespace takt::cli
