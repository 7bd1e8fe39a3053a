// SPDX-License-Identifier: Apache-2.0
// The recursion of a line: whether it fits, how it comes from a State and goes back to it.
#include <bit>

#include "engine/line_recursion.hpp"

namespace takt::detail {

void LineRecursion::read(std::uint32_t position) {
  Stage& s = stages_[position];
  read_machine(s, model_, view_, model_.flow_order[spec_.first_machine + position]);
  s.capacity = model_.buffers[s.place].capacity;
  s.at = s.since = begin_;
  s.holds = s.activity != Activity::starved;
  s.clock_works = (s.flags & kHasFailure) != 0 && s.spec->clock == FailureClock::working;
  s.mode[Mode{s.condition(), s.activity}.index()] += begin_;  // closes what is open
}

void LineRecursion::number_parts() {
  for (auto s = stages_.rbegin(); s != stages_.rend(); ++s) {
    if (s->holds) initial_.push_back(s->part);
    s->first = s->next = static_cast<std::int64_t>(initial_.size());
    s->ordinal_of_part = static_cast<std::int64_t>(s->starts) - s->next;
    const std::vector<Part> waiting = parts_in_buffer(model_, state_, BufferId{s->place});
    initial_.insert(initial_.end(), waiting.begin(), waiting.end());
  }
}

/// A station remembers at least as many starts as there are places in front of it, for the one before it.
void LineRecursion::connect() {
  static constexpr Tick kAlways = kLater;
  static constexpr std::size_t kFewestSlots = 64;  // so that stretches without a gap are long
  const auto slots = [](const Stage& s) {
    return s.capacity == kInfinite ? kFewestSlots : std::max(kFewestSlots, std::bit_ceil(std::size_t{s.capacity} + 1));
  };
  std::size_t used = kFewestSlots;  // these stand for room that was always there
  for (const Stage& s : stages_) used += slots(s);
  starts_.assign(used, begin_);
  if (end_ > kLater / Together::kMost) together_ = 1;  // so that the sums over some parts do not overflow
  takes_at_once_ =
      source_spec_.kind == SourceSpec::Kind::saturated && source_.holding != 0 && stages_.front().capacity == 0;
  used = kFewestSlots;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    Stage& s = stages_[i];
    s.started = starts_.data() + used;
    s.start_mask = slots(s) - 1;
    used += slots(s);
    s.next_quiet = &kAlways;
    s.room = starts_.data();
    s.room_mask = kFewestSlots - 1;
    set_quiet(s);
    if (i == 0) continue;
    together_ = std::min(together_, std::bit_floor(std::max(s.capacity, 1U)));
    Stage& before = stages_[i - 1];
    if (s.capacity == 0) {
      before.room = &s.at;
      before.room_mask = 0;
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
  const bool first = position == 0;
  const bool waits = first ? source_.holding != 0 : stages_[position - 1].activity == Activity::blocked;
  const std::uint32_t producer =
      first ? static_cast<std::uint32_t>(view_.servers.size()) + spec_.first_source : stages_[position - 1].server;
  s.starts = static_cast<std::uint64_t>(s.ordinal_of_part + s.next);
  write_machine(s, view_, waits ? producer : kNone);
  view_.buffers[s.place].taken += static_cast<std::uint64_t>(s.next - s.first);
  put_parts(model_, state_, BufferId{s.place}, s.left);
}

void LineRecursion::write(LineSums& sums) {
  for (std::size_t i = 0; i < stages_.size(); ++i) write(i);
  const std::uint32_t sink_place = stages_.back().spec->place;
  if (source_.arrivals > view_.sources[spec_.first_source].arrivals) {  // they were only counted: all are alike
    --source_.arrivals;
    draws_.next_part(source_spec_, source_);
  }
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
    sums.stations.push_back({s.machine, s.server, s.place, s.mode, s.level, s.moves});
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

namespace {

constexpr std::uint32_t kMostPlaces = 1024;  // beyond, the starts to be remembered outgrow the cache

/// Not less than there will be in the long run: no station is faster than the slowest.
double events_per_s(const Model& model, const Parameters& parameters, std::uint32_t component) {
  const ComponentSpec& spec = model.components[component];
  const auto mean = [&parameters](std::uint32_t law) { return parameters.law(law).mean(); };
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

bool has_time(const Parameters& parameters, std::uint32_t law) { return parameters.law(law).mean() > 0.0; }

}  // namespace

bool recursion_fits(const Model& model, const Parameters& parameters, const State& state, std::uint32_t component,
                    Time until) {
  constexpr double kFewestParts = 8.0;
  const ComponentSpec& spec = model.components[component];
  if (!spec.line || model.products.size() > 1) return false;
  const double stretch = to_seconds(until - ConstStateView(model, state).components[component].now);
  const std::uint32_t first = model.flow_order[spec.first_machine];
  if (!(stretch > kFewestParts * parameters.law(model.machines[first].cycle_law).mean())) return false;
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
  LineRecursion line(model, parameters, state, component, until.time_since_epoch().count());
  if (!line.run(most_events)) return false;
  events += line.events();
  line.write(sums);
  return true;
}

}  // namespace takt::detail
