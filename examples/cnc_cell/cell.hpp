// SPDX-License-Identifier: Apache-2.0
// The cell as its two files describe it: cell.json (the plant) and mapping.json (what its streams mean).
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "record.hpp"
#include "takt/engine/model.hpp"
#include "takt/io/live/stream.hpp"

namespace cnc {

/// A machine and the stream it speaks through.
struct CellMachine {
  std::string stream;
  takt::io::StreamMapping mapping;
  takt::Model line;  ///< of the machine alone
};

struct Cell {
  std::vector<CellMachine> machines;  ///< by the name of the stream

  /// The machine whose stream has this name; throws InvalidInput.
  std::size_t machine(const std::string& stream) const;
  std::vector<takt::Duration> silences() const;
};

/// Throws InvalidInput with every fault of a file, or FileError.
Cell load_cell(const std::filesystem::path& folder);

/// All files of the cell's streams in the folders. Throws FileError if a stream has none. The cell must outlive it.
Record open_record(const Cell& cell, const std::vector<std::filesystem::path>& folders);

}  // namespace cnc
