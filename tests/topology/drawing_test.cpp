// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/drawing.hpp"

#include <gmock/gmock.h>

#include "engine/plants.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt {
namespace {

using testing::HasSubstr;

TEST(Graphviz, WritesEachLineAsACluster) {
  PlantBuilder plant("\"quoted\"");
  Machine machine = test::machine_with(Distribution::constant(1.0));
  machine.servers = 2;
  plant.line("e", "w", "l1")
      .source("in", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m"}})
      .machine("m", machine, {{"/e/w/l2/b", 0.75}, {"/e/w/l2/out", 0.25}});
  plant.line("e", "w", "l2").buffer("b", {4, 0}, {{"n"}}).machine("n", machine, {{"out"}}).sink("out");
  const Model model = compile(plant.build());
  EXPECT_EQ(to_graphviz(flow_graph(model, model.defaults), model), R"(digraph "\"quoted\"" {
  rankdir=LR;
  node [fontname="sans-serif"];
  subgraph "cluster_/e/w/l1" {
    label="/e/w/l1";
    "/e/w/l1/in" [shape=cds, label="in"];
    "/e/w/l1/m" [shape=box, style=rounded, label="m ×2"];
  }
  subgraph "cluster_/e/w/l2" {
    label="/e/w/l2";
    "/e/w/l2/b" [shape=record, label="b|4"];
    "/e/w/l2/n" [shape=box, style=rounded, label="n ×2"];
    "/e/w/l2/out" [shape=doublecircle, label="out"];
  }
  "/e/w/l1/in" -> "/e/w/l1/m";
  "/e/w/l1/m" -> "/e/w/l2/b" [label="75 %"];
  "/e/w/l1/m" -> "/e/w/l2/out" [label="25 %"];
  "/e/w/l2/b" -> "/e/w/l2/n";
  "/e/w/l2/n" -> "/e/w/l2/out";
}
)");
}

TEST(Svg, DrawsEveryEquipmentOnceAndTheSameAgain) {
  const Model model = compile(io::load_plant("examples/bottling/bottling.json"));
  const FlowGraph graph = flow_graph(model, model.defaults);
  const std::string svg = to_svg(graph, model);
  for (const FlowNode& node : graph.nodes) {
    const std::string title = "<title>" + node.path + "</title>";
    EXPECT_THAT(svg, HasSubstr(title));
    EXPECT_EQ(svg.find(title), svg.rfind(title));
  }
  EXPECT_THAT(svg, HasSubstr("</svg>\n"));
  EXPECT_EQ(svg, to_svg(graph, model));
}

}  // namespace
}  // namespace takt
