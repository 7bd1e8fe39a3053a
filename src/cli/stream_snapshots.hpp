// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "takt/io/live/stream.hpp"
#include "takt/sync/snapshot.hpp"

namespace takt::cli {

/// Makes snapshots of a machine from the observations of its stream, one for each instant at which its state or its
/// count of parts is told. The time executed from one part counted to the next is a cycle time.
class StreamSnapshots {
 public:
  StreamSnapshots(const io::StreamMapping& mapping, std::string source);

  /// Takes an observation; true if it began a new instant and the snapshot of the one before is ready for `take`.
  bool add(const io::Observation& observation, const std::vector<std::string>& items);
  /// The snapshot of the last instant, if anything was told there.
  std::optional<Snapshot> take();

  /// Values that the mapping does not know, and how often they came.
  const std::map<std::string, std::uint64_t>& unknown() const { return unknown_; }

 private:
  const io::StreamMapping::Item& item(std::uint32_t index, const std::vector<std::string>& items);
  void note_state(const io::StreamMapping::Item& item, std::string_view value, WallClock::Instant at);
  void note_count(std::string_view value, WallClock::Instant at);

  const io::StreamMapping& mapping_;
  std::string source_;
  std::vector<const io::StreamMapping::Item*> item_at_;  // by index of the stream
  EntityReading reading_;                                // as it stands
  WallClock::Instant now_{};
  Duration executed_{0};  // since the last part counted, up to the present execution
  std::optional<WallClock::Instant> executes_since_;
  bool told_ = false;
  std::uint64_t seq_ = 0;
  std::map<std::string, std::uint64_t> unknown_;
};

}  // namespace takt::cli
