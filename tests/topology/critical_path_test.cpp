// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/critical_path.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "engine/plants.hpp"

namespace takt {
namespace {

using test::machine_with;
using testing::ElementsAre;

std::vector<std::string> names(const FlowGraph& graph, const CriticalPath& path) {
  std::vector<std::string> list;
  for (const std::uint32_t node : path.nodes)
    list.push_back(graph.nodes[node].path.substr(graph.nodes[node].path.rfind('/') + 1));
  return list;
}

Machine takes(double seconds) { return machine_with(Distribution::exponential(seconds)); }

TEST(CriticalPath, IsTheWayOnWhichTimesAddUpToMost) {
  PlantBuilder plant("p");
  Machine slow = takes(20.0);
  slow.load_time = LawByProduct{Distribution::constant(5.0), {}};
  plant.line("e", "w", "l")
      .source("in", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"first"}})
      .machine("first", takes(10.0), {{"fast", 0.9}, {"slow", 0.1}})
      .machine("fast", takes(22.0), {{"out"}})
      .machine("slow", slow, {{"b"}})
      .buffer("b", {5, 0}, {{"last"}})
      .machine("last", takes(1.0), {{"out"}})
      .sink("out");
  const Model model = compile(plant.build());
  const FlowGraph graph = flow_graph(model, model.defaults);
  const CriticalPath path = critical_path(graph, model, model.defaults);
  EXPECT_THAT(names(graph, path), ElementsAre("in", "first", "slow", "b", "last", "out"));
  EXPECT_DOUBLE_EQ(path.seconds, 36.0);
}

TEST(CriticalPath, VisitsEachMachineOfALoopOnce) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("in", {Source::Renewal{Distribution::exponential(50.0), {}}, {}, WithoutPlace::lost}, {{"queue"}})
      .buffer("queue", {{}, 0}, {{"test"}})
      .machine("test", takes(10.0), {{"out", 0.8}, {"repair", 0.2}})
      .machine("repair", takes(30.0), {{"queue"}})
      .sink("out");
  const Model model = compile(plant.build());
  const FlowGraph graph = flow_graph(model, model.defaults);
  const CriticalPath path = critical_path(graph, model, model.defaults);
  EXPECT_THAT(names(graph, path), ElementsAre("in", "queue", "repair", "test", "out"));
  EXPECT_DOUBLE_EQ(path.seconds, 40.0);
}

TEST(CriticalPath, IsThatOfTheProductThatNeedsLongest) {
  PlantBuilder plant("p");
  Machine machine = takes(10.0);
  machine.cycle_time.of["b"] = Distribution::constant(90.0);
  plant.product("a").product("b");
  plant.line("e", "w", "l")
      .source("in", {Source::Saturated{}, {{"a", 9.0}, {"b", 1.0}}, WithoutPlace::lost}, {{"m"}})
      .machine("m", machine, {{"more", 1.0, "a"}, {"out", 1.0, "b"}})
      .machine("more", takes(50.0), {{"out"}})
      .sink("out");
  const Model model = compile(plant.build());
  const FlowGraph graph = flow_graph(model, model.defaults);
  const CriticalPath path = critical_path(graph, model, model.defaults);
  EXPECT_EQ(path.product, 1U);
  EXPECT_THAT(names(graph, path), ElementsAre("in", "m", "out"));
  EXPECT_DOUBLE_EQ(path.seconds, 90.0);
}

TEST(CriticalPath, IsNoneWhereNoSourceLeadsToASink) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l").buffer("b", {3, 2}, {{"m"}}).machine("m", takes(1.0), {{"b"}});
  const Model model = compile(plant.build());
  const CriticalPath path = critical_path(flow_graph(model, model.defaults), model, model.defaults);
  EXPECT_EQ(path.product, kNone);
  EXPECT_TRUE(path.nodes.empty());
}

}  // namespace
}  // namespace takt
