// SPDX-License-Identifier: Apache-2.0
// What line_recursion.cpp (part by part) and line_recursion_state.cpp (from the State and back) have in common.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "takt/engine/detail/line_machine.hpp"
#include "takt/engine/detail/line_recursion.hpp"

namespace takt::detail {

inline constexpr Tick kNotNow = std::numeric_limits<Tick>::min();

/// A machine of the line, the place in front of it, and how far both have been followed.
struct alignas(64) Stage : LineMachine {
  // what a part that meets nothing unusual needs
  Tick at = 0;                       ///< free since, or followed while idle until
  Tick since = 0;                    ///< in its present mode
  Tick quiet_before = kNotNow;       ///< it is up and nothing happens to it by itself before
  const Tick* room = nullptr;        ///< when part k finds room behind it: room[(k - room_behind) & room_mask]
  const Tick* next_quiet = nullptr;  ///< quiet_before of the station behind, if there is no place between; or kLater
  std::int64_t room_behind = 0;
  std::uint64_t room_mask = 0;
  Tick* started = nullptr;  ///< of part k: started[k & start_mask]; by what it makes room
  std::uint64_t start_mask = 0;
  std::int64_t next = 0;  ///< part to be loaded; numbered from the one furthest down the line at the beginning
  std::int64_t ordinal_of_part = 0;  ///< ordinal of the start of part 0, had there been one
  Tick worked = 0, starved = 0;      ///< by parts that met nothing unusual; otherwise it was blocked
  std::uint64_t quiet = 0;           ///< those parts
  Int128 level = 0;
  bool clock_works = false;  ///< its failure clock runs while it works
  bool stopped = false;      ///< nothing more happens to it before the end
  std::uint32_t capacity = 0;
  TimeBlock cycle, failure_times, repair_times;
  std::uint64_t repairs = 0, moves = 0;
  std::int64_t first = 0;  ///< `next` at the beginning
  bool holds = false;      ///< had part first - 1 at the beginning
  std::vector<Part> left;  ///< in front at the end
  std::array<std::int64_t, kModes> mode{};

  /// Its next failure or end of repair.
  Tick alarm() const { return (down | clock_runs) != 0 ? breakdown : kLater; }
};

/// Parts that go through the line together, station by station. They are no more than there are places between any two
/// stations, so that none of them waits for the room that another one makes.
struct Together {
  static constexpr std::uint32_t kMost = TimeBlock::kSize;
  std::int64_t first = 0;     ///< number of the first of them
  std::uint32_t entered = 0;  ///< left the source
  std::uint32_t count = 0;    ///< of these, those that went on from the station before
  bool held_up = false;       ///< not all of them left the first station before the end
  std::array<Tick, kMost> at{};
  std::array<Part, kMost> parts{};
};

/// One stretch of a line; the State is touched by `write` alone.
class LineRecursion {
 public:
  LineRecursion(const Model& model, const Parameters& parameters, State& state, std::uint32_t component, Tick end)
      : model_(model),
        state_(state),
        spec_(model.components[component]),
        view_(model, state),
        self_(view_.components[component]),
        source_spec_(model.sources[spec_.first_source]),
        source_(view_.sources[spec_.first_source]),
        draws_(model, parameters, state),
        arrivals_(draws_.arrival_stream(source_spec_)),
        begin_(self_.now.time_since_epoch().count()),
        end_(end),
        parts_(self_.parts),
        stages_(spec_.machines) {
    for (std::uint32_t i = 0; i < spec_.machines; ++i) read(i);
    number_parts();
    connect();
  }

  /// False if it met times whose order it does not know.
  bool run(std::uint64_t most_events);
  void write(LineSums& sums);
  std::uint64_t events() const;

 private:
  void read(std::uint32_t position);
  void number_parts();
  void connect();
  void write(std::size_t position);

  bool enter(Together& some);
  std::uint32_t take_at_once(Together& some, std::uint32_t most);
  bool pass_together(std::size_t position, Together& some);
  std::size_t pass_quietly(Stage& s, std::int64_t k, std::span<Tick> at);
  Tick pass(std::size_t position, std::int64_t k, const Part& part, Tick arrival, bool after_all);
  void leave(std::span<const Part> parts, std::span<const Tick> at);
  void follow_part(std::int64_t k);

  // a station's own events
  void mark(Stage& s, Tick t, Condition condition, Activity activity);
  void set_quiet(Stage& s) const {
    s.quiet_before = s.down != 0 || s.stopped || some_stopped_ ? kNotNow : std::min(s.alarm(), end_);
  }
  void note_event(Tick t) { at_end_ += t == end_ ? 1 : 0; }
  void fail(Stage& s, Tick t);
  void repair(Stage& s, Tick t);
  void follow_idle(Stage& s, Tick until, bool with_end);
  Tick can_load_from(Stage& s, Tick t, bool with_end = false);
  Tick can_unload_from(Stage& s, Tick t);
  void stop(Stage& s);
  void stop_from(std::size_t position);

  // a part at a station
  Tick load(Stage& s, std::int64_t k, const Part& part, Tick arrival, bool after_all);
  Tick cycle_time(Stage& s, std::int64_t k) const {
    return draws_.cycle(s.cycle, *s.spec, static_cast<std::uint64_t>(s.ordinal_of_part + k));
  }
  Tick work(Stage& s, Tick t, Tick left);
  Tick depart(std::size_t position, std::int64_t k, Tick completed);
  Tick meet(Stage& s, Stage& next, Tick completed);
  Tick room_for(const Stage& s, std::int64_t k) const;

  // the source
  bool enter(std::int64_t k, Part& part, Tick& arrival, bool& after_all);
  Tick room_of_source(std::int64_t k, Tick t, bool with_end);
  Part release(Tick t);
  void note_release(std::uint64_t parts);

  const Model& model_;
  State& state_;
  const ComponentSpec& spec_;
  StateView view_;
  ComponentState& self_;
  const SourceSpec& source_spec_;
  SourceState source_;
  const Draws draws_;
  const StreamKey arrivals_;
  TimeBlock arrival_block_;
  const Tick begin_, end_;
  std::uint64_t parts_;
  std::vector<Stage> stages_;
  std::vector<Tick> starts_;  ///< what `room` and `started` of all stages point into
  std::uint32_t together_ = Together::kMost;
  std::vector<Part> initial_;  ///< parts in the line at the beginning, by number
  LineSums sums_;
  std::uint64_t arrived_ = 0;
  std::uint64_t at_end_ = 0;    ///< events at the very end
  bool takes_at_once_ = false;  ///< see take_at_once
  bool some_stopped_ = false;
  bool unsure_ = false;  ///< met equal times whose order matters
};

}  // namespace takt::detail
