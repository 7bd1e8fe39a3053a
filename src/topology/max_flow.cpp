// SPDX-License-Identifier: Apache-2.0
#include "topology/max_flow.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <cmath>
#include <limits>

#include "topology/station.hpp"
#include "topology/ways.hpp"

namespace takt::detail {
namespace {

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using Network = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::directedS, boost::no_property,
    boost::property<boost::edge_capacity_t, std::int64_t,
                    boost::property<boost::edge_residual_capacity_t, std::int64_t,
                                    boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;

/// One vertex a buffer; two a machine, and two a source, with what it can do on the arc between them.
class Builder {
 public:
  Builder(const Model& model, const Parameters& parameters, std::uint32_t component, const CapacityOptions& options)
      : model_(model), parameters_(parameters), options_(options), spec_(model.components[component]) {}

  MaxFlow solve() {
    std::vector<double> rates;
    for (std::uint32_t s = 0; s < spec_.sources; ++s)
      rates.push_back(source_rate(model_, parameters_, model_.sources[spec_.first_source + s], options_));
    for (std::uint32_t m = 0; m < spec_.machines; ++m)
      rates.push_back(greatest_station_rate(model_, parameters_, spec_.first_machine + m, options_));
    choose_scale(rates);
    for (std::uint32_t s = 0; s < spec_.sources; ++s) add_source(s, rates[s]);
    for (std::uint32_t m = 0; m < spec_.machines; ++m) add_machine(m, rates[spec_.sources + m]);
    const std::int64_t flow = boost::push_relabel_max_flow(network_, 0, 1);
    if (flow >= unlimited_) return {std::numeric_limits<double>::infinity(), {}};
    return {static_cast<double>(flow) / scale_, cut()};
  }

 private:
  struct Limited {
    Traits::vertex_descriptor from, to;
    std::uint32_t entity;
  };

  /// Rates as whole numbers, rounded up: the flow is exact and never too small.
  void choose_scale(const std::vector<double>& rates) {
    double largest = 0.0;
    for (const double rate : rates)
      if (std::isfinite(rate)) largest = std::max(largest, rate);
    scale_ = largest > 0.0 ? std::ldexp(1.0, 40) / largest : 1.0;
    unlimited_ = 1;
    for (const double rate : rates)
      if (std::isfinite(rate)) unlimited_ += capacity(rate);
  }
  std::int64_t capacity(double rate) const {
    return std::isfinite(rate) ? static_cast<std::int64_t>(std::ceil(rate * scale_)) : unlimited_;
  }

  std::uint32_t vertex_of_place(std::uint32_t place) const {
    return place >= model_.buffers.size() ? 1 : 2 + place - spec_.first_buffer;
  }
  std::uint32_t vertex_of_machine(std::uint32_t m) const { return 2 + spec_.buffers + 2 * (m - spec_.first_machine); }

  void add_arc(std::uint32_t from, std::uint32_t to, std::int64_t most) {
    const auto there = add_edge(from, to, network_).first;
    const auto back = add_edge(to, from, network_).first;
    put(boost::edge_capacity, network_, there, most);
    put(boost::edge_capacity, network_, back, std::int64_t{0});
    put(boost::edge_reverse, network_, there, back);
    put(boost::edge_reverse, network_, back, there);
  }

  template <class Spec>
  void add_ways(std::uint32_t from, const Spec& spec, const std::vector<double>& shares) {
    for (std::uint32_t p = 0; p < model_.products.size(); ++p)
      for (const Way& way : ways_of(model_, parameters_, spec, p))
        if (shares[p] > 0.0 && way.probability > 0.0) add_arc(from, vertex_of_place(way.place), unlimited_);
  }

  void add_source(std::uint32_t s, double rate) {
    const SourceSpec& source = model_.sources[spec_.first_source + s];
    const std::uint32_t vertex = 2 + spec_.buffers + 2 * spec_.machines + s;
    add_arc(0, vertex, capacity(rate));
    limited_.push_back({0, vertex, model_.source_entity[spec_.first_source + s]});
    add_ways(vertex, source, shares_of(model_, parameters_, source));
  }

  void add_machine(std::uint32_t index, double rate) {
    const std::uint32_t m = spec_.first_machine + index;
    const MachineSpec& machine = model_.machines[m];
    const std::uint32_t vertex = vertex_of_machine(m);
    for (std::uint32_t i = machine.first_input; i < machine.first_input + machine.inputs; ++i)
      add_arc(vertex_of_place(model_.inputs[i]), vertex, unlimited_);
    add_arc(vertex, vertex + 1, capacity(rate));
    limited_.push_back({vertex, vertex + 1, model_.machine_entity[m]});
    if (parameters_.probabilities[machine.scrap] < 1.0)
      add_ways(vertex + 1, machine, std::vector<double>(model_.products.size(), 1.0));
  }

  /// Those on the border of what the start still reaches.
  std::vector<std::uint32_t> cut() const {
    std::vector<bool> reached(num_vertices(network_), false);
    std::vector<Traits::vertex_descriptor> open{0};
    reached[0] = true;
    while (!open.empty()) {
      const auto vertex = open.back();
      open.pop_back();
      for (auto [it, end] = out_edges(vertex, network_); it != end; ++it) {
        const auto to = target(*it, network_);
        if (reached[to] || get(boost::edge_residual_capacity, network_, *it) == 0) continue;
        reached[to] = true;
        open.push_back(to);
      }
    }
    std::vector<std::uint32_t> entities;
    for (const Limited& arc : limited_)
      if (reached[arc.from] && !reached[arc.to]) entities.push_back(arc.entity);
    std::ranges::sort(entities);
    return entities;
  }

  const Model& model_;
  const Parameters& parameters_;
  const CapacityOptions& options_;
  const ComponentSpec& spec_;
  Network network_{2};  // 0: before all sources, 1: behind all sinks
  std::vector<Limited> limited_;
  double scale_ = 1.0;
  std::int64_t unlimited_ = 1;
};

}  // namespace

MaxFlow max_flow(const Model& model, const Parameters& parameters, std::uint32_t component,
                 const CapacityOptions& options) {
  return Builder(model, parameters, component, options).solve();
}

}  // namespace takt::detail
