// SPDX-License-Identifier: Apache-2.0
// Named scenarios and sweeps as a file: takt-scenarios/1 (JSON). Field by field in docs/formats.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "takt/io/plant/plant_file.hpp"
#include "takt/study/study.hpp"

namespace takt::io {

/// Reads the scenarios of a file, those of its sweeps behind those that it names, ready to run; `present` is the model
/// that they change, `plant_file` the file that its plant stands in, which messages about paths that it does not have
/// then name. Throws InvalidInput with every fault (file, line, JSON pointer or path), FileError.
std::vector<Scenario> load_scenarios(const std::filesystem::path& file, const Model& present, const Limits& limits = {},
                                     const std::string& plant_file = {});
/// The same from text; `name` stands for the file in messages, plants named in it are looked for in `folder`.
std::vector<Scenario> parse_scenarios(std::string_view text, const Model& present,
                                      const std::string& name = "scenarios", const std::filesystem::path& folder = {},
                                      const Limits& limits = {}, const std::string& plant_file = {});

}  // namespace takt::io
