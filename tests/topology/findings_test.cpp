// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/findings.hpp"

#include <gmock/gmock.h>

#include "engine/plants.hpp"
#include "topology/graphs.hpp"

namespace takt {
namespace {

using test::machine_with;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> sentences(const Plant& plant) {
  const Model model = compile(plant);
  std::vector<std::string> list;
  for (const Finding& finding : findings(flow_graph(model, model.defaults))) list.push_back(finding.sentence);
  return list;
}

const Machine kMachine = machine_with(Distribution::constant(10.0));
const Source kSource{Source::Saturated{}, {}, WithoutPlace::lost};

TEST(Findings, AreNoneInALineThatIsWhole) {
  EXPECT_THAT(sentences(test::serial_line({kMachine, kMachine}, {3})), IsEmpty());
}

TEST(Findings, NameWhatNoPartReachesOncePerGroup) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("in", kSource, {{"m"}})
      .machine("m", kMachine, {{"out"}})
      .machine("spare_1", kMachine, {{"spare_2"}})
      .machine("spare_2", kMachine, {{"out"}})
      .sink("out")
      .sink("unused");
  EXPECT_THAT(sentences(plant.build()),
              ElementsAre("no part ever comes to /e/w/l/spare_1 and /e/w/l/spare_2: no way from a source leads there",
                          "no part ever comes to /e/w/l/unused: no way from a source leads there"));
}

TEST(Findings, TellALoopWithoutAnExitFromTheWayIntoIt) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("in", kSource, {{"choice"}})
      .machine("choice", kMachine, {{"out", 0.5}, {"lost", 0.5}})
      .machine("lost", kMachine, {{"b"}})
      .buffer("b", {{}, 0}, {{"round"}})
      .machine("round", kMachine, {{"b"}})
      .sink("out");
  EXPECT_THAT(sentences(plant.build()),
              ElementsAre("parts at /e/w/l/lost never reach a sink",
                          "parts at /e/w/l/b and /e/w/l/round go round in a loop without a way to a sink"));
}

TEST(Findings, KnowThatScrapIsAWayOutOfAKind) {
  PlantBuilder plant("p");
  Machine scrapping = kMachine;
  scrapping.scrap = 0.1;
  plant.line("e", "w", "l")
      .source("in", kSource, {{"round"}})
      .machine("round", scrapping, {{"b"}})
      .buffer("b", {{}, 0}, {{"round"}})
      .sink("out");
  EXPECT_THAT(sentences(plant.build()),
              ElementsAre("no part ever comes to /e/w/l/out: no way from a source leads there",
                          "parts at /e/w/l/in never reach a sink",
                          "parts at /e/w/l/b and /e/w/l/round go round in a loop without a way to a sink; "
                          "they leave it as scrap only"));
}

TEST(Findings, NameTheProductsTheyHoldFor) {
  PlantBuilder plant("p");
  Source source = kSource;
  source.products = {{"a", 1.0}, {"b", 1.0}};
  plant.product("a").product("b");
  plant.line("e", "w", "l")
      .source("in", source, {{"m"}})
      .machine("m", kMachine, {{"out", 1.0, "a"}, {"again", 1.0, "b"}})
      .machine("again", kMachine, {{"m"}})
      .sink("out");
  EXPECT_THAT(sentences(plant.build()),
              ElementsAre("parts of product b at /e/w/l/in never reach a sink",
                          "parts of product b at /e/w/l/again and /e/w/l/m go round in a loop without a way "
                          "to a sink"));
}

TEST(Findings, AreLeftOutForWaysOfProbabilityZero) {
  PlantBuilder plant("p");
  plant.line("e", "w", "l")
      .source("in", kSource, {{"m"}})
      .machine("m", kMachine, {{"out", 1.0}, {"repair", 0.0}})
      .machine("repair", kMachine, {{"out"}})
      .sink("out");
  const Model model = compile(plant.build());
  Parameters parameters = model.defaults;
  EXPECT_EQ(findings(flow_graph(model, parameters)).size(), 1U);
  set_number(model, parameters, "/e/w/l/m/to/repair", "10 %");
  EXPECT_THAT(findings(flow_graph(model, parameters)), IsEmpty());
}

TEST(Findings, AgreeWithPlainSearchesOnRandomGraphs) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const FlowGraph graph = test::random_graph(seed);
    std::vector<bool> unreachable(graph.nodes.size(), false), stuck(graph.nodes.size(), false);
    for (const Finding& finding : findings(graph))
      for (const std::string& path : finding.paths)
        (finding.kind == Finding::Kind::unreachable ? unreachable : stuck)[graph.node(path)] = true;
    for (std::uint32_t node = 0; node < graph.nodes.size(); ++node) {
      if (graph.nodes[node].kind != Entity::Kind::source) {
        ASSERT_EQ(unreachable[node], !test::is_fed(graph, node)) << "seed " << seed << " node " << node;
      }
      bool is_stuck = false;
      for (std::uint32_t p = 0; p < graph.products.size(); ++p) {
        bool comes = false, leaves = false;
        for (std::uint32_t other = 0; other < graph.nodes.size(); ++other) {
          for (const std::uint32_t q : graph.nodes[other].supplies)
            comes = comes || (q == p && test::reaches(graph, p, other, node));
          leaves = leaves || (graph.nodes[other].kind == Entity::Kind::sink && test::reaches(graph, p, node, other));
        }
        is_stuck = is_stuck || (comes && !leaves);
      }
      ASSERT_EQ(stuck[node], is_stuck) << "seed " << seed << " node " << node;
    }
  }
}

}  // namespace
}  // namespace takt
