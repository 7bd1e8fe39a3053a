// SPDX-License-Identifier: Apache-2.0
#include "takt/plant/cyber.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "ict/small_plants.hpp"
#include "takt/plant/message_ways.hpp"

namespace takt {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(Requirement, ReadsAndWritesEachKind) {
  for (const char* text :
       {"p99 <= 50 ms", "p99.9 <= 1 s", "p50 <= 4 us", "mean <= 5 ms", "max <= 1 s", "loss <= 0.1 %", "late <= 1 %"})
    EXPECT_EQ(to_text(parse_requirement(text)), text);
  EXPECT_EQ(parse_requirement("p99<=0.05 s").bound, 0.05);
  EXPECT_EQ(parse_requirement("p99<=0.05 s").probability, 0.99);
}

TEST(Requirement, RefusesWhatIsNone) {
  for (const char* text : {"", "p99", "p99 < 50 ms", "p0 <= 1 s", "p100 <= 1 s", "p-5 <= 1 s", "q99 <= 1 s",
                           "p99 <= 50", "p99 <= 50 %", "loss <= 5 ms", "mean <= -1 s", "p99 <= 50 ms 3", "pp <= 1 s"})
    EXPECT_THROW(parse_requirement(text), InvalidInput) << text;
}

TEST(MessageWays, TakeTheLeastLatencyThenTheFewestLinks) {
  Cyber cyber;
  for (const char* name : {"a", "b", "c", "d", "alone"}) cyber.nodes.push_back(node(name, CyberNode::Kind::edge));
  cyber.links = {link("ab", "a", "b", 1e6, 2ms), link("bc", "b", "c", 1e6, 2ms), link("ac", "c", "a", 1e6, 4ms),
                 link("cd", "c", "d", 1e6, 1ms), link("ad", "a", "d", 1e6, 10ms)};
  MessageWays ways(cyber);
  EXPECT_EQ(ways.find(0, 2)->links, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(ways.find(0, 3)->links, (std::vector<std::uint32_t>{2, 3}));
  EXPECT_EQ(ways.find(0, 3)->nodes, (std::vector<std::uint32_t>{0, 2, 3}));
  EXPECT_EQ(ways.find(3, 0)->nodes, (std::vector<std::uint32_t>{3, 2, 0}));
  EXPECT_TRUE(ways.find(1, 1)->links.empty());
  EXPECT_FALSE(ways.find(0, 4));
}

std::string fault_of(const std::function<void(Cyber&)>& change) {
  Plant plant = plant_with(one_link());
  change(*plant.cyber);
  std::string text;
  for (const Fault& fault : validate(plant)) text += to_text(fault) + "\n";
  return text;
}

TEST(ValidateCyber, FindsEveryWrongThingOnItsOwn) {
  const std::vector<std::pair<std::function<void(Cyber&)>, const char*>> cases = {
      {[](Cyber& c) { c.loops[0].node = "egde"; },
       "/cyber/loops/check/node: found \"egde\", expected the name of a node; did you mean edge?"},
      {[](Cyber& c) { c.loops[0].signals = {}; }, "/cyber/loops/check/signals: found none"},
      {[](Cyber& c) { c.loops[0].signals = {"camra"}; }, "did you mean camera?"},
      {[](Cyber& c) {
         c.loops[0].signals = {"camera", "camera"};
       },
       "each sensor once"},
      {[](Cyber& c) { c.nodes[1].speed_op_per_s = 0.0; }, "a node with a speed"},
      {[](Cyber& c) { c.nodes[1].cores = 0; }, "/cyber/nodes/edge/cores: found 0"},
      {[](Cyber& c) { c.nodes[1].idle_w = 5.0; }, "a power not below the idle power"},
      {[](Cyber& c) { c.nodes[1].scan = 1ms; }, "only a plc or scada has scan cycles"},
      {[](Cyber& c) { c.nodes[1].batch = 2; }, "only a gateway gathers messages"},
      {[](Cyber& c) {
         c.nodes[1].retry = {1ms, 2};
       },
       "/cyber/nodes/edge/retry"},
      {[](Cyber& c) { c.links = {}; }, "links that lead from device to edge"},
      {[](Cyber& c) { c.links[0].bandwidth_b_per_s = 0.0; }, "/cyber/links/wire/bandwidth: found \"0 B/s\""},
      {[](Cyber& c) { c.links[0].latency = -1ms; }, "/cyber/links/wire/latency: found \"-1 ms\""},
      {[](Cyber& c) { c.links[0].loss = 1.5; }, "/cyber/links/wire/loss: found \"150 %\""},
      {[](Cyber& c) { c.links[0].zone = "hall"; }, "the name of a wireless zone"},
      {[](Cyber& c) { c.links[0].to = "device"; }, "another node than it comes from"},
      {[](Cyber& c) { c.links[0].outage = Outage{Outage::During{"nights"}}; }, "the name of a calendar"},
      {[](Cyber& c) { c.links[0].outage = Outage{Outage::Renewal{}}; }, "/cyber/links/wire/outage/time_to_failure"},
      {[](Cyber& c) { c.sensors[0].period = 0s; }, "/cyber/sensors/camera/period"},
      {[](Cyber& c) { c.sensors[0].events = Distribution::exponential(1.0); }, "either a period or events"},
      {[](Cyber& c) { c.sensors[0].bytes = 0.0; }, "/cyber/sensors/camera/bytes: found \"0 B\""},
      {[](Cyber& c) {
         c.sensors[0].retry = {0s, 2};
       },
       "/cyber/sensors/camera/retry/timeout"},
      {[](Cyber& c) { c.sensors[0].equipment = "/acme/hall/line/pres"; }, "did you mean /acme/hall/line/press?"},
      {[](Cyber& c) { c.loops[0].effect = Effect{}; }, "the path of the machine that the effect is on"},
      {[](Cyber& c) {
         c.loops[0].equipment = "/acme/hall/line/store";
         c.loops[0].effect = Effect{};
       },
       "a machine, as the loop has an effect on it"},
      {[](Cyber& c) {
         c.loops[0].equipment = kPress;
         c.loops[0].effect = Effect{};
       },
       "by which a stop is in time"},
      {[](Cyber& c) {
         c.loops[0].equipment = kPress;
         c.loops[0].effect = Effect{.kind = Effect::Kind::alarm};
       },
       "a machine with a failure"},
      {[](Cyber& c) { c.loops[0].requirements = {parse_requirement("late <= 1 %")}; }, "a loop with a deadline"},
      {[](Cyber& c) { c.placements["cloud"]["chek"] = "edge"; }, "/cyber/placements/cloud/chek"},
      {[](Cyber& c) { c.placements["cloud"]["check"] = "device"; }, "a node with a speed"},
      {[](Cyber& c) { c.nodes.push_back(c.nodes[0]); }, "a name that is used once among the nodes"},
      {[](Cyber& c) { c.nodes[0].name = "a b"; }, "a name of letters"},
      {[](Cyber& c) { c.costs.per_kwh = -1.0; }, "/cyber/costs/per_kwh"},
  };
  EXPECT_EQ(fault_of([](Cyber&) {}), "");
  for (const auto& [change, expected] : cases) EXPECT_THAT(fault_of(change), HasSubstr(expected));
}

}  // namespace
}  // namespace takt
