// SPDX-License-Identifier: Apache-2.0
#include "ict/wire.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "takt/core/random.hpp"
#include "takt/plant/message_ways.hpp"

namespace takt::ict {
namespace {

/// Laws of more loops are only told where they have an effect: a report is not to be a thousand times its figures.
constexpr std::size_t kMostTables = 100;

/// Beyond the horizon, so that what is under way can arrive.
constexpr std::int64_t kBeyond = 3'600'000'000'000;

std::vector<Span> spans_of(const Outage& outage, const Plant& plant, const std::string& path,
                           const CyberOptions& options) {
  const std::int64_t end = options.horizon.count() + kBeyond;
  std::vector<Span> spans;
  if (const auto* during = std::get_if<Outage::During>(&outage.is)) {
    const Calendar& calendar = plant.calendars.at(during->calendar);
    for (Time at{}; at.time_since_epoch().count() < end;) {
      const Time next = calendar.next_change(at, plant.clock);
      if (calendar.on_at(at, plant.clock))
        spans.push_back({at.time_since_epoch().count(), std::min(next.time_since_epoch().count(), end)});
      if (next == kNever) break;
      at = next;
    }
    return spans;
  }
  const auto& renewal = std::get<Outage::Renewal>(outage.is);
  const std::uint64_t hash = hash_path(path);
  const StreamKey failures = stream_key(options.seed, options.replication, hash, Purpose::failure);
  const StreamKey repairs = stream_key(options.seed, options.replication, hash, Purpose::repair);
  const auto drawn = [](const Distribution& law, StreamKey stream, std::uint64_t ordinal) {
    Draw draw(stream, ordinal);
    return std::max<std::int64_t>(1, from_seconds(law.sample(draw)).count());
  };
  std::int64_t at = 0;
  for (std::uint64_t n = 0;; ++n) {
    at += drawn(renewal.time_to_failure, failures, n);
    if (at >= end) return spans;
    const std::int64_t up = at + drawn(renewal.time_to_repair, repairs, n);
    spans.push_back({at, std::min(up, end)});
    at = up;
  }
}

WireRetry wire(const Retry& retry) { return {retry.timeout.count(), retry.attempts}; }

Json law_or_null(const std::optional<Distribution>& law) { return law ? json_of(*law) : Json(); }

class RequestMaker {
 public:
  RequestMaker(const Plant& plant, const CyberOptions& options, bool lockstep)
      : plant_(plant), cyber_(*plant.cyber), options_(options), ways_(cyber_) {
    for (const Sensor& sensor : cyber_.sensors)
      sensors_.try_emplace(sensor.name, static_cast<std::uint32_t>(sensors_.size()));
    request_.lockstep = lockstep;
    request_.seed = options.seed;
    request_.replication = options.replication;
    request_.warmup_ns = options.warmup.count();
    request_.horizon_ns = options.horizon.count();
  }

  WireRequest make() {
    std::vector<std::string> zones;
    for (const auto& [name, bandwidth] : cyber_.zones) {
      zones.push_back(name);
      request_.zones.push_back(bandwidth);
    }
    for (const CyberNode& node : cyber_.nodes)
      request_.nodes.push_back({node.speed_op_per_s, node.cores, node.kind == CyberNode::Kind::gateway,
                                node.scan.count(), node.batch, node.batch_wait.count(), wire(node.retry),
                                down(node.outage, "/cyber/nodes/" + node.name)});
    for (const CyberLink& link : cyber_.links) {
      const std::string path = "/cyber/links/" + link.name;
      const auto zone = std::ranges::find(zones, link.zone);
      request_.links.push_back(
          {hash_path(path), node(link.from), node(link.to), link.bandwidth_b_per_s, link.latency.count(),
           law_or_null(link.jitter), link.loss, static_cast<std::uint32_t>(link.sharing),
           zone == zones.end() ? -1 : static_cast<std::int32_t>(zone - zones.begin()), down(link.outage, path)});
    }
    for (const Sensor& sensor : cyber_.sensors)
      request_.sensors.push_back({hash_path("/cyber/sensors/" + sensor.name), node(sensor.node), sensor.period.count(),
                                  sensor.first.count(), law_or_null(sensor.jitter), law_or_null(sensor.events),
                                  request_.lockstep && sensor.events && !sensor.equipment.empty(), sensor.bytes,
                                  wire(sensor.retry)});
    for (const CyberLoop& loop : cyber_.loops) add(loop);
    return std::move(request_);
  }

 private:
  std::uint32_t node(const std::string& name) const { return *ways_.node(name); }
  std::vector<Span> down(const std::optional<Outage>& outage, const std::string& path) const {
    return outage ? spans_of(*outage, plant_, path, options_) : std::vector<Span>{};
  }

  void add(const CyberLoop& loop) {
    WireLoop wired;
    wired.node = node(loop.node);
    wired.actuator = node(loop.actuator);
    wired.operations = loop.operations;
    wired.command_bytes = loop.command_bytes;
    wired.retry = wire(loop.retry);
    wired.deadline_ns = loop.deadline.count();
    wired.tables = loop.effect.has_value() || cyber_.loops.size() <= kMostTables;
    for (const Requirement& requirement : loop.requirements)
      if (requirement.of == Requirement::Of::quantile) wired.quantiles.push_back(requirement.probability);
    for (const std::string& signal : loop.signals) {
      wired.signals.push_back(sensors_.at(signal));
      add_way(node(cyber_.sensors[wired.signals.back()].node), wired.node);
    }
    add_way(wired.node, wired.actuator);
    request_.loops.push_back(std::move(wired));
  }

  void add_way(std::uint32_t from, std::uint32_t to) {
    if (!known_.insert({from, to}).second) return;
    const MessageWay found = *ways_.find(from, to);
    WireWay wired{from, to, found.links, found.nodes, {}};
    for (std::size_t i = 0; i < found.links.size(); ++i)
      wired.backwards.push_back(request_.links[found.links[i]].from != found.nodes[i]);
    request_.ways.push_back(std::move(wired));
  }

  const Plant& plant_;
  const Cyber& cyber_;
  const CyberOptions& options_;
  MessageWays ways_;
  std::unordered_map<std::string_view, std::uint32_t> sensors_;
  WireRequest request_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> known_;
};

Distribution made(Law law, const std::vector<double>& n, const Json& json) {
  switch (law) {
    case Law::constant: return Distribution::constant(n.at(0));
    case Law::exponential: return Distribution::exponential(n.at(0));
    case Law::uniform: return Distribution::uniform(n.at(0), n.at(1));
    case Law::triangular: return Distribution::triangular(n.at(0), n.at(1), n.at(2));
    case Law::normal: return Distribution::normal(n.at(0), n.at(1), n.at(2), n.at(3));
    case Law::lognormal: return Distribution::lognormal(n.at(0), n.at(1));
    case Law::gamma: return Distribution::gamma(n.at(0), n.at(1));
    case Law::weibull: return Distribution::weibull(n.at(0), n.at(1));
    case Law::beta: return Distribution::beta(n.at(0), n.at(1), n.at(2), n.at(3));
    case Law::empirical: return Distribution::empirical(json.at("values").get<std::vector<double>>());
    case Law::discrete:
      return Distribution::discrete(json.at("values").get<std::vector<double>>(),
                                    json.at("weights").get<std::vector<double>>());
    case Law::mixture: break;
  }
  std::vector<Distribution> parts;
  for (const Json& part : json.at("parts")) parts.push_back(law_of(part));
  return Distribution::mixture(std::move(parts), json.at("weights").get<std::vector<double>>());
}

}  // namespace

Json json_of(const Distribution& law) {
  Json json{{"law", static_cast<int>(law.law())}};
  switch (law.law()) {
    case Law::empirical: json["values"] = std::vector<double>(law.values().begin(), law.values().end()); break;
    case Law::discrete: json["values"] = std::vector<double>(law.values().begin(), law.values().end()); [[fallthrough]];
    case Law::mixture:
      json["weights"] = std::vector<double>(law.weights().begin(), law.weights().end());
      for (const Distribution& part : law.parts()) json["parts"].push_back(json_of(part));
      break;
    default:
      for (const std::string& name : law.number_names()) json["numbers"].push_back(law.number(name));
  }
  return json;
}

Distribution law_of(const Json& json) {
  std::vector<double> numbers;
  for (const Json& number : json.value("numbers", Json::array()))  // JSON has no infinity
    numbers.push_back(number.is_null() ? std::numeric_limits<double>::infinity() : number.get<double>());
  try {
    return made(static_cast<Law>(json.at("law").get<int>()), numbers, json);
  } catch (const std::out_of_range&) {
    throw InvalidInput(Fault{.value = json.dump(), .expected = "a law with all its numbers"});
  }
}

WireRequest request_of(const Plant& plant, const CyberOptions& options, bool lockstep) {
  return RequestMaker(plant, options, lockstep).make();
}

}  // namespace takt::ict
