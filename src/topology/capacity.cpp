// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/capacity.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "takt/core/error.hpp"
#include "topology/flow_program.hpp"
#include "topology/max_flow.hpp"
#include "topology/station.hpp"

namespace takt {
namespace {

constexpr double kPerHour = 3600.0;

void check(const CapacityOptions& options) {
  if (!options.window || options.window->from < options.window->to) return;
  throw InvalidInput(
      Fault{"window", "nothing between its begin and its end", "a window that ends after it begins", "", "", 0});
}

class Bounds {
 public:
  Bounds(const Model& model, const Parameters& parameters, const CapacityOptions& options)
      : model_(model), parameters_(parameters), options_(options) {
    bounds_[kNone];
    for (std::uint32_t e = 0; e < model.entities.size(); ++e)
      if (is_level(model.entities[e].kind)) bounds_[e].entity = e;
  }

  std::vector<CapacityBound> find() {
    for (std::uint32_t c = 0; c < model_.components.size(); ++c) add_component(c);
    std::vector<CapacityBound> list{std::move(bounds_.at(kNone))};
    for (auto& [entity, bound] : bounds_)
      if (entity != kNone) list.push_back(std::move(bound));
    for (CapacityBound& bound : list) std::ranges::sort(bound.limited_by);
    return list;
  }

 private:
  static bool is_level(Entity::Kind kind) {
    return kind == Entity::Kind::line || kind == Entity::Kind::workshop || kind == Entity::Kind::enterprise;
  }

  bool holds(std::uint32_t level, std::uint32_t entity) const {
    while (entity != kNone && entity != level) entity = model_.entities[entity].parent;
    return entity == level;
  }

  std::uint32_t entity_of_place(std::uint32_t place) const {
    if (place >= model_.buffers.size()) return model_.sink_entity[place - model_.buffers.size()];
    const std::uint32_t entity = model_.buffer_entity[place];
    return entity != kNone ? entity : model_.machine_entity[model_.consumers[model_.buffers[place].first_consumer]];
  }

  /// The levels whose throughput a flow adds to, as the KPI counts: those it goes out of, those whose sink it comes to,
  /// and at a sink the whole plant.
  std::vector<std::uint32_t> counted_by(const detail::Flow& flow) const {
    const bool to_sink = flow.place >= model_.buffers.size();
    const std::uint32_t to = entity_of_place(flow.place);
    std::vector<std::uint32_t> levels;
    for (std::uint32_t e = model_.entities[flow.from].parent; e != kNone; e = model_.entities[e].parent)
      if (!holds(e, to)) levels.push_back(e);
    if (!to_sink) return levels;
    for (std::uint32_t e = model_.entities[to].parent; e != kNone; e = model_.entities[e].parent) levels.push_back(e);
    levels.push_back(kNone);
    return levels;
  }

  void add_component(std::uint32_t c) {
    const detail::FlowProgram flows = detail::flow_program(model_, parameters_, c, options_);
    std::map<std::uint32_t, detail::Expression> gains;
    std::map<std::uint32_t, std::vector<std::uint32_t>> producers;  // each once: a producer's flows stand together
    for (const detail::Flow& flow : flows.flows)
      for (const std::uint32_t level : counted_by(flow)) {
        detail::add_to(gains[level], flow.rate);
        std::vector<std::uint32_t>& list = producers[level];
        if (list.empty() || list.back() != flow.from) list.push_back(flow.from);
      }
    const bool is_small = (flows.program.rows.size() + 1) * (flows.program.columns + 2) <= options_.largest_program;
    for (const auto& [level, gain] : gains) {
      const auto optimum = is_small ? detail::maximise(flows.program, gain) : std::nullopt;
      if (optimum)
        add(level, optimum->value, optimum->tags);
      else
        add_simple(level, c, producers.at(level));
    }
  }

  /// Without the program: the maximum flow of the plant, what its last producers can do of a level.
  void add_simple(std::uint32_t level, std::uint32_t component, const std::vector<std::uint32_t>& producers) {
    if (level == kNone) {
      const detail::MaxFlow flow = detail::max_flow(model_, parameters_, component, options_);
      add(level, flow.rate, flow.cut);
      return;
    }
    for (const std::uint32_t entity : producers) {
      const std::uint32_t index = model_.entities[entity].index;
      const bool is_machine = model_.entities[entity].kind == Entity::Kind::machine;
      const double rate = is_machine ? detail::greatest_station_rate(model_, parameters_, index, options_)
                                     : detail::source_rate(model_, parameters_, model_.sources[index], options_);
      add(level, rate, {entity});
    }
  }

  void add(std::uint32_t level, double rate, const std::vector<std::uint32_t>& limited_by) {
    CapacityBound& bound = bounds_.at(level);
    bound.throughput_per_h += rate * kPerHour;
    for (const std::uint32_t entity : limited_by)
      if (entity != kNone) bound.limited_by.push_back(entity);
    if (!std::isfinite(bound.throughput_per_h)) bound.limited_by.clear();
  }

  const Model& model_;
  const Parameters& parameters_;
  const CapacityOptions& options_;
  std::map<std::uint32_t, CapacityBound> bounds_;
};

}  // namespace

std::vector<StationCapacity> station_capacities(const Model& model, const Parameters& parameters,
                                                const CapacityOptions& options) {
  check(options);
  std::vector<StationCapacity> stations;
  for (std::uint32_t m = 0; m < model.machines.size(); ++m) {
    const std::vector<detail::StationLimit> limits = detail::station_limits(model, parameters, m, options);
    StationCapacity station{m, detail::availability_of(model, parameters, m, options), {}};
    for (std::uint32_t p = 0; p < model.products.size(); ++p)
      station.rate_per_h.push_back(detail::station_rate(limits, p) * kPerHour);
    stations.push_back(std::move(station));
  }
  return stations;
}

std::vector<CapacityBound> capacity_bounds(const Model& model, const Parameters& parameters,
                                           const CapacityOptions& options) {
  check(options);
  return Bounds(model, parameters, options).find();
}

CapacityBound max_flow_bound(const Model& model, const Parameters& parameters, const CapacityOptions& options) {
  check(options);
  CapacityBound bound;
  for (std::uint32_t c = 0; c < model.components.size(); ++c) {
    const detail::MaxFlow flow = detail::max_flow(model, parameters, c, options);
    bound.throughput_per_h += flow.rate * kPerHour;
    bound.limited_by.insert(bound.limited_by.end(), flow.cut.begin(), flow.cut.end());
  }
  if (!std::isfinite(bound.throughput_per_h)) bound.limited_by.clear();
  std::ranges::sort(bound.limited_by);
  return bound;
}

}  // namespace takt
