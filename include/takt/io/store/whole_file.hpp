// SPDX-License-Identifier: Apache-2.0
// Files that are there whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace takt::io {

/// Puts `bytes` at `file`: written beside it under another name, forced to the disk, then renamed over it. Whatever
/// happens meanwhile (kill, full disk, power cut), `file` holds all of the old bytes or all of the new ones. Throws
/// WriteError with the system's reason; nothing of the attempt is left then. A process killed in between leaves its
/// file
/// `.<name>.<process id>.part`, which nobody reads and the next write to `file` takes away.
void write_whole(const std::filesystem::path& file, std::string_view bytes);

/// All bytes of a file. Throws FileError.
std::string read_whole(const std::filesystem::path& file);

}  // namespace takt::io
