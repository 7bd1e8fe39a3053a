// SPDX-License-Identifier: Apache-2.0
// The work W2 (benchmarks/reference/README.md) without a clock: what happens when work is done, or when a machine fails
// or is repaired. A peer brings the clock: it derives from Line and has
//
//   double now() const;
//   void set_done(int machine, double later);   // call done(machine) then
//   void cancel_done(int machine);
//   void set_change(int machine, double later); // call change(machine) then
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>

#include "../reference/primitives.hpp"

namespace peers {

template <class Clock>
class Line {
 public:
  static constexpr int kMachines = 10;
  static constexpr int kPlaces = 10;

  explicit Line(std::uint64_t seed) : draws_(seed) {}

  void begin() {
    for (int i = 0; i < kMachines; ++i) clock().set_change(i, 100.0 * expzig(draws_));
    start(0);
  }
  void done(int i) {
    ++events;
    if (i + 1 == kMachines) {
      ++parts;
      look_for_part(i);
    } else if (stations_[i + 1].is == Is::idle) {
      start(i + 1);
      look_for_part(i);
    } else if (stations_[i].behind < kPlaces) {
      ++stations_[i].behind;
      look_for_part(i);
    } else {
      stations_[i].is = Is::blocked;
    }
  }
  void change(int i) {
    ++events;
    Station& m = stations_[i];
    m.up = !m.up;
    if (m.is == Is::working) {
      if (m.up) {
        set_due(i, m.left);
      } else {
        m.left = m.due - clock().now();
        clock().cancel_done(i);
      }
    }
    clock().set_change(i, (m.up ? 100.0 : 10.0) * expzig(draws_));
  }

  std::uint64_t events = 0, parts = 0;

 private:
  enum class Is : std::uint8_t { idle, working, blocked };
  struct Station {
    double due = 0.0, left = 0.0;
    int behind = 0;  ///< parts in the buffer behind it
    Is is = Is::idle;
    bool up = true;
  };

  Clock& clock() { return static_cast<Clock&>(*this); }
  void set_due(int i, double later) {
    stations_[i].due = clock().now() + later;
    clock().set_done(i, later);
  }
  void start(int i) {
    const double work = expzig(draws_);
    stations_[i].is = Is::working;
    if (stations_[i].up)
      set_due(i, work);
    else
      stations_[i].left = work;
  }
  void look_for_part(int i) {
    for (;; --i) {
      if (i == 0) return start(0);
      Station& before = stations_[i - 1];
      if (before.behind == 0) {
        stations_[i].is = Is::idle;
        return;
      }
      start(i);
      if (before.is != Is::blocked) {
        --before.behind;
        return;
      }
      // Its part takes the place that became free; it looks for the next one itself.
    }
  }

  std::array<Station, kMachines> stations_{};
  Xo draws_;
};

/// One line for benchmarks/run.sh: the name, nanoseconds an event, throughput.
inline void tell(const char* name, double seconds, std::uint64_t events, std::uint64_t parts, double horizon) {
  std::printf("%s\t%.2f\t%.5f\n", name, 1e9 * seconds / static_cast<double>(events),
              static_cast<double>(parts) / horizon);
}

}  // namespace peers
