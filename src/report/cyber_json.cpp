// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "takt/report/cyber_tables.hpp"

namespace takt::report {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }
Json estimate(const IntervalEstimate& of) {
  return {{"value", number(of.value)}, {"low_95", number(of.low)}, {"high_95", number(of.high)}};
}

Json loop_json(const LoopResult& loop) {
  Json requirements = Json::array();
  for (const RequirementResult& row : loop.requirements)
    requirements.push_back({{"requirement", to_text(row.requirement)}, {"found", number(row.value)}, {"met", row.met}});
  return {{"name", loop.name},
          {"samples", loop.samples},
          {"acted", loop.acted},
          {"lost", loop.lost},
          {"in_flight", loop.in_flight},
          {"mean_s", number(loop.mean_s)},
          {"mean_half_width_95_s", number(loop.mean_half_width_95_s)},
          {"least_s", number(loop.least_s)},
          {"p50_s", estimate(loop.p50_s)},
          {"p95_s", estimate(loop.p95_s)},
          {"p99_s", estimate(loop.p99_s)},
          {"most_s", number(loop.most_s)},
          {"decision_mean_s", number(loop.decision_mean_s)},
          {"loss", number(loop.loss)},
          {"late", number(loop.late)},
          {"reaction_late", number(loop.reaction_late)},
          {"requirements", std::move(requirements)},
          {"latency_s", loop.latency_s},
          {"reaction_s", loop.reaction_s}};
}

Json result_json(const CyberResult& result) {
  Json loops = Json::array(), nodes = Json::array(), links = Json::array();
  for (const LoopResult& loop : result.loops) loops.push_back(loop_json(loop));
  for (const NodeResult& node : result.nodes)
    nodes.push_back({{"name", node.name},
                     {"load", number(node.load)},
                     {"energy_j", node.energy_j},
                     {"decisions", node.decisions},
                     {"down_share", node.down_share},
                     {"queue_mean", node.queue_mean},
                     {"queue_most", node.queue_most},
                     {"batches", node.batches},
                     {"wait_mean_s", number(node.wait_mean_s)}});
  for (const LinkResult& link : result.links)
    links.push_back({{"name", link.name},
                     {"messages", link.messages},
                     {"lost", link.lost},
                     {"bytes", link.bytes},
                     {"utilisation", link.utilisation},
                     {"energy_j", link.energy_j},
                     {"down_share", link.down_share}});
  return {{"observed_s", result.observed_s},
          {"messages", result.messages},
          {"all_met", result.all_met()},
          {"cost_per_h", result.cost_per_h},
          {"energy_kwh_per_h", result.energy_kwh_per_h},
          {"loops", std::move(loops)},
          {"nodes", std::move(nodes)},
          {"links", std::move(links)}};
}

Json kpis_json(const StudyResult& result) {
  Json rows = Json::array();
  for (std::size_t s = 0; s < result.scenarios.size(); ++s)
    for (std::size_t k = 0; k < result.kpis.size(); ++k) {
      const Summary summary = result.summary(s, k);
      rows.push_back({{"scenario", result.scenarios[s]},
                      {"entity", result.kpis[k].entity},
                      {"kpi", result.kpis[k].kpi},
                      {"unit", result.kpis[k].unit},
                      {"mean", number(summary.mean)},
                      {"half_width_95", number(summary.half_width_95)},
                      {"n", summary.n}});
    }
  return rows;
}

}  // namespace

std::string cyber_json(const CyberResult& result, const Plant& plant) {
  Json document{{"format", "takt-ict-result/1"}, {"plant", plant.name}};
  document.update(result_json(result));
  return document.dump(1) + "\n";
}

std::string placement_json(const PlacementStudy& study, const Plant& plant) {
  Json placements = Json::array(), break_evens = Json::array(), differences = Json::array();
  for (std::size_t p = 0; p < study.placements.size(); ++p) {
    const PlacementCost& cost = study.costs[p];
    placements.push_back({{"name", study.placements[p]},
                          {"cost_per_h",
                           {{"computing", cost.computing},
                            {"scrap", number(cost.scrap)},
                            {"scrap_half_width_95", number(cost.scrap_half_width_95)},
                            {"downtime", number(cost.downtime)},
                            {"downtime_half_width_95", number(cost.downtime_half_width_95)},
                            {"total", number(cost.total())}}},
                          {"cyber", result_json(study.cyber[p])}});
    if (p == 0) continue;
    const PlacementDifference& difference = study.differences[p - 1];
    placements.back()["difference"] = {{"scrap_per_h", number(difference.scrap_per_h)},
                                       {"scrap_half_width_95", number(difference.scrap_half_width_95)},
                                       {"down_min_per_h", number(difference.down_min_per_h)},
                                       {"down_half_width_95", number(difference.down_half_width_95)}};
  }
  for (const BreakEven& each : study.break_evens)
    break_evens.push_back({{"placement", each.placement}, {"other", each.other}, {"delay_s", number(each.delay_s)}});
  for (const Difference& each : study.result.compared_with(study.placements.front()))
    differences.push_back({{"scenario", each.scenario},
                           {"entity", each.kpi.entity},
                           {"kpi", each.kpi.kpi},
                           {"base", each.base},
                           {"difference", each.mean},
                           {"half_width_95", number(each.half_width_95)},
                           {"n", each.n}});
  const Json document{{"format", "takt-ict-result/1"},       {"plant", plant.name},
                      {"placements", std::move(placements)}, {"break_evens", std::move(break_evens)},
                      {"kpis", kpis_json(study.result)},     {"differences", std::move(differences)}};
  return document.dump(1) + "\n";
}

}  // namespace takt::report
