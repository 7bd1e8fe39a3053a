// SPDX-License-Identifier: Apache-2.0
// Random plants of everything that bears on capacity, and their throughput by simulation.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/plants.hpp"
#include "takt/core/statistics.hpp"
#include "takt/kpi/observer.hpp"
#include "takt/topology/capacity.hpp"
#include "topology/graphs.hpp"

namespace takt::test {

/// Layers of machines, one or two buffers before each or none, over two lines; several products with times and routes
/// of their own, rework, scrap, all clocks of failure and what it does to the part, crews, shifts, servers.
class RandomPlant {
 public:
  /// `plain`: one product, every route certain, nothing scrapped: what maximum flow alone can tell.
  explicit RandomPlant(std::uint64_t seed, bool plain = false) : dice_(seed), plain_(plain) {}

  Plant make() {
    products_ = plain_ || dice_.chance(0.5) ? 1 : 2 + dice_.number(2);
    for (std::uint32_t p = 0; p < products_; ++p) plant_.product("p" + std::to_string(p));
    plant_.crew("e", "w", {"crew", 1 + dice_.number(2)});
    plant_.calendar("shifts", shifts());
    layers_ = 1 + dice_.number(4);
    for (std::uint32_t k = 0; k <= layers_; ++k) choose_entries(k);
    add_sources();
    for (std::uint32_t k = 0; k < layers_; ++k) add_layer(k);
    line(layers_).sink("out").sink("second");
    return plant_.build();
  }

  static constexpr Duration kPeriod = std::chrono::minutes{30};  ///< of the shifts

 private:
  struct Layer {
    std::vector<std::string> machines, buffers;
    bool infinite = false;
  };

  /// On for 20 minutes to 25 of 30.
  Calendar shifts() {
    const std::chrono::minutes on{20 + dice_.number(6)};
    Calendar calendar;
    for (auto& day : calendar.week)
      for (std::chrono::minutes at{0}; at < std::chrono::hours{24}; at += std::chrono::minutes{30})
        day.push_back({at, at + on});
    return calendar;
  }

  PlantBuilder::LineBuilder line(std::uint32_t k) { return plant_.line("e", "w", k < 2 ? "first" : "second"); }
  std::string path(std::uint32_t k, const std::string& name) const {
    return std::string("/e/w/") + (k < 2 ? "first/" : "second/") + name;
  }

  void choose_entries(std::uint32_t k) {
    Layer& layer = of_.emplace_back();
    if (k == layers_) return;
    for (std::uint32_t i = 0; i <= dice_.number(3); ++i) layer.machines.push_back(name("m", k, i));
    if (dice_.chance(0.75))
      for (std::uint32_t i = 0; i <= dice_.number(2); ++i) layer.buffers.push_back(name("b", k, i));
    layer.infinite = dice_.chance(0.4);
  }
  static std::string name(const char* kind, std::uint32_t k, std::uint32_t i) {
    return kind + std::to_string(k) + std::to_string(i);
  }

  /// Where parts can be sent in a layer.
  std::vector<std::string> entries(std::uint32_t k) const {
    if (k == layers_) return {path(k, "out"), path(k, "second")};
    std::vector<std::string> list;
    for (const std::string& entry : of_[k].buffers.empty() ? of_[k].machines : of_[k].buffers)
      list.push_back(path(k, entry));
    return list;
  }

  /// To one entry of a layer or, by chance, to all.
  std::vector<Output> ways(std::uint32_t k, const std::string& product) {
    const std::vector<std::string> list = entries(k);
    if (plain_ || list.size() == 1 || dice_.chance(0.5))
      return {{list[dice_.number(static_cast<std::uint32_t>(list.size()))], 1.0, product}};
    std::vector<Output> outputs;
    double left = 1.0;
    for (std::size_t i = 0; i + 1 < list.size(); ++i) {
      outputs.push_back({list[i], left * dice_.between(0.2, 0.8), product});
      left -= outputs.back().probability;
    }
    outputs.push_back({list.back(), left, product});
    return outputs;
  }

  std::vector<Output> outputs(std::uint32_t next) {
    std::vector<Output> all = ways(next, "");
    if (products_ > 1 && dice_.chance(0.3)) {
      const std::vector<Output> own = ways(next, "p1");
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }

  void add_sources() {
    std::vector<ProductShare> shares;
    for (std::uint32_t p = 0; products_ > 1 && p < products_; ++p)
      shares.push_back({"p" + std::to_string(p), dice_.between(0.3, 1.0)});
    const bool room = of_[0].buffers.empty() || !of_[0].infinite;
    const bool saturated = room && dice_.chance(0.5);
    const Source::Renewal arrivals{law(dice_.between(2.0, 8.0)), std::nullopt};
    Source source{arrivals, shares, dice_.chance(0.5) ? WithoutPlace::held : WithoutPlace::lost};
    if (saturated) source.supply = Source::Saturated{};
    line(0).source("s0", source, outputs(0));
    if (dice_.chance(0.3))
      line(0).source("s1", {Source::Renewal{law(15.0), std::nullopt}, shares, WithoutPlace::lost}, outputs(0));
  }

  void add_layer(std::uint32_t k) {
    const Layer& layer = of_[k];
    for (std::size_t b = 0; b < layer.buffers.size(); ++b) {
      std::vector<Output> to;  // the first buffer feeds all, the second the first machine
      for (std::size_t i = 0; i < layer.machines.size(); ++i)
        if (b == 0 || i == 0) to.push_back({layer.machines[i]});
      line(k).buffer(
          layer.buffers[b],
          {layer.infinite ? std::nullopt : std::optional<std::uint32_t>(1 + dice_.number(8)), dice_.number(2)}, to);
    }
    const bool next_has_room = k + 1 == layers_ || !of_[k + 1].buffers.empty();
    for (const std::string& m : layer.machines) {
      std::vector<Output> to = outputs(k + 1);
      const bool one_way = to.size() == 1;
      if (!plain_ && one_way && !of_[0].buffers.empty() && of_[0].infinite && dice_.chance(0.3)) {
        to[0].probability = 0.8;
        to.push_back({path(0, of_[0].buffers[0]), 0.2});
      }
      line(k).machine(m, machine(next_has_room), to);
    }
  }

  Distribution law(double mean) {
    switch (dice_.number(6)) {
      case 0: return Distribution::constant(mean);
      case 1: return Distribution::exponential(mean);
      case 2: return Distribution::lognormal(mean, 0.6);
      case 3: return Distribution::gamma(mean, 1.4);
      case 4: return Distribution::uniform(0.5 * mean, 1.5 * mean);
      default: return Distribution::discrete({0.5 * mean, 2.0 * mean}, {2.0, 1.0});
    }
  }

  Machine machine(bool next_has_room) {
    Machine m = machine_with(law(dice_.between(3.0, 8.0)));
    m.servers = 1 + (dice_.chance(0.3) ? dice_.number(3) : 0);
    if (products_ > 1 && dice_.chance(0.4)) m.cycle_time.of["p1"] = law(dice_.between(2.0, 12.0));
    if (dice_.chance(0.3)) m.load_time = LawByProduct{law(1.5), {}};
    if (dice_.chance(0.3)) m.calendar = "shifts";
    if (dice_.chance(0.5)) {
      m.failure = Failure{law(60.0), law(dice_.between(5.0, 25.0)),
                          static_cast<FailureClock>(dice_.number(m.calendar.empty() ? 2 : 3)),
                          dice_.chance(0.4) ? "crew" : "", OnFailure::resume};
      if (dice_.chance(0.5))
        m.failure->on_failure = plain_ || dice_.chance(0.5) ? OnFailure::restart : OnFailure::scrap;
    }
    if (!plain_ && dice_.chance(0.2)) m.scrap = 0.05;
    if (next_has_room && dice_.chance(0.25)) m.blocking = Blocking::before_service;
    m.loads_while_down = dice_.chance(0.3);
    m.unloads_while_down = dice_.chance(0.7);
    return m;
  }

  Dice dice_;
  bool plain_;
  PlantBuilder plant_{"random"};
  std::uint32_t products_ = 1, layers_ = 1;
  std::vector<Layer> of_;
};

/// How far a simulated throughput lies above its bound, in standard errors.
struct Excess {
  std::string entity = "/";
  double simulated_per_h = 0.0, bound_per_h = 0.0, errors = 0.0;
};

/// The worst over the whole plant and its levels. A count is of whole parts: the standard error is taken as
/// at least half of one in the window, for plants without chance.
inline Excess worst_excess(const Model& model, std::uint64_t seed, Duration warmup, Duration horizon,
                           std::uint32_t replications) {
  const std::vector<CapacityBound> bounds =
      capacity_bounds(model, model.defaults, {.window = {{Time{warmup}, Time{warmup + horizon}}}});
  std::size_t lines = 0;
  for (const Entity& entity : model.entities) lines += entity.kind == Entity::Kind::line ? 1 : 0;
  const double hours = to_seconds(horizon) / 3600.0;
  std::vector<Moments> rates(bounds.size());
  for (std::uint32_t r = 0; r < replications; ++r) {
    State state = start(model, model.defaults, seed, r);
    KpiObserver observer(model, state);
    advance(model, model.defaults, state, Time{warmup}, observer);
    const Totals from = observer.totals(model, state);
    advance(model, model.defaults, state, Time{warmup + horizon}, observer);
    const Totals to = observer.totals(model, state);
    for (std::size_t b = 0; b < bounds.size(); ++b) {
      const std::uint32_t entity = bounds[b].entity;
      std::uint64_t parts = 0;
      if (entity == kNone || lines == 1)
        for (std::size_t s = 0; s < to.sinks.size(); ++s) parts += to.sinks[s] - from.sinks[s];
      else
        parts = to.crossings[entity] - from.crossings[entity];
      rates[b].add(static_cast<double>(parts) / hours);
    }
  }
  Excess worst{"", 0.0, 0.0, -1e9};
  for (std::size_t b = 0; b < bounds.size(); ++b) {
    const double error = std::max(rates[b].standard_error(), 0.5 / hours);
    const double errors = (rates[b].mean() - bounds[b].throughput_per_h) / error;
    if (errors <= worst.errors) continue;
    worst = {bounds[b].entity == kNone ? "/" : model.entities[bounds[b].entity].path, rates[b].mean(),
             bounds[b].throughput_per_h, errors};
  }
  return worst;
}

}  // namespace takt::test
