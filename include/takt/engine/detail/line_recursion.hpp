// SPDX-License-Identifier: Apache-2.0
// A serial line run part by part instead of event by event: each part's way through the line follows from those of the
// parts before it. With S(i,k) the start of part k at station i, C its completion, D its departure, and c(i) the places
// in front of station i,
//
//   S(i,k) = max(D(i-1,k), D(i,k-1))          and later, while the station is down and does not load
//   C(i,k) = S(i,k) + the cycle time          and the repairs that fall into it
//   D(i,k) = max(C(i,k), S(i+1,k-c(i+1)))     and later, while the station is down and does not unload
//
// (Baccelli, Cohen, Olsder, Quadrat, "Synchronization and Linearity", Wiley 1992; lines with blocking: Buzacott and
// Shanthikumar, "Stochastic Models of Manufacturing Systems", Prentice Hall 1993). As random numbers are keyed by
// station and ordinal, it draws what the event loop draws, and ends in the same State with the same sums.
#pragma once

#include <cstdint>

#include "takt/engine/observer.hpp"

namespace takt::detail {

/// Whether a component can be run so with these numbers, and is worth it until then.
bool recursion_fits(const Model& model, const Parameters& parameters, const State& state, std::uint32_t component,
                    Time until);

/// Runs a component that fits until `until`, or for about `most_events` events, never more: its clock tells how far.
/// False, and nothing is changed, if it met equal times whose order only the event loop knows. `events` is added to.
bool run_by_recursion(const Model& model, const Parameters& parameters, State& state, std::uint32_t component,
                      Time until, std::uint64_t most_events, LineSums& sums, std::uint64_t& events);

}  // namespace takt::detail
