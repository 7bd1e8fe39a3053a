// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace takt {

/// The version of takt, as in every file it writes; the build takes it from here.
inline constexpr const char* kVersion = "0.1.0";

}  // namespace takt
