// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/weighted_atoms.hpp"

#include <algorithm>
#include <cmath>

#include "sync/interpolate.hpp"
#include "takt/core/statistics.hpp"

namespace takt {

double WeightedAtoms::weight() const {
  double sum = 0.0;
  for (const Atom& atom : atoms) sum += atom.weight;
  return sum;
}

double WeightedAtoms::mean() const {
  double sum = 0.0;
  for (const Atom& atom : atoms) sum += atom.weight * atom.value;
  return sum / weight();
}

std::vector<double> WeightedAtoms::quantiles(std::span<const double> p) const {
  std::vector<Atom> sorted = atoms;
  std::ranges::stable_sort(sorted, {}, &Atom::value);
  std::vector<double> at, value;
  at.reserve(sorted.size());
  value.reserve(sorted.size());
  double sum = 0.0;
  for (const Atom& atom : sorted) {
    at.push_back(sum + atom.weight / 2);
    value.push_back(atom.value);
    sum += atom.weight;
  }
  std::vector<double> out;
  for (const double each : p) out.push_back(detail::interpolate(each * sum, at, value));
  return out;
}

WeightedAtoms WeightedAtoms::condensed(std::size_t count) const {
  if (atoms.size() <= count) return *this;
  std::vector<double> p;
  for (std::size_t i = 0; i < count; ++i) p.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(count));
  const double share = weight() / static_cast<double>(count);
  WeightedAtoms out;
  for (const double value : quantiles(p)) out.atoms.push_back({.value = value, .weight = share});
  return out;
}

WeightedAtoms kernel_residual(std::span<const double> past_s, double elapsed_s, const KernelOptions& options) {
  WeightedAtoms law;
  law.atoms.reserve(past_s.size() * options.points);
  double sum = 0.0;
  for (const double past : past_s) {
    const double z = std::log(elapsed_s / past) / options.log_sd;
    const double survival = std::max(normal_cdf(-z), options.least_weight);
    for (std::size_t i = 0; i < options.points; ++i) {
      const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(options.points);
      const double lasts = past * std::exp(-options.log_sd * normal_quantile(survival * (1.0 - u)));
      law.atoms.push_back({.value = std::max(lasts - elapsed_s, options.least_s), .weight = survival});
      sum += survival;
    }
  }
  for (WeightedAtoms::Atom& atom : law.atoms) atom.weight /= sum;
  return law;
}

}  // namespace takt
