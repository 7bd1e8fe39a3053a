// SPDX-License-Identifier: Apache-2.0
// Plants and snapshots as files: takt-plant/1 and takt-snapshot/1 (JSON). Field by field in docs/formats.md.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "takt/plant/plant.hpp"
#include "takt/sync/snapshot.hpp"

namespace takt::io {

/// What a reader accepts at most; beyond it the file is refused before memory is spent.
struct Limits {
  std::size_t bytes = std::size_t{256} << 20;
  std::size_t depth = 64;     ///< of nesting; at most 1000
  std::size_t name = 512;     ///< bytes of a name in an object: paths are made of names
  std::size_t faults = 1000;  ///< told of one file; reading stops there
};

/// Reads a plant; throws InvalidInput with every fault (file, line, JSON pointer, value, expectation, nearest name),
/// both of form and of meaning (`validate`), or FileError.
Plant load_plant(const std::filesystem::path& file, const Limits& limits = {});
/// The same from text; `name` stands for the file in messages.
Plant parse_plant(std::string_view text, const std::string& name = "plant", const Limits& limits = {});
/// The plant as takt-plant/1; reads back as an equal plant.
std::string to_json(const Plant& plant);

/// Reads takt-snapshot/1 lines. A line that is wrong is a fault of that line; with `on_fault` it is reported and
/// skipped, without, every fault of the file is thrown at the end of reading as InvalidInput.
std::vector<Snapshot> read_snapshots(const std::filesystem::path& file,
                                     const std::function<void(const Fault&)>& on_fault = {}, const Limits& limits = {});
/// The same, each snapshot with the line it stands on.
struct SnapshotLine {
  Snapshot snapshot{};
  int line = 0;
};
std::vector<SnapshotLine> read_snapshot_lines(const std::filesystem::path& file,
                                              const std::function<void(const Fault&)>& on_fault = {},
                                              const Limits& limits = {});
/// A fault that a twin found with an entity of a snapshot, with its place: file, line, JSON pointer.
Fault placed_in_snapshot(Fault fault, const std::string& file, int line);
/// One line.
Snapshot parse_snapshot(std::string_view line, const std::string& name = "snapshot", int line_number = 1,
                        const Limits& limits = {});
std::string to_json(const Snapshot& snapshot);

}  // namespace takt::io
