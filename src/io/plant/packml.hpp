// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace takt::io::detail {

/// The states of a machine by name (ANSI/ISA-TR88.00.02, PackML).
inline constexpr std::array<std::string_view, 17> kPackmlStates{
    "Idle",       "Starting",  "Execute",      "Completing", "Complete", "Resetting", "Holding", "Held",    "Unholding",
    "Suspending", "Suspended", "Unsuspending", "Stopping",   "Stopped",  "Aborting",  "Aborted", "Clearing"};

}  // namespace takt::io::detail
