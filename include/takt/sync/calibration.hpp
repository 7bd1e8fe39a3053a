// SPDX-License-Identifier: Apache-2.0
// Are the twin's forecasts as good as they claim? Forecasts made before are held against what the counters then said.
//
// The rank of what happened among the futures that were forecast, made continuous at random, is uniform if the forecast
// is right (probability integral transform; Dawid 1984, doi 10.2307/2981683; randomised for counts: Czado, Gneiting &
// Held 2009, doi 10.1111/j.1541-0420.2009.01191.x). Windows do not overlap and each begins with the synchronised state,
// so that the ranks of one cell follow each other independently (Diebold, Gunther & Tay 1998, doi 10.2307/2527342).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "takt/core/time.hpp"
#include "takt/sync/cusum.hpp"
#include "takt/sync/doubts.hpp"

namespace takt {

/// The rank of what happened among the members of an ensemble, as a number in (0, 1): (#{f < y} + u (#{f = y} + 1)) /
/// (members + 1). `uniform` is in (0, 1); uniform too if `observed` is from the law of the members.
double randomised_pit(std::span<const double> members, double observed, double uniform);

/// The continuous ranked probability score of an ensemble, in the unit of its members, less is better; with Ferro's
/// correction for their number (2014, doi 10.1002/qj.2270), so that ensembles of different sizes can be compared.
/// `sorted` must be ascending. One member: the distance.
double crps(std::span<const double> sorted, double observed);

struct CalibrationOptions {
  double shift = 0.5;            ///< standard deviations: the bias of forecasts that is found soonest
  double false_invalid = 0.004;  ///< alarms of all cells together in a shift in which the forecasts are right
  double false_warning = 0.02;
  Duration shift_length = std::chrono::hours{8};
  std::uint32_t least = 20;        ///< windows before coverage and skill are judged
  double half_life = 100.0;        ///< windows, of the skill
  std::size_t naive_members = 50;  ///< errors of the naive forecast that are remembered
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(shift, false_invalid, false_warning, shift_length, least, half_life, naive_members);
  }
};

/// How the forecasts of one cell over one horizon did. A value.
struct CellCalibration {
  TwoCusums bias;  ///< more, less than forecast
  Alarm more = Alarm::none, less = Alarm::none;
  std::uint64_t windows = 0;
  double sum_z = 0.0;                                 ///< of all windows
  std::uint64_t covered = 0;                          ///< the last 64 windows, a bit each: inside the 90 % band
  double crps = 0.0, naive_crps = 0.0, weight = 0.0;  ///< sums of those both could forecast, fading
  double gain = 0.0, gain2 = 0.0;                     ///< of naive less twin, and its square
  std::deque<double> errors;  ///< of the naive forecast: what happened less what happened in the window before
  double last = 0.0;
  bool has_last = false;

  double mean_z() const { return windows > 0 ? sum_z / static_cast<double>(windows) : 0.0; }
  std::uint64_t recent() const { return windows < 64 ? windows : 64; }
  double coverage() const;  ///< of the last 64 windows; 0.9 is right
  double skill() const { return naive_crps > 0.0 ? 1.0 - crps / naive_crps : 0.0; }
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(bias, more, less, windows, sum_z, covered, crps, naive_crps, weight, gain, gain2, errors, last, has_last);
  }
};

/// One cell's forecast and what came of it.
struct Scored {
  std::string about;  ///< path of a machine or buffer, "/" for the whole plant
  Duration horizon{};
  std::span<const double> members;  ///< ascending
  double observed = 0.0;
  double uniform = 0.5;
  WallClock::Instant at{};
};

/// A value.
class Calibration {
 public:
  explicit Calibration(CalibrationOptions options = {}) : options_(options) {}

  void score(const Scored& scored, Doubts& doubts);
  /// What was scored is forgotten but for the naive forecast's errors.
  void restart(Doubts& doubts);

  using Key = std::pair<std::string, Duration>;
  const std::map<Key, CellCalibration>& cells() const { return cells_; }

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, cells_);
  }

 private:
  void judge_bias(const Scored& scored, CellCalibration& cell, double z, Doubts& doubts);
  void judge_coverage(const Scored& scored, const CellCalibration& cell, Doubts& doubts) const;
  void judge_skill(const Scored& scored, CellCalibration& cell, double twin, Doubts& doubts) const;
  double share_of(const std::string& about) const;

  CalibrationOptions options_;
  std::map<Key, CellCalibration> cells_;
};

}  // namespace takt
