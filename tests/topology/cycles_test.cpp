// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/cycles.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "topology/graphs.hpp"

namespace takt {
namespace {

using test::random_graph;

bool leads(const FlowGraph& graph, std::uint32_t from, std::uint32_t to) {
  return std::ranges::any_of(graph.arcs, [&](const FlowArc& a) { return a.from == from && a.to == to; });
}

/// Every way without a node twice, begun at its lowest node.
void walk(const FlowGraph& graph, Cycle& way, std::set<Cycle>& found) {
  if (leads(graph, way.back(), way.front())) found.insert(way);
  for (std::uint32_t next = way.front() + 1; next < graph.nodes.size(); ++next) {
    if (!leads(graph, way.back(), next) || std::ranges::count(way, next) > 0) continue;
    way.push_back(next);
    walk(graph, way, found);
    way.pop_back();
  }
}

std::set<Cycle> by_brute_force(const FlowGraph& graph) {
  std::set<Cycle> found;
  for (std::uint32_t first = 0; first < graph.nodes.size(); ++first) {
    Cycle way{first};
    walk(graph, way, found);
  }
  return found;
}

TEST(Cycles, AreThoseFoundByTryingEveryWay) {
  std::size_t cycles = 0, most = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const FlowGraph graph = random_graph(seed);
    const std::set<Cycle> expected = by_brute_force(graph);
    const Cycles found = elementary_cycles(graph);
    ASSERT_EQ(found.cycles, std::vector<Cycle>(expected.begin(), expected.end())) << "seed " << seed;
    ASSERT_TRUE(found.all);
    cycles += expected.size();
    most = std::max(most, expected.size());
  }
  EXPECT_GT(cycles, 1000U);
  EXPECT_GT(most, 20U);
}

TEST(Cycles, StopAtTheirLimitAndSaySo) {
  FlowGraph graph;  // ten machines, each of which leads to each: about a million cycles
  graph.products = {"part"};
  for (std::uint32_t i = 0; i < 10; ++i) graph.nodes.push_back({"/e/w/l/m" + std::to_string(i), {}, i, i, {}, false});
  for (std::uint32_t i = 0; i < 10; ++i)
    for (std::uint32_t j = 0; j < 10; ++j)
      if (i != j) graph.arcs.push_back({i, j, kNone, 1.0});
  const Cycles found = elementary_cycles(graph, 50);
  EXPECT_EQ(found.cycles.size(), 50U);
  EXPECT_FALSE(found.all);
  EXPECT_EQ(loops(graph), (std::vector<std::vector<std::uint32_t>>{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}));
}

TEST(Loops, HoldTogetherWhatReachesEachOther) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    FlowGraph graph = random_graph(seed);
    for (FlowArc& arc : graph.arcs) arc.product = kNone;
    std::set<std::vector<std::uint32_t>> expected;
    for (std::uint32_t i = 0; i < graph.nodes.size(); ++i) {
      std::vector<std::uint32_t> loop;
      for (std::uint32_t j = 0; j < graph.nodes.size(); ++j)
        if (test::reaches(graph, 0, i, j) && test::reaches(graph, 0, j, i)) loop.push_back(j);
      if (loop.size() > 1 || leads(graph, i, i)) expected.insert(loop);
    }
    ASSERT_EQ(loops(graph), std::vector<std::vector<std::uint32_t>>(expected.begin(), expected.end()))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace takt
