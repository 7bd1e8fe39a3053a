// SPDX-License-Identifier: Apache-2.0
// Forecasts put right by how past ones did.
//
// Where did the truth lie in the law that was forecast? That place, the probability integral transform, is uniform on
// (0, 1) if the forecasts are right (Dawid 1984, doi 10.2307/2981683; Gneiting, Balabdaoui & Raftery 2007,
// doi 10.1111/j.1467-9868.2007.00587.x). If it was not, the law of the past places says which level of the next
// forecast holds which share of the truth (calibrated as in Kuleshov, Fenner & Ermon 2018, arXiv:1807.00263): a bias
// and a band too wide or too narrow both go. A prior of right forecasts keeps a few days from saying much.
//
//   takt::Recalibration calibration;
//   calibration.add(takt::place_in(law, truth));  // each time that a truth becomes known
//   const takt::WeightedAtoms right = calibration.apply(next_law);
#pragma once

#include <cstddef>
#include <vector>

#include "takt/sync/weighted_atoms.hpp"

namespace takt {

struct RecalibrationOptions {
  double prior_places = 10.0;  ///< weight, in forecasts, of having been right
  double half_life = 20.0;     ///< in forecasts: older places count less
  double width = 0.15;         ///< a place stands for those so far to each side

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(prior_places, half_life, width);
  }
};

/// Where a value lies in a law: the share of the law below it, half of what equals it included.
double place_in(const WeightedAtoms& law, double value);

/// What past forecasts of one quantity got wrong. A value.
class Recalibration {
 public:
  explicit Recalibration(RecalibrationOptions options = {}) : options_(options) {}

  void add(double place);  ///< of a truth in its forecast, in [0, 1]
  std::size_t size() const { return places_.size(); }

  /// The share of truths that lie below a level of a forecast.
  double share_below(double level) const;
  /// The level of a forecast below which the share `p` of truths lies.
  double level_of(double p) const;
  /// The law with its quantiles at the levels that hold what they should: `count` values of equal weight.
  WeightedAtoms apply(const WeightedAtoms& law, std::size_t count = 200) const;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, places_);
  }

 private:
  RecalibrationOptions options_;
  std::vector<double> places_;  // oldest first
};

}  // namespace takt
