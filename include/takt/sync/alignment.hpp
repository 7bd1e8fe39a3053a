// SPDX-License-Identifier: Apache-2.0
// How alike did two plants behave, event by event? A log of the real one against that of a run, say:
//
//   const takt::Alignment alike = takt::align(takt::events_of(real), takt::events_of(run.log()));
//   // alike.logic: the share of events that came in the same order; alike.timing: that came about when they should;
//   // alike.stations: the same of each; alike.unmatched: what did not.
//
// Two events match if station, event and class (the product) are the same. Logic is the longest common subsequence over
// the longer of the two sequences, timing the same where matched events may lie no further apart than half a mean cycle
// of their station: the measure of dtwinpy (Politecnico di Milano; Lugaresi, Gangemi, Gazzoni & Matta 2023, doi
// 10.1016/j.compind.2023.103942), which divides by the longer, too, but takes the first match that it meets for the
// longest subsequence. Muñoz, Wimmer, Troya & Vallecillo (2024, doi 10.1109/TSE.2024.3462978) compare it with other
// alignments. Limits such as 0.9 for logic and 0.75 for timing are set on it; but a plant left to chance does not reach
// them against itself, so that a live twin is held against its own futures (alignment_watch.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "takt/sync/event_log.hpp"

namespace takt {

/// What happens at a station. `finished` is good or not told, `repaired` the end of a breakdown.
enum class StationEvent : std::uint8_t {
  arrived,
  setup_started,
  setup_finished,
  started,
  finished,
  scrapped,
  failed,
  repaired
};
inline constexpr std::size_t kStationEvents = 8;
std::string_view name_of(StationEvent event);  ///< "arrived", "setup started", ...

/// One event. Numbers index the tables of its sequence; kNone where it is not told.
struct SequenceEvent {
  WallClock::Instant at{};
  std::uint32_t station = NameTable::kNone;
  StationEvent what = StationEvent::finished;
  std::uint32_t product = NameTable::kNone;
  friend bool operator==(const SequenceEvent&, const SequenceEvent&) = default;
};

/// What happened, by time. A value.
struct EventSequence {
  std::vector<SequenceEvent> events;
  NameTable stations, products;
  std::vector<double> mean_cycle_s;  ///< by station, of its work; 0 where nothing tells
  bool tells_starts = false;         ///< of work, beside its ends
};

/// The events of a log: beginning and end of each row. A station is a row's resource, its activity if it has none. The
/// mean cycle of a station is the mean time that its work took; where the log tells ends only, and at sources, the mean
/// time between them.
EventSequence events_of(const EventLog& log);

struct AlignOptions {
  std::optional<Duration> within{};  ///< how far apart matched events may lie; none: half a mean cycle of the station
  std::size_t listed = 20;           ///< events without a match that are listed, of each station
};

/// One station's part in an alignment.
struct StationAlignment {
  std::string station;
  std::size_t first = 0, second = 0;      ///< its events
  std::size_t in_order = 0, in_time = 0;  ///< of those, matched ones
  Duration within{0};                     ///< what was allowed
  double logic() const { return share(in_order); }
  double timing() const { return share(in_time); }

 private:
  double share(std::size_t matched) const {
    const std::size_t longer = first > second ? first : second;
    return longer > 0 ? static_cast<double>(matched) / static_cast<double>(longer) : 1.0;
  }
};

/// An event that has no match in time.
struct UnmatchedEvent {
  bool in_first = true;  ///< of which sequence
  std::string station;
  StationEvent what = StationEvent::finished;
  std::string product;
  WallClock::Instant at{};
  /// Where it has a match in order: how much later that came; negative: earlier.
  std::optional<Duration> apart{};
};

struct Alignment {
  double logic = 1.0, timing = 1.0;
  std::size_t first = 0, second = 0;       ///< events that were compared
  std::size_t in_order = 0, in_time = 0;   ///< of those, matched ones
  std::vector<StationAlignment> stations;  ///< worst timing first, then by name
  std::vector<UnmatchedEvent> unmatched;   ///< by station as above, then by time
};

/// Stations and products are the same if their names are. Where only one sequence tells when work began, ends alone are
/// compared; products count where both sequences tell them. Throws InvalidInput if both have events but no station in
/// common, or `within` is below zero. Exact; its cost is told in common_subsequence.hpp.
Alignment align(const EventSequence& first, const EventSequence& second, const AlignOptions& options = {});

}  // namespace takt
