// SPDX-License-Identifier: Apache-2.0
#include "sync/state_editor.hpp"

#include <algorithm>

#include "takt/engine/detail/stepper.hpp"

namespace takt::detail {
Draw StateEditor::draw_for(std::uint64_t cell) const {
  return {stream_key(state_.seed, state_.replication, mix64(message_ ^ cell), Purpose::merge), 0};
}

std::uint32_t StateEditor::law_of(const MachineSpec& spec, std::uint32_t product) const {
  return (spec.flags & kLawByProduct) != 0 ? model_.law_of[spec.cycle_law + product] : spec.cycle_law;
}

double StateEditor::mean_cycle_s(std::uint32_t machine, std::uint32_t product) const {
  return numbers_.law(law_of(model_.machines[machine], product)).mean();
}

double StateEditor::worked_s(std::uint32_t machine, std::uint32_t server) const {
  const ServerState& s = view_.servers[server];
  const bool runs = view_.machines[machine].condition() == Condition::up;
  return to_seconds(Duration{s.total - (runs ? s.due - now() : s.due)});
}

std::uint32_t StateEditor::likely_product(std::uint32_t buffer, std::uint64_t part) const {
  const std::uint32_t component = model_.buffers[buffer].component;
  const auto source = std::ranges::find_if(
      model_.sources, [component](const SourceSpec& spec) { return spec.component == component && spec.shares > 0; });
  if (source == model_.sources.end()) return 0;
  double u = draw_for(mix64(std::uint64_t{buffer} << 32 ^ part)).uniform();
  std::uint32_t k = source->first_share;
  while (k + 1 < source->first_share + source->shares &&
         (u -= numbers_.probabilities[model_.shares[k].probability]) >= 0.0)
    ++k;
  return model_.shares[k].product;
}

void StateEditor::set_level(std::uint32_t buffer, std::uint32_t level) {
  BufferState& b = view_.buffers[buffer];
  ComponentState& component = view_.components[model_.buffers[buffer].component];
  if (b.level > level) {  // the oldest went on
    const std::uint32_t gone = b.level - level;
    for (std::uint32_t i = 0; b.ring != 0 && i < level; ++i) state_.parts[b.slot(i)] = state_.parts[b.slot(i + gone)];
    b.level = level;
    component.removed += gone;
  }
  while (b.level < level) {
    if (b.ring != 0) {
      if (b.level == b.ring) grow_ring(model_, state_, buffer);
      state_.parts[b.slot(b.level)] =
          Part{now(), static_cast<std::uint32_t>(component.parts), likely_product(buffer, component.parts)};
    }
    ++component.parts;
    ++b.level;
  }
  // What is there takes the places kept for parts still in process: those parts will wait like any other.
  for (std::uint32_t s = 0; s < view_.servers.size() && b.level + b.reserved > model_.buffers[buffer].capacity; ++s) {
    ServerState& server = view_.servers[s];
    if (server.reserved == 0 || server.place != buffer) continue;
    server.reserved = 0;
    --b.reserved;
  }
}

void StateEditor::leave_queue(std::uint32_t server) {
  ServerState& s = view_.servers[server];
  if (s.activity == Activity::blocked && s.place < view_.buffers.size()) remove_waiting(view_, s.place, server);
  s.waits_to_start = 0;
}

void StateEditor::give_part(std::uint32_t machine, std::uint32_t server, std::optional<std::uint32_t> product) {
  const MachineSpec& spec = model_.machines[machine];
  ServerState& s = view_.servers[server];
  const bool had_part = has_part(s);
  leave_queue(server);
  if (!had_part) {
    s.part = Part{now(), 0, product.value_or(0)};
    bool taken = false;
    for (std::uint32_t i = 0; i < spec.inputs && !taken; ++i) {
      BufferState& b = view_.buffers[model_.inputs[spec.first_input + i]];
      if (b.level == 0) continue;
      if (b.ring != 0) s.part = state_.parts[b.slot(0)];
      --b.level;
      ++b.taken;
      taken = true;
    }
    if (!taken) s.part.id = static_cast<std::uint32_t>(view_.components[spec.component].parts++);
    s.operation = static_cast<std::uint32_t>(view_.machines[machine].starts++);
  }
  if (product) s.part.product = *product;
  change_activity(view_.machines[machine], s, Activity::working);
}

bool StateEditor::set_working(std::uint32_t machine, std::uint32_t server, double worked_s,
                              std::optional<std::uint32_t> product) {
  ServerState& s = view_.servers[server];
  give_part(machine, server, product);
  Draw draw = draw_for(server);
  bool over_run = false;
  const double left =
      numbers_.law(law_of(model_.machines[machine], s.part.product)).sample_residual(worked_s, draw, &over_run);
  s.total = from_seconds(worked_s + left).count();
  s.due = from_seconds(left).count() + (view_.machines[machine].condition() == Condition::up ? now() : 0);
  update_clock(machine);
  return !over_run;
}

void StateEditor::set_done(std::uint32_t machine, std::uint32_t server, std::optional<std::uint32_t> product) {
  ServerState& s = view_.servers[server];
  if (s.activity == Activity::blocked && has_part(s)) return;
  give_part(machine, server, product);
  s.due = view_.machines[machine].condition() == Condition::up ? now() : 0;
  update_clock(machine);
}

void StateEditor::update_clock(std::uint32_t machine) {
  const MachineSpec& spec = model_.machines[machine];
  if ((spec.flags & kHasFailure) != 0) detail::update_clock(spec, view_.machines[machine], now());
}

void StateEditor::call_crew(std::uint32_t machine) {
  const std::uint32_t c = model_.machines[machine].crew;
  MachineState& m = view_.machines[machine];
  if (c == kNone || view_.crews[c].busy < model_.crews[c].size) {
    if (c != kNone) ++view_.crews[c].busy;
    m.down = static_cast<std::uint8_t>(Condition::in_repair);
    return;
  }
  append_for_crew(view_, c, machine);
  m.down = static_cast<std::uint8_t>(Condition::waiting_for_crew);
}

void StateEditor::set_down(std::uint32_t machine, double down_s) {
  const MachineSpec& spec = model_.machines[machine];
  MachineState& m = view_.machines[machine];
  if (m.down == 0) {
    if (m.condition() == Condition::up) shift_dues(view_, spec, -now());
    m.clock_runs = 0;
    ++m.breakdowns;
    call_crew(machine);
  } else if (spec.crew != kNone) {  // it may have waited for its crew first: not longer than the crew is at it
    down_s = std::min(down_s, to_seconds(Duration{m.breakdown_total - (m.breakdown - now())}));
  }
  if (m.down != static_cast<std::uint8_t>(Condition::in_repair)) return;
  Draw draw = draw_for(std::uint64_t{machine} | std::uint64_t{1} << 40);
  const double left = numbers_.law(spec.repair_law).sample_residual(down_s, draw);
  m.breakdown_total = from_seconds(down_s + left).count();
  m.breakdown = now() + from_seconds(left).count();
}

void StateEditor::release_crew(std::uint32_t machine) {
  const std::uint32_t c = model_.machines[machine].crew;
  if (c == kNone) return;
  CrewState& crew = view_.crews[c];
  MachineState& m = view_.machines[machine];
  if (m.down == static_cast<std::uint8_t>(Condition::waiting_for_crew)) {  // it never got one: out of the queue
    remove_for_crew(view_, c, machine);
    return;
  }
  ++crew.served;
  --crew.busy;
  if (crew.first_waiting == kNone) return;
  const std::uint32_t next = crew.first_waiting;
  remove_for_crew(view_, c, next);
  ++crew.busy;
  view_.machines[next].down = static_cast<std::uint8_t>(Condition::in_repair);
  Draw draw = draw_for(std::uint64_t{next} | std::uint64_t{1} << 40);
  view_.machines[next].breakdown_total =
      from_seconds(numbers_.law(model_.machines[next].repair_law).sample(draw)).count();
  view_.machines[next].breakdown = now() + view_.machines[next].breakdown_total;
}

void StateEditor::set_up(std::uint32_t machine) {
  const MachineSpec& spec = model_.machines[machine];
  MachineState& m = view_.machines[machine];
  if (m.down == 0) return;
  release_crew(machine);
  m.down = 0;
  if (m.condition() == Condition::up) shift_dues(view_, spec, now());
  Draw draw = draw_for(std::uint64_t{machine} | std::uint64_t{2} << 40);
  m.breakdown_total = from_seconds(numbers_.law(spec.failure_law).sample(draw)).count();
  m.breakdown = m.breakdown_total;
  m.clock_runs = 0;
  update_clock(machine);
}

}  // namespace takt::detail
