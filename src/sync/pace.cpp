// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/pace.hpp"

#include <array>
#include <cmath>

namespace takt {
namespace {

constexpr double kHour = 3600.0;
constexpr std::array kPriorErrors{0.8, 0.95, 0.99, 1.0, 1.01, 1.05, 1.2};

}  // namespace

double PaceLedger::pace(const std::string& unit, const std::string& product) const {
  double told = 1.0 / options_.prior_s;
  const auto blend = [&](const std::string& name) {
    const auto it = sums_.find({unit, name});
    if (it == sums_.end()) return;
    const double prior_s = kHour * options_.other_products_h;
    told = (it->second.pieces + told * prior_s) / (it->second.running_s + prior_s);
  };
  blend("");
  if (!product.empty()) blend(product);
  return told;
}

void PaceLedger::observe(const std::string& unit, const std::string& product, double pieces, double running_s,
                         WallClock::Instant at) {
  if (!(running_s > 0.0) || !(pieces >= 0.0)) return;
  Block& block = blocks_[unit];
  block.pieces += pieces;
  block.told += pace(unit, product) * running_s;
  block.running_s += running_s;
  if (block.running_s >= kHour * options_.block_h) {
    errors_.push_back({unit, block.pieces / block.told, at});
    block = {};
  }
  for (const std::string& name : {std::string(), product}) {
    Sum& sum = sums_[{unit, name}];
    sum.fade(std::exp2(-running_s / (kHour * options_.half_life_h)));
    sum.add(pieces, running_s);
    if (product.empty()) break;
  }
}

WeightedAtoms PaceLedger::errors(const std::string& unit, WallClock::Instant at) const {
  constexpr double kDay = 86400.0;
  WeightedAtoms law;
  double sum = options_.prior_errors;
  for (const double ratio : kPriorErrors)
    law.atoms.push_back({.value = ratio, .weight = options_.prior_errors / kPriorErrors.size()});
  for (const Error& error : errors_) {
    const double age = std::exp2(-to_seconds(at - error.at) / (kDay * options_.error_half_life_d));
    const double weight = age * (error.unit == unit ? 1.0 : options_.other_units);
    law.atoms.push_back({.value = error.ratio, .weight = weight});
    sum += weight;
  }
  for (WeightedAtoms::Atom& atom : law.atoms) atom.weight /= sum;
  return law;
}

}  // namespace takt
