// SPDX-License-Identifier: Apache-2.0
// The recorded streams of a cell as one sequence in time, mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "takt/io/live/stream.hpp"
#include "takt/sync/operations.hpp"

namespace cnc {

/// The files of one stream: its name is how theirs begin, and they end in .txt or .gz.
std::vector<std::filesystem::path> files_of(const std::string& stream,
                                            const std::vector<std::filesystem::path>& folders);

/// Reads several files at once. Each must be in the order of time; of equal times the file added first goes first.
class Record {
 public:
  /// Adds a file of a machine. `mapping` must outlive the record.
  void add(takt::io::StreamReader reader, const takt::io::StreamMapping& mapping, std::size_t machine);

  /// The next observation, of any machine; false at the end. What it points to holds until the next call.
  bool next(std::size_t& machine, takt::MachineObservation& seen);

  std::uint64_t lines() const;
  std::vector<takt::Fault> faults() const;  ///< the first of each file

 private:
  /// What an item of a file means; `states` for states only.
  struct Meaning {
    takt::SignalRole role = takt::SignalRole::other;
    const std::map<std::string, std::string>* states = nullptr;
  };
  struct Feed {
    takt::io::StreamReader reader;
    const takt::io::StreamMapping* mapping;
    std::size_t machine;
    std::vector<Meaning> meanings{};  ///< by item
    takt::io::Observation ahead{};
    bool ended = false;
  };

  static void read_ahead(Feed& feed);
  static void map(Feed& feed, takt::MachineObservation& seen);

  std::vector<Feed> feeds_;
  Feed* told_ = nullptr;  // whose observation was handed out last
};

}  // namespace cnc
