// SPDX-License-Identifier: Apache-2.0
// The record of what was commanded, by whom and what became of it: a file of JSON lines that only grows. Each line
// holds the SHA-256 of itself and of the line before, so that a line changed, taken out or put in is found by reading
// it. What the end of the file cannot tell is that lines were cut off there: keep `last_hash()` elsewhere for that.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "takt/sync/control/commands.hpp"

namespace takt::io {

/// Writes one. Not thread-safe; a second writer of the same file is refused.
class AuditFile {
 public:
  /// Opens the file or makes it. Throws FileError, or InvalidInput naming the first line that does not follow from
  /// those before it. A last line that was not written to its end is cut off: nothing followed from it.
  explicit AuditFile(const std::filesystem::path& file);
  ~AuditFile();
  AuditFile(AuditFile&&) noexcept;
  AuditFile& operator=(AuditFile&&) noexcept;

  /// Returns when it is on disk. Throws WriteError; the file is then as it was.
  void append(const AuditEntry& entry);

  std::uint64_t entries() const { return entries_; }
  const std::string& last_hash() const { return last_hash_; }  ///< 64 hexadecimal digits; of an empty file, zeros

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t entries_ = 0;
  std::uint64_t size_ = 0;  ///< bytes of whole lines
  std::string last_hash_;
};

/// Reads a record and checks it. Throws as AuditFile does; a last line that is not whole is left out.
std::vector<AuditEntry> read_audit(const std::filesystem::path& file);

}  // namespace takt::io
