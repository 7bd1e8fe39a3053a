// SPDX-License-Identifier: Apache-2.0
// What may be chosen of a plant, and what for, as a file: takt-space/1 (JSON). Field by field in docs/choosing.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "takt/study/plant_problem.hpp"

namespace takt::io {

/// The texts as they stand; read_problem tells what they mean. Throws InvalidInput with every fault of form, or
/// FileError.
ProblemText load_space(const std::filesystem::path& file);
/// The same from text; `name` stands for the file in messages.
ProblemText parse_space(std::string_view text, const std::string& name = "space");

}  // namespace takt::io
