// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/state.hpp"

#include <type_traits>

#include "takt/engine/detail/stepper.hpp"

namespace takt {
namespace {

/// The sections of an arena, in order. Word is (const) uint64_t; each call of next() gives the next section.
template <class Word>
class Sections {
 public:
  explicit Sections(Word* at) : at_(at) {}
  template <class T>
  std::span<T> next(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0 && alignof(T) <= 8);
    T* first = reinterpret_cast<T*>(at_);
    at_ += count * (sizeof(T) / 8);
    return {first, count};
  }

 private:
  Word* at_;
};

template <class View, class Word>
void lay_out(View& view, const Model& model, Word* arena) {
  Sections<Word> sections(arena);
  view.components = sections.template next<typename decltype(view.components)::element_type>(model.components.size());
  view.machines = sections.template next<typename decltype(view.machines)::element_type>(model.machines.size());
  view.servers = sections.template next<typename decltype(view.servers)::element_type>(model.servers());
  view.buffers = sections.template next<typename decltype(view.buffers)::element_type>(model.buffers.size());
  view.sources = sections.template next<typename decltype(view.sources)::element_type>(model.sources.size());
  view.sinks = sections.template next<typename decltype(view.sinks)::element_type>(model.sinks);
  view.crews = sections.template next<typename decltype(view.crews)::element_type>(model.crews.size());
}

template <class T>
void emplace_all(std::span<T> section) {
  for (T& each : section) each = T{};
}

void place_initial_parts(const Model& model, State& state, StateView& view) {
  for (std::uint32_t b = 0; b < model.buffers.size(); ++b) {
    ComponentState& component = view.components[model.buffers[b].component];
    for (std::uint32_t i = 0; i < model.buffers[b].initial; ++i) {
      BufferState& buffer = view.buffers[b];
      if (buffer.ring != 0) {
        if (buffer.level == buffer.ring) detail::grow_ring(model, state, b);
        state.parts[buffer.slot(buffer.level)] = Part{0, static_cast<std::uint32_t>(component.parts), 0};
      }
      ++component.parts;
      ++buffer.level;
    }
  }
}

Duration first_draw(const Parameters& parameters, std::uint32_t law, StreamKey key, std::uint64_t ordinal) {
  Draw draw(key, ordinal);
  return from_seconds(parameters.law(law).sample(draw));
}

void start_machines(const Model& model, const Parameters& parameters, const State& state, StateView& view) {
  for (std::size_t m = 0; m < model.machines.size(); ++m) {
    const MachineSpec& spec = model.machines[m];
    MachineState& machine = view.machines[m];
    if ((spec.flags & kHasCalendar) != 0) {
      const Calendar& calendar = model.calendars[spec.calendar];
      machine.off_shift = calendar.on_at(Time{}, model.plant.clock) ? 0 : 1;
      machine.next_shift = calendar.next_change(Time{}, model.plant.clock).time_since_epoch().count();
    }
    if ((spec.flags & kHasFailure) != 0) {
      const StreamKey key = stream_key(state.seed, state.replication, spec.path_hash, Purpose::failure);
      machine.breakdown_total = first_draw(parameters, spec.failure_law, key, 0).count();
      machine.breakdown = machine.breakdown_total;  // time left: the clock does not run yet
      if (spec.clock == FailureClock::calendar || (spec.clock == FailureClock::on_shift && machine.off_shift == 0))
        machine.clock_runs = 1;
    }
  }
}

void start_sources(const Model& model, const Parameters& parameters, const State& state, StateView& view) {
  constexpr std::int64_t kLater = kNever.time_since_epoch().count();
  for (std::size_t i = 0; i < model.sources.size(); ++i) {
    const SourceSpec& spec = model.sources[i];
    SourceState& source = view.sources[i];
    source.due = kLater;
    if (spec.kind == SourceSpec::Kind::renewal) {
      const StreamKey key = stream_key(state.seed, state.replication, spec.path_hash, Purpose::arrival);
      source.total = first_draw(parameters, spec.interval_law, key, 0).count();
      source.due = spec.first >= 0 ? spec.first : source.total;
      if (spec.first >= 0) source.total = spec.first;
    } else if (spec.kind == SourceSpec::Kind::timetable && spec.arrivals > 0) {
      source.due = model.timetable[spec.first_arrival].at;
    }
  }
}

}  // namespace

StateView::StateView(const Model& model, State& state) { lay_out(*this, model, state.arena.data()); }
ConstStateView::ConstStateView(const Model& model, const State& state) { lay_out(*this, model, state.arena.data()); }

std::size_t StateView::words(const Model& model) {
  return (sizeof(ComponentState) * model.components.size() + sizeof(MachineState) * model.machines.size() +
          sizeof(ServerState) * model.servers() + sizeof(BufferState) * model.buffers.size() +
          sizeof(SourceState) * model.sources.size() + sizeof(std::uint64_t) * model.sinks +
          sizeof(CrewState) * model.crews.size()) /
         8;
}

State blank_state(const Model& model, std::uint64_t seed, std::uint32_t replication) {
  State state;
  state.seed = seed;
  state.replication = replication;
  state.arena.assign(StateView::words(model), 0);
  StateView view(model, state);
  emplace_all(view.machines);
  emplace_all(view.servers);
  emplace_all(view.buffers);
  emplace_all(view.sources);
  emplace_all(view.crews);
  std::uint64_t rings = 0;
  for (std::size_t b = 0; b < model.buffers.size(); ++b) {
    view.buffers[b].ring = model.buffers[b].ring;
    view.buffers[b].ring_at = rings;
    rings += model.buffers[b].ring;
  }
  state.parts.assign(rings, Part{});
  return state;
}

void put_parts(const Model& model, State& state, BufferId id, std::span<const Part> parts) {
  BufferState& buffer = StateView(model, state).buffers[id.value];
  buffer.level = 0;
  for (const Part& part : parts) {
    if (buffer.ring != 0) {
      if (buffer.level == buffer.ring) detail::grow_ring(model, state, id.value);
      state.parts[buffer.slot(buffer.level)] = part;
    }
    ++buffer.level;
  }
}

State start(const Model& model, const Parameters& parameters, std::uint64_t seed, std::uint32_t replication) {
  State state = blank_state(model, seed, replication);
  StateView view(model, state);
  place_initial_parts(model, state, view);
  start_machines(model, parameters, state, view);
  start_sources(model, parameters, state, view);
  settle(model, parameters, state);
  return state;
}

namespace detail {

void grow_ring(const Model& model, State& state, std::uint32_t buffer) {
  BufferState& b = StateView(model, state).buffers[buffer];
  const bool last = b.ring_at + b.ring == state.parts.size();
  BufferState grown = b;
  grown.ring *= 2;
  // Otherwise the old slots stay unused: rings double, so that all old ones together are smaller than the new.
  if (!last) grown.ring_at = state.parts.size();
  state.parts.reserve(grown.ring_at + grown.ring);  // no more than that
  state.parts.resize(grown.ring_at + grown.ring);
  for (std::uint32_t i = 0; i < b.level; ++i) state.parts[grown.slot(i)] = state.parts[b.slot(i)];
  b = grown;
}

}  // namespace detail
}  // namespace takt
