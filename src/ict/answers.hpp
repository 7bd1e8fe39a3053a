// SPDX-License-Identifier: Apache-2.0
// Answers of the ICT worker that are kept, by the hash of what was asked.
#pragma once

#include <filesystem>
#include <string>

#include "takt/ict/simulate.hpp"

namespace takt::ict {

/// Throws InvalidInput for a plant or options that cannot be simulated.
void check(const Plant& plant, const CyberOptions& options);

/// What is kept in a folder for a question; empty if nothing is, or if what is kept is another question's.
std::string known_answer(const std::filesystem::path& folder, const std::string& asked);
/// Whole or not at all. Throws WriteError.
void keep_answer(const std::filesystem::path& folder, const std::string& asked, const std::string& answer);

}  // namespace takt::ict
