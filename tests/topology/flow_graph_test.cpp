// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/flow_graph.hpp"

#include <gmock/gmock.h>

#include "engine/plants.hpp"

namespace takt {
namespace {

using testing::ElementsAre;

std::string in_words(const FlowGraph& graph, const FlowArc& arc) {
  const auto name = [&](std::uint32_t node) { return graph.nodes[node].path.substr(sizeof("/e/w/l/") - 1); };
  std::string text = name(arc.from) + " > " + name(arc.to);
  if (arc.product != kNone) text += " " + graph.products[arc.product];
  if (arc.probability < 1.0) text += " " + std::to_string(static_cast<int>(100.0 * arc.probability + 0.5)) + " %";
  return text;
}

std::vector<std::string> arcs(const FlowGraph& graph) {
  std::vector<std::string> list;
  for (const FlowArc& arc : graph.arcs) list.push_back(in_words(graph, arc));
  return list;
}

Plant plant() {
  PlantBuilder plant("p");
  const Machine machine = test::machine_with(Distribution::constant(10.0));
  plant.product("a").product("b");
  plant.line("e", "w", "l")
      .source("in", {Source::Saturated{}, {{"a", 1.0}, {"b", 1.0}}, WithoutPlace::lost}, {{"m"}})
      .machine("m", machine, {{"n", 0.7}, {"b", 0.3}, {"b", 1.0, "b"}})
      .buffer("b", {{}, 2}, {{"n"}, {"o"}})
      .machine("n", machine, {{"out"}})
      .machine("o", machine, {{"out"}})
      .sink("out");
  return plant.build();
}

TEST(FlowGraph, HasTheWaysOfEachProduct) {
  const Model model = compile(plant());
  const FlowGraph graph = flow_graph(model, model.defaults);
  EXPECT_THAT(arcs(graph),
              ElementsAre("b > n", "b > o", "in > m", "m > b a 30 %", "m > b b", "m > n a 70 %", "n > out", "o > out"));
  EXPECT_THAT(graph.nodes[graph.node("/e/w/l/in")].supplies, ElementsAre(0U, 1U));
  EXPECT_THAT(graph.nodes[graph.node("/e/w/l/b")].supplies, ElementsAre(0U));
  EXPECT_THROW(graph.node("/e/w/l/mm"), InvalidInput);
}

TEST(FlowGraph, LeavesOutWaysThatNoPartTakes) {
  const Model model = compile(plant());
  Parameters parameters = model.defaults;
  set_number(model, parameters, "/e/w/l/m/to/n", "0 %");
  set_number(model, parameters, "/e/w/l/o/scrap", "100 %");
  const FlowGraph graph = flow_graph(model, parameters);
  EXPECT_THAT(arcs(graph), ElementsAre("b > n", "b > o", "in > m", "m > b a", "m > b b", "n > out"));
  EXPECT_TRUE(graph.nodes[graph.node("/e/w/l/o")].scraps);
}

}  // namespace
}  // namespace takt
