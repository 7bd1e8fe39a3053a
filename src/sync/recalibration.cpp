// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/recalibration.hpp"

#include <algorithm>
#include <cmath>

namespace takt {
namespace {

/// The share below a level of a place spread evenly over its width; what falls outside [0, 1] is folded back.
double spread_below(double level, double place, double width) {
  const auto below = [width](double x) { return std::clamp((x + width) / (2 * width), 0.0, 1.0); };
  return below(level - place) - below(-level - place) + 1.0 - below(2.0 - level - place);
}

}  // namespace

double place_in(const WeightedAtoms& law, double value) {
  double below = 0.0, all = 0.0;
  for (const WeightedAtoms::Atom& atom : law.atoms) {
    all += atom.weight;
    if (atom.value < value) below += atom.weight;
    if (atom.value == value) below += atom.weight / 2;
  }
  return all > 0.0 ? below / all : 0.5;
}

void Recalibration::add(double place) { places_.push_back(std::clamp(place, 0.0, 1.0)); }

double Recalibration::share_below(double level) const {
  double share = options_.prior_places * level;
  double all = options_.prior_places;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const double weight = std::exp2(-static_cast<double>(places_.size() - 1 - i) / options_.half_life);
    share += weight * spread_below(level, places_[i], options_.width);
    all += weight;
  }
  return share / all;
}

double Recalibration::level_of(double p) const {
  constexpr int kHalvings = 40;
  double low = 0.0, high = 1.0;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (share_below(middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

WeightedAtoms Recalibration::apply(const WeightedAtoms& law, std::size_t count) const {
  std::vector<double> levels;
  for (std::size_t i = 0; i < count; ++i)
    levels.push_back(level_of((static_cast<double>(i) + 0.5) / static_cast<double>(count)));
  WeightedAtoms right;
  for (const double value : law.quantiles(levels))
    right.atoms.push_back({.value = value, .weight = 1.0 / static_cast<double>(count)});
  return right;
}

}  // namespace takt
