// SPDX-License-Identifier: Apache-2.0
// Sources that need no broker: a file that grows, and a folder that files are put into.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "takt/io/live/table.hpp"
#include "takt/sync/source.hpp"

namespace takt::io {

/// One file, followed as `tail -F` does: what is appended is read once its line has ended; a file that was replaced is
/// read to its end, then the new one from its beginning; one that was cut is read from its beginning again.
struct FileOptions {
  std::filesystem::path path{};
  std::optional<TableMapping> table{};              ///< what the columns of its rows mean; none: takt-snapshot/1 lines
  Duration every = std::chrono::milliseconds{200};  ///< how often it is looked at
};

/// A folder. Its files are read whole, plain or gzip, in the order of their names, once they have not changed for
/// `settle`. Names that begin with a dot or end in .part or .tmp are of files still being written.
struct FolderOptions {
  std::filesystem::path path{};
  std::string names = "*";              ///< a pattern with * and ?
  std::optional<TableMapping> table{};  ///< as above
  Duration every = std::chrono::milliseconds{500};
  Duration settle = std::chrono::seconds{1};
  /// Remembers, beyond the life of the process, which files are finished; empty: all are read again. A file is finished
  /// when all of it is in the inbox.
  std::filesystem::path finished{};
};

/// Messages of files are recorded: their times are taken as told, however late they come. A file that cannot be read is
/// told as a lost connection and tried again.
std::unique_ptr<SnapshotSource> file_source(std::string name, FileOptions options);
std::unique_ptr<SnapshotSource> folder_source(std::string name, FolderOptions options);

}  // namespace takt::io
