// SPDX-License-Identifier: Apache-2.0
// What a machine will make: futures of a twin whose machine runs and stands by the laws learnt from its spells.
//
//   takt::SpellOutlook outlook{.running = ..., .standing = ..., .age_s = ..., .pace = ..., .pace_errors = ...};
//   for (const takt::SpellFuture& f : takt::spell_futures(twin.now(), machine, outlook, 1h)) use(f.pieces);
//
// Each future is a fork of the present with Parameters of its own: a cycle time by the pace and one of its past errors,
// laws of running and standing with a factor for what was so of late. It is advanced from change to change; before each
// one the law of what follows is set as it is at that time of the day.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "takt/engine/present.hpp"
#include "takt/sync/spells.hpp"
#include "takt/sync/weighted_atoms.hpp"

namespace takt {

/// What is known of a machine at the present. The horizon of the hazards is at least that of the futures.
struct SpellOutlook {
  SpellHazard running, standing;                               ///< as seen from the present
  double age_s = 0.0;                                          ///< how long it has run or stood
  double pace = 1.0 / 60.0;                                    ///< pieces a second while it runs
  WeightedAtoms pace_errors{{{.value = 1.0, .weight = 1.0}}};  ///< factors on the pace
  Duration pace_block = std::chrono::hours{1};                 ///< each such time has an error of its own
  /// Seconds from the present to the end of the shift: nothing is made after it. None: no end.
  std::optional<Distribution> closes_after{};
};

struct SpellFuture {
  std::uint64_t pieces = 0;  ///< good ones
  double running_s = 0.0;    ///< time it ran
  double length_s = 0.0;     ///< until the horizon, or the end of the shift before it
};

/// `count` futures of a machine that has a failure law and is never short of parts or room. The same for any thread.
/// Throws InvalidInput for a machine without failure, a present without a state, or blocks of no length.
std::vector<SpellFuture> spell_futures(const Present& present, MachineId machine, const SpellOutlook& outlook,
                                       Duration horizon, std::uint32_t count = 1000);

/// The law of the pieces of futures with a number uniform on (0, 1) added to each, so that a band can hold exactly its
/// share. Weights sum to 1.
WeightedAtoms law_of_pieces(const std::vector<SpellFuture>& futures, std::uint64_t seed);

}  // namespace takt
