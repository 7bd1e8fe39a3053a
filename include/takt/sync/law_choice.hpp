// SPDX-License-Identifier: Apache-2.0
// Which law times follow, by the evidence of those seen: exponential, log-normal, gamma or Weibull. Times that have not
// ended yet count as such.
//
//   takt::LawChoice choice;
//   for (double seconds : repairs) choice.observe(seconds);
//   choice.running(320.0);                         // the present one has lasted so long
//   if (choice.law()) use(*choice.law());
//
// The rule: laws are fitted by weighted maximum likelihood and compared by Schwarz's criterion (BIC, 1978, doi
// 10.1214/aos/1176344136), half of whose differences is about the logarithm of a Bayes factor. The law in force gives
// way only to one that is `odds` times as probable: a factor of 20 is strong evidence (Kass & Raftery 1995, doi
// 10.1080/01621459.1995.10476572). So a law does not come and go with every value.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "takt/core/distribution.hpp"

namespace takt {

/// When a law is chosen.
struct LawChoiceOptions {
  double half_life = 200.0;  ///< of a time's weight, in times seen since
  std::uint32_t kept = 128;  ///< times compared, the most recent
  std::uint32_t least = 20;  ///< ended times before any law is chosen
  double odds = 20.0;        ///< by which another law must be more probable than the one in force

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(half_life, kept, least, odds);
  }
  friend bool operator==(const LawChoiceOptions&, const LawChoiceOptions&) = default;
};

/// A law of one of the families, fitted.
struct FittedLaw {
  Law family = Law::exponential;
  double mean = 0.0;   ///< seconds
  double shape = 0.0;  ///< log-normal and gamma: coefficient of variation; Weibull: shape; exponential: none
  double bic = 0.0;

  Distribution distribution() const;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(family, mean, shape, bic);
  }
  friend bool operator==(const FittedLaw&, const FittedLaw&) = default;
};

/// Chooses among the laws. A value.
class LawChoice {
 public:
  LawChoice() = default;
  /// `in_force`: the family that others must beat; one that is none of the four is given up for the most probable one
  /// as soon as there is enough to see.
  explicit LawChoice(Law in_force, LawChoiceOptions options = {});

  void observe(double seconds);   ///< a time that has ended; values that are not above 0 and finite are ignored
  void censored(double seconds);  ///< one that was not seen to its end
  void running(double seconds);   ///< the age of the present one; replaces what was said before, ends with `observe`

  /// The family in force: the one given, until another has won.
  Law in_force() const { return in_force_; }
  /// The fit of the family in force, from the times seen up to the last choice; none before the first.
  const std::optional<FittedLaw>& law() const { return law_; }
  /// The mean of all ended times, also of those no more kept, with forgetting, and what they weigh in times.
  double mean_s() const { return weight_ > 0.0 ? sum_ / weight_ : 0.0; }
  double weight() const { return weight_; }
  /// The fits of all families to what is kept, the most probable first; empty if there is too little to see.
  std::vector<FittedLaw> evidence() const;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, in_force_, times_, running_, law_, since_choice_, sum_, weight_);
  }
  friend bool operator==(const LawChoice&, const LawChoice&) = default;

 private:
  void add(double seconds, bool has_ended);
  void choose();

  LawChoiceOptions options_;
  Law in_force_ = Law::lognormal;
  std::deque<std::pair<double, bool>> times_;  // seconds, and whether they were seen to their end; newest last
  double running_ = 0.0;
  std::optional<FittedLaw> law_;
  std::uint32_t since_choice_ = 0;
  double sum_ = 0.0, weight_ = 0.0;
};

}  // namespace takt
