// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/snapshot.hpp"

#include <gtest/gtest.h>

namespace takt {
namespace {

TEST(Snapshot, KnowsWhatAMachineDoesInEveryStateOfPackml) {
  for (const char* state : {"Starting", "Execute", "Completing", "Unholding", "Unsuspending"})
    EXPECT_EQ(mode_of(state), ReportedMode::working) << state;
  for (const char* state : {"Idle", "Suspending", "Suspended", "Complete", "Resetting"})
    EXPECT_EQ(mode_of(state), ReportedMode::idle) << state;
  for (const char* state : {"Holding", "Held", "Stopping", "Stopped", "Aborting", "Aborted", "Clearing"})
    EXPECT_EQ(mode_of(state), ReportedMode::down) << state;
  EXPECT_EQ(mode_of("execute"), ReportedMode::unknown);
}

}  // namespace
}  // namespace takt
