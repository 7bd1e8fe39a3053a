// SPDX-License-Identifier: Apache-2.0
// How much a machine makes while it runs: its pace, and how well it was told so far.
//
// The pace is what was made over the time run, recent time counting more; of one product, with what other products say
// as its prior. Every so much running time the pace told before is held against the one seen since: these ratios are
// the spread of the next (errors of past forecasts as the law of the next, Roulston & Smith 2003, doi
// 10.1034/j.1600-0870.2003.201378.x).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "takt/core/calendar.hpp"
#include "takt/sync/weighted_atoms.hpp"

namespace takt {

struct PaceOptions {
  double prior_s = 60.0;          ///< seconds a piece, assumed before any is seen
  double half_life_h = 24.0;      ///< of running time: older pace fades
  double other_products_h = 0.5;  ///< running time that the pace of other products counts for
  double block_h = 1.0;           ///< running time over which the pace told is judged
  double error_half_life_d = 14.0;
  double other_units = 0.2;   ///< weight of another machine's errors
  double prior_errors = 1.0;  ///< weight, in blocks, of small errors assumed before any is known

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(prior_s, half_life_h, other_products_h, block_h, error_half_life_d, other_units, prior_errors);
  }
};

/// What was seen of all machines of a shop. A value.
class PaceLedger {
 public:
  explicit PaceLedger(PaceOptions options = {}) : options_(options) {}

  /// So many pieces of a product were made in so much running time, which ended at `at`.
  void observe(const std::string& unit, const std::string& product, double pieces, double running_s,
               WallClock::Instant at);
  /// Pieces a second, as now told.
  double pace(const std::string& unit, const std::string& product) const;
  /// The law of true over told pace, weights summing to 1.
  WeightedAtoms errors(const std::string& unit, WallClock::Instant at) const;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, sums_, blocks_, errors_);
  }

 private:
  struct Sum {
    double pieces = 0.0, running_s = 0.0;
    void fade(double share) {
      pieces *= share;
      running_s *= share;
    }
    void add(double more, double seconds) {
      pieces += more;
      running_s += seconds;
    }
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(pieces, running_s);
    }
  };
  /// Running time since the pace told was last judged.
  struct Block {
    double pieces = 0.0, told = 0.0, running_s = 0.0;
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(pieces, told, running_s);
    }
  };
  struct Error {
    std::string unit;
    double ratio = 1.0;
    WallClock::Instant at{};
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(unit, ratio, at);
    }
  };

  PaceOptions options_;
  std::map<std::pair<std::string, std::string>, Sum> sums_;  // by unit and product; product "": all of them
  std::map<std::string, Block> blocks_;                      // by unit
  std::vector<Error> errors_;
};

}  // namespace takt
