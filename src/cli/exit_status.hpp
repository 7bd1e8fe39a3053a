// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace takt::cli {

/// What the program tells its caller; part of takt's contract.
enum ExitStatus : int {
  kDone = 0,
  kWrongUsage = 2,
  kInvalidInput = 3,
  kRunFailed = 4,
  kNotPrecise = 5,
  kInterrupted = 130,
};

/// The same for people: --help and the man page.
struct StatusMeaning {
  ExitStatus status;
  const char* meaning;
};
inline constexpr StatusMeaning kStatusMeanings[] = {
    {kDone, "done"},
    {kWrongUsage, "wrong usage"},
    {kInvalidInput, "invalid input"},
    {kRunFailed, "the run failed"},
    {kNotPrecise, "the asked precision was not reached"},
    {kInterrupted, "interrupted"},
};

}  // namespace takt::cli
