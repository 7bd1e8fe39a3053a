// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/detail/line_recursion.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "takt/engine/detail/draws.hpp"
#include "takt/engine/detail/state_moves.hpp"

namespace takt::detail {
namespace {

constexpr std::uint32_t kMostPlaces = 1024;  // beyond, the starts to be remembered outgrow the cache

Tick ns(Time t) { return t.time_since_epoch().count(); }

constexpr Tick kNotNow = std::numeric_limits<Tick>::min();

/// A machine of the line, the place in front of it, and how far both have been followed.
struct alignas(64) Stage {
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
  const MachineSpec* spec = nullptr;
  bool clock_works = false;  ///< its failure clock runs while it works
  bool stopped = false;      ///< nothing more happens to it before the end
  // the machine: see MachineState and ServerState
  Activity activity = Activity::starved;
  std::uint8_t down = 0, clock_runs = 0;
  std::uint16_t flags = 0;
  std::uint32_t machine = 0, capacity = 0, breakdowns = 0;
  Tick breakdown = 0, breakdown_total = 0;
  TimeBlock cycle;
  Tick due = 0, total = 0;
  std::uint64_t completions = 0, repairs = 0, moves = 0;
  Part part;
  std::int64_t first = 0;  ///< `next` at the beginning
  bool holds = false;      ///< had part first - 1 at the beginning
  std::vector<Part> left;  ///< in front at the end
  std::array<std::int64_t, kModes> mode{};

  Condition condition() const { return static_cast<Condition>(down); }
  bool can_load() const { return down == 0 || (flags & kLoadsWhileDown) != 0; }
  bool can_unload() const { return down == 0 || (flags & kUnloadsWhileDown) != 0; }
  /// Its next failure or end of repair.
  Tick alarm() const { return (down | clock_runs) != 0 ? breakdown : kLater; }
  std::uint64_t starts() const { return static_cast<std::uint64_t>(ordinal_of_part + next); }
};

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
        begin_(ns(self_.now)),
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

  void pass(std::int64_t k, std::size_t from, const Part& part, Tick arrival, bool after_all);
  [[gnu::always_inline]] inline bool pass_quietly(Stage& s, std::int64_t k, Tick& arrival);
  void follow_part(std::int64_t k);

  // a station's own events
  void mark(Stage& s, Tick t, Condition condition, Activity activity);
  void set_quiet(Stage& s) const {
    s.quiet_before = s.down != 0 || some_stopped_ ? kNotNow : std::min(s.alarm(), end_);
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
  std::vector<Tick> starts_;   ///< what `started` of all stages points into
  std::vector<Part> initial_;  ///< parts in the line at the beginning, by number
  LineSums sums_;
  std::uint64_t arrived_ = 0;
  std::uint64_t at_end_ = 0;  ///< events at the very end
  bool some_stopped_ = false;
  bool unsure_ = false;  ///< met equal times whose order matters
};

// ---- from the State and back -----------------------------------------------------------------------------------

void LineRecursion::read(std::uint32_t position) {
  Stage& s = stages_[position];
  s.machine = model_.flow_order[spec_.first_machine + position];
  s.spec = &model_.machines[s.machine];
  const MachineState& machine = view_.machines[s.machine];
  const ServerState& server = view_.servers[s.spec->first_server];
  s.capacity = model_.buffers[s.spec->input].capacity;
  s.flags = s.spec->flags;
  s.activity = server.activity;
  s.down = machine.down;
  s.clock_runs = machine.clock_runs;
  s.breakdowns = machine.breakdowns;
  s.breakdown = machine.breakdown;
  s.breakdown_total = machine.breakdown_total;
  s.due = server.due;
  s.total = server.total;
  s.completions = machine.completions;
  s.part = server.part;
  s.at = s.since = begin_;
  s.holds = server.activity != Activity::starved;
  s.clock_works = (s.flags & kHasFailure) != 0 && s.spec->clock == FailureClock::working;
  s.mode[Mode{s.condition(), s.activity}.index()] += begin_;  // closes what is open
}

void LineRecursion::number_parts() {
  for (auto s = stages_.rbegin(); s != stages_.rend(); ++s) {
    if (s->holds) initial_.push_back(s->part);
    s->first = s->next = static_cast<std::int64_t>(initial_.size());
    s->ordinal_of_part = static_cast<std::int64_t>(view_.machines[s->machine].starts) - s->next;
    const std::vector<Part> waiting = parts_in_buffer(model_, state_, BufferId{s->spec->input});
    initial_.insert(initial_.end(), waiting.begin(), waiting.end());
  }
}

/// A station remembers as many starts as there are places in front of it, for the one before it.
void LineRecursion::connect() {
  static constexpr Tick kAlways = kLater;
  const auto slots = [](const Stage& s) {
    return s.capacity == kInfinite ? std::size_t{1} : std::bit_ceil(std::size_t{s.capacity} + 1);
  };
  std::size_t all = 1;  // the first stands for room that was always there
  for (const Stage& s : stages_) all += slots(s);
  starts_.assign(all, begin_);
  std::size_t used = 1;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    Stage& s = stages_[i];
    s.started = starts_.data() + used;
    s.start_mask = slots(s) - 1;
    used += slots(s);
    s.next_quiet = &kAlways;
    s.room = starts_.data();
    set_quiet(s);
    if (i == 0) continue;
    Stage& before = stages_[i - 1];
    if (s.capacity == 0) {
      before.room = &s.at;
      before.next_quiet = &s.quiet_before;
    } else if (s.capacity != kInfinite) {
      before.room = s.started;
      before.room_mask = s.start_mask;
      before.room_behind = s.capacity;
    }
  }
}

void LineRecursion::write(std::size_t position) {
  Stage& s = stages_[position];
  MachineState& machine = view_.machines[s.machine];
  ServerState& server = view_.servers[s.spec->first_server];
  if (machine.starts != s.starts()) server.operation = static_cast<std::uint32_t>(s.starts() - 1);
  if (machine.completions != s.completions) server.place = s.spec->place;
  machine.breakdown = s.breakdown;
  machine.breakdown_total = s.breakdown_total;
  machine.starts = s.starts();
  machine.completions = s.completions;
  machine.breakdowns = s.breakdowns;
  machine.working = s.activity == Activity::working ? 1 : 0;
  machine.busy = s.activity != Activity::starved ? 1 : 0;
  machine.down = s.down;
  machine.clock_runs = s.clock_runs;
  server.due = s.due;
  server.total = s.total;
  server.part = s.part;
  server.activity = s.activity;
  BufferState& buffer = view_.buffers[s.spec->input];
  const bool first = position == 0;
  const bool waits = first ? source_.holding != 0 : stages_[position - 1].activity == Activity::blocked;
  const std::uint32_t producer = first ? static_cast<std::uint32_t>(view_.servers.size()) + spec_.first_source
                                       : stages_[position - 1].spec->first_server;
  buffer.first_waiting = buffer.last_waiting = waits ? producer : kNone;
  buffer.taken += static_cast<std::uint64_t>(s.next - s.first);
  put_parts(model_, state_, BufferId{s.spec->input}, s.left);
}

void LineRecursion::write(LineSums& sums) {
  for (std::size_t i = 0; i < stages_.size(); ++i) write(i);
  const std::uint32_t sink_place = stages_.back().spec->place;
  view_.sources[spec_.first_source] = source_;
  view_.sinks[sink_place - model_.buffers.size()] += stages_.back().moves;
  self_.now = Time{Duration{end_}};
  self_.parts = parts_;
  self_.still = at_end_ > 0 ? at_end_ - 1 : 0;
  sums = std::move(sums_);
  sums.source = spec_.first_source;
  sums.source_producer = static_cast<std::uint32_t>(view_.servers.size()) + spec_.first_source;
  sums.sink_place = sink_place;
  sums.sink = sink_place - static_cast<std::uint32_t>(model_.buffers.size());
  for (Stage& s : stages_) {
    s.mode[Mode{Condition::up, Activity::working}.index()] += s.worked;
    s.mode[Mode{Condition::up, Activity::starved}.index()] += s.starved;
    Tick told = 0;  // `begin_`, and all time since then but that blocked by parts that met nothing unusual
    for (const Tick sum : s.mode) told += sum;
    s.mode[Mode{Condition::up, Activity::blocked}.index()] += end_ - told;
    s.mode[Mode{s.condition(), s.activity}.index()] -= end_;  // what stays open
    sums.stations.push_back({s.machine, s.spec->first_server, s.spec->input, s.mode, s.level, s.moves});
  }
}

std::uint64_t LineRecursion::events() const {
  std::uint64_t events = arrived_;
  for (const Stage& s : stages_) {
    const MachineState& before = view_.machines[s.machine];
    events += s.completions - before.completions + s.breakdowns - before.breakdowns + s.repairs;
  }
  return events;
}

// ---- part by part ----------------------------------------------------------------------------------------------

bool LineRecursion::run(std::uint64_t most_events) {
  const auto initial = static_cast<std::int64_t>(initial_.size());
  for (std::int64_t k = 0; !unsure_; ++k) {
    if (k < initial) {
      follow_part(k);
    } else {
      Part part;
      Tick arrival = kLater;
      bool after_all = false;
      if (!enter(k, part, arrival, after_all)) break;
      pass(k, 0, part, arrival, after_all);
    }
  }
  stop_from(0);
  for (Stage& s : stages_) {
    s.completions += s.quiet;
    s.moves += s.quiet;
  }
  return !unsure_ && events() <= most_events;
}

/// A part that was in the line at the beginning, from where it was.
void LineRecursion::follow_part(std::int64_t k) {
  std::size_t i = 0;
  while (k < stages_[i].first - (stages_[i].holds ? 1 : 0)) ++i;
  Stage& s = stages_[i];
  const Part part = initial_[static_cast<std::size_t>(k)];
  if (k >= s.first) {
    s.level += begin_;  // as if it came now: what is open is closed
    pass(k, i, part, begin_, false);
    return;
  }
  Tick completed = begin_;
  if (s.activity == Activity::working) completed = work(s, begin_, s.down != 0 ? s.due : s.due - begin_);
  const Tick left = completed == kLater ? kLater : depart(i, k, completed);
  if (left == kLater)
    stop_from(i);
  else
    pass(k, i + 1, part, left, false);
}

/// The common case: the station is up and stays so until the part has gone on, which it does before the end. `arrival`
/// becomes that of the next station.
bool LineRecursion::pass_quietly(Stage& s, std::int64_t k, Tick& arrival) {
  const Tick start = std::max(arrival, s.at);
  if (start >= s.quiet_before) return false;
  const Tick total = cycle_time(s, k);
  const Tick done = start + total;
  const Tick gone = std::max(done, s.room[static_cast<std::uint64_t>(k - s.room_behind) & s.room_mask]);
  if (gone >= s.quiet_before || gone >= *s.next_quiet) return false;
  if (s.clock_works) {
    if (s.breakdown <= total) return false;
    s.breakdown -= total;
  }
  s.worked += total;
  s.starved += start - s.since;
  s.level += static_cast<std::uint64_t>(start - arrival);
  s.started[static_cast<std::uint64_t>(k) & s.start_mask] = start;
  s.next = k + 1;
  s.since = s.at = arrival = gone;
  ++s.quiet;
  return true;
}

/// A part that comes to a station, and what becomes of it from there on. `after_all`: after all else of that instant.
void LineRecursion::pass(std::int64_t k, std::size_t from, const Part& part, Tick arrival, bool after_all) {
  Stage* const stages = stages_.data();
  const std::size_t behind_last = stages_.size();
  for (std::size_t i = from; i < behind_last; ++i, after_all = false) {
    Stage& s = stages[i];
    const bool met_nothing = pass_quietly(s, k, arrival);
    if (met_nothing) [[likely]]
      continue;
    const Tick start = s.stopped ? kLater : load(s, k, part, arrival, after_all);
    if (start == kLater) {
      s.level -= arrival;
      s.left.push_back(part);
      return stop_from(i);
    }
    const Tick completed = work(s, start, s.total);
    arrival = completed == kLater ? kLater : depart(i, k, completed);
    if (arrival == kLater) return stop_from(i);
  }
  sums_.wip += arrival;
  sums_.flow += arrival - part.entered;
}

Tick LineRecursion::load(Stage& s, std::int64_t k, const Part& part, Tick arrival, bool after_all) {
  const bool idle = s.at < arrival;
  const Tick start = can_load_from(s, std::max(arrival, s.at), idle && after_all);
  if (start == kLater) return kLater;
  s.level += start - arrival;
  s.total = cycle_time(s, k);
  s.next = k + 1;
  s.started[static_cast<std::uint64_t>(k) & s.start_mask] = start;
  s.part = part;
  mark(s, start, s.condition(), Activity::working);
  if (s.clock_works && s.down == 0) {
    s.breakdown += start;
    s.clock_runs = 1;
  }
  return start;
}

/// When `left` of work is done that goes on at `t`; kLater if not before the end.
Tick LineRecursion::work(Stage& s, Tick t, Tick left) {
  for (;;) {
    const Tick done = t + left;
    if (s.down != 0) {
      if (s.breakdown > end_) {
        s.due = left;
        return kLater;
      }
      t = s.breakdown;
      repair(s, t);
    } else if (s.clock_runs != 0 && s.breakdown <= done) {  // at one instant failures go before completions
      if (s.breakdown > end_) {
        s.due = done;
        return kLater;
      }
      t = s.breakdown;
      left = done - t;
      fail(s, t);
    } else {
      s.due = done;
      if (done > end_) return kLater;
      ++s.completions;
      note_event(done);
      if (s.clock_works) {
        s.breakdown -= done;
        s.clock_runs = 0;
      }
      return done;
    }
  }
}

/// When a finished part goes on; kLater if not before the end.
Tick LineRecursion::depart(std::size_t position, std::int64_t k, Tick completed) {
  Stage& s = stages_[position];
  Tick left = completed;
  s.at = std::max(s.at, completed);
  Stage* const next = position + 1 < stages_.size() ? &s + 1 : nullptr;
  if (next != nullptr && next->capacity == 0) {
    left = meet(s, *next, completed);
  } else if (const Tick room = next != nullptr ? room_for(*next, k) : begin_; room > completed) {
    mark(s, completed, s.condition(), Activity::blocked);
    left = can_unload_from(s, room);
  } else if (s.activity == Activity::blocked) {  // from the beginning, and there is room: it waits to be let out
    left = can_unload_from(s, completed);
  }
  if (left == kLater) return kLater;
  mark(s, left, s.condition(), Activity::starved);
  s.at = left;
  ++s.moves;
  return left;
}

/// Without a place between them: when the one can give and the other can take.
Tick LineRecursion::meet(Stage& s, Stage& next, Tick completed) {
  Tick t = can_load_from(next, std::max(completed, next.at));
  if (t == completed && s.activity == Activity::working) return t;
  mark(s, completed, s.condition(), Activity::blocked);
  while (t != kLater) {
    const Tick given = can_unload_from(s, t);
    if (given == t || given == kLater) return given;
    t = can_load_from(next, given);
    if (t == given) return t;
  }
  return kLater;
}

/// When there is a place for part k in front of a station; kLater if not before the end.
Tick LineRecursion::room_for(const Stage& s, std::int64_t k) const {
  if (s.capacity == kInfinite) return begin_;
  const std::int64_t gone = k - static_cast<std::int64_t>(s.capacity);
  return gone < s.next ? s.started[static_cast<std::uint64_t>(gone) & s.start_mask] : kLater;
}

// ---- a station's own events ------------------------------------------------------------------------------------

void LineRecursion::mark(Stage& s, Tick t, Condition condition, Activity activity) {
  s.mode[Mode{s.condition(), s.activity}.index()] += t - s.since;
  s.since = t;
  s.down = static_cast<std::uint8_t>(condition);
  s.activity = activity;
}

void LineRecursion::fail(Stage& s, Tick t) {
  mark(s, t, Condition::in_repair, s.activity);
  s.clock_runs = 0;
  s.breakdown_total = draws_.repair(*s.spec, s.breakdowns++);
  s.breakdown = t + s.breakdown_total;
  note_event(t);
  set_quiet(s);
}

void LineRecursion::repair(Stage& s, Tick t) {
  mark(s, t, Condition::up, s.activity);
  s.breakdown_total = draws_.failure(*s.spec, s.breakdowns);
  const bool runs =
      (s.flags & kClockStops) == 0 || s.spec->clock != FailureClock::working || s.activity == Activity::working;
  s.breakdown = s.breakdown_total + (runs ? t : 0);
  s.clock_runs = runs ? 1 : 0;
  ++s.repairs;
  note_event(t);
  set_quiet(s);
}

/// What happens to a station that does not work, until something from outside happens to it. If both happen at the same
/// instant only `with_end` says which goes first.
void LineRecursion::follow_idle(Stage& s, Tick until, bool with_end) {
  for (Tick t = s.alarm(); t <= until; t = s.alarm()) {
    if (t == until && !with_end) {
      unsure_ = true;
      break;
    }
    s.down != 0 ? repair(s, t) : fail(s, t);
  }
  s.at = until;
}

/// The first time from `t` on at which a free station takes a part in; kLater if not before the end.
Tick LineRecursion::can_load_from(Stage& s, Tick t, bool with_end) {
  if (s.stopped || t == kLater) return kLater;
  follow_idle(s, t, with_end);
  if (s.can_load()) return t;
  if (s.breakdown > end_) return kLater;
  s.at = s.breakdown;
  repair(s, s.at);
  return s.at;
}

/// The first time from `t` on at which a blocked station lets its part out; kLater if not before the end.
Tick LineRecursion::can_unload_from(Stage& s, Tick t) {
  if (t == kLater) return kLater;
  follow_idle(s, t, false);
  if (s.can_unload()) return t;
  if (s.breakdown > end_) return kLater;
  s.at = s.breakdown;
  repair(s, s.at);
  return s.at;
}

void LineRecursion::stop(Stage& s) {
  if (s.stopped) return;
  if (s.activity != Activity::working) follow_idle(s, end_, true);
  s.mode[Mode{s.condition(), s.activity}.index()] += end_ - s.since;
  s.stopped = true;
  set_quiet(s);
}

void LineRecursion::stop_from(std::size_t position) {
  for (std::size_t i = position; i < stages_.size(); ++i) stop(stages_[i]);
  some_stopped_ = true;
  for (Stage& s : stages_) set_quiet(s);
}

// ---- the source ------------------------------------------------------------------------------------------------

/// The next part that enters, and when; false if none does before the end.
bool LineRecursion::enter(std::int64_t k, Part& part, Tick& arrival, bool& after_all) {
  if (source_.holding != 0) {
    arrival = room_of_source(k, begin_, false);
    if (arrival == kLater) return false;
    source_.holding = 0;
    sums_.held += arrival;
    part = release(arrival);
    if (source_spec_.kind == SourceSpec::Kind::saturated) {  // the next one is at hand
      draws_.next_part(source_spec_, source_);
      source_.holding = 1;
      sums_.held -= arrival;
    } else {
      draws_.next_arrival(source_spec_, source_, arrival, arrival_block_, arrivals_);
    }
    return true;
  }
  while (source_.due <= end_) {
    const Tick due = source_.due;
    draws_.next_part(source_spec_, source_);
    ++arrived_;
    note_event(due);
    const Tick room = room_of_source(k, due, true);
    if (room <= due) {
      part = release(due);
      arrival = due;
      after_all = true;
      draws_.next_arrival(source_spec_, source_, due, arrival_block_, arrivals_);
      return true;
    }
    if (source_spec_.without_place == WithoutPlace::held) {
      source_.holding = 1;
      sums_.held -= due;
      return enter(k, part, arrival, after_all);
    }
    ++source_.lost;
    draws_.next_arrival(source_spec_, source_, due, arrival_block_, arrivals_);
  }
  return false;
}

/// When part k can enter, `t` or later. Of a station without a place it is only known that it cannot before.
Tick LineRecursion::room_of_source(std::int64_t k, Tick t, bool with_end) {
  Stage& s = stages_.front();
  if (s.capacity != 0) return std::max(room_for(s, k), t);
  if (s.at > t && with_end) return s.at;
  return can_load_from(s, std::max(t, s.at), with_end && s.at < t);
}

Part LineRecursion::release(Tick t) {
  ComponentState component = self_;
  component.parts = parts_++;
  const Part part = entering_part(model_, component, source_, t);
  ++source_.released;
  ++sums_.entered;
  sums_.wip -= t;
  return part;
}

/// Not less than there will be in the long run: no station is faster than the slowest.
double events_per_s(const Model& model, const Parameters& parameters, std::uint32_t component) {
  const ComponentSpec& spec = model.components[component];
  const auto mean = [&parameters](std::uint32_t law) { return parameters.laws[law].mean(); };
  double slowest = 0.0, others = 0.0;
  for (std::uint32_t m = spec.first_machine; m < spec.first_machine + spec.machines; ++m) {
    const MachineSpec& machine = model.machines[m];
    slowest = std::max(slowest, mean(machine.cycle_law));
    if ((machine.flags & kHasFailure) != 0) others += 2.0 / (mean(machine.failure_law) + mean(machine.repair_law));
  }
  const SourceSpec& source = model.sources[spec.first_source];
  if (source.kind == SourceSpec::Kind::renewal) others += 1.0 / mean(source.interval_law);
  return spec.machines / slowest + others;
}

bool has_time(const Parameters& parameters, std::uint32_t law) { return parameters.laws[law].mean() > 0.0; }

}  // namespace

bool recursion_fits(const Model& model, const Parameters& parameters, const State& state, std::uint32_t component,
                    Time until) {
  constexpr double kFewestParts = 8.0;
  const ComponentSpec& spec = model.components[component];
  if (!spec.line || model.products.size() > 1) return false;
  const double stretch = to_seconds(until - ConstStateView(model, state).components[component].now);
  const std::uint32_t first = model.flow_order[spec.first_machine];
  if (!(stretch > kFewestParts * parameters.laws[model.machines[first].cycle_law].mean())) return false;
  for (std::uint32_t m = spec.first_machine; m < spec.first_machine + spec.machines; ++m) {
    const MachineSpec& machine = model.machines[m];
    const std::uint32_t places = model.buffers[machine.input].capacity;
    if (places > kMostPlaces && places != kInfinite) return false;
    if (!has_time(parameters, machine.cycle_law)) return false;
    if ((machine.flags & kHasFailure) != 0 &&
        !(has_time(parameters, machine.failure_law) && has_time(parameters, machine.repair_law)))
      return false;
  }
  const SourceSpec& source = model.sources[spec.first_source];
  return source.kind != SourceSpec::Kind::renewal || has_time(parameters, source.interval_law);
}

bool run_by_recursion(const Model& model, const Parameters& parameters, State& state, std::uint32_t component,
                      Time until, std::uint64_t most_events, LineSums& sums, std::uint64_t& events) {
  // Well below the limit: what would go beyond it is thrown away.
  const Time now = ConstStateView(model, state).components[component].now;
  const double most_s = 0.7 * static_cast<double>(most_events) / events_per_s(model, parameters, component);
  if (to_seconds(until - now) > most_s) until = now + from_seconds(most_s);
  if (until <= now) return false;
  LineRecursion line(model, parameters, state, component, ns(until));
  if (!line.run(most_events)) return false;
  events += line.events();
  line.write(sums);
  return true;
}

}  // namespace takt::detail
