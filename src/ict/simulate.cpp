// SPDX-License-Identifier: Apache-2.0
#include "takt/ict/simulate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "ict/answers.hpp"
#include "ict/wire.hpp"
#include "ict/worker_process.hpp"
#include "takt/core/quantity.hpp"

namespace takt {
namespace ict {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double number(const Json& json) { return json.is_null() ? kNaN : json.get<double>(); }

Interval interval(const WireLoopReport& report, std::size_t which) {
  if (report.quantiles.size() <= which) return {kNaN, kNaN, kNaN};
  const auto& [value, low, high] = report.quantiles[which];
  return {value, low, high};
}

double share(double part, double whole) { return whole > 0.0 ? part / whole : kNaN; }

std::vector<RequirementResult> checked(const ControlLoop& loop, const WireLoopReport& report,
                                       const LoopResult& result) {
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

LoopResult result_of(const ControlLoop& loop, const WireLoopReport& report) {
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

NodeResult result_of(const Node& node, const WireNodeReport& report, double seconds) {
  NodeResult result;
  result.name = node.name;
  result.load = report.busy_core_s / (static_cast<double>(node.cores) * seconds);
  result.energy_j = seconds * (node.idle_w + (node.busy_w - node.idle_w) * result.load);
  result.decisions = report.decisions;
  result.queue_mean = report.queue_s / seconds;
  result.queue_most = report.queue_most;
  result.batches = report.batches;
  result.wait_mean_s =
      node.kind == Node::Kind::gateway ? share(report.queue_s, static_cast<double>(report.queued)) : 0.0;
  return result;
}

LinkResult result_of(const Link& link, const WireLinkReport& report, double seconds) {
  const double ways = link.sharing == Link::Sharing::duplex ? 2.0 : 1.0;
  return {link.name,
          report.messages,
          report.lost,
          report.bytes,
          report.bytes / (ways * link.bandwidth_b_per_s * seconds),
          report.bytes * link.energy_j_per_b + link.idle_w * seconds,
          0.0};
}

CyberResult result_of(const Plant& plant, const WireRequest& request, const WireReport& report) {
  const Cyber& cyber = *plant.cyber;
  if (report.loops.size() != cyber.loops.size() || report.nodes.size() != cyber.nodes.size() ||
      report.links.size() != cyber.links.size())
    throw Error("the ICT worker's report is of another plant");
  CyberResult result;
  result.observed_s = static_cast<double>(request.horizon_ns - request.warmup_ns) * 1e-9;
  result.messages = report.messages;
  double energy_j = 0.0, cost = 0.0;
  const double hours = result.observed_s / 3600.0;
  for (std::size_t i = 0; i < cyber.loops.size(); ++i)
    result.loops.push_back(result_of(cyber.loops[i], report.loops[i]));
  for (std::size_t i = 0; i < cyber.nodes.size(); ++i) {
    result.nodes.push_back(result_of(cyber.nodes[i], report.nodes[i], result.observed_s));
    result.nodes.back().down_share = down_share(request.nodes[i].down, request);
    energy_j += result.nodes.back().energy_j;
    cost += cyber.nodes[i].cost_per_h * hours;
  }
  for (std::size_t i = 0; i < cyber.links.size(); ++i) {
    result.links.push_back(result_of(cyber.links[i], report.links[i], result.observed_s));
    result.links.back().down_share = down_share(request.links[i].down, request);
    energy_j += result.links.back().energy_j;
    cost += cyber.links[i].cost_per_gb * result.links.back().bytes * 1e-9;
  }
  const double energy_kwh = energy_j / 3.6e6;
  result.energy_kwh_per_h = energy_kwh / hours;
  result.cost_per_h = (cost + energy_kwh * cyber.costs.per_kwh) / hours;
  return result;
}

[[noreturn]] void refuse(std::string path, std::string value, std::string expected) {
  throw InvalidInput(Fault{.path = std::move(path), .value = std::move(value), .expected = std::move(expected)});
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

}  // namespace

void check(const Plant& plant, const CyberOptions& options) {
  if (auto faults = validate(plant); !faults.empty()) throw InvalidInput(std::move(faults));
  if (!plant.cyber) refuse("/cyber", "nothing", "a plant with a cyber side");
  if (plant.cyber->loops.empty()) refuse("/cyber/loops", "none", "one control loop at least");
  constexpr Duration kLongest = std::chrono::hours{24 * 366};
  if (options.horizon.count() <= 0 || options.horizon > kLongest)
    refuse("horizon", to_text(options.horizon), "a time above zero, at most a year");
  if (options.warmup.count() < 0 || options.warmup >= options.horizon)
    refuse("warmup", to_text(options.warmup), "a time from zero to less than the horizon");
  if (options.timeout.count() <= 0) refuse("timeout", to_text(options.timeout), "a time above zero");
}

}  // namespace ict

CyberResult simulate_cyber(const Plant& plant, const CyberOptions& options) {
  using namespace ict;
  check(plant, options);
  const WireRequest request = request_of(plant, options, false);
  const std::string asked = Json(request).dump();
  const auto begin = std::chrono::steady_clock::now();
  std::string answer = known_answer(options.cache, asked);
  const bool was_known = !answer.empty();
  if (!was_known) {
    WorkerProcess worker(worker_executable(options.worker), options.timeout, options.stop);
    worker.send_line(asked);
    answer = worker.receive_line();
  }
  CyberResult result = result_of(plant, request, read_report(answer));
  if (!was_known) keep_answer(options.cache, asked, answer);
  result.from_cache = was_known;
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

const LoopResult& CyberResult::loop(std::string_view name) const {
  const auto found = std::ranges::find(loops, name, &LoopResult::name);
  if (found != loops.end()) return *found;
  std::vector<std::string> names;
  for (const LoopResult& loop : loops) names.push_back(loop.name);
  throw InvalidInput(Fault{
      .value = std::string(name), .expected = "the name of a control loop", .nearest = nearest_name(name, names)});
}

bool CyberResult::all_met() const {
  return std::ranges::all_of(
      loops, [](const LoopResult& loop) { return std::ranges::all_of(loop.requirements, &RequirementResult::met); });
}

Plant placed(const Plant& plant, std::string_view placement) {
  const std::map<std::string, Placement> none;
  const auto& known = plant.cyber ? plant.cyber->placements : none;
  const auto found = known.find(std::string(placement));
  if (found == known.end()) {
    std::vector<std::string> names;
    for (const auto& [name, where] : known) names.push_back(name);
    throw InvalidInput(Fault{.path = "/cyber/placements",
                             .value = std::string(placement),
                             .expected = "the name of a placement",
                             .nearest = nearest_name(placement, names)});
  }
  Plant result = plant;
  for (ControlLoop& loop : result.cyber->loops)
    if (const auto where = found->second.find(loop.name); where != found->second.end()) loop.node = where->second;
  return result;
}

}  // namespace takt
