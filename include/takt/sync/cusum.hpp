// SPDX-License-Identifier: Apache-2.0
// Has it changed, and since when? Page's cumulative sum (Page 1954, doi 10.1093/biomet/41.1-2.100) of log-likelihood
// ratios, in both directions, with a false-alarm rate that is chosen.
//
// Each piece of evidence adds log p(it | after the change) - log p(it | before); below zero the sum begins anew, and
// where it last stood at zero is the likeliest time of the change. For sums that move like a Brownian motion, a
// threshold a is passed by chance once in (e^a - a - 1) / I, where I is the mean that the sum loses in a unit of time
// before the change (Siegmund 1985, Sequential Analysis, section 2.6, without his correction for the overshoot, which
// makes alarms rarer). For observations with mean shifted by delta standard deviations I is delta^2 / 2 each, which is
// the usual chart with k = delta / 2 and a = 2 k h.
#pragma once

#include "takt/core/calendar.hpp"

namespace takt {

/// The threshold that is passed by chance `rate` times where `information` is lost. Zero information needs none: 0.
double cusum_threshold(double information, double rate);

/// One direction. A value.
class Cusum {
 public:
  /// `observed` and `expected` are sums that tell the size of the change. The sum is held at `most`, so that it comes
  /// back when the change is over.
  void add(double log_ratio, double observed, double expected, double most, WallClock::Instant at) {
    if (sum_ <= 0.0) since_ = at;
    sum_ += log_ratio;
    observed_ += observed;
    expected_ += expected;
    if (sum_ > 0.0) {
      if (sum_ > most) sum_ = most;
      return;
    }
    sum_ = observed_ = expected_ = 0.0;
  }
  double sum() const { return sum_; }
  WallClock::Instant since() const { return since_; }  ///< the likeliest time of a change
  double observed() const { return observed_; }        ///< since then
  double expected() const { return expected_; }
  /// Observed over expected; 1 where nothing is.
  double ratio() const { return expected_ > 0.0 ? observed_ / expected_ : 1.0; }

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(sum_, observed_, expected_, since_);
  }

 private:
  double sum_ = 0.0, observed_ = 0.0, expected_ = 0.0;
  WallClock::Instant since_{};
};

/// Both directions. A value.
struct TwoCusums {
  Cusum more, less;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(more, less);
  }
};

/// Where a sum stands between its limits. What was doubted is doubted until the sum is back at nothing.
enum class Alarm { none, warning, invalid };

struct AlarmLimits {
  double warning = 0.0, invalid = 0.0;
  /// How far a sum may grow.
  double most() const { return 1.25 * invalid; }
  Alarm of(double sum, Alarm before) const;
};

}  // namespace takt
