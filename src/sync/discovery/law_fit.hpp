// SPDX-License-Identifier: Apache-2.0
// The law of some times, chosen by evidence: each family that takt knows in closed form is fitted by maximum likelihood
// and the families are compared by Schwarz's criterion, -2 log L + k log n (Schwarz 1978, doi 10.1214/aos/1176344136).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "takt/core/distribution.hpp"

namespace takt::discovery {

/// Times in seconds. A censored one is known to be longer than it is here.
struct Times {
  std::vector<double> whole;
  std::vector<double> censored{};
  double resolution_s = 1e-9;  ///< of the clock that measured them
  std::size_t size() const { return whole.size(); }
};

struct FittedLaw {
  Distribution law{};
  double bic = 0.0;         ///< of the whole times; comparable between fits of the same times
  double mean_error = 1.0;  ///< standard error of the mean over the mean
  std::size_t n = 0;        ///< times, whole ones
  std::string runner_up{};  ///< the family that came second, if any did
  double margin = 0.0;      ///< how much worse its criterion is
};

/// The law; of no times at all, constant 0. Its mean is the mean of the times, or, with censored ones, the estimate
/// that counts them: all time observed over whole times, which is exact for an exponential law.
FittedLaw fit_law(const Times& times);

/// The probability that the mean of a fitted law is within `share` of the true one (normal theory).
double mean_within(const FittedLaw& fitted, double share);

/// "lognormal, mean 12.1 s, cv 31 %".
std::string describe(const Distribution& law);

}  // namespace takt::discovery
