// SPDX-License-Identifier: Apache-2.0
#include "takt/core/error.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace takt {
namespace {

TEST(FaultText, HasEverythingThatIsKnown) {
  const Fault fault{.path = "/lines/0/machines/2/law",
                    .value = "lognormel",
                    .expected = "the name of a law",
                    .nearest = "lognormal",
                    .file = "plant.json",
                    .line = 12};
  EXPECT_EQ(
      to_text(fault),
      "plant.json:12: /lines/0/machines/2/law: found lognormel, expected the name of a law; did you mean lognormal?");
}

TEST(FaultText, LeavesOutWhatIsNot) {
  EXPECT_EQ(to_text(Fault{.path = "mean", .value = "-1", .expected = "a number above 0"}),
            "mean: found -1, expected a number above 0");
  EXPECT_EQ(to_text(Fault{.value = "12", .expected = "a time"}), "found 12, expected a time");
  EXPECT_EQ(to_text(Fault{.path = "name", .expected = "a name"}), "name: expected a name");
  EXPECT_EQ(to_text(Fault{.value = "x", .nearest = "y", .file = "f"}), "f: found x; did you mean y?");
  EXPECT_EQ(to_text(Fault{.value = "x", .line = 3}), "line 3: found x");
  EXPECT_EQ(to_text(Fault{.path = "mean"}), "mean: invalid");
}

TEST(InvalidInput, SaysEveryFaultOnALineOfItsOwn) {
  const InvalidInput error(std::vector{Fault{.path = "a", .value = "1"}, Fault{.path = "b", .value = "2"}});
  EXPECT_STREQ(error.what(), "a: found 1\nb: found 2");
  EXPECT_EQ(error.faults().size(), 2U);
}

TEST(InvalidInput, IsAnErrorOfTakt) {
  EXPECT_THROW(throw InvalidInput(Fault{.path = "a"}), Error);
  EXPECT_THROW(throw FileError("cannot open x"), std::runtime_error);
}

TEST(NearestName, AllowsAThirdOfTheLetters) {
  const std::vector<std::string> known{"filler", "capper", "labeller", "palletiser"};
  EXPECT_EQ(nearest_name("filler", known), "filler");
  EXPECT_EQ(nearest_name("fillr", known), "filler");
  EXPECT_EQ(nearest_name("labeler", known), "labeller");
  EXPECT_EQ(nearest_name("palletizer", known), "palletiser");
  EXPECT_EQ(nearest_name("kneader", known), "");
  EXPECT_EQ(nearest_name("fi", known), "");
  EXPECT_EQ(nearest_name("", known), "");
  EXPECT_EQ(nearest_name("filler", {}), "");
}

TEST(NearestName, CountsASwapOfNeighboursAsOneStep) {
  const std::vector<std::string> known{"min"};
  EXPECT_EQ(nearest_name("mni", known), "min");
}

TEST(NearestName, TakesTheFirstOfEquallyNear) {
  const std::vector<std::string> known{"line_2", "line_1", "line_3"};
  EXPECT_EQ(nearest_name("line_9", known), "line_2");
}

TEST(NearestName, PrefersTheNearerOne) {
  const std::vector<std::string> known{"throughput_per_d", "throughput_per_h"};
  EXPECT_EQ(nearest_name("througput_per_h", known), "throughput_per_h");
}

}  // namespace
}  // namespace takt
