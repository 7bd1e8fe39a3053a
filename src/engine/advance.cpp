// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/advance.hpp"

#include "takt/engine/advance_observed.hpp"

namespace takt {
namespace {

/// Watches nothing, so that lines may be run part by part.
struct Nobody : NoObserver {
  void add(const LineSums&) {}
  void add(const Nobody&) {}
};

/// Turns every call into an event for a function.
class EventTeller {
 public:
  explicit EventTeller(const std::function<void(const Event&)>& sink) : sink_(sink) {}

  void mode(std::uint32_t machine, std::uint32_t server, Mode from, Mode to, Time t) {
    Event event{t, Event::Kind::mode, machine};
    event.server = server;
    event.from = from;
    event.to = to;
    sink_(event);
  }
  void level(std::uint32_t buffer, int change, Time t) { tell_change(Event::Kind::level, buffer, change, 0, t); }
  void hold(std::uint32_t source, int change, Time t) { tell_change(Event::Kind::hold, source, change, 0, t); }
  void crew(std::uint32_t crew, int busy, int waiting, Time t) {
    tell_change(Event::Kind::crew, crew, busy, waiting, t);
  }
  void lost(std::uint32_t source, Time t) { tell_change(Event::Kind::lost, source, 0, 0, t); }
  void enter(std::uint32_t source, const Part& part, Time t) { tell_part(Event::Kind::enter, source, part, t); }
  void leave(std::uint32_t sink, const Part& part, Time t) { tell_part(Event::Kind::leave, sink, part, t); }
  void scrap(std::uint32_t machine, const Part& part, Time t) { tell_part(Event::Kind::scrap, machine, part, t); }
  void move(std::uint32_t producer, std::uint32_t place, const Part& part, Time t) {
    Event event{t, Event::Kind::move, producer};
    event.place = place;
    event.part = part;
    sink_(event);
  }
  void load(std::uint32_t machine, const Part& part, Time t) { tell_part(Event::Kind::load, machine, part, t); }
  void complete(std::uint32_t machine, const Part& part, Time t) { tell_part(Event::Kind::complete, machine, part, t); }

 private:
  void tell_change(Event::Kind kind, std::uint32_t index, int change, int waiting, Time t) {
    Event event{t, kind, index};
    event.change = change;
    event.waiting = waiting;
    sink_(event);
  }
  void tell_part(Event::Kind kind, std::uint32_t index, const Part& part, Time t) {
    Event event{t, kind, index};
    event.part = part;
    sink_(event);
  }

  const std::function<void(const Event&)>& sink_;
};

}  // namespace

Outcome advance(const Model& model, const Parameters& parameters, State& state, Time until, std::uint64_t max_events) {
  Nobody nobody;
  return advance_observed(model, parameters, state, until, nobody, max_events);
}

Outcome advance(const Model& model, const Parameters& parameters, State& state, Time until,
                const std::function<void(const Event&)>& sink, std::uint64_t max_events) {
  EventTeller teller(sink);
  return advance_observed(model, parameters, state, until, teller, max_events);
}

Outcome advance(const Model& model, const Parameters& parameters, State& state, Time until, ThreadPool& pool) {
  Nobody nobody;
  return advance_observed(model, parameters, state, until, nobody, pool, [] { return Nobody(); });
}

namespace detail {

bool may_grow(const Model& model, std::uint32_t component) {
  if (!model.keeps_parts()) return false;
  const ComponentSpec& spec = model.components[component];
  return std::ranges::any_of(std::span(model.buffers).subspan(spec.first_buffer, spec.buffers),
                             [](const BufferSpec& b) { return !b.implicit && b.capacity > b.ring; });
}

Outcome conclude(const Model& model, State& state, Time until, std::vector<Stop> stops, std::uint64_t events) {
  Outcome outcome;
  outcome.events = events;
  if (stops.empty()) {
    outcome.time = state.now = std::max(state.now, until);
    return outcome;
  }
  const ConstStateView view(model, state);
  outcome.status = stops.front().status;
  outcome.circular_wait = std::move(stops.front().circular_wait);
  outcome.time = view.components[stops.front().component].now;
  Time reached = until;  // the components stand at different times: the state has come as far as the last of them
  for (const ComponentState& component : view.components) reached = std::min(reached, component.now);
  state.now = std::max(state.now, reached);
  return outcome;
}

}  // namespace detail

void settle(const Model& model, const Parameters& parameters, State& state) {
  NoObserver nobody;
  for (std::uint32_t c = 0; c < model.components.size(); ++c)
    detail::with_stepper(model, parameters, state, c, nobody, [](auto& stepper) { stepper.settle_all(); });
}

}  // namespace takt
