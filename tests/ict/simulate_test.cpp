// SPDX-License-Identifier: Apache-2.0
// Latencies worked out by hand. A message of b bytes takes the sum of its links' latencies and b over the least share
// of bandwidth it gets; operations take their number over the share of a core's speed.
#include "takt/ict/simulate.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ict/small_plants.hpp"

namespace takt {
namespace {

using namespace test;

constexpr double kExact = 1e-3;  // relative

LoopResult run(const Cyber& cyber, CyberOptions options = {.horizon = 10s}) {
  return simulate_cyber(plant_with(cyber), options).loops.front();
}

void expect_constant(const LoopResult& loop, double seconds) {
  EXPECT_NEAR(loop.mean_s, seconds, kExact * seconds);
  EXPECT_NEAR(loop.least_s, seconds, kExact * seconds);
  EXPECT_NEAR(loop.most_s, seconds, kExact * seconds);
  EXPECT_NEAR(loop.p99_s.value, seconds, kExact * seconds);
}

TEST(SimulateCyber, OneLink) {
  // up: 1 ms + 1000 B / 1 MB/s; 1 Mop / 1 Gop/s; down: 1 ms + 100 B / 1 MB/s
  const LoopResult loop = run(one_link());
  expect_constant(loop, 0.001 + 0.001 + 0.001 + 0.001 + 0.0001);
  EXPECT_NEAR(loop.decision_mean_s, 0.003, kExact * 0.003);
  EXPECT_EQ(loop.samples, 100U);
  EXPECT_EQ(loop.acted, 100U);
  EXPECT_EQ(loop.lost, 0U);
}

TEST(SimulateCyber, TwoHopsThroughASwitch) {
  // A switch passes on what comes: latencies add up, the slower link sets the flow.
  Cyber cyber = one_link();
  cyber.nodes.push_back(node("switch", CyberNode::Kind::network_switch, 0.0));
  cyber.links = {link("a", "device", "switch", 1e6, 1ms), link("b", "switch", "edge", 4e6, 3ms)};
  expect_constant(run(cyber), (0.004 + 1000 / 1e6) + 0.001 + (0.004 + 100 / 1e6));
}

TEST(SimulateCyber, TwoHopsThroughAGateway) {
  // A gateway takes a message whole before it sends it on; commands pass it without a stop.
  Cyber cyber = one_link();
  cyber.nodes.push_back(node("gateway", CyberNode::Kind::gateway, 0.0));
  cyber.links = {link("a", "device", "gateway", 1e6, 1ms), link("b", "gateway", "edge", 4e6, 3ms)};
  expect_constant(run(cyber), (0.001 + 1000 / 1e6) + (0.003 + 1000 / 4e6) + 0.001 + (0.004 + 100 / 1e6));
}

TEST(SimulateCyber, TwoFlowsShareALink) {
  // Two messages at the same instant: each gets half of the bandwidth. Both decide on nodes of their own.
  Cyber cyber = one_link();
  cyber.nodes.push_back(node("switch", CyberNode::Kind::network_switch, 0.0));
  cyber.nodes.push_back(node("edge_2", CyberNode::Kind::edge));
  cyber.links = {link("shared", "device", "switch", 1e6, 1ms), link("a", "switch", "edge", 1e9, 1ms),
                 link("b", "switch", "edge_2", 1e9, 1ms)};
  cyber.sensors.push_back(sensor("camera_2", "device", 100ms));
  cyber.loops = {loop("check", {"camera"}, "edge", "edge"), loop("check_2", {"camera_2"}, "edge_2", "edge_2")};
  const CyberResult result = simulate_cyber(plant_with(cyber), {.horizon = 10s});
  for (const LoopResult& each : result.loops) expect_constant(each, 0.002 + 1000 / 0.5e6 + 0.001);
  EXPECT_NEAR(result.links[0].bytes, 2 * 100 * 1000.0, 1.0);
  EXPECT_NEAR(result.links[0].utilisation, 2 * 1000.0 / (1e6 * 0.1), 1e-9);
}

TEST(SimulateCyber, EachDirectionOfADuplexLinkHasAllOfIt) {
  // The command of one loop crosses while the message of the other one does.
  Cyber cyber = one_link();
  cyber.nodes.push_back(node("far", CyberNode::Kind::edge));
  cyber.sensors.push_back(sensor("echo", "edge", 100ms));
  cyber.loops = {loop("up", {"camera"}, "edge", "edge", 0.0), loop("down", {"echo"}, "device", "device", 0.0)};
  const LoopResult shared = simulate_cyber(plant_with(cyber), {.horizon = 10s}).loop("up");
  expect_constant(shared, 0.001 + 1000 / 0.5e6);
  cyber.links[0].sharing = CyberLink::Sharing::duplex;
  expect_constant(simulate_cyber(plant_with(cyber), {.horizon = 10s}).loop("up"), 0.001 + 1000 / 1e6);
  expect_constant(simulate_cyber(plant_with(cyber), {.horizon = 10s}).loop("down"), 0.001 + 1000 / 1e6);
}

TEST(SimulateCyber, LinksOfAWirelessZoneShareItsBandwidth) {
  Cyber cyber = one_link();
  cyber.nodes.push_back(node("device_2", CyberNode::Kind::device, 0.0));
  cyber.links.push_back(link("wire_2", "device_2", "edge", 1e6, 1ms));
  cyber.zones = {{"hall", 1e6}};
  for (CyberLink& each : cyber.links) each.zone = "hall";
  cyber.sensors.push_back(sensor("camera_2", "device_2", 100ms));
  cyber.loops = {loop("check", {"camera"}, "edge", "edge", 0.0), loop("check_2", {"camera_2"}, "edge", "edge", 0.0)};
  expect_constant(run(cyber), 0.001 + 1000 / 0.5e6);
}

TEST(SimulateCyber, ABusyHostSharesItsCores) {
  // Three decisions at once on two cores: each gets two thirds of a core.
  Cyber cyber = one_link();
  cyber.nodes[1].cores = 2;
  cyber.nodes[1].idle_w = 10.0;
  cyber.nodes[1].busy_w = 50.0;
  for (int i = 2; i <= 3; ++i) {
    cyber.sensors.push_back(sensor("camera_" + std::to_string(i), "edge", 100ms));
    cyber.loops.push_back(loop("check_" + std::to_string(i), {cyber.sensors.back().name}, "edge", "edge", 6e6));
  }
  cyber.sensors[0].node = "edge";
  cyber.loops[0] = loop("check", {"camera"}, "edge", "edge", 6e6);
  const CyberResult result = simulate_cyber(plant_with(cyber), {.horizon = 10s});
  for (const LoopResult& each : result.loops) expect_constant(each, 6e6 / (1e9 * 2 / 3));
  // 18 Mop each 0.1 s on two cores of 1 Gop/s
  EXPECT_NEAR(result.nodes[1].load, 18e6 / (2e9 * 0.1), 1e-6);
  EXPECT_NEAR(result.nodes[1].energy_j, 10.0 * (10.0 + 40.0 * 0.09), 1e-3);
}

TEST(SimulateCyber, AGatewayGathersTen) {
  // Readings 10 ms apart: the first waits 90 ms, the last not at all; ten cross together.
  Cyber cyber = one_link();
  cyber.nodes[0] = node("gateway", CyberNode::Kind::gateway, 0.0);
  cyber.nodes[0].batch = 10;
  cyber.links[0].from = "gateway";
  cyber.sensors.clear();
  cyber.loops.clear();
  for (int i = 0; i < 10; ++i) {
    cyber.sensors.push_back(sensor("s" + std::to_string(i), "gateway", 100ms));
    cyber.sensors.back().first = i * 10ms;
    cyber.loops.push_back(loop("l" + std::to_string(i), {cyber.sensors.back().name}, "edge", "edge", 0.0));
  }
  const CyberResult result = simulate_cyber(plant_with(cyber), {.horizon = 10s});
  for (std::size_t i = 0; i < 10; ++i)
    expect_constant(result.loops[i], 0.010 * static_cast<double>(9 - i) + 0.001 + 10 * 1000 / 1e6);
  EXPECT_EQ(result.nodes[0].batches, 100U);
  EXPECT_EQ(result.nodes[0].queue_most, 10U);
  EXPECT_NEAR(result.nodes[0].wait_mean_s, 0.045, 1e-4);
  EXPECT_NEAR(result.nodes[0].queue_mean, 4.5, 1e-2);  // Little: 100 readings a second, each 45 ms
}

TEST(SimulateCyber, AGatewayDoesNotWaitLongerThanItMay) {
  Cyber cyber = one_link();
  cyber.nodes[0] = node("gateway", CyberNode::Kind::gateway, 0.0);
  cyber.nodes[0].batch = 10;
  cyber.nodes[0].batch_wait = 25ms;
  cyber.links[0].from = "gateway";
  cyber.sensors = {sensor("camera", "gateway", 100ms)};
  cyber.loops = {loop("check", {"camera"}, "edge", "edge", 0.0)};
  expect_constant(run(cyber), 0.025 + 0.001 + 1000 / 1e6);
}

TEST(SimulateCyber, ScanCyclesReadAndSetAtTheirMultiples) {
  // Read at 3 ms, seen by the scan at 10 ms; the command is back at 14.1 ms and set by the scan at 20 ms.
  Cyber cyber = one_link();
  cyber.nodes[0] = node("plc", CyberNode::Kind::plc, 0.0);
  cyber.nodes[0].scan = 10ms;
  cyber.links[0].from = "plc";
  cyber.sensors = {sensor("camera", "plc", 100ms)};
  cyber.sensors[0].first = 3ms;
  cyber.loops = {loop("check", {"camera"}, "edge", "plc")};
  const LoopResult loop = run(cyber);
  expect_constant(loop, 0.017);
  EXPECT_NEAR(loop.decision_mean_s, 0.007 + 0.002 + 0.001, 1e-5);
}

TEST(SimulateCyber, ARetryAfterALossComesAfterTheTimeout) {
  // A reading gets through at try k with p^(k-1) (1-p), 20 ms later each; after three it is lost.
  Cyber cyber = one_link();
  cyber.loops = {loop("check", {"camera"}, "edge", "edge", 0.0)};
  cyber.links[0].loss = 0.2;
  cyber.sensors[0].retry = {20ms, 3};
  cyber.sensors[0].period = 100ms;
  const LoopResult loop = run(cyber, {.horizon = 2000s});
  const double p = 0.2, first = 0.002;
  EXPECT_NEAR(loop.least_s, first, kExact * first);
  EXPECT_NEAR(loop.most_s, first + 0.040, kExact * 0.042);
  EXPECT_NEAR(loop.loss, p * p * p, 4 * std::sqrt(p * p * p / 20000));
  const double mean = first + 0.020 * (p + 2 * p * p) * (1 - p) / (1 - p * p * p);
  const double variance = 0.020 * 0.020 * (p + 4 * p * p) * (1 - p) / (1 - p * p * p) - (mean - first) * (mean - first);
  EXPECT_NEAR(loop.mean_s, mean, 4 * std::sqrt(variance / 20000));
}

TEST(SimulateCyber, AnOutageLosesWhatIsSentMeanwhile) {
  // The link is out every day of the calendar from 00:01 to 00:02: 600 readings of 6000.
  Cyber cyber = one_link();
  cyber.links[0].outage = Outage{Outage::During{"upkeep"}};
  Calendar upkeep;
  for (DaySpans& day : upkeep.week) day = {{std::chrono::minutes{1}, std::chrono::minutes{2}}};
  Plant plant = plant_with(one_link());
  plant.calendars["upkeep"] = upkeep;
  plant.cyber = cyber;
  const CyberResult result = simulate_cyber(plant, {.horizon = 10min});
  EXPECT_EQ(result.loops[0].samples, 6000U);
  EXPECT_EQ(result.loops[0].lost, 600U);
  expect_constant(result.loops[0], 0.0041);
  EXPECT_NEAR(result.links[0].down_share, 0.1, 1e-9);
  // An event at random meets the outage with 0.1, and waits on for the rest of it.
  EXPECT_NEAR(result.loops[0].reaction_s.back(), 60.0, 0.2);
}

TEST(SimulateCyber, AGatewayKeepsWhatItCannotSend) {
  // The same outage behind a gateway: nothing is lost; what came in the minute goes on when it is over.
  Cyber cyber = one_link();
  cyber.nodes[0] = node("gateway", CyberNode::Kind::gateway, 0.0);
  cyber.links[0].from = "gateway";
  cyber.links[0].outage = Outage{Outage::During{"upkeep"}};
  cyber.sensors = {sensor("camera", "gateway", 1s, 10.0)};
  cyber.loops = {loop("check", {"camera"}, "edge", "edge", 0.0)};
  Calendar upkeep;
  for (DaySpans& day : upkeep.week) day = {{std::chrono::minutes{1}, std::chrono::minutes{2}}};
  Plant plant = plant_with(one_link());
  plant.calendars["upkeep"] = upkeep;
  plant.cyber = cyber;
  const CyberResult result = simulate_cyber(plant, {.horizon = 10min});
  EXPECT_EQ(result.loops[0].lost, 0U);
  EXPECT_EQ(result.nodes[0].queue_most, 60U);
  EXPECT_NEAR(result.loops[0].most_s, 60.0, 0.01);
}

TEST(SimulateCyber, JitterAddsItsLaw) {
  // Uniform on 0 to 4 ms: mean 2 ms more, p95 at 3.8 ms more.
  Cyber cyber = one_link();
  cyber.loops = {loop("check", {"camera"}, "edge", "edge", 0.0)};
  cyber.links[0].jitter = Distribution::uniform(0.0, 0.004);
  const LoopResult loop = run(cyber, {.horizon = 1000s});
  EXPECT_NEAR(loop.mean_s, 0.004, 4 * 0.004 / std::sqrt(12.0 * 10000));
  EXPECT_LE(loop.p95_s.low, 0.002 + 0.0038);
  EXPECT_GE(loop.p95_s.high, 0.002 + 0.0038);
  EXPECT_LE(std::abs(loop.mean_s - 0.004), 3 * loop.mean_half_width_95_s);
}

TEST(SimulateCyber, ADecisionWaitsForAllItsSignals) {
  // The second signal reads 30 ms after the first: latency counts from the first.
  Cyber cyber = one_link();
  cyber.sensors.push_back(sensor("scale", "device", 100ms));
  cyber.sensors[1].first = 30ms;
  cyber.loops = {loop("check", {"camera", "scale"}, "edge", "edge", 0.0)};
  expect_constant(run(cyber), 0.030 + 0.002);
}

TEST(SimulateCyber, TheReactionWaitsForTheNextReading) {
  // Uniform on 0 to the period, and the latency.
  const LoopResult loop = run(one_link(), {.horizon = 100s});
  ASSERT_EQ(loop.reaction_s.size(), 1000U);
  double sum = 0.0;
  for (const double value : loop.reaction_s) sum += value;
  EXPECT_NEAR(sum / 1000, 0.05 + 0.0041, 1e-4);
  EXPECT_NEAR(loop.reaction_s.front(), 0.0041, 2e-4);
  EXPECT_NEAR(loop.reaction_s.back(), 0.1041, 2e-4);
}

TEST(SimulateCyber, RequirementsAreCheckedAndDeadlinesCounted) {
  Cyber cyber = one_link();
  cyber.loops[0].deadline = 4ms;
  for (const char* text : {"p99 <= 4.2 ms", "p99 <= 4 ms", "mean <= 5 ms", "loss <= 0 %", "late <= 1 %"})
    cyber.loops[0].requirements.push_back(parse_requirement(text));
  const LoopResult loop = run(cyber);
  std::vector<bool> met;
  for (const RequirementResult& row : loop.requirements) met.push_back(row.met);
  EXPECT_EQ(met, (std::vector<bool>{true, false, true, true, false}));
  EXPECT_EQ(loop.late, 1.0);
}

TEST(SimulateCyber, GivesTheSameAnswerForTheSameSeedAndAnotherForAnother) {
  Cyber cyber = one_link();
  cyber.links[0].jitter = Distribution::exponential(0.001);
  cyber.links[0].loss = 0.05;
  const LoopResult a = run(cyber), b = run(cyber), c = run(cyber, {.horizon = 10s, .seed = 2});
  EXPECT_EQ(a.latency_s, b.latency_s);
  EXPECT_EQ(a.mean_s, b.mean_s);
  EXPECT_NE(a.mean_s, c.mean_s);
}

}  // namespace
}  // namespace takt
