// SPDX-License-Identifier: Apache-2.0
// Runs that go on from a state of another time, or of another plant.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "takt/engine/migrate.hpp"
#include "takt/engine/present.hpp"
#include "takt/io/store/twin_file.hpp"

namespace takt::cli {

/// What became of a state in another plant, on standard error.
void say_migration(const std::string& what, const MigrationReport& report);

/// A twin put aside, in the plant as it is now; what the edit did to it is told on standard error. Of a run put aside,
/// a twin that has learnt nothing. Throws FileError, InvalidInput.
io::StoredTwin twin_from(const std::filesystem::path& checkpoint, const std::filesystem::path& plant);

/// A run put aside goes on; if the plant was edited meanwhile, in the plant as it is now, which is told on standard
/// error. Throws FileError, InvalidInput.
Present present_from(const std::filesystem::path& checkpoint, const std::filesystem::path& plant, std::uint64_t seed);

}  // namespace takt::cli
