// SPDX-License-Identifier: Apache-2.0
// What one snapshot tells all members of a filter, looked up once.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "takt/sync/particles.hpp"

namespace takt::detail {

struct MachineNews {
  const EntityReading* reading = nullptr;
  std::uint32_t machine = 0;
  bool certain = true;  ///< quality "good"

  std::optional<ReportedMode> mode;
  double state_span_s = 0.0;  ///< since the state was last told
  double fails = 0.0;         ///< chance of a failure in a span at work
  double repaired = 0.0;      ///< chance that a repair ends in it

  bool counted = false;     ///< a difference to what was counted before
  bool base = false;        ///< or a first reading, or a reset
  bool scrap_told = false;  ///< otherwise the scrap is the member's own
  std::uint64_t good = 0, scrap = 0;
  double count_span_s = 0.0;
  double count_variance = 1.0;  ///< of the completions in that span by the law of the cycle
  double expected = 0.0;        ///< completions in that span at full work
  double counted_now = 0.0;     ///< completions told for it
};

struct LevelNews {
  std::uint32_t buffer = 0;
  std::uint32_t level = 0;
  bool certain = true;
};

struct News {
  std::vector<MachineNews> machines;  ///< from the end of the flow to its beginning
  std::vector<LevelNews> levels;
  std::vector<char> counted;  ///< by machine
};

}  // namespace takt::detail
