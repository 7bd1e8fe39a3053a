// SPDX-License-Identifier: Apache-2.0
// Whether a twin can be trusted, why not, and since when. It stands beside every forecast: a Present carries it into
// the results of a study. takt/sync/fidelity.hpp comes to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "takt/core/calendar.hpp"

namespace takt {

/// How far a twin can be trusted. Commands to the plant are refused unless it is valid.
enum class Trust : std::uint8_t {
  valid,    ///< every check that has enough data holds
  warning,  ///< a check is near its limit, or too little is known yet
  invalid   ///< a check failed: what the twin forecasts is not to be used
};

/// Where a twin stands in its life.
enum class TwinStage : std::uint8_t {
  unbound,       ///< nothing has come from the plant
  bound,         ///< something has come, but not everything is known to be true yet
  synchronised,  ///< every source is in step
  degraded,      ///< a source is silent, dead or has lost messages: part of the state is the model's own
  out_of_sync    ///< what is reported contradicts the state
};

/// One reason to trust a twin less.
struct Doubt {
  Trust trust = Trust::warning;  ///< what it alone leads to
  /// "modes", "levels", "calibration", "coverage", "skill", "alignment", "drift", "source", "merge", "evidence"
  std::string check{};
  std::string about{};  ///< the path or the source it speaks of; "/" for the whole plant
  double value = 0.0, limit = 0.0;
  WallClock::Instant since{};  ///< since when it leads to `trust`
  std::string sentence{};      ///< the same in words
  friend bool operator==(const Doubt&, const Doubt&) = default;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(trust, check, about, value, limit, since, sentence);
  }
};

/// The worst of its doubts. A value.
struct Verdict {
  Trust trust = Trust::warning;
  TwinStage stage = TwinStage::unbound;
  WallClock::Instant since{};   ///< of `trust`
  std::vector<Doubt> doubts{};  ///< worst first, then by check and path; empty when valid
  friend bool operator==(const Verdict&, const Verdict&) = default;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(trust, stage, since, doubts);
  }
};

std::string_view name_of(Trust trust);      ///< "Valid", "Warning", "Invalid"
std::string_view name_of(TwinStage stage);  ///< "Unbound", "Bound", "Synchronised", "Degraded", "OutOfSync"

}  // namespace takt
