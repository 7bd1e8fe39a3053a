// SPDX-License-Identifier: Apache-2.0
// Does what is told come in the order, and at the times, of the twin's own futures?
//
// Over the shortest horizon of the forecasts, every future keeps when each station finished its parts, and what the
// counters then told is kept beside it. Both are seen alike: at the times at which the plant reported. If the twin is
// right, what was told is one more of its futures; so its mean alignment (alignment.hpp) with all of them is one more
// of theirs, and the rank of it is uniform. That it is low again and again is what is looked for. docs/fidelity.md has
// the mathematics and the rates.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "takt/engine/observer.hpp"
#include "takt/sync/common_subsequence.hpp"
#include "takt/sync/cusum.hpp"
#include "takt/sync/doubts.hpp"

namespace takt {

struct AlignmentWatchOptions {
  double shift = 0.5;  ///< standard deviations: the loss of alignment that is found soonest
  double false_invalid = 0.001;
  double false_warning = 0.005;  ///< alarms of both scores together in a shift in which the twin is right
  Duration shift_length = std::chrono::hours{8};
  std::uint32_t events = 400;      ///< of one future: of a larger plant only some stations at a time are compared
  std::uint32_t of_station = 100;  ///< of these: where more parts pass, every second, third, ... counts
  double half_life = 12.0;         ///< windows, of the scores that are told
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(shift, false_invalid, false_warning, shift_length, events, of_station, half_life);
  }
};

/// How the stations of one window are compared, and what is known of it. A value.
class AlignmentWindow {
 public:
  using Instant = WallClock::Instant;
  struct Station {
    std::uint32_t machine = 0;
    std::uint32_t every = 1;              ///< so many parts make an event
    double base = 0.0;                    ///< its count at the beginning
    Duration within{0};                   ///< how far apart in time matched events may lie
    std::vector<std::int64_t> told_at{};  ///< ns since the beginning
    std::vector<std::uint32_t> told{};    ///< events until then
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(machine, every, base, within, told_at, told);
    }
  };
  struct Future {
    std::vector<std::uint32_t> station{};
    std::vector<std::int64_t> at{};  ///< ns since the beginning
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(station, at);
    }
  };

  AlignmentWindow() = default;
  /// `beyond`: how much longer futures are run.
  AlignmentWindow(Instant from, Instant until, Duration beyond, std::vector<Station> stations)
      : from_(from), until_(until), beyond_(beyond), stations_(std::move(stations)) {}

  bool empty() const { return stations_.empty(); }
  Instant until() const { return until_; }
  Duration length() const { return until_ - from_; }
  Duration beyond() const { return beyond_; }
  const std::vector<Station>& stations() const { return stations_; }
  /// For the events of a future that is about to be run from the beginning, `now`: good parts are kept. It lives no
  /// longer than the window stays where it is.
  std::function<void(const Event&)> next_future(Time now);
  /// What a counter said, at a time that is not beyond the end, not before what it said last.
  void tell(std::uint32_t machine, Instant at, double count);
  /// What was told, and each future as it would have been told: by time, labels are stations. How far the part is that
  /// a station has in work the twin does not know for certain, but all futures begin with its one guess. So each
  /// station of each future is put earlier by a share, from `uniform`, of the time between two of its events.
  std::vector<std::vector<Labelled>> sequences(const std::function<double()>& uniform) const;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(from_, until_, beyond_, stations_, futures_);
  }

 private:
  Instant from_{}, until_{};
  Duration beyond_{0};
  std::vector<Station> stations_;  ///< by machine
  std::vector<Future> futures_;
};

/// One score, tested. `seen` is the mean alignment of what was told with the futures, `expected` that of the futures
/// with each other; both fade.
struct AlignmentTest {
  Cusum low;
  Alarm alarm = Alarm::none;
  std::uint64_t in_a_row = 0;  ///< windows since the sum stood at zero
  double seen = 0.0, expected = 0.0;
  double sum_z = 0.0;  ///< of all windows: of a twin that is right, standard normal each
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(low, alarm, in_a_row, seen, expected, sum_z);
  }
};

/// A value.
class AlignmentWatch {
 public:
  using Instant = WallClock::Instant;

  explicit AlignmentWatch(AlignmentWatchOptions options = {}) : options_(options) {}

  /// A window of stations that are told, each with its count now: all of them, or where there are too many, those that
  /// come next in turn.
  AlignmentWindow plan(const Model& model, const Parameters& reference, const std::map<std::uint32_t, double>& counts,
                       Instant from, Instant until, Duration beyond);
  /// With its futures.
  void open(AlignmentWindow window) { open_.push_back(std::move(window)); }
  void tell(std::uint32_t machine, Instant at, double count);
  /// Scores the windows that end now or did before. `uniform` gives numbers in (0, 1).
  void close(const Model& model, Instant at, const std::function<double()>& uniform, Doubts& doubts);
  /// Another reference: everything begins anew.
  void restart(Doubts& doubts);

  const AlignmentTest& logic() const { return tests_[0]; }
  const AlignmentTest& timing() const { return tests_[1]; }
  std::uint64_t windows() const { return windows_; }
  /// What is told in a verdict; none before the first window.
  std::optional<AlignmentScores> scores() const;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, tests_, windows_, weight_, furthest_, lacks_, open_, turn_);
  }

 private:
  void score(const Model& model, const AlignmentWindow& window, Instant at, const std::function<double()>& uniform,
             Doubts& doubts);
  void note_stations(const Model& model, const AlignmentWindow& window,
                     const std::vector<std::vector<Labelled>>& sequences, const std::vector<SequenceIndex>& indices,
                     std::span<const Duration> within);
  void judge(std::size_t which, double z, double seen, double expected, const AlignmentWindow& window, Instant at,
             Doubts& doubts);

  AlignmentWatchOptions options_;
  std::array<AlignmentTest, 2> tests_;  ///< logic, timing
  std::uint64_t windows_ = 0;
  double weight_ = 0.0;                    ///< of the windows in the scores
  std::string furthest_;                   ///< the station that lacks most
  std::map<std::uint32_t, double> lacks_;  ///< by machine: timing expected less seen, fading
  std::deque<AlignmentWindow> open_;
  std::uint32_t turn_ = 0;  ///< the machine that the next window begins with
};

}  // namespace takt
