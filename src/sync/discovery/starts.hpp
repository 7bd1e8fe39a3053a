// SPDX-License-Identifier: Apache-2.0
// Beginnings of operations of which only the ends are told.
#pragma once

#include "sync/discovery/trace.hpp"

namespace takt::discovery {

/// An operation is taken to begin when its part had come and a server was free (Lindley 1952): at the later of the
/// part's own last end and the end before at the station; with s servers, the s-th end before. There are as many
/// servers as it takes for parts to overtake each other as they did.
void reconstruct_starts(Trace& trace);

}  // namespace takt::discovery
