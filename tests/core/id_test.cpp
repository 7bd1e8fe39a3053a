// SPDX-License-Identifier: Apache-2.0
#include "takt/core/id.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace takt {
namespace {

TEST(Id, IsNotValidUntilItIsSet) {
  EXPECT_FALSE(MachineId{}.valid());
  EXPECT_TRUE(MachineId{0}.valid());
}

TEST(Id, IsOrderedByItsValue) {
  EXPECT_LT(BufferId{1}, BufferId{2});
  EXPECT_EQ(BufferId{3}, BufferId{3});
}

TEST(Id, IsNotTheIdOfAnotherKind) {
  EXPECT_FALSE((std::is_convertible_v<MachineId, BufferId>));
  EXPECT_FALSE((std::is_constructible_v<MachineId, BufferId>));
  EXPECT_TRUE(std::is_trivially_copyable_v<MachineId>);
}

}  // namespace
}  // namespace takt
