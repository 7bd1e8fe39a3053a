// SPDX-License-Identifier: Apache-2.0
#include "ict/reports.hpp"

#include <algorithm>
#include <limits>

namespace takt::ict {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double number(const Json& json) { return json.is_null() ? kNaN : json.get<double>(); }

IntervalEstimate interval(const WireLoopReport& report, std::size_t which) {
  if (report.quantiles.size() <= which) return {kNaN, kNaN, kNaN};
  const auto& [value, low, high] = report.quantiles[which];
  return {value, low, high};
}

double share(double part, double whole) { return whole > 0.0 ? part / whole : kNaN; }

std::vector<RequirementResult> checked(const CyberLoop& loop, const WireLoopReport& report, const LoopResult& result) {
  std::vector<RequirementResult> rows;
  std::size_t asked = 5;
  for (const Requirement& requirement : loop.requirements) {
    RequirementResult row{requirement, kNaN, false};
    switch (requirement.of) {
      case Requirement::Of::quantile: row.value = interval(report, asked++).value; break;
      case Requirement::Of::mean: row.value = result.mean_s; break;
      case Requirement::Of::max: row.value = result.most_s; break;
      case Requirement::Of::loss: row.value = result.loss; break;
      case Requirement::Of::late: row.value = result.late; break;
    }
    row.met = row.value <= requirement.bound;
    rows.push_back(row);
  }
  return rows;
}

LoopResult result_of(const CyberLoop& loop, const WireLoopReport& report) {
  LoopResult result;
  result.name = loop.name;
  result.samples = report.samples;
  result.acted = report.acted;
  result.lost = report.lost;
  result.in_flight = report.samples - report.acted - report.lost;
  result.mean_s = number(report.mean_s);
  result.mean_half_width_95_s = number(report.mean_half_width_95_s);
  result.decision_mean_s = number(report.decision_mean_s);
  result.least_s = interval(report, 0).value;
  result.p50_s = interval(report, 1);
  result.p95_s = interval(report, 2);
  result.p99_s = interval(report, 3);
  result.most_s = interval(report, 4).value;
  const auto ended = static_cast<double>(report.acted + report.lost);
  result.loss = share(static_cast<double>(report.lost), ended);
  result.late =
      loop.deadline.count() > 0 ? share(static_cast<double>(report.lost + report.past_deadline), ended) : kNaN;
  result.requirements = checked(loop, report, result);
  result.latency_s = report.latency_s;
  result.reaction_s = report.reaction_s;
  result.reaction_late = number(report.reaction_late);
  return result;
}

double down_share(const std::vector<Span>& spans, const WireRequest& request) {
  std::int64_t down = 0;
  for (const Span& span : spans)
    down += std::max<std::int64_t>(0, std::min(span[1], request.horizon_ns) - std::max(span[0], request.warmup_ns));
  return static_cast<double>(down) / static_cast<double>(request.horizon_ns - request.warmup_ns);
}

NodeResult result_of(const CyberNode& node, const WireNodeReport& report, double seconds) {
  NodeResult result;
  result.name = node.name;
  result.load = report.busy_core_s / (static_cast<double>(node.cores) * seconds);
  result.energy_j = seconds * (node.idle_w + (node.busy_w - node.idle_w) * result.load);
  result.decisions = report.decisions;
  result.queue_mean = report.queue_s / seconds;
  result.queue_most = report.queue_most;
  result.batches = report.batches;
  result.wait_mean_s =
      node.kind == CyberNode::Kind::gateway ? share(report.queue_s, static_cast<double>(report.queued)) : 0.0;
  return result;
}

LinkResult result_of(const CyberLink& link, const WireLinkReport& report, double seconds) {
  const double ways = link.sharing == CyberLink::Sharing::duplex ? 2.0 : 1.0;
  return {link.name,
          report.messages,
          report.lost,
          report.bytes,
          report.bytes / (ways * link.bandwidth_b_per_s * seconds),
          report.bytes * link.energy_j_per_b + link.idle_w * seconds,
          0.0};
}

}  // namespace

CyberResult result_of(const Plant& plant, const WireRequest& request, const WireReport& report) {
  const Cyber& cyber = *plant.cyber;
  if (report.loops.size() != cyber.loops.size() || report.nodes.size() != cyber.nodes.size() ||
      report.links.size() != cyber.links.size())
    throw Error("the ICT worker's report is of another plant");
  CyberResult result;
  result.observed_s = static_cast<double>(request.horizon_ns - request.warmup_ns) * 1e-9;
  result.messages = report.messages;
  double energy_j = 0.0, paid_j = 0.0, cost = 0.0;
  const double hours = result.observed_s / 3600.0;
  for (std::size_t i = 0; i < cyber.loops.size(); ++i)
    result.loops.push_back(result_of(cyber.loops[i], report.loops[i]));
  for (std::size_t i = 0; i < cyber.nodes.size(); ++i) {
    result.nodes.push_back(result_of(cyber.nodes[i], report.nodes[i], result.observed_s));
    result.nodes.back().down_share = down_share(request.nodes[i].down, request);
    energy_j += result.nodes.back().energy_j;
    // A host that decides nothing would not be there.
    if (cyber.nodes[i].speed_op_per_s > 0.0 && result.nodes.back().decisions == 0) continue;
    paid_j += result.nodes.back().energy_j;
    cost += cyber.nodes[i].cost_per_h * hours;
  }
  for (std::size_t i = 0; i < cyber.links.size(); ++i) {
    result.links.push_back(result_of(cyber.links[i], report.links[i], result.observed_s));
    result.links.back().down_share = down_share(request.links[i].down, request);
    energy_j += result.links.back().energy_j;
    paid_j += result.links.back().energy_j;
    cost += cyber.links[i].cost_per_gb * result.links.back().bytes * 1e-9;
  }
  result.energy_kwh_per_h = energy_j / 3.6e6 / hours;
  result.cost_per_h = (cost + paid_j / 3.6e6 * cyber.costs.per_kwh) / hours;
  return result;
}

WireReport read_report(const std::string& line) {
  try {
    const Json json = Json::parse(line);
    if (json.value("format", "") != kFormat) throw Error("found another format");
    return json.get<WireReport>();
  } catch (const std::exception& error) {
    throw Error(std::string("the ICT worker's report cannot be read: ") + error.what());
  }
}

void read_ready(const std::string& line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || json.value("format", "") != kFormat || !json.value("ready", false))
    throw Error("the ICT worker does not say that it is ready");
}

}  // namespace takt::ict
