// SPDX-License-Identifier: Apache-2.0
// How like two plants are, whatever their buffers and sources are called.
#pragma once

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "takt/engine/detail/state_moves.hpp"
#include "takt/engine/model.hpp"

namespace takt::test {

/// The part of a plant that parts reach. Sources are called "source", all sinks "out".
struct Shape {
  using Consumers = std::set<std::string>;       ///< stations that take from one place, or "out"
  std::map<std::string, std::uint32_t> servers;  ///< by station
  std::map<Consumers, std::uint32_t> capacity;   ///< of the place in front; kInfinite: no limit
  /// By station or source, and product: where its parts go, with which probability.
  std::map<std::pair<std::string, std::string>, std::map<Consumers, double>> ways;
  std::map<std::pair<std::string, std::string>, double> cycle_s;  ///< mean, by station and product
};

class ShapeFinder {
 public:
  explicit ShapeFinder(const Plant& plant) : model_(compile(plant)) {}

  Shape find() {
    for (const SourceSpec& source : model_.sources)
      for (std::uint32_t p = 0; p < model_.products.size(); ++p) {
        const double share = share_of(source, p);
        if (share <= 0.0) continue;
        const RouteRange range = source.ranges != kNone ? model_.routes_of[source.ranges + p]
                                                        : RouteRange{source.first_route, source.routes};
        follow("source", p, range);
      }
    return std::move(shape_);
  }

 private:
  double share_of(const SourceSpec& source, std::uint32_t product) const {
    if (source.shares == 0) return product == 0 ? 1.0 : 0.0;
    for (std::uint32_t i = source.first_share; i < source.first_share + source.shares; ++i)
      if (model_.shares[i].product == product) return model_.defaults.probabilities[model_.shares[i].probability];
    return 0.0;
  }

  std::string product_name(std::uint32_t p) const { return model_.products.size() > 1 ? model_.products[p] : ""; }

  void follow(const std::string& from, std::uint32_t product, RouteRange range) {
    for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
      const Route& route = model_.routes[i];
      const double probability = range.count == 1 ? 1.0 : model_.defaults.probabilities[route.probability];
      if (probability <= 0.0) continue;
      Shape::Consumers consumers{"out"};
      if (route.place < model_.buffers.size()) {
        consumers.clear();
        const BufferSpec& buffer = model_.buffers[route.place];
        for (std::uint32_t c = buffer.first_consumer; c < buffer.first_consumer + buffer.consumers; ++c)
          consumers.insert(model_.machine_path(model_.consumers[c]));
        const auto capacity = shape_.capacity.try_emplace(consumers, buffer.capacity).first;
        capacity->second = std::min(capacity->second, buffer.capacity);
      }
      shape_.ways[{from, product_name(product)}][consumers] += probability;
      if (route.place >= model_.buffers.size()) continue;
      const BufferSpec& buffer = model_.buffers[route.place];
      for (std::uint32_t c = buffer.first_consumer; c < buffer.first_consumer + buffer.consumers; ++c)
        visit(model_.consumers[c], product);
    }
  }

  void visit(std::uint32_t m, std::uint32_t product) {
    if (!seen_.insert({m, product}).second) return;
    const MachineSpec& spec = model_.machines[m];
    shape_.servers[model_.machine_path(m)] = spec.servers;
    shape_.cycle_s[{model_.machine_path(m), product_name(product)}] =
        model_.defaults.law(detail::law_for(model_, spec, spec.cycle_law, product)).mean();
    follow(model_.machine_path(m), product, detail::ways_of(model_, spec, product));
  }

  Model model_;
  Shape shape_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen_;
};

inline Shape shape_of(const Plant& plant) { return ShapeFinder(plant).find(); }

inline std::string text_of(const Shape::Consumers& consumers) {
  std::string text;
  for (const std::string& each : consumers) text += (text.empty() ? "" : "+") + each;
  return text;
}

/// Stations, servers, places and ways that are not the same, a line each; probabilities may be off by `points`.
inline std::vector<std::string> differences(const Shape& truth, const Shape& found, double points = 0.03) {
  std::vector<std::string> all;
  for (const auto& [name, servers] : truth.servers) {
    const auto at = found.servers.find(name);
    if (at == found.servers.end())
      all.push_back("no station " + name);
    else if (at->second != servers)
      all.push_back(name + " has " + std::to_string(at->second) + " servers, not " + std::to_string(servers));
  }
  for (const auto& [name, servers] : found.servers)
    if (!truth.servers.contains(name)) all.push_back("a station " + name);
  for (const auto& [from, ways] : truth.ways) {
    const auto there = found.ways.find(from);
    for (const auto& [to, probability] : ways) {
      const double seen = there != found.ways.end() && there->second.contains(to) ? there->second.at(to) : 0.0;
      if (std::abs(seen - probability) > points || seen <= 0.0)
        all.push_back(from.first + " " + from.second + " to " + text_of(to) + ": " + std::to_string(seen) + ", not " +
                      std::to_string(probability));
    }
  }
  for (const auto& [from, ways] : found.ways)
    for (const auto& [to, probability] : ways)
      if (!truth.ways.contains(from) || !truth.ways.at(from).contains(to))
        all.push_back("a way from " + from.first + " " + from.second + " to " + text_of(to));
  return all;
}

}  // namespace takt::test
