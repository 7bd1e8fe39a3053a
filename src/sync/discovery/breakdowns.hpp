// SPDX-License-Identifier: Apache-2.0
// Breakdowns of a station: from what the log tells of them, or, where it tells of none, from operations that took far
// longer than the others.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sync/discovery/flow.hpp"
#include "sync/discovery/law_fit.hpp"
#include "takt/plant/plant.hpp"

namespace takt::discovery {

struct FoundFailure {
  Failure failure{};
  FittedLaw to_failure{}, to_repair{};
  double clock_confidence = 0.5;
  double confidence = 0.0;  ///< that there are breakdowns
  std::string reason{}, clock_reason{};
  std::string crew{};  ///< by the log; empty: not told
  bool loads_while_down = false;
};

/// The net work of each visit of a station (see times.hpp), those set aside included.
struct Work {
  std::vector<double> net;
  std::vector<bool> interrupted;  ///< by a breakdown told
};
Work work_of(const Trace& trace, std::uint32_t station, const Spans& off);

/// Of breakdowns told. `cycle`: what an operation takes.
std::optional<FoundFailure> failure_told(const Trace& trace, std::uint32_t station, const Spans& off,
                                         const Distribution& cycle);
/// Where failures make work start again, only the last attempt of each operation counts. Gives the failures a second of
/// work, for laws_of; 0 where work resumes.
double keep_last_attempts(const Trace& trace, std::uint32_t station, const Spans& off, OnFailure on_failure,
                          Work& work);
/// Of operations that took too long; these are set aside in `work`.
std::optional<FoundFailure> failure_hidden(const Trace& trace, Work& work);

/// Who repairs: stations whose breakdowns name one crew share it. Sets the repair laws and gives the crews' sizes.
struct FoundCrew {
  std::string name{};
  std::uint32_t size = 1;
  std::vector<std::uint32_t> stations{};
};
std::vector<FoundCrew> find_crews(const Trace& trace, std::vector<std::optional<FoundFailure>>& failures);

}  // namespace takt::discovery
