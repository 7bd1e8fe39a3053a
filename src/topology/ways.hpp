// SPDX-License-Identifier: Apache-2.0
// Reads routes and shares out of a model as the engine draws them: the last of a choice gets what the others leave.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "takt/engine/model.hpp"

namespace takt::detail {

struct Way {
  std::uint32_t place = kNone;  ///< a buffer, or Model::buffers.size() + sink
  double probability = 0.0;
};

/// The ways of a product out of a machine or source.
template <class Spec>
std::vector<Way> ways_of(const Model& model, const Parameters& parameters, const Spec& spec, std::uint32_t product) {
  const RouteRange range =
      spec.ranges == kNone ? RouteRange{spec.first_route, spec.routes} : model.routes_of[spec.ranges + product];
  std::vector<Way> ways;
  double left = 1.0;
  for (std::uint32_t i = 0; i < range.count; ++i) {
    const Route& route = model.routes[range.first + i];
    const bool last = i + 1 == range.count;
    const double probability = last ? left : std::min(left, parameters.probabilities[route.probability]);
    // The rounding of a sum is no way.
    ways.push_back({route.place, last && range.count > 1 && probability < 1e-12 ? 0.0 : probability});
    left -= probability;
  }
  return ways;
}

/// The share of each product among the arrivals of a source, shape (products). Of a timetable: among those listed.
inline std::vector<double> shares_of(const Model& model, const Parameters& parameters, const SourceSpec& source) {
  std::vector<double> drawn(model.products.size(), 0.0);
  double left = 1.0;
  for (std::uint32_t k = source.first_share; k < source.first_share + source.shares; ++k) {
    const bool last = k + 1 == source.first_share + source.shares;
    const double share = last ? left : std::min(left, parameters.probabilities[model.shares[k].probability]);
    drawn[model.shares[k].product] += last && source.shares > 1 && share < 1e-12 ? 0.0 : share;
    left -= share;
  }
  if (source.shares == 0) drawn[0] = 1.0;
  if (source.kind != SourceSpec::Kind::timetable) return drawn;
  std::vector<double> shares(model.products.size(), 0.0);
  for (std::uint32_t i = source.first_arrival; i < source.first_arrival + source.arrivals; ++i) {
    const std::uint32_t product = model.timetable[i].product;
    for (std::uint32_t p = 0; p < shares.size(); ++p)
      shares[p] += (product == kNone ? drawn[p] : product == p ? 1.0 : 0.0) / source.arrivals;
  }
  return shares;
}

/// Whether parts can leave the plant at a machine as scrap.
inline bool scraps(const Model&, const Parameters& parameters, const MachineSpec& machine) {
  return parameters.probabilities[machine.scrap] > 0.0 ||
         ((machine.flags & kHasFailure) != 0 && machine.on_failure == OnFailure::scrap);
}

}  // namespace takt::detail
