// SPDX-License-Identifier: Apache-2.0
#include "takt/topology/flow_graph.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "takt/core/error.hpp"
#include "topology/ways.hpp"

namespace takt {
namespace {

class Builder {
 public:
  Builder(const Model& model, const Parameters& parameters)
      : model_(model), parameters_(parameters), node_of_entity_(model.entities.size(), kNone) {}

  FlowGraph build() {
    graph_.products = model_.products;
    for (std::uint32_t e = 0; e < model_.entities.size(); ++e) add_node(e);
    for (std::uint32_t node = 0; node < graph_.nodes.size(); ++node) add_arcs(node);
    std::ranges::sort(graph_.arcs, {}, [](const FlowArc& a) { return std::tuple(a.from, a.to, a.product); });
    return std::move(graph_);
  }

 private:
  void add_node(std::uint32_t e) {
    const Entity& entity = model_.entities[e];
    FlowNode node{entity.path, entity.kind, entity.index, e, {}, false};
    switch (entity.kind) {
      case Entity::Kind::source: node.supplies = products_of(model_.sources[entity.index]); break;
      case Entity::Kind::machine:
        node.scraps = detail::scraps(model_, parameters_, model_.machines[entity.index]);
        break;
      case Entity::Kind::buffer:
        if (model_.buffers[entity.index].initial > 0) node.supplies = {0};
        break;
      case Entity::Kind::sink: break;
      default: return;
    }
    node_of_entity_[e] = static_cast<std::uint32_t>(graph_.nodes.size());
    graph_.nodes.push_back(std::move(node));
  }

  std::vector<std::uint32_t> products_of(const SourceSpec& source) const {
    std::vector<std::uint32_t> products;
    const std::vector<double> shares = detail::shares_of(model_, parameters_, source);
    for (std::uint32_t p = 0; p < shares.size(); ++p)
      if (shares[p] > 0.0) products.push_back(p);
    return products;
  }

  std::uint32_t node_of_place(std::uint32_t place) const {
    if (place >= model_.buffers.size()) return node_of_entity_[model_.sink_entity[place - model_.buffers.size()]];
    const std::uint32_t entity = model_.buffer_entity[place];
    return node_of_entity_[entity != kNone
                               ? entity
                               : model_.machine_entity[model_.consumers[model_.buffers[place].first_consumer]]];
  }

  void add_arcs(std::uint32_t from) {
    const FlowNode& node = graph_.nodes[from];
    if (node.kind == Entity::Kind::buffer) {
      const BufferSpec& buffer = model_.buffers[node.index];
      for (std::uint32_t i = buffer.first_consumer; i < buffer.first_consumer + buffer.consumers; ++i)
        graph_.arcs.push_back({from, node_of_entity_[model_.machine_entity[model_.consumers[i]]], kNone, 1.0});
    } else if (node.kind == Entity::Kind::source) {
      add_routes(from, model_.sources[node.index]);
    } else if (node.kind == Entity::Kind::machine) {
      const MachineSpec& machine = model_.machines[node.index];
      if (parameters_.probabilities[machine.scrap] < 1.0) add_routes(from, machine);
    }
  }

  template <class Spec>
  void add_routes(std::uint32_t from, const Spec& spec) {
    const auto products = spec.ranges == kNone ? 1U : static_cast<std::uint32_t>(model_.products.size());
    for (std::uint32_t p = 0; p < products; ++p)
      for (const detail::Way& way : detail::ways_of(model_, parameters_, spec, p))
        if (way.probability > 0.0)
          graph_.arcs.push_back({from, node_of_place(way.place), spec.ranges == kNone ? kNone : p, way.probability});
  }

  const Model& model_;
  const Parameters& parameters_;
  std::vector<std::uint32_t> node_of_entity_;
  FlowGraph graph_;
};

}  // namespace

std::uint32_t FlowGraph::node(const std::string& path) const {
  const auto found = std::ranges::lower_bound(nodes, path, {}, &FlowNode::path);
  if (found != nodes.end() && found->path == path) return static_cast<std::uint32_t>(found - nodes.begin());
  std::vector<std::string> paths;
  for (const FlowNode& n : nodes) paths.push_back(n.path);
  throw InvalidInput(
      Fault{path, path, "the path of a source, machine, buffer or sink", nearest_name(path, paths), "", 0});
}

FlowGraph flow_graph(const Model& model, const Parameters& parameters) { return Builder(model, parameters).build(); }

}  // namespace takt
