// SPDX-License-Identifier: Apache-2.0
// When will an order see its last event? Told from the event log alone: what was ordered, how much of it, and whether
// the order has reached what orders end with.
//
//   const takt::CaseEnds ends(log, now, open);                       // open: numbers of the cases still open
//   const takt::WeightedAtoms law = ends.remaining(open[0], 336h);   // seconds, cut at two weeks
//
// Every step (a day) that a case was open is a stretch at risk. Its hazard is told from what was known so many steps
// before, a regression for each distance (landmarking: van Houwelingen 2007, doi 10.1111/j.1467-9469.2006.00529.x), so
// that what matters soon and what matters late are both learnt, and cases that are still open count as such. The
// farther regression takes the nearer one as its prior. No random numbers; nothing from `now` on is looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "takt/core/time.hpp"
#include "takt/sync/event_log.hpp"
#include "takt/sync/hazard.hpp"
#include "takt/sync/weighted_atoms.hpp"

namespace takt {

struct CaseEndOptions {
  Duration step = std::chrono::hours{24};  ///< of the hazard; a few percent of what a case lasts
  /// Where one regression gives way to the next, in steps from now.
  std::vector<std::size_t> distances{0, 2, 6, 12, 24};
  double prior_steps = 30.0;    ///< that a case has left, before anything is known
  double prior_log_sd = 1.0;    ///< of that
  double effect_sd = 0.5;       ///< of a log hazard ratio, before anything is known
  double carry = 0.8;           ///< what is left of an effect at the next distance
  double carry_sd = 0.25;       ///< how sure that is
  double level_sd = 0.3;        ///< of the change of the common level from one distance to the next
  std::size_t least_cases = 3;  ///< of a product, for an effect of its own
  double closing_share = 0.2;   ///< of the cases ended ended with a closing activity
  std::size_t idle_steps = 14;  ///< back from now, over which it is learnt how long open cases lie still
};

/// How the horizon of a forecast cuts it.
enum class Horizon : std::uint8_t {
  cap,     ///< a case that goes on longer counts as the horizon
  log_end  ///< the log ends there: a case that goes on has its last event some idle time before
};

/// What is learnt from a log up to a moment, for every open case. A value; thread-safe while it is not changed.
class CaseEnds {
 public:
  /// `open`: the cases with something still to come; all others with an event before `now` have ended with their last.
  /// Throws InvalidInput for an open case without an event before `now` and for options that make no sense.
  CaseEnds(const EventLog& log, WallClock::Instant now, std::span<const std::uint32_t> open,
           CaseEndOptions options = {});

  /// The law of the seconds from now to the case's last event, at most `horizon`; uncertainty of what was learnt is in
  /// it. Throws InvalidInput for a case that is not open.
  WeightedAtoms remaining(std::uint32_t case_id, Duration horizon, Horizon kind = Horizon::cap) const;

  /// Activities that at least a share of the cases ended with, by number.
  const std::vector<std::uint32_t>& closing_activities() const { return closing_; }

  /// What makes a case end sooner (positive) or later, in the first regression.
  struct Effect {
    std::string name;  ///< "quantity", "reached ACTIVITY", "product PRODUCT"
    double log_ratio = 0.0, sd = 0.0;
  };
  std::vector<Effect> effects() const;

 private:
  CaseEndOptions options_;
  std::vector<std::uint32_t> closing_;
  std::vector<std::string> names_;       // of the covariates
  std::vector<HazardFit> fits_;          // by distance
  std::vector<std::uint32_t> open_;      // sorted
  std::vector<double> open_covariates_;  // row after row, in that order
  std::vector<double> idle_steps_;       // sorted
};

}  // namespace takt
