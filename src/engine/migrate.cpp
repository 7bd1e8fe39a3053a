// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/migrate.hpp"

#include <algorithm>
#include <deque>
#include <set>

#include "engine/correspondence.hpp"
#include "takt/engine/advance.hpp"
#include "takt/engine/detail/state_moves.hpp"

namespace takt {
namespace {

/// A part that lost its place: where it was, as a place (buffer) or machine of the old model.
struct Homeless {
  Part part;
  std::uint32_t buffer = kNone, machine = kNone;
};

class Migration {
 public:
  Migration(const Model& from, const State& state, const Model& to, const Parameters& parameters)
      : from_(from),
        to_(to),
        numbers_(parameters),
        old_(from, state),
        where_(from, to),
        result_{blank_state(to, state.seed, state.replication), {}},
        view_(to, result_.state),
        now_(state.now.time_since_epoch().count()) {
    result_.state.now = state.now;
    for (ComponentState& component : view_.components) component.now = state.now;
    read_buffers(state);
  }

  Migrated run() {
    list_changes();
    for (std::uint32_t i = 0; i < from_.sinks; ++i)
      if (where_.sink[i] != kNone) view_.sinks[where_.sink[i]] = old_.sinks[i];
    for (std::uint32_t m = 0; m < to_.machines.size(); ++m) machine(m);
    for (std::uint32_t m = 0; m < from_.machines.size(); ++m)
      if (where_.machine[m] == kNone) evict_servers(m, 0);
    for (std::uint32_t b = 0; b < from_.buffers.size(); ++b) contents(b);
    for (std::uint32_t i = 0; i < to_.sources.size(); ++i) source(i);
    for (const Homeless& homeless : homeless_) settle_elsewhere(homeless);
    put_contents();
    queues();
    crews();
    count_parts();
    settle(to_, numbers_, result_.state);
    return std::move(result_);
  }

 private:
  static constexpr std::int64_t kLater = kNever.time_since_epoch().count();

  void note(std::string text) { result_.report.notes.push_back(std::move(text)); }

  void read_buffers(const State& state) {
    for (std::uint32_t b = 0; b < from_.buffers.size(); ++b)
      lying_.push_back(parts_in_buffer(from_, state, BufferId{b}));
    contents_.resize(to_.buffers.size());
  }

  void list_changes() {
    const auto is_thing = [](const Entity& e) { return e.kind <= Entity::Kind::crew; };
    const auto missing = [&](const Model& in, const Entity& e) {
      const std::uint32_t same = in.entity_at(e.path);
      return same == kNone || in.entities[same].kind != e.kind;
    };
    for (const Entity& e : to_.entities)
      if (is_thing(e) && missing(from_, e)) result_.report.added.push_back(e.path);
    for (const Entity& e : from_.entities)
      if (is_thing(e) && missing(to_, e)) result_.report.removed.push_back(e.path);
  }

  // ---- draws -----------------------------------------------------------------------------------------------------
  std::int64_t draw(std::uint32_t law, std::uint64_t path_hash, Purpose purpose, std::uint64_t ordinal) const {
    Draw numbers(stream_key(result_.state.seed, result_.state.replication, path_hash, purpose), ordinal);
    return from_seconds(numbers_.law(law).sample(numbers)).count();
  }

  std::optional<Part> in_new_terms(Part part) {
    part.product = where_.product[part.product];
    if (part.product == kNone) return std::nullopt;
    return part;
  }

  // ---- machines --------------------------------------------------------------------------------------------------
  void machine(std::uint32_t m) {
    const std::uint32_t before = where_.machine_before[m];
    const MachineSpec& spec = to_.machines[m];
    MachineState& ms = view_.machines[m];
    if (before != kNone) {
      ms = old_.machines[before];
      ms.working = ms.busy = 0;
      if (from_.machines[before].inputs != spec.inputs) ms.last_input = 0;
      ms.next_for_crew = kNone;
    }
    const bool was_up = before == kNone || old_.machines[before].condition() == Condition::up;
    shift(spec, ms);
    failure(m, before);
    if (before == kNone) return;
    const MachineSpec& old_spec = from_.machines[before];
    const std::uint32_t kept = std::min(old_spec.servers, spec.servers);
    for (std::uint32_t i = 0; i < kept; ++i) server(m, before, i, was_up);
    if (kept < old_spec.servers) evict_servers(before, kept);
    // The clock of a machine that stops and goes with its work starts or stops with what became of it.
    if ((spec.flags & kHasFailure) != 0) detail::update_clock(spec, ms, now_);
  }

  void shift(const MachineSpec& spec, MachineState& ms) {
    ms.off_shift = 0;
    ms.next_shift = 0;
    if ((spec.flags & kHasCalendar) == 0) return;
    const Calendar& calendar = to_.calendars[spec.calendar];
    const Time now{Duration{now_}};
    ms.off_shift = calendar.on_at(now, to_.plant.clock) ? 0 : 1;
    ms.next_shift = calendar.next_change(now, to_.plant.clock).time_since_epoch().count();
  }

  void failure(std::uint32_t m, std::uint32_t before) {
    const MachineSpec& spec = to_.machines[m];
    MachineState& ms = view_.machines[m];
    const bool had = before != kNone && (from_.machines[before].flags & kHasFailure) != 0;
    if ((spec.flags & kHasFailure) == 0) {
      if (had && ms.down != 0) note(to_.machine_path(m) + ": its repair is over, as it does not fail any more");
      ms.down = ms.clock_runs = 0;
      ms.breakdown = ms.breakdown_total = 0;
      return;
    }
    if (had) return;  // what is pending goes on
    ms.breakdown_total = draw(spec.failure_law, spec.path_hash, Purpose::failure, ms.breakdowns);
    ms.breakdown = ms.breakdown_total;
    ms.clock_runs = 0;
    detail::update_clock(spec, ms, now_);
  }

  /// The part on one server, with what is left of its work.
  void server(std::uint32_t m, std::uint32_t before, std::uint32_t i, bool was_up) {
    const ServerState& old = old_.servers[from_.machines[before].first_server + i];
    if (!detail::has_part(old)) return;
    ServerState& ss = view_.servers[to_.machines[m].first_server + i];
    const std::optional<Part> part = in_new_terms(old.part);
    if (!part) {
      drop("a part of a product that is gone, on " + to_.machine_path(m));
      return;
    }
    ++result_.report.kept;
    ss.part = *part;
    ss.operation = old.operation;
    if (old.activity == Activity::blocked) {
      finished(m, to_.machines[m].first_server + i, new_place(old.place));
      return;
    }
    const MachineSpec& spec = to_.machines[m];
    const bool in_setup = old.activity == Activity::setup;
    const bool loads_no_more = in_setup && (spec.flags & kHasLoad) == 0;
    std::int64_t left = was_up ? old.due - now_ : old.due;
    ss.total = old.total;
    if (loads_no_more)
      left = ss.total = draw(detail::law_for(to_, spec, spec.cycle_law, ss.part.product), spec.path_hash,
                             Purpose::cycle, view_.machines[m].ordinal_of(ss.operation));
    detail::change_activity(view_.machines[m], ss, in_setup && !loads_no_more ? Activity::setup : Activity::working);
    ss.due = view_.machines[m].condition() == Condition::up ? now_ + left : left;
  }

  /// Work that is done waits for the place it waited for, or for one drawn anew where that leads nowhere now.
  void finished(std::uint32_t m, std::uint32_t s, std::uint32_t place) {
    const MachineSpec& spec = to_.machines[m];
    ServerState& ss = view_.servers[s];
    if (!leads_to(m, place)) {
      const StreamKey key = stream_key(result_.state.seed, result_.state.replication, spec.path_hash, Purpose::routing);
      place = detail::choose_way(to_, numbers_, detail::ways_of(to_, spec, ss.part.product), key,
                                 view_.machines[m].completions - 1);
    }
    if (place >= to_.buffers.size()) {
      ++view_.sinks[place - to_.buffers.size()];
      return;  // it leaves at once
    }
    ss.place = place;
    detail::change_activity(view_.machines[m], ss, Activity::blocked);
    finished_.push_back(s);
  }

  void evict_servers(std::uint32_t before, std::uint32_t first) {
    const MachineSpec& spec = from_.machines[before];
    for (std::uint32_t s = spec.first_server + first; s < spec.first_server + spec.servers; ++s)
      if (detail::has_part(old_.servers[s])) homeless_.push_back({old_.servers[s].part, kNone, before});
  }

  /// A place of the old model in the new one.
  std::uint32_t new_place(std::uint32_t place) const {
    if (place == kNone) return kNone;
    if (place < from_.buffers.size()) return where_.buffer[place];
    const std::uint32_t sink = where_.sink[place - from_.buffers.size()];
    return sink == kNone ? kNone : sink + static_cast<std::uint32_t>(to_.buffers.size());
  }

  // ---- buffers ---------------------------------------------------------------------------------------------------
  std::uint64_t room(std::uint32_t b) const {
    const std::uint32_t capacity = to_.buffers[b].capacity;
    return capacity == kInfinite ? kInfinite : capacity - std::min<std::uint64_t>(capacity, contents_[b].size());
  }

  void contents(std::uint32_t old) {
    const std::uint32_t b = where_.buffer[old];
    if (b != kNone) view_.buffers[b].taken = old_.buffers[old].taken;
    for (const Part& part : lying_[old]) {
      const std::optional<Part> now = in_new_terms(part);
      if (!now) {
        drop("a part of a product that is gone, in " + from_.buffer_path(old));
      } else if (b != kNone && room(b) > 0) {
        contents_[b].push_back(*now);
        ++result_.report.kept;
      } else {
        homeless_.push_back({part, old, kNone});
      }
    }
  }

  void drop(std::string what) {
    ++result_.report.dropped;
    note("dropped: " + std::move(what));
  }

  /// Buffers of the old plant from a place on, nearest first: downstream, then upstream.
  std::vector<std::uint32_t> nearest(const Homeless& homeless, bool downstream) const {
    std::vector<std::uint32_t> found;
    std::set<std::uint32_t> seen_buffers, seen_machines;
    std::deque<std::uint32_t> open;  // machines
    const auto reach = [&](std::uint32_t b) {
      if (b >= from_.buffers.size() || !seen_buffers.insert(b).second) return;
      found.push_back(b);
      for (std::uint32_t m = 0; m < from_.machines.size(); ++m)
        if (touches(m, b, downstream) && seen_machines.insert(m).second) open.push_back(m);
    };
    if (homeless.buffer != kNone) {
      reach(homeless.buffer);
    } else {
      seen_machines.insert(homeless.machine);
      open.push_back(homeless.machine);
    }
    while (!open.empty()) {
      const std::uint32_t m = open.front();
      open.pop_front();
      const MachineSpec& spec = from_.machines[m];
      if (downstream)
        for (std::uint32_t i = spec.first_route; i < spec.first_route + spec.routes; ++i) reach(from_.routes[i].place);
      else
        for (std::uint32_t i = spec.first_input; i < spec.first_input + spec.inputs; ++i) reach(from_.inputs[i]);
    }
    return found;
  }

  /// Whether a machine takes from a buffer (downstream) or gives to it.
  bool touches(std::uint32_t m, std::uint32_t b, bool downstream) const {
    const MachineSpec& spec = from_.machines[m];
    if (downstream) {
      const auto inputs = std::span(from_.inputs).subspan(spec.first_input, spec.inputs);
      return std::ranges::find(inputs, b) != inputs.end();
    }
    const auto routes = std::span(from_.routes).subspan(spec.first_route, spec.routes);
    return std::ranges::find(routes, b, &Route::place) != routes.end();
  }

  void settle_elsewhere(const Homeless& homeless) {
    const std::string was =
        homeless.buffer != kNone ? from_.buffer_path(homeless.buffer) : from_.machine_path(homeless.machine);
    const std::optional<Part> part = in_new_terms(homeless.part);
    if (!part) {
      drop("a part of a product that is gone, at " + was);
      return;
    }
    for (const bool downstream : {true, false})
      for (const std::uint32_t old : nearest(homeless, downstream)) {
        const std::uint32_t b = where_.buffer[old];
        if (b == kNone || room(b) == 0) continue;
        contents_[b].push_back(*part);
        ++result_.report.moved;
        note("moved: a part from " + was + " to " + to_.buffer_path(b));
        return;
      }
    drop("a part at " + was + ", as no place near it has room");
  }

  void put_contents() {
    for (std::uint32_t b = 0; b < to_.buffers.size(); ++b) put_parts(to_, result_.state, BufferId{b}, contents_[b]);
  }

  // ---- sources ---------------------------------------------------------------------------------------------------
  void source(std::uint32_t i) {
    const SourceSpec& spec = to_.sources[i];
    SourceState& source = view_.sources[i];
    const std::uint32_t before = where_.source_before[i];
    source.due = kLater;
    const bool same = before != kNone && from_.sources[before].kind == spec.kind;
    if (before != kNone) {
      const SourceState& old = old_.sources[before];
      source.arrivals = old.arrivals;
      source.released = old.released;
      source.lost = old.lost;
      if (same && old.holding == 0) {
        source.due = old.due;
        source.total = old.total;
      }
      if (same && old.holding != 0) hold(i, old);
    }
    if (source.holding != 0) return;
    if (spec.kind == SourceSpec::Kind::renewal && source.due == kLater) {
      source.total = draw(spec.interval_law, spec.path_hash, Purpose::arrival, source.arrivals);
      source.due = std::max(before == kNone && spec.first >= now_ ? spec.first : now_ + source.total, now_);
    } else if (spec.kind == SourceSpec::Kind::timetable) {
      while (source.arrivals < spec.arrivals && to_.timetable[spec.first_arrival + source.arrivals].at < now_)
        ++source.arrivals;
      source.due = source.arrivals < spec.arrivals ? to_.timetable[spec.first_arrival + source.arrivals].at : kLater;
    }
  }

  /// An arrival held at a source goes on waiting, if there is still where it wants to go.
  void hold(std::uint32_t i, const SourceState& old) {
    SourceState& source = view_.sources[i];
    const std::uint32_t place = new_place(old.place);
    const std::optional<Part> part = in_new_terms(old.part);
    if (place == kNone || place >= to_.buffers.size() || !part) {
      note(to_.entities[to_.source_entity[i]].path + ": the arrival it held is gone, as its way is");
      return;
    }
    source.part = *part;
    source.place = place;
    source.holding = 1;
    holding_.push_back(i);
  }

  // ---- who waits -------------------------------------------------------------------------------------------------
  /// Producers that waited for a place do so again, in the order they did, and behind them those that lost theirs.
  void queues() {
    const auto servers = static_cast<std::uint32_t>(to_.servers());
    std::set<std::uint32_t> queued;
    for (std::uint32_t b = 0; b < from_.buffers.size(); ++b) {
      const std::uint32_t place = where_.buffer[b];
      if (place == kNone) continue;
      for (std::uint32_t p = old_.buffers[b].first_waiting; p != kNone; p = next_of(p)) {
        const std::uint32_t producer = new_producer(p);
        if (producer == kNone || !waits_for(producer, place)) continue;
        detail::append_waiting(view_, place, producer);
        queued.insert(producer);
      }
    }
    for (const std::uint32_t s : finished_)
      if (!queued.contains(s)) detail::append_waiting(view_, view_.servers[s].place, s);
    for (const std::uint32_t i : holding_)
      if (!queued.contains(servers + i)) detail::append_waiting(view_, view_.sources[i].place, servers + i);
  }

  std::uint32_t next_of(std::uint32_t producer) const {
    return producer < old_.servers.size() ? old_.servers[producer].next_waiting
                                          : old_.sources[producer - old_.servers.size()].next_waiting;
  }

  std::uint32_t new_producer(std::uint32_t producer) const {
    if (producer >= old_.servers.size()) {
      const std::uint32_t i = where_.source[producer - old_.servers.size()];
      return i == kNone ? kNone : static_cast<std::uint32_t>(to_.servers()) + i;
    }
    const std::uint32_t before = from_.machine_of_server[producer];
    const std::uint32_t m = where_.machine[before];
    const std::uint32_t i = producer - from_.machines[before].first_server;
    return m == kNone || i >= to_.machines[m].servers ? kNone : to_.machines[m].first_server + i;
  }

  bool waits_for(std::uint32_t producer, std::uint32_t place) const {
    if (producer >= to_.servers()) {
      const SourceState& source = view_.sources[producer - to_.servers()];
      return source.holding != 0 && source.place == place;
    }
    const ServerState& ss = view_.servers[producer];
    return ss.activity == Activity::blocked && ss.place == place;
  }

  bool leads_to(std::uint32_t m, std::uint32_t place) const {
    const auto routes = std::span(to_.routes).subspan(to_.machines[m].first_route, to_.machines[m].routes);
    return place != kNone && std::ranges::find(routes, place, &Route::place) != routes.end();
  }

  // ---- crews -----------------------------------------------------------------------------------------------------
  /// Repairs in hand go on as far as the crew's size allows; the others wait, those that waited before behind them.
  void crews() {
    for (std::uint32_t c = 0; c < to_.crews.size(); ++c)
      for (std::uint32_t old = 0; old < where_.crew.size(); ++old)
        if (where_.crew[old] == c) view_.crews[c].served = old_.crews[old].served;
    std::vector<std::uint32_t> waiting;
    for (std::uint32_t m = 0; m < to_.machines.size(); ++m) {
      MachineState& ms = view_.machines[m];
      const std::uint32_t c = to_.machines[m].crew;
      if (ms.down == static_cast<std::uint8_t>(Condition::waiting_for_crew)) waiting.push_back(m);
      if (ms.down != static_cast<std::uint8_t>(Condition::in_repair) || c == kNone) continue;
      if (view_.crews[c].busy < to_.crews[c].size) {
        ++view_.crews[c].busy;
      } else {
        note(to_.machine_path(m) + ": its repair begins anew when its crew, now smaller, is free");
        ms.down = static_cast<std::uint8_t>(Condition::waiting_for_crew);
        detail::append_for_crew(view_, c, m);
      }
    }
    for (const CrewState& crew : old_.crews)  // in the order in which they waited
      for (std::uint32_t m = crew.first_waiting; m != kNone; m = old_.machines[m].next_for_crew)
        if (where_.machine[m] != kNone) std::erase(waiting, where_.machine[m]), serve(where_.machine[m]);
    for (const std::uint32_t m : waiting) serve(m);
  }

  void serve(std::uint32_t m) {
    MachineState& ms = view_.machines[m];
    if (ms.down != static_cast<std::uint8_t>(Condition::waiting_for_crew)) return;
    const MachineSpec& spec = to_.machines[m];
    const bool free = spec.crew == kNone || view_.crews[spec.crew].busy < to_.crews[spec.crew].size;
    if (!free) {
      detail::append_for_crew(view_, spec.crew, m);
      return;
    }
    if (spec.crew != kNone) ++view_.crews[spec.crew].busy;
    ms.down = static_cast<std::uint8_t>(Condition::in_repair);
    ms.breakdown_total = draw(spec.repair_law, spec.path_hash, Purpose::repair, ms.breakdowns - 1);
    ms.breakdown = now_ + ms.breakdown_total;
  }

  // ---- books -----------------------------------------------------------------------------------------------------
  /// What entered is what left and what is here. Ids go on behind the last one given, in each component that is what it
  /// was; where components grew together or fell apart, parts get new ids, as they had theirs only within their
  /// component.
  void count_parts() {
    const std::vector<std::uint32_t> before = components_before();
    const bool as_before = std::ranges::find(before, kNone) == before.end();
    for (std::size_t c = 0; c < view_.components.size(); ++c)
      if (as_before) {
        view_.components[c].parts = old_.components[before[c]].parts;
        view_.components[c].removed = old_.components[before[c]].removed;
        view_.components[c].still = old_.components[before[c]].still;
      }
    if (!as_before) renumber_parts();
    std::uint64_t entered = 0, left = 0;
    for (const ComponentState& component : view_.components) entered += component.parts - component.removed;
    for (const std::uint64_t n : view_.sinks) left += n;
    for (const MachineState& ms : view_.machines) left += ms.scrapped + ms.spoiled;
    const std::uint64_t here = parts_in_plant(to_, result_.state);
    if (!view_.components.empty()) view_.components[0].removed += entered - left - here;
  }

  /// The old component of each new one, if every machine of either is in the other; kNone otherwise.
  std::vector<std::uint32_t> components_before() const {
    std::vector<std::uint32_t> before(view_.components.size(), kNone), after(old_.components.size(), kNone);
    std::vector<bool> mixed(view_.components.size(), false);
    for (std::uint32_t m = 0; m < from_.machines.size(); ++m) {
      if (where_.machine[m] == kNone) continue;
      const std::uint32_t old = from_.machines[m].component, now = to_.machines[where_.machine[m]].component;
      mixed[now] =
          mixed[now] || (before[now] != kNone && before[now] != old) || (after[old] != kNone && after[old] != now);
      before[now] = old;
      after[old] = now;
    }
    for (std::size_t c = 0; c < before.size(); ++c)
      if (mixed[c]) before[c] = kNone;
    return before;
  }

  void renumber_parts() {
    for (const ComponentState& component : old_.components)
      for (ComponentState& now : view_.components) now.parts = std::max(now.parts, component.parts);
    const auto rename = [this](Part& part, std::uint32_t component) {
      part.id = static_cast<std::uint32_t>(view_.components[component].parts++);
    };
    for (std::uint32_t b = 0; b < to_.buffers.size(); ++b) {
      for (Part& part : contents_[b]) rename(part, to_.buffers[b].component);
      put_parts(to_, result_.state, BufferId{b}, contents_[b]);
    }
    for (std::uint32_t s = 0; s < to_.servers(); ++s)
      if (detail::has_part(view_.servers[s]))
        rename(view_.servers[s].part, to_.machines[to_.machine_of_server[s]].component);
  }

  const Model& from_;
  const Model& to_;
  const Parameters& numbers_;
  ConstStateView old_;
  detail::Correspondence where_;
  Migrated result_;
  StateView view_;
  std::int64_t now_;
  std::vector<std::vector<Part>> lying_;     ///< (old buffers)
  std::vector<std::vector<Part>> contents_;  ///< (new buffers)
  std::vector<Homeless> homeless_;
  std::vector<std::uint32_t> finished_;  ///< servers whose work was done
  std::vector<std::uint32_t> holding_;   ///< sources
};

}  // namespace

Migrated migrate(const Model& from, const State& state, const Model& to, const Parameters& parameters) {
  return Migration(from, state, to, parameters).run();
}

}  // namespace takt
