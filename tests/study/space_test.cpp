// SPDX-License-Identifier: Apache-2.0
#include "takt/study/space.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "takt/core/error.hpp"

namespace takt {
namespace {

std::string fault_of(const auto& act) {
  try {
    act();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

/// Rates that sum to 20 at most, places that sum to 20.
Space allocation() {
  Space space;
  for (const char* text : {"r1=1..18", "r2=1..18", "r3=1..18", "b2=1..19", "b3=1..19"})
    space.variables.push_back(parse_variable(text));
  space.constraints = {parse_constraint("r1 + r2 + r3 <= 20", space), parse_constraint("b2 + b3 = 20", space)};
  return space;
}

TEST(Variable, IsReadFromText) {
  const Variable whole = parse_variable("/e/w/l/b/capacity=1..18");
  EXPECT_EQ(whole.name, "/e/w/l/b/capacity");
  EXPECT_EQ(whole.kind, Variable::Kind::integer);
  EXPECT_EQ(whole.high, 18.0);
  const Variable real = parse_variable("cycle=8..12.5 s");
  EXPECT_EQ(real.kind, Variable::Kind::real);
  EXPECT_EQ(real.unit, "s");
  EXPECT_EQ(value_text(real, 9.25), "9.25 s");
  const Variable choice = parse_variable("mode=slow, fast");
  EXPECT_EQ(choice.choices, (std::vector<std::string>{"slow", "fast"}));
  EXPECT_EQ(value_text(choice, 1.0), "fast");
  EXPECT_EQ(parse_variable("rate=1..18 /min").kind, Variable::Kind::integer);
  for (const char* wrong : {"", "a", "=1..2", "a=", "a=1..", "a=..2", "a=x..2"})
    EXPECT_NE(fault_of([&] { parse_variable(wrong); }), "") << wrong;
  EXPECT_EQ(fault_of([] { parse_variable("a=3..2"); }), "a: found 3..2, expected a range from low to high");
}

TEST(Constraint, IsReadFromText) {
  const Space space = allocation();
  const Constraint c = parse_constraint("2 r1 - r3 + 0.5*b2 >= -3", space);
  EXPECT_EQ(c.factors, (std::vector<double>{2, 0, -1, 0.5, 0}));
  EXPECT_EQ(c.relation, Constraint::Relation::at_least);
  EXPECT_EQ(c.bound, -3.0);
  EXPECT_NE(fault_of([&] { parse_constraint("r1 + rr2 <= 3", space); }).find("did you mean"), std::string::npos);
  for (const char* wrong : {"r1", "r1 <= b", "<= 3", "r1 r2 <= 3", "r1 + <= 3"})
    EXPECT_NE(fault_of([&] { parse_constraint(wrong, space); }), "") << wrong;
}

TEST(Space, ListsEveryFeasiblePointOnce) {
  const Space space = allocation();
  const std::vector<DesignPoint> points = all_points(space);
  EXPECT_EQ(points.size(), 1140U * 19U);  // three rates of at least 1 with a sum up to 20: C(20, 3)
  EXPECT_EQ(std::set<DesignPoint>(points.begin(), points.end()).size(), points.size());
  for (const DesignPoint& point : points) ASSERT_TRUE(is_feasible(space, point));
  EXPECT_THROW(all_points(space, 100), InvalidInput);
}

TEST(Space, GivesFeasiblePointsAndNeighbours) {
  const Space space = allocation();
  std::set<double> rates;
  for (std::uint64_t i = 0; i < 500; ++i) {
    const auto point = random_point(space, stream_key(1, 0, 2, Purpose::learn), i);
    ASSERT_TRUE(point);
    ASSERT_TRUE(is_feasible(space, *point));
    rates.insert((*point)[0]);
  }
  EXPECT_GE(rates.size(), 17U);
  const DesignPoint best{6, 7, 7, 12, 8};
  const auto beside = neighbours(space, best);
  // Rates one down, the six exchanges of rates, the two of places.
  EXPECT_EQ(beside.size(), 3U + 6U + 2U);
  EXPECT_NE(std::ranges::find(beside, DesignPoint{7, 7, 6, 12, 8}), beside.end());
}

TEST(FreeCoordinates, ComputeWhatEqualitiesSay) {
  const Space space = allocation();
  const FreeCoordinates coordinates(space);
  ASSERT_EQ(coordinates.variables().size(), 4U);
  std::vector<double> free;
  for (const std::size_t v : coordinates.variables()) free.push_back(DesignPoint{6, 7, 7, 12, 8}[v]);
  EXPECT_EQ(coordinates.complete(free), (DesignPoint{6, 7, 7, 12, 8}));
  free[0] = 30.0;
  EXPECT_FALSE(coordinates.complete(free));
  Space wrong = space;
  wrong.constraints.push_back(parse_constraint("b2 + b3 = 21", wrong));
  EXPECT_THROW(FreeCoordinates{wrong}, InvalidInput);
  wrong.constraints.back() = parse_constraint("2 b2 + 2 b3 = 40", wrong);
  EXPECT_EQ(FreeCoordinates(wrong).variables().size(), 4U) << "said twice";
}

}  // namespace
}  // namespace takt
