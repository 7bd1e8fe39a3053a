// SPDX-License-Identifier: Apache-2.0
// What can be watched while a plant runs. Observers never change the run.
//
// An observer is any type with the functions of NoObserver; derive from it and hide those of interest. They are called
// in the order of events within a component; components one after the other.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "takt/engine/state.hpp"

namespace takt {

/// How a server stands: its machine's condition and its own activity.
struct Mode {
  Condition condition = Condition::up;
  Activity activity = Activity::starved;
  constexpr std::uint32_t index() const {
    return static_cast<std::uint32_t>(condition) * 4 + static_cast<std::uint32_t>(activity);
  }
};
inline constexpr std::uint32_t kModes = 16;

/// 128 bits: parts times nanoseconds over years do not fit 64.
__extension__ using Int128 = __int128;

/// What an observer of sums would have added up over a stretch of a line; by the sign trick, as KpiObserver does.
struct LineSums {
  struct Station {
    std::uint32_t machine = 0, server = 0, place = 0;
    std::array<std::int64_t, kModes> mode{};
    Int128 level = 0;
    std::uint64_t moves = 0;  ///< parts that went on from it
  };
  std::vector<Station> stations;  ///< in the order of flow
  std::uint32_t source = 0, sink = 0;
  std::uint32_t source_producer = 0, sink_place = 0;
  std::uint64_t entered = 0;  ///< parts; those that left are the moves of the last station
  Int128 wip = 0, flow = 0, held = 0;
};

/// One that needs only sums may also have `void add(const LineSums&)`: lines are then run part by part where that gives
/// the same sums, and the other functions are not called for such a stretch.
struct NoObserver {
  /// A server of a machine goes from one mode to another.
  void mode(std::uint32_t /*machine*/, std::uint32_t /*server*/, Mode /*from*/, Mode /*to*/, Time) {}
  /// A buffer's level changes by one, up or down.
  void level(std::uint32_t /*buffer*/, int /*change*/, Time) {}
  /// A part enters the plant from a source, leaves it at a sink, or as scrap of a machine.
  void enter(std::uint32_t /*source*/, const Part&, Time) {}
  void leave(std::uint32_t /*sink*/, const Part&, Time) {}
  void scrap(std::uint32_t /*machine*/, const Part&, Time) {}
  /// An arrival is lost; a source holds one or is rid of it.
  void lost(std::uint32_t /*source*/, Time) {}
  void hold(std::uint32_t /*source*/, int /*change*/, Time) {}
  /// A part goes from a producer (a server, or servers + a source) to a place (a buffer, or buffers + a sink).
  void move(std::uint32_t /*producer*/, std::uint32_t /*place*/, const Part&, Time) {}
  /// A part comes to a machine; work on it is done.
  void load(std::uint32_t /*machine*/, const Part&, Time) {}
  void complete(std::uint32_t /*machine*/, const Part&, Time) {}
  /// A crew has one more or one fewer busy, or waiting for it.
  void crew(std::uint32_t /*crew*/, int /*busy*/, int /*waiting*/, Time) {}
};

/// One thing that happened, for sinks that take any event.
struct Event {
  enum class Kind : std::uint8_t { mode, level, enter, leave, scrap, lost, hold, move, load, complete, crew };
  Time time{};
  Kind kind = Kind::mode;
  std::uint32_t index = 0;   ///< machine, buffer, source, sink, crew or producer, by kind
  std::uint32_t place = 0;   ///< move
  std::uint32_t server = 0;  ///< mode
  Mode from{}, to{};         ///< mode
  int change = 0;            ///< level, hold; crew: busy
  int waiting = 0;           ///< crew
  Part part{};               ///< enter, leave, scrap, move, load, complete
};

}  // namespace takt
