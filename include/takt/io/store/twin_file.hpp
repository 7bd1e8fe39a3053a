// SPDX-License-Identifier: Apache-2.0
// A twin put aside: a checkpoint with all that the twin knows beside it, so that it goes on bit for bit. takt-store/1,
// field by field in docs/store.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "takt/sync/ingest.hpp"
#include "takt/sync/twin.hpp"

namespace takt::io {

/// What a file held.
struct StoredTwin {
  Twin twin;
  std::optional<Ingest> ingest;    ///< what stood before the twin, if it was put aside too
  std::vector<std::string> notes;  ///< in words, what of it could not be taken up
};

/// Writes `file` whole or not at all (write_whole). Throws WriteError.
void save_twin(const std::filesystem::path& file, const Twin& twin, const Ingest* ingest = nullptr);

/// Reads it back, on the plant that stands in the file; `migrate` leads from there into an edited one. A checkpoint of
/// a run gives a twin with its numbers and state that has learnt nothing. One of another version of takt gives its
/// numbers and state, and a note if what it knew beside them cannot be read. Throws FileError if the file is not there,
/// not whole or no checkpoint, InvalidInput if its content cannot be a twin of its plant.
StoredTwin load_twin(const std::filesystem::path& file);

/// The bytes of that file, for those who keep them elsewhere.
std::string twin_file_bytes(const Twin& twin, const Ingest* ingest = nullptr);
/// Reads them back, as load_twin does.
StoredTwin twin_of(std::string_view bytes);

}  // namespace takt::io
