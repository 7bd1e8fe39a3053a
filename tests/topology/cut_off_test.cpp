// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/cut_off.hpp"

#include <gtest/gtest.h>

#include "topology/graphs.hpp"

namespace takt {
namespace {

TEST(CutOffs, AreThoseFoundByTakingEachNodeAway) {
  std::size_t cuts = 0, whole = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const FlowGraph graph = test::random_graph(seed);
    std::vector<CutOff> expected;
    for (std::uint32_t node = 0; node < graph.nodes.size(); ++node) {
      CutOff cut{node, {}, true};
      for (std::uint32_t sink = 0; sink < graph.nodes.size(); ++sink) {
        if (graph.nodes[sink].kind != Entity::Kind::sink || !test::is_fed(graph, sink)) continue;
        if (sink != node && !test::is_fed(graph, sink, node))
          cut.sinks.push_back(sink);
        else
          cut.whole_plant = false;
      }
      if (!cut.sinks.empty()) expected.push_back(cut);
    }
    const std::vector<CutOff> found = cut_offs(graph);
    ASSERT_EQ(found.size(), expected.size()) << "seed " << seed;
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].node, expected[i].node) << "seed " << seed;
      ASSERT_EQ(found[i].sinks, expected[i].sinks) << "seed " << seed;
      ASSERT_EQ(found[i].whole_plant, expected[i].whole_plant) << "seed " << seed;
      whole += found[i].whole_plant ? 1 : 0;
    }
    cuts += found.size();
    ASSERT_LE(single_points_of_failure(graph).size(), found.size());
  }
  EXPECT_GT(cuts, 1000U);
  EXPECT_GT(whole, 300U);
}

}  // namespace
}  // namespace takt
