// SPDX-License-Identifier: Apache-2.0
// The line on whose truths the published accuracies of a particle filter were measured (benchmarks/reference/
// sync_reference.cpp, part b): five stations, ten places between two, log-normal cycles, failures while working. The
// same seeds give the same truths here, so that another filter can be held against the figures themselves.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "sync/particle_experiment.hpp"

namespace takt::test {

class ReferenceLine {
 public:
  explicit ReferenceLine(std::uint64_t seed) : random_(seed) {
    for (Station& station : stations_) station.to_failure = exponential(kToFailure_s);
    settle();
  }

  /// What there is to see at that time, which must not fall.
  Moment at(double until_s) {
    while (run_to_next(until_s)) {
    }
    Moment moment;
    for (const Station& s : stations_) {
      moment.completed.push_back(s.left + (s.mode == Mode::blocked ? 1 : 0));
      moment.scrapped.push_back(0);
      moment.down.push_back(s.mode == Mode::down);
      moment.working.push_back(s.mode == Mode::busy);
    }
    moment.levels.assign(levels_.begin(), levels_.end());
    return moment;
  }

 private:
  static constexpr std::size_t kStations = 5;
  static constexpr std::uint32_t kPlaces = 10;
  static constexpr double kToFailure_s = 900.0, kToRepair_s = 90.0, kSigma = 0.25;
  enum class Mode : std::uint8_t { idle, busy, blocked, down };
  struct Station {
    Mode mode = Mode::idle;
    double left_to_do = 0.0, to_failure = 0.0, to_repair = 0.0;  // seconds
    std::uint64_t left = 0;                                      // parts that have gone on
  };

  double uniform() {  // SplitMix64
    std::uint64_t z = random_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    return (static_cast<double>(z >> 11) + 0.5) * 0x1p-53;
  }
  double normal() {  // Box and Muller 1958
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }
  double exponential(double mean) { return -mean * std::log(uniform()); }

  void begin(std::size_t k) {
    stations_[k].mode = Mode::busy;
    stations_[k].left_to_do = std::exp(std::log(k == 2 ? 11.0 : 10.0) + kSigma * normal());
  }

  /// Parts go on and cycles begin, the last station first, until nothing moves.
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t k = kStations; k-- > 0;) {
        Station& station = stations_[k];
        const bool is_last = k + 1 == kStations;
        if (station.mode == Mode::blocked && (is_last || levels_[k] < kPlaces)) {
          if (!is_last) ++levels_[k];
          ++station.left;
          station.mode = Mode::idle;
          moved = true;
        }
        if (station.mode == Mode::idle && (k == 0 || levels_[k - 1] > 0)) {
          if (k > 0) --levels_[k - 1];
          begin(k);
          moved = true;
        }
      }
    }
  }

  bool run_to_next(double until_s) {
    double step = until_s - now_s_;
    Station* who = nullptr;
    Mode next = Mode::idle;
    const auto earlier = [&](Station& station, double in_s, Mode then) {
      if (in_s < step) {
        step = in_s;
        who = &station;
        next = then;
      }
    };
    for (Station& station : stations_) {
      if (station.mode == Mode::busy) {
        earlier(station, station.left_to_do, Mode::blocked);
        earlier(station, station.to_failure, Mode::down);
      } else if (station.mode == Mode::down) {
        earlier(station, station.to_repair, Mode::busy);
      }
    }
    for (Station& station : stations_) {
      if (station.mode == Mode::busy) {
        station.left_to_do -= step;
        station.to_failure -= step;
      } else if (station.mode == Mode::down) {
        station.to_repair -= step;
      }
    }
    now_s_ += step;
    if (who == nullptr) return false;
    who->mode = next;
    if (next == Mode::blocked) settle();
    if (next == Mode::down) who->to_repair = exponential(kToRepair_s);
    if (next == Mode::busy) who->to_failure = exponential(kToFailure_s);
    return true;
  }

  std::uint64_t random_;
  double now_s_ = 0.0;
  std::array<Station, kStations> stations_{};
  std::array<std::uint32_t, kStations - 1> levels_{};
};

/// The eight truths of the figures.
inline std::vector<Truth> reference_truths() {
  std::vector<Truth> truths(8);
  for (std::size_t r = 0; r < truths.size(); ++r) {
    ReferenceLine line(100 + r);
    for (int step = 1; step <= kUpdates; ++step) truths[r].push_back(line.at(kUpdate_s * step));
  }
  return truths;
}

}  // namespace takt::test
