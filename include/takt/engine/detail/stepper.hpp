// SPDX-License-Identifier: Apache-2.0
// The event loop over one component. One event: take the earliest timer, change the state, move parts where they can go,
// set the timers of the machines touched.
//
//   run:       while the next event is due: shift change | repair | failure | completion | arrival; then settle
//   finish:    work done -> part to its place (deliver) or blocked -> next part (load)
//   deliver:   straight to an idle consumer, else into the buffer, else not at all
//   take:      from the buffer, else from a producer that waits; the places freed are refilled by those who wait
//   settle:    those who got rid of their part look for the next one, until nobody does
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "takt/core/event_queue.hpp"
#include "takt/engine/advance.hpp"

/// The path of an event that happens millions of times a second is compiled as one piece.
#define TAKT_HOT [[gnu::always_inline]] inline

namespace takt::detail {

/// Random bits of cycle times drawn eight at a time; a cache that can be dropped at any moment.
struct DrawBlock {
  std::uint64_t first = ~std::uint64_t{0};
  std::array<std::uint64_t, 8> bits{};
};

/// Memory of a stepper that outlives it, to be used again: nothing in it is state.
struct Scratch {
  std::vector<DrawBlock> cycle;
  std::vector<std::uint32_t> pending;
  TreeQueue tree;
  ScanQueue scan;
};

/// Gives a buffer that is never full a ring of twice the slots.
void grow_ring(const Model& model, State& state, std::uint32_t buffer);

/// The circle of waits that a producer just blocked closes, as lines of text; empty if there is none.
std::vector<std::string> circular_wait(const Model& model, const State& state, std::uint32_t producer);

/// `kPlain`: every machine of the component is of the plainest kind (ComponentSpec::plain), so that what it lacks costs nothing.
template <class Queue, bool kPlain, class Observer>
class Stepper {
 public:
  Stepper(const Model& model, const Parameters& parameters, State& state, std::uint32_t component, Queue& queue, Scratch& scratch, Observer& observer)
      : model_(model),
        numbers_(parameters),
        state_(state),
        spec_(model.components[component]),
        view_(model, state),
        self_(view_.components[component]),
        queue_(queue),
        scratch_(scratch),
        observer_(observer),
        seed_(mix64(state.seed)) {
    scratch_.pending.clear();
    if (scratch_.cycle.size() < spec_.machines) scratch_.cycle.resize(spec_.machines);
    for (std::uint32_t i = 0; i < spec_.machines; ++i) scratch_.cycle[i].first = ~std::uint64_t{0};
  }

  /// Runs to `until`; takes its events off `budget`.
  Outcome::Status run(Time until, std::uint64_t& budget) {
    if (stuck_already()) return Outcome::Status::deadlock;
    Outcome::Status status = Outcome::Status::done;
    do {
      const Time stop = until - self_.now > Queue::kWindow ? self_.now + Queue::kWindow : until;
      fill_queue();
      status = run_window(stop, budget);
    } while (status == Outcome::Status::done && self_.now < until);
    return status;
  }

  /// Zero-time logic only.
  void settle_all() {
    now_ = self_.now.time_since_epoch().count();
    queue_.reset(spec_.machines + spec_.sources, self_.now);
    for (std::uint32_t i = 0; i < spec_.sources; ++i) supply(spec_.first_source + i);
    for (std::uint32_t m = spec_.first_machine; m < spec_.first_machine + spec_.machines; ++m) wake(m);
    drain();
  }

  const std::vector<std::string>& waits() const { return waits_; }

 private:
  using Tick = std::int64_t;
  static constexpr Tick kLater = std::numeric_limits<Tick>::max();

  /// What a machine has beyond the plainest kind; in a plain component the answer is known when this is compiled.
  static bool has(const MachineSpec& spec, MachineFlag flag) { return !kPlain && (spec.flags & flag) != 0; }
  static std::uint32_t servers_of(const MachineSpec& spec) { return kPlain ? 1 : spec.servers; }

  MachineState& machine(std::uint32_t m) { return view_.machines[m]; }
  ServerState& server(std::uint32_t s) { return view_.servers[s]; }
  Time now() const { return Time{Duration{now_}}; }
  bool is_server(std::uint32_t producer) const { return producer < view_.servers.size(); }

  /// A deadlock does not pass: it is told again by every later call.
  bool stuck_already() {
    if (!spec_.cyclic) return false;
    for (std::uint32_t m = spec_.first_machine; m < spec_.first_machine + spec_.machines; ++m)
      for (std::uint32_t s = model_.machines[m].first_server; s < model_.machines[m].first_server + model_.machines[m].servers; ++s)
        if (server(s).activity == Activity::blocked && !(waits_ = circular_wait(model_, state_, s)).empty()) return true;
    return false;
  }

  // ---- the loop --------------------------------------------------------------------------------------------------
  void fill_queue() {
    now_ = self_.now.time_since_epoch().count();
    queue_.reset(spec_.machines + spec_.sources, self_.now);
    for (std::uint32_t i = 0; i < spec_.machines; ++i) set_timer(spec_.first_machine + i);
    for (std::uint32_t i = 0; i < spec_.sources; ++i) set_source_timer(spec_.first_source + i);
  }

  Outcome::Status run_window(Time stop, std::uint64_t& budget) {
    std::uint64_t left = budget;
    std::uint64_t still = 0;
    for (;;) {
      const NextEvent event = queue_.next();
      if (event.time > stop) break;
      if (left == 0) {
        budget = 0;
        return Outcome::Status::paused;
      }
      --left;
      still = event.time == self_.now ? still + 1 : 0;
      self_.now = event.time;
      now_ = event.time.time_since_epoch().count();
      handle(event);
      if (!waits_.empty() || still > kLivelock) [[unlikely]] {
        budget = left;
        return waits_.empty() ? Outcome::Status::livelock : Outcome::Status::deadlock;
      }
    }
    budget = left;
    self_.now = stop;
    return Outcome::Status::done;
  }

  TAKT_HOT void handle(const NextEvent& event) {
    const std::uint32_t m = spec_.first_machine + event.slot;
    if (event.event_class == EventClass::completion) [[likely]] {
      finish(m);
    } else {
      switch (event.event_class) {
        case EventClass::failure: fail(m); break;
        case EventClass::repair: repair(m); break;
        case EventClass::arrival: arrive(spec_.first_source + event.slot - spec_.machines); break;
        default: change_shift(m); break;
      }
    }
    if (!scratch_.pending.empty()) drain();
  }

  // ---- timers ----------------------------------------------------------------------------------------------------
  TAKT_HOT void set_timer(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    const MachineState& ms = machine(m);
    Tick time = kLater;
    EventClass event_class = EventClass::completion;
    if (ms.busy != 0 && ms.is_up()) {
      for (std::uint32_t s = spec.first_server; s < spec.first_server + servers_of(spec); ++s)
        if (in_process(server(s)) && server(s).due < time) time = server(s).due;
    }
    if ((ms.clock_runs != 0 || ms.down == static_cast<std::uint8_t>(Condition::in_repair)) && ms.breakdown <= time) {
      time = ms.breakdown;
      event_class = ms.clock_runs != 0 ? EventClass::failure : EventClass::repair;
    }
    if (has(spec, kHasCalendar) && ms.next_shift <= time) {
      time = ms.next_shift;
      event_class = EventClass::shift;
    }
    if (time == kLater)
      queue_.clear(m - spec_.first_machine);
    else
      queue_.set(m - spec_.first_machine, Time{Duration{time}}, event_class);
  }

  void set_source_timer(std::uint32_t i) {
    const SourceState& source = view_.sources[i];
    const std::uint32_t slot = spec_.machines + i - spec_.first_source;
    if (source.holding != 0 || source.due == kLater)
      queue_.clear(slot);
    else
      queue_.set(slot, Time{Duration{source.due}}, EventClass::arrival);
  }

  static bool in_process(const ServerState& s) { return s.activity == Activity::working || (!kPlain && s.activity == Activity::setup); }

  /// After anything happened to a machine: its failure clock runs or not, its earliest timer is set.
  TAKT_HOT void touch(std::uint32_t m) {
    if ((model_.machines[m].flags & kClockStops) != 0) update_clock(m);
    set_timer(m);
  }

  void update_clock(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    MachineState& ms = machine(m);
    bool runs = ms.down == 0;
    if (spec.clock == FailureClock::working) runs = runs && ms.off_shift == 0 && ms.working != 0;
    if (spec.clock == FailureClock::on_shift) runs = runs && ms.off_shift == 0;
    if (runs == (ms.clock_runs != 0)) return;
    ms.breakdown += runs ? now_ : -now_;
    ms.clock_runs = runs ? 1 : 0;
  }

  // ---- draws -----------------------------------------------------------------------------------------------------
  StreamKey stream(std::uint64_t path_hash, Purpose purpose) const { return {entity_key(path_hash, purpose) ^ seed_, state_.replication}; }

  Tick draw_time(std::uint32_t law, StreamKey key, std::uint64_t ordinal) const {
    Draw draw(key, ordinal);
    return from_seconds(numbers_.laws[law].sample(draw)).count();
  }

  std::uint32_t law_for(std::uint32_t law, const MachineSpec& spec, std::uint32_t product) const {
    return has(spec, kLawByProduct) ? model_.law_of[law + product] : law;
  }

  TAKT_HOT Tick draw_cycle(std::uint32_t m, const MachineSpec& spec, std::uint64_t ordinal, std::uint32_t product) {
    DrawBlock& block = scratch_.cycle[m - spec_.first_machine];
    const StreamKey key{spec.cycle_key ^ seed_, state_.replication};
    if ((ordinal & ~std::uint64_t{7}) != block.first) {
      block.first = ordinal & ~std::uint64_t{7};
      fill_draws(key, block.first, block.bits);
    }
    Draw draw(key, ordinal, block.bits[ordinal & 7]);
    return from_seconds(numbers_.laws[law_for(spec.cycle_law, spec, product)].sample(draw)).count();
  }

  std::uint32_t choose(RouteRange range, StreamKey key, std::uint64_t ordinal) const {
    if (range.count == 1) return model_.routes[range.first].place;
    Draw draw(key, ordinal);
    double u = draw.uniform();
    for (std::uint32_t i = range.first; i + 1 < range.first + range.count; ++i) {
      u -= numbers_.probabilities[model_.routes[i].probability];
      if (u < 0.0) return model_.routes[i].place;
    }
    return model_.routes[range.first + range.count - 1].place;
  }

  std::uint32_t route_of_machine(const MachineSpec& spec, std::uint32_t product, std::uint64_t ordinal) const {
    if (kPlain || spec.routes == 1) return model_.routes[spec.first_route].place;
    const RouteRange range = has(spec, kRouteByProduct) ? model_.routes_of[spec.ranges + product] : RouteRange{spec.first_route, spec.routes};
    return choose(range, stream(spec.path_hash, Purpose::routing), ordinal);
  }

  // ---- machines --------------------------------------------------------------------------------------------------
  bool can_load(std::uint32_t m) {
    return machine(m).is_up() || (model_.machines[m].flags & kLoadsWhileDown) != 0;
  }
  bool can_unload(std::uint32_t m) {
    return machine(m).is_up() || (model_.machines[m].flags & kUnloadsWhileDown) != 0;
  }

  TAKT_HOT void set_activity(std::uint32_t m, std::uint32_t s, Activity to) {
    MachineState& ms = machine(m);
    ServerState& ss = server(s);
    const Activity from = ss.activity;
    if (from == to) return;
    ms.working += static_cast<std::uint32_t>(to == Activity::working) - static_cast<std::uint32_t>(from == Activity::working);
    ms.busy += static_cast<std::uint32_t>(from == Activity::starved) - static_cast<std::uint32_t>(to == Activity::starved);
    ss.activity = to;
    const Condition condition = ms.condition();
    observer_.mode(m, s, {condition, from}, {condition, to}, now());
  }

  /// Puts a part on an idle server. The caller touches the machine.
  TAKT_HOT void load(std::uint32_t m, std::uint32_t s, const Part& part) {
    const MachineSpec& spec = model_.machines[m];
    MachineState& ms = machine(m);
    ServerState& ss = server(s);
    ss.part = part;
    observer_.load(m, part, now());
    const std::uint64_t ordinal = ms.starts++;
    if (has(spec, kHasLoad)) {
      ss.total = draw_time(law_for(spec.load_law, spec, part.product), stream(spec.path_hash, Purpose::load), ordinal);
      set_activity(m, s, Activity::setup);
    } else {
      ss.total = draw_cycle(m, spec, ordinal, part.product);
      set_activity(m, s, Activity::working);
    }
    ss.due = ms.is_up() ? now_ + ss.total : ss.total;
  }

  /// The operation of the server whose work is done now; the lowest server first.
  TAKT_HOT void finish(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    std::uint32_t s = spec.first_server;
    while (!kPlain && !(in_process(server(s)) && server(s).due == now_)) ++s;
    ServerState& ss = server(s);
    MachineState& ms = machine(m);
    if (!kPlain && ss.activity == Activity::setup) {
      ss.total = draw_cycle(m, spec, ms.starts - 1, ss.part.product);
      ss.due = now_ + ss.total;
      set_activity(m, s, Activity::working);
      touch(m);
      return;
    }
    const std::uint64_t ordinal = ms.completions++;
    observer_.complete(m, ss.part, now());
    if (!kPlain && numbers_.probabilities[spec.scrap] > 0.0 && Draw(stream(spec.path_hash, Purpose::scrap), ordinal).uniform() < numbers_.probabilities[spec.scrap]) {
      scrap(m, s);
      next(m, s);
      return;
    }
    if (!has(spec, kBeforeService)) ss.place = route_of_machine(spec, ss.part.product, ordinal);
    if (deliver(ss.part, ss.place, s)) {
      look_for_part(m, s);
    } else {
      wait_for_place(s, ss.place);
      set_activity(m, s, Activity::blocked);
      touch(m);
      tell_consumers(ss.place);
      if (spec_.cyclic) waits_ = circular_wait(model_, state_, s);
    }
  }

  void scrap(std::uint32_t m, std::uint32_t s) {
    ++machine(m).scrapped;
    observer_.scrap(m, server(s).part, now());
    if (server(s).reserved != 0) give_back_reservation(s);
  }

  void give_back_reservation(std::uint32_t s) {
    server(s).reserved = 0;
    const std::uint32_t place = server(s).place;
    if (place < view_.buffers.size()) {
      --view_.buffers[place].reserved;
      refill(place);
    }
  }

  /// A server without a part looks for the next one.
  void next(std::uint32_t m, std::uint32_t s) { look_for_part(m, s); }
  TAKT_HOT void look_for_part(std::uint32_t m, std::uint32_t s) {
    ServerState& ss = server(s);
    const MachineSpec& spec = model_.machines[m];
    ss.freed = 0;
    if (has(spec, kBeforeService)) {
      next_before_service(m, s);
      return;
    }
    Part part;
    if (can_load(m) && take(m, part))
      load(m, s, part);
    else
      set_activity(m, s, Activity::starved);
    touch(m);
  }

  TAKT_HOT bool take(std::uint32_t m, Part& part) {
    const MachineSpec& spec = model_.machines[m];
    if (kPlain || spec.inputs == 1) return take_from(model_.inputs[spec.first_input], part);
    MachineState& ms = machine(m);
    for (std::uint32_t i = 1; i <= spec.inputs; ++i) {  // each input in turn, beginning behind the last one used
      const std::uint32_t input = (ms.last_input + i) % spec.inputs;
      if (take_from(model_.inputs[spec.first_input + input], part)) {
        ms.last_input = input;
        return true;
      }
    }
    return false;
  }

  /// Blocking before service: a place downstream is reserved before the part is taken in.
  void next_before_service(std::uint32_t m, std::uint32_t s) {
    ServerState& ss = server(s);
    const MachineSpec& spec = model_.machines[m];
    const bool asks = ss.reserved != 0 || ss.waits_to_start != 0 || !another_waits(m);  // one server at a time
    const std::optional<std::uint32_t> product = asks && can_load(m) ? next_product(m) : std::nullopt;
    if (!product) {
      if (ss.reserved != 0) give_back_reservation(s);
      if (ss.waits_to_start != 0) stop_waiting(s);
      set_activity(m, s, Activity::starved);
      touch(m);
      return;
    }
    const std::uint32_t place = route_of_machine(spec, *product, machine(m).starts);
    if (ss.reserved != 0 && ss.place != place) give_back_reservation(s);
    if (ss.reserved == 0) {
      if (ss.waits_to_start != 0 && ss.place != place) stop_waiting(s);
      ss.place = place;
      if (!reserve(place)) {
        if (ss.waits_to_start == 0) wait_for_place(s, place);
        ss.waits_to_start = 1;
        set_activity(m, s, Activity::blocked);
        touch(m);
        if (spec_.cyclic) waits_ = circular_wait(model_, state_, s);
        return;
      }
      ss.reserved = 1;
      if (ss.waits_to_start != 0) stop_waiting(s);
    }
    Part part;
    take(m, part);
    load(m, s, part);
    touch(m);
    if (machine(m).busy < spec.servers) ask_next(m);
  }

  bool another_waits(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s)
      if (server(s).waits_to_start != 0) return true;
    return false;
  }

  /// One server started: the next idle one may ask for a place.
  void ask_next(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
      if (server(s).activity != Activity::starved || server(s).freed != 0) continue;
      server(s).freed = 1;
      scratch_.pending.push_back(s);
      return;
    }
  }

  bool reserve(std::uint32_t place) {
    if (place >= view_.buffers.size()) return true;
    BufferState& b = view_.buffers[place];
    if (b.level + b.reserved >= model_.buffers[place].capacity) return false;
    ++b.reserved;
    return true;
  }

  /// The product of the part that `take` would give.
  std::optional<std::uint32_t> next_product(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    for (std::uint32_t i = spec.inputs == 1 ? 0 : 1; i < spec.inputs + (spec.inputs == 1 ? 0 : 1); ++i) {
      const std::uint32_t input = (machine(m).last_input + i) % spec.inputs;
      const std::uint32_t place = model_.inputs[spec.first_input + input];
      const BufferState& b = view_.buffers[place];
      if (b.level > 0) return b.ring == 0 ? 0 : part_at(b, 0).product;
      if (const std::uint32_t p = first_waiting(place); p != kNone) return is_server(p) ? server(p).part.product : view_.sources[source_of(p)].part.product;
    }
    return std::nullopt;
  }

  void fail(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    MachineState& ms = machine(m);
    const Condition before = ms.condition();
    if (before == Condition::up) pause(m);
    ms.clock_runs = 0;
    ++ms.breakdowns;
    const bool at_once = spec.crew == kNone || call_crew(m);
    if (at_once)
      begin_repair(m);
    else
      ms.down = static_cast<std::uint8_t>(Condition::waiting_for_crew);
    report_condition(m, before);
    if (spec.on_failure != OnFailure::resume) spoil(m);
    touch(m);
  }

  void begin_repair(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    MachineState& ms = machine(m);
    ms.down = static_cast<std::uint8_t>(Condition::in_repair);
    ms.breakdown_total = draw_time(spec.repair_law, stream(spec.path_hash, Purpose::repair), ms.breakdowns - 1);
    ms.breakdown = now_ + ms.breakdown_total;
  }

  /// The part in process does not just wait for the repair: its work starts anew, or it is scrapped.
  void spoil(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
      ServerState& ss = server(s);
      if (ss.activity != Activity::working) continue;
      if (spec.on_failure == OnFailure::restart) {
        ss.total = draw_cycle(m, spec, machine(m).starts++, ss.part.product);
        ss.due = ss.total;
      } else {
        scrap(m, s);
        next(m, s);
      }
    }
  }

  void repair(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    MachineState& ms = machine(m);
    const Condition before = ms.condition();
    ms.down = 0;
    ms.breakdown_total = draw_time(spec.failure_law, stream(spec.path_hash, Purpose::failure), ms.breakdowns);
    ms.breakdown = ms.breakdown_total;
    update_clock(m);  // touch leaves a clock alone that runs all the time
    if (ms.condition() == Condition::up) unpause(m);
    report_condition(m, before);
    if (spec.crew != kNone) release_crew(spec.crew);
    update_clock(m);
    wake(m);
  }

  void change_shift(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    MachineState& ms = machine(m);
    const Condition before = ms.condition();
    const Calendar& calendar = model_.calendars[spec.calendar];
    const bool off = !calendar.on_at(now(), model_.plant.clock);
    ms.next_shift = calendar.next_change(now(), model_.plant.clock).time_since_epoch().count();
    if (before == Condition::up && off) pause(m);
    ms.off_shift = off ? 1 : 0;
    if (before != Condition::up && ms.condition() == Condition::up) unpause(m);
    if (before != ms.condition()) report_condition(m, before);
    wake(m);
  }

  void pause(std::uint32_t m) { shift_dues(m, -now_); }
  void unpause(std::uint32_t m) { shift_dues(m, now_); }
  void shift_dues(std::uint32_t m, Tick by) {
    const MachineSpec& spec = model_.machines[m];
    for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s)
      if (in_process(server(s))) server(s).due += by;
  }

  void report_condition(std::uint32_t m, Condition before) {
    const MachineSpec& spec = model_.machines[m];
    const Condition after = machine(m).condition();
    for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s)
      observer_.mode(m, s, {before, server(s).activity}, {after, server(s).activity}, now());
  }

  /// A machine that may do again what it could not: let finished parts out, take parts in.
  void wake(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
      ServerState& ss = server(s);
      if (ss.freed != 0) continue;  // on the list already
      if (ss.activity == Activity::starved || (ss.activity == Activity::blocked && ss.waits_to_start != 0)) {
        next(m, s);
      } else if (ss.activity == Activity::blocked && can_unload(m) && deliver(ss.part, ss.place, s)) {
        remove_waiting(ss.place, s);
        next(m, s);
      }
    }
    touch(m);
  }

  // ---- crews -----------------------------------------------------------------------------------------------------
  bool call_crew(std::uint32_t m) {
    const std::uint32_t c = model_.machines[m].crew;
    CrewState& crew = view_.crews[c];
    if (crew.busy < model_.crews[c].size) {
      ++crew.busy;
      observer_.crew(c, 1, 0, now());
      return true;
    }
    if (crew.last_waiting == kNone)
      crew.first_waiting = m;
    else
      machine(crew.last_waiting).next_for_crew = m;
    crew.last_waiting = m;
    ++crew.waiting;
    observer_.crew(c, 0, 1, now());
    return false;
  }

  void release_crew(std::uint32_t c) {
    CrewState& crew = view_.crews[c];
    ++crew.served;
    const std::uint32_t m = crew.first_waiting;
    if (m == kNone) {
      --crew.busy;
      observer_.crew(c, -1, 0, now());
      return;
    }
    crew.first_waiting = machine(m).next_for_crew;
    machine(m).next_for_crew = kNone;
    if (crew.first_waiting == kNone) crew.last_waiting = kNone;
    --crew.waiting;
    observer_.crew(c, 0, -1, now());
    begin_repair(m);
    report_condition(m, Condition::waiting_for_crew);
    touch(m);
  }

  // ---- places ----------------------------------------------------------------------------------------------------
  Part& part_at(const BufferState& b, std::uint32_t i) { return state_.parts[b.ring_at + ((b.head + i) & (b.ring - 1))]; }

  TAKT_HOT void push(std::uint32_t place, const Part& part) {
    BufferState& b = view_.buffers[place];
    if (b.ring != 0) {
      if (b.level == b.ring) grow_ring(model_, state_, place);
      part_at(b, b.level) = part;
    }
    ++b.level;
    observer_.level(place, 1, now());
  }

  /// Gives a part to a place; false if there is no room. A producer with a reservation uses it up.
  TAKT_HOT bool deliver(const Part& given, std::uint32_t place, std::uint32_t producer) {
    if (place >= view_.buffers.size()) {
      const std::uint32_t sink = place - static_cast<std::uint32_t>(view_.buffers.size());
      ++view_.sinks[sink];
      observer_.move(producer, place, given, now());
      observer_.leave(sink, given, now());
      return true;
    }
    const bool reserved = !kPlain && is_server(producer) && server(producer).reserved != 0;
    BufferState& b = view_.buffers[place];
    if (b.level == 0 && hand_over(given, place)) {
      observer_.move(producer, place, given, now());
      if (reserved) give_back_reservation(producer);
      return true;
    }
    if (b.level + (reserved ? 0 : b.reserved) >= model_.buffers[place].capacity) return false;
    if (reserved) {
      server(producer).reserved = 0;
      --b.reserved;
    }
    observer_.move(producer, place, given, now());
    push(place, given);
    tell_consumers(place);
    return true;
  }

  /// Consumers that block before service and had no part to start: now there is one, perhaps without a place to put it.
  void tell_consumers(std::uint32_t place) {
    if (kPlain || place >= view_.buffers.size()) return;
    const BufferSpec& spec = model_.buffers[place];
    for (std::uint32_t i = spec.first_consumer; i < spec.first_consumer + spec.consumers; ++i) {
      const std::uint32_t m = model_.consumers[i];
      const MachineSpec& consumer = model_.machines[m];
      if (!has(consumer, kBeforeService) || machine(m).busy == consumer.servers || !can_load(m)) continue;
      std::uint32_t s = consumer.first_server;
      while (server(s).activity != Activity::starved) ++s;
      next(m, s);
    }
  }

  /// Straight to the first consumer, in path order, that has an idle server and can start.
  TAKT_HOT bool hand_over(const Part& given, std::uint32_t place) {
    const BufferSpec& spec = model_.buffers[place];
    for (std::uint32_t i = spec.first_consumer; i < spec.first_consumer + spec.consumers; ++i) {
      const std::uint32_t m = model_.consumers[i];
      const MachineSpec& consumer = model_.machines[m];
      if (machine(m).busy == servers_of(consumer) || !can_load(m)) continue;
      std::uint32_t s = consumer.first_server;
      while (!kPlain && server(s).activity != Activity::starved) ++s;
      const Part part = given;
      if (has(consumer, kBeforeService)) {
        const std::uint32_t to = route_of_machine(consumer, part.product, machine(m).starts);
        if (!reserve(to)) continue;  // should no other take it, tell_consumers makes this one wait for its place
        server(s).place = to;
        server(s).reserved = 1;
      }
      ++view_.buffers[place].taken;
      load(m, s, part);
      touch(m);
      return true;
    }
    return false;
  }

  TAKT_HOT bool take_from(std::uint32_t place, Part& part) {
    BufferState& b = view_.buffers[place];
    if (b.level > 0) {
      if (b.ring != 0) {
        part = part_at(b, 0);
        b.head = (b.head + 1) & (b.ring - 1);
      }
      --b.level;
      ++b.taken;
      observer_.level(place, -1, now());
      if (b.first_waiting != kNone) refill(place);
      if (!kPlain && b.level == 0) doubt_consumers(place);
      return true;
    }
    const std::uint32_t producer = first_waiting(place);
    if (producer == kNone) return false;
    ++b.taken;
    part = release(place, producer);
    return true;
  }

  /// The last part is gone: consumers that wait to start on it (blocking before service) look again.
  void doubt_consumers(std::uint32_t place) {
    const BufferSpec& spec = model_.buffers[place];
    for (std::uint32_t i = spec.first_consumer; i < spec.first_consumer + spec.consumers; ++i) {
      const MachineSpec& consumer = model_.machines[model_.consumers[i]];
      if (!has(consumer, kBeforeService)) continue;
      for (std::uint32_t s = consumer.first_server; s < consumer.first_server + consumer.servers; ++s) {
        if (server(s).waits_to_start == 0 || server(s).freed != 0) continue;
        server(s).freed = 1;
        scratch_.pending.push_back(s);
      }
    }
  }

  /// Places that became free go to those who wait for them, first come first served.
  void refill(std::uint32_t place) {
    for (;;) {
      BufferState& b = view_.buffers[place];
      if (b.level + b.reserved >= model_.buffers[place].capacity) return;
      const std::uint32_t producer = first_to_start_or_waiting(place);
      if (producer == kNone) return;
      if (is_server(producer) && server(producer).waits_to_start != 0) {
        stop_waiting(producer);
        ++b.reserved;
        server(producer).reserved = 1;
        server(producer).freed = 1;
        scratch_.pending.push_back(producer);
      } else {
        push(place, release(place, producer));
      }
    }
  }

  /// Takes the part of a producer that waits; it is free for its next step.
  Part release(std::uint32_t place, std::uint32_t producer) {
    remove_waiting(place, producer);
    scratch_.pending.push_back(producer);
    if (is_server(producer)) server(producer).freed = 1;
    const Part part = is_server(producer) ? server(producer).part : release_from_source(source_of(producer));
    observer_.move(producer, place, part, now());
    return part;
  }

  // ---- waiting for a place ---------------------------------------------------------------------------------------
  std::uint32_t source_of(std::uint32_t producer) const { return producer - static_cast<std::uint32_t>(view_.servers.size()); }
  std::uint32_t producer_of_source(std::uint32_t i) const { return static_cast<std::uint32_t>(view_.servers.size()) + i; }
  std::uint32_t& next_waiting(std::uint32_t producer) {
    return is_server(producer) ? server(producer).next_waiting : view_.sources[source_of(producer)].next_waiting;
  }

  void wait_for_place(std::uint32_t producer, std::uint32_t place) {
    BufferState& b = view_.buffers[place];
    next_waiting(producer) = kNone;
    if (b.last_waiting == kNone)
      b.first_waiting = producer;
    else
      next_waiting(b.last_waiting) = producer;
    b.last_waiting = producer;
  }

  void remove_waiting(std::uint32_t place, std::uint32_t producer) {
    BufferState& b = view_.buffers[place];
    std::uint32_t before = kNone;
    for (std::uint32_t p = b.first_waiting; p != producer; p = next_waiting(p)) before = p;
    const std::uint32_t after = next_waiting(producer);
    if (before == kNone)
      b.first_waiting = after;
    else
      next_waiting(before) = after;
    if (b.last_waiting == producer) b.last_waiting = before;
    next_waiting(producer) = kNone;
  }

  void stop_waiting(std::uint32_t s) {
    remove_waiting(server(s).place, s);
    server(s).waits_to_start = 0;
  }

  /// The first producer with a part for this place whose machine lets it out.
  std::uint32_t first_waiting(std::uint32_t place) {
    for (std::uint32_t p = view_.buffers[place].first_waiting; p != kNone; p = next_waiting(p))
      if (!is_server(p) || (server(p).waits_to_start == 0 && can_unload(model_.machine_of_server[p]))) return p;
    return kNone;
  }
  std::uint32_t first_to_start_or_waiting(std::uint32_t place) {
    for (std::uint32_t p = view_.buffers[place].first_waiting; p != kNone; p = next_waiting(p)) {
      if (!is_server(p)) return p;
      const std::uint32_t m = model_.machine_of_server[p];
      if (server(p).waits_to_start != 0 ? can_load(m) : can_unload(m)) return p;
    }
    return kNone;
  }

  // ---- sources ---------------------------------------------------------------------------------------------------
  void arrive(std::uint32_t i) {
    const SourceSpec& spec = model_.sources[i];
    SourceState& source = view_.sources[i];
    make_part(spec, source);
    const bool gone = offer(i);
    if (!gone && spec.without_place == WithoutPlace::held) {
      hold(i);
    } else {
      if (!gone) {
        ++source.lost;
        observer_.lost(i, now());
      }
      schedule_next(i);
    }
    set_source_timer(i);
  }

  void make_part(const SourceSpec& spec, SourceState& source) {
    std::uint32_t product = 0;
    if (spec.kind == SourceSpec::Kind::timetable) product = model_.timetable[spec.first_arrival + source.arrivals].product;
    if (spec.shares > 0 && (spec.kind != SourceSpec::Kind::timetable || product == kNone)) {
      Draw draw(stream(spec.path_hash, Purpose::product), source.arrivals);
      double u = draw.uniform();
      std::uint32_t k = spec.first_share;
      while (k + 1 < spec.first_share + spec.shares && (u -= numbers_.probabilities[model_.shares[k].probability]) >= 0.0) ++k;
      product = model_.shares[k].product;
    }
    source.part = Part{0, 0, product == kNone ? 0 : product};
    const RouteRange range = spec.ranges != kNone ? model_.routes_of[spec.ranges + source.part.product] : RouteRange{spec.first_route, spec.routes};
    source.place = choose(range, stream(spec.path_hash, Purpose::routing), source.arrivals);
    ++source.arrivals;
  }

  bool offer(std::uint32_t i) {
    SourceState& source = view_.sources[i];
    const Part part{now_, static_cast<std::uint32_t>(self_.parts), source.part.product};
    if (!deliver(part, source.place, producer_of_source(i))) return false;
    note_release(i, part);
    return true;
  }

  void note_release(std::uint32_t i, const Part& part) {
    ++self_.parts;
    ++view_.sources[i].released;
    observer_.enter(i, part, now());
  }

  void hold(std::uint32_t i) {
    view_.sources[i].holding = 1;
    wait_for_place(producer_of_source(i), view_.sources[i].place);
    observer_.hold(i, 1, now());
    tell_consumers(view_.sources[i].place);
  }

  Part release_from_source(std::uint32_t i) {
    SourceState& source = view_.sources[i];
    const Part part{now_, static_cast<std::uint32_t>(self_.parts), source.part.product};
    source.holding = 0;
    note_release(i, part);
    observer_.hold(i, -1, now());
    if (model_.sources[i].kind != SourceSpec::Kind::saturated) {  // its clock stood still meanwhile
      schedule_next(i);
      set_source_timer(i);
    }
    return part;
  }

  /// The next arrival, an interval after now.
  void schedule_next(std::uint32_t i) {
    const SourceSpec& spec = model_.sources[i];
    SourceState& source = view_.sources[i];
    if (spec.kind == SourceSpec::Kind::timetable) {
      source.due = source.arrivals < spec.arrivals ? std::max(now_, model_.timetable[spec.first_arrival + source.arrivals].at) : kLater;
    } else {
      source.total = draw_time(spec.interval_law, stream(spec.path_hash, Purpose::arrival), source.arrivals);
      source.due = now_ + source.total;
    }
  }

  /// A saturated source that got rid of its part has the next one at hand.
  void supply(std::uint32_t i) {
    const SourceSpec& spec = model_.sources[i];
    if (spec.kind != SourceSpec::Kind::saturated || view_.sources[i].holding != 0) return;
    do make_part(spec, view_.sources[i]);
    while (offer(i));
    hold(i);
  }

  // ---- to the fixed point ----------------------------------------------------------------------------------------
  void drain() {
    for (std::size_t i = 0; i < scratch_.pending.size(); ++i) {
      const std::uint32_t producer = scratch_.pending[i];
      if (!is_server(producer))
        supply(source_of(producer));
      else if (server(producer).freed != 0)
        next(model_.machine_of_server[producer], producer);
    }
    scratch_.pending.clear();
  }

  static constexpr std::uint64_t kLivelock = 1'000'000;  // events at one instant

  const Model& model_;
  const Parameters& numbers_;
  State& state_;
  const ComponentSpec& spec_;
  StateView view_;
  ComponentState& self_;
  Queue& queue_;
  Scratch& scratch_;
  Observer& observer_;
  std::uint64_t seed_;
  std::int64_t now_ = 0;
  std::vector<std::string> waits_;
};

}  // namespace takt::detail

#undef TAKT_HOT
