// SPDX-License-Identifier: Apache-2.0
#include "takt/io/plant/space_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(SpaceFile, HoldsAProblemOfAPlant) {
  const Present present = Present::of(compile(load_plant("examples/bottling/bottling.json")));
  const PlantProblem problem = read_problem(load_space("tests/io/plant/good/space.json"), present);
  ASSERT_EQ(problem.space.variables.size(), 3U);
  EXPECT_EQ(problem.space.variables[0].name, "rinsed");
  EXPECT_EQ(problem.space.variables[2].kind, Variable::Kind::real);
  EXPECT_EQ(problem.space.constraints.size(), 1U);
  ASSERT_EQ(problem.goals.size(), 2U);
  EXPECT_EQ(problem.goals[1].risk.kind, Risk::Kind::quantile);
  EXPECT_EQ(problem.limits.size(), 1U);
}

TEST(SpaceFile, TellsEveryFaultOfFormWithItsPlace) {
  try {
    parse_space("{\"format\": \"takt-space/1\",\n \"vary\": [1],\n \"maximize\": []}", "s.json");
    FAIL();
  } catch (const InvalidInput& error) {
    std::vector<std::string> told;
    for (const Fault& fault : error.faults()) told.push_back(to_text(fault));
    EXPECT_THAT(told, ElementsAre(HasSubstr("s.json:2: /vary/0"), HasSubstr("s.json:3: /maximize")));
    EXPECT_EQ(error.faults()[1].nearest, "maximise");
  }
}

}  // namespace
}  // namespace takt::io
