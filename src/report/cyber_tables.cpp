// SPDX-License-Identifier: Apache-2.0
#include "takt/report/cyber_tables.hpp"

#include <fmt/format.h>

#include <cmath>

#include "report/text_table.hpp"
#include "takt/core/quantity.hpp"

namespace takt::report {
namespace {

using detail::kNothing;
using detail::number_text;
using detail::TextTable;

std::string ms(double seconds) { return std::isnan(seconds) ? kNothing : number_text(1e3 * seconds); }
std::string share(double ratio) { return std::isnan(ratio) ? kNothing : fmt::format("{:.3g} %", 100.0 * ratio); }

std::string loops_table(const CyberResult& result) {
  TextTable table({"control loop", "samples", "mean ms", "p50", "p95", "p99", "most", "loss", "late"});
  for (const LoopResult& loop : result.loops)
    table.row({loop.name, std::to_string(loop.samples), ms(loop.mean_s), ms(loop.p50_s.value), ms(loop.p95_s.value),
               ms(loop.p99_s.value), ms(loop.most_s), share(loop.loss), share(loop.late)});
  return table.text();
}

std::string requirements_table(const CyberResult& result) {
  TextTable table({"control loop", "requirement", "found", "met"});
  table.left(1);
  for (const LoopResult& loop : result.loops)
    for (const RequirementResult& row : loop.requirements) {
      const bool is_share = row.requirement.of == Requirement::Of::loss || row.requirement.of == Requirement::Of::late;
      table.row({loop.name, to_text(row.requirement), is_share ? share(row.value) : ms(row.value) + " ms",
                 row.met ? "yes" : "NO"});
    }
  return table.empty() ? "" : "\n" + table.text();
}

std::string nodes_table(const CyberResult& result, const Plant& plant) {
  TextTable table({"node", "load", "energy kJ", "decisions", "queue", "wait ms", "down"});
  for (std::size_t n = 0; n < result.nodes.size(); ++n) {
    const NodeResult& node = result.nodes[n];
    const bool queues = plant.cyber->nodes[n].kind == CyberNode::Kind::gateway;
    table.row({node.name, share(node.load), number_text(node.energy_j * 1e-3), std::to_string(node.decisions),
               queues ? number_text(node.queue_mean) : kNothing, queues ? ms(node.wait_mean_s) : kNothing,
               share(node.down_share)});
  }
  return "\n" + table.text();
}

std::string links_table(const CyberResult& result) {
  TextTable table({"link", "messages", "lost", "MB", "used", "energy J", "down"});
  for (const LinkResult& link : result.links)
    table.row({link.name, std::to_string(link.messages), std::to_string(link.lost), number_text(link.bytes * 1e-6),
               share(link.utilisation), number_text(link.energy_j), share(link.down_share)});
  return "\n" + table.text();
}

}  // namespace

std::string cyber_tables(const CyberResult& result, const Plant& plant) {
  return loops_table(result) + requirements_table(result) + nodes_table(result, plant) + links_table(result);
}

std::string placement_tables(const PlacementStudy& study) {
  TextTable costs({"placement", "computing /h", "scrap /h", "downtime /h", "total /h"});
  for (const PlacementCost& cost : study.costs)
    costs.row({cost.placement, number_text(cost.computing), detail::interval_text(cost.scrap, cost.scrap_half_width_95),
               detail::interval_text(cost.downtime, cost.downtime_half_width_95), number_text(cost.total())});
  std::string text = costs.text() + "\n";
  TextTable differences({"against " + study.placements.front(), "scrap, parts/h", "down, min/h"});
  for (const PlacementDifference& each : study.differences)
    differences.row({each.placement, detail::interval_text(each.scrap_per_h, each.scrap_half_width_95),
                     detail::interval_text(each.down_min_per_h, each.down_half_width_95)});
  text += differences.text() + "\n";
  for (const BreakEven& each : study.break_evens)
    text += std::isinf(each.delay_s)
                ? fmt::format("{} stays cheaper than {} however late its commands come\n", each.placement, each.other)
                : fmt::format("{} stays cheaper than {} until its commands come {} ms later\n", each.placement,
                              each.other, number_text(1e3 * each.delay_s));
  return text;
}

}  // namespace takt::report
