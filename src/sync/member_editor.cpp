// SPDX-License-Identifier: Apache-2.0
#include "sync/member_editor.hpp"

#include <algorithm>

#include "takt/engine/detail/scratch.hpp"
#include "takt/engine/detail/state_moves.hpp"

namespace takt::detail {

FlowMap::FlowMap(const Model& model)
    : makers(model.buffers.size() + model.sinks), sources(model.buffers.size() + model.sinks) {
  const auto note = [&model](auto& of_place, std::uint32_t who, std::uint32_t first, std::uint32_t count) {
    for (std::uint32_t r = first; r < first + count; ++r) {
      std::vector<std::uint32_t>& here = of_place[model.routes[r].place];
      if (here.empty() || here.back() != who) here.push_back(who);
    }
  };
  const auto machines = static_cast<std::uint32_t>(model.machines.size());
  for (std::uint32_t m = 0; m < machines; ++m) note(makers, m, model.machines[m].first_route, model.machines[m].routes);
  for (std::uint32_t i = 0; i < model.sources.size(); ++i)
    note(sources, i, model.sources[i].first_route, model.sources[i].routes);
  // Whoever is left by a search along the flow is behind all that it leads to.
  std::vector<char> seen(machines, 0);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> path;  // a machine and its next way to follow
  for (std::uint32_t root = 0; root < machines; ++root) {
    if (seen[root] == 0) path.emplace_back(root, 0);
    seen[root] = 1;
    while (!path.empty()) {
      auto& [m, way] = path.back();
      if (way == model.machines[m].routes) {
        upstream_order.push_back(m);
        path.pop_back();
        continue;
      }
      const std::uint32_t place = model.routes[model.machines[m].first_route + way++].place;
      if (place >= model.buffers.size()) continue;
      const BufferSpec& buffer = model.buffers[place];
      for (std::uint32_t i = buffer.first_consumer; i < buffer.first_consumer + buffer.consumers; ++i) {
        const std::uint32_t next = model.consumers[i];
        if (seen[next] != 0) continue;
        seen[next] = 1;
        path.emplace_back(next, 0);
        break;
      }
    }
  }
}

double MemberEditor::uniform(std::uint64_t cell) {
  const StreamKey key =
      stream_key(state_.seed, state_.replication, mix64(message_ ^ cell ^ std::uint64_t{3} << 40), Purpose::merge);
  return Draw(key, drawn_++).uniform();
}

std::span<const std::uint32_t> MemberEditor::consumers(std::uint32_t place) const {
  if (place >= model_.buffers.size()) return {};
  const BufferSpec& spec = model_.buffers[place];
  return std::span(model_.consumers).subspan(spec.first_consumer, spec.consumers);
}

/// The server at work whose operation has lasted longest, or shortest; kNone if there is none.
std::uint32_t MemberEditor::server_at_work(std::uint32_t machine, bool most) const {
  const MachineSpec& spec = model_.machines[machine];
  std::uint32_t found = kNone;
  double best = 0.0;
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
    if (!is_in_process(view_.servers[s])) continue;
    const double worked = editor_.worked_s(machine, s);
    if (found != kNone && (most ? worked <= best : worked >= best)) continue;
    found = s;
    best = worked;
  }
  return found;
}

/// The first server of a machine that is idle, or that has a finished part; kNone if there is none.
std::uint32_t MemberEditor::server_that(std::uint32_t machine, Activity activity) const {
  const MachineSpec& spec = model_.machines[machine];
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
    const ServerState& server = view_.servers[s];
    if (server.activity == activity && (activity != Activity::blocked || server.waits_to_start == 0)) return s;
  }
  return kNone;
}

void MemberEditor::run() { advance(model_, numbers_, state_, state_.now); }

/// The oldest operation of a machine is done now, and what follows from it has happened.
bool MemberEditor::complete(std::uint32_t machine) {
  const std::uint32_t s = server_at_work(machine, true);
  if (s == kNone || view_.machines[machine].off_shift != 0) return false;
  if (view_.machines[machine].down != 0) editor_.set_up(machine);
  editor_.set_done(machine, s, std::nullopt);
  run();
  return true;
}

bool MemberEditor::pull(std::uint32_t machine, int depth) {
  if (depth > kDeepest) return false;
  for (const std::uint32_t place : inputs(machine)) {
    if (view_.buffers[place].level > 0) return moved_ = true;
    for (const std::uint32_t u : flow_.makers[place]) {
      if (counted_[u] != 0 || u == machine) continue;
      const std::uint64_t taken = view_.buffers[place].taken;
      if (server_at_work(u, true) == kNone && !pull(u, depth + 1)) continue;
      if (complete(u) && (view_.buffers[place].taken != taken || view_.buffers[place].level > 0)) return moved_ = true;
    }
    for (const std::uint32_t i : flow_.sources[place]) {
      SourceState& source = view_.sources[i];
      if (model_.sources[i].kind != SourceSpec::Kind::renewal || source.holding != 0) continue;
      source.due = state_.now.time_since_epoch().count();
      run();
      return moved_ = true;
    }
  }
  return false;
}

bool MemberEditor::push(std::uint32_t machine, int depth) {
  const std::uint32_t s = server_that(machine, Activity::blocked);
  if (depth > kDeepest || s == kNone) return false;
  for (const std::uint32_t v : consumers(view_.servers[s].place)) {
    if (counted_[v] != 0) continue;
    if (server_at_work(v, true) != kNone) complete(v);
    if (server_that(v, Activity::blocked) != kNone) push(v, depth + 1);
    if (view_.servers[s].activity != Activity::blocked) return true;
  }
  return false;
}

bool MemberEditor::force(std::uint32_t machine) {
  MachineState& ms = view_.machines[machine];
  if (server_at_work(machine, true) == kNone &&
      !(server_that(machine, Activity::blocked) != kNone ? push(machine) : pull(machine)))
    return false;
  if (moved_) {
    settle(model_, numbers_, state_);
    moved_ = false;
  }
  const std::uint32_t s = server_at_work(machine, true);
  if (s == kNone) return false;
  const MachineSpec& spec = model_.machines[machine];
  const double worked = editor_.worked_s(machine, s);
  const Distribution& law = numbers_.law(law_for(model_, spec, spec.cycle_law, view_.servers[s].part.product));
  const std::uint64_t before = ms.completions;
  if (!complete(machine)) return false;
  // It was done some time ago: the next operation has lasted since then.
  const std::uint32_t next = server_at_work(machine, false);
  if (next != kNone && worked > 0.0 && editor_.worked_s(machine, next) <= 0.0) {
    const double share = law.cdf(worked);
    const double since = share > 0.0 ? worked - law.quantile(share * uniform(machine)) : 0.0;
    if (since > 0.0) editor_.set_working(machine, next, since, std::nullopt);
  }
  return ms.completions == before + 1;
}

/// Puts a part into a buffer whatever its capacity: the caller takes one out.
void MemberEditor::put(std::uint32_t buffer, const Part& part, bool in_front) {
  BufferState& b = view_.buffers[buffer];
  if (b.ring != 0 && b.level == b.ring) grow_ring(model_, state_, buffer);
  if (in_front) --b.taken;
  if (b.ring != 0) state_.parts[b.slot(in_front ? 0 : b.level)] = part;
  ++b.level;
}

void MemberEditor::block(std::uint32_t server, const Part& part, std::uint32_t place) {
  const std::uint32_t machine = model_.machine_of_server[server];
  ServerState& s = view_.servers[server];
  change_activity(view_.machines[machine], s, Activity::blocked);
  s.part = part;
  s.place = place;
  s.waits_to_start = 0;
  append_waiting(view_, place, server);
  if ((model_.machines[machine].flags & kHasFailure) != 0)
    update_clock(model_.machines[machine], view_.machines[machine], state_.now.time_since_epoch().count());
}

/// A part that a machine has not begun after all goes back in front of it; where that is full, whoever put the last one
/// there has it still.
void MemberEditor::give_back(std::uint32_t machine, const Part& part, int depth) {
  for (const std::uint32_t place : inputs(machine))
    if (view_.buffers[place].level + view_.buffers[place].reserved < model_.buffers[place].capacity)
      return put(place, part, true);
  for (const std::uint32_t place : inputs(machine))
    for (const std::uint32_t u : flow_.makers[place]) {
      if ((model_.machines[u].flags & kBeforeService) != 0 || depth > kDeepest) continue;
      const std::uint32_t idle = server_that(u, Activity::starved);
      const std::uint32_t s = idle != kNone ? idle : server_at_work(u, false);
      if (s == kNone) continue;
      const Part own = view_.servers[s].part;
      block(s, part, place);
      if (idle == kNone) give_back(u, own, depth + 1);
      return;
    }
  ++view_.components[model_.machines[machine].component].removed;
}

/// The part that a consumer of a place took last.
bool MemberEditor::take_from_consumer(std::uint32_t place, Part& part, int depth) {
  for (const std::uint32_t v : consumers(place)) {
    std::uint32_t s = server_at_work(v, false);
    if (s == kNone && counted_[v] == 0 && depth < kDeepest && hold_at(v, depth + 1)) s = server_at_work(v, false);
    if (s == kNone || view_.servers[s].reserved != 0) continue;
    part = view_.servers[s].part;
    change_activity(view_.machines[v], view_.servers[s], Activity::starved);
    if ((model_.machines[v].flags & kHasFailure) != 0)
      update_clock(model_.machines[v], view_.machines[v], state_.now.time_since_epoch().count());
    return true;
  }
  return false;
}

/// The part that a machine sent off last.
bool MemberEditor::take_back(std::uint32_t machine, Part& part, int depth) {
  ComponentState& component = view_.components[model_.machines[machine].component];
  for (const Route& route : routes(machine)) {
    if (route.place >= model_.buffers.size()) {
      std::uint64_t& sink = view_.sinks[route.place - model_.buffers.size()];
      if (sink == 0) continue;
      --sink;
      part = Part{state_.now.time_since_epoch().count(), static_cast<std::uint32_t>(component.parts++), 0};
      ++component.removed;
      return true;
    }
    BufferState& b = view_.buffers[route.place];
    if (b.level == 0) continue;
    if (b.ring != 0) part = state_.parts[b.slot(b.level - 1)];
    --b.level;
    moved_ = moved_ || b.first_waiting != kNone;
    return true;
  }
  for (const Route& route : routes(machine))
    if (take_from_consumer(route.place, part, depth)) return true;
  return false;
}

bool MemberEditor::hold(std::uint32_t machine) { return hold_at(machine, 0); }

bool MemberEditor::hold_at(std::uint32_t machine, int depth) {
  const MachineSpec& spec = model_.machines[machine];
  Draw draw(
      stream_key(state_.seed, state_.replication, mix64(message_ ^ machine ^ std::uint64_t{4} << 40), Purpose::merge),
      drawn_++);
  const auto worked = [&](std::uint32_t server) {
    return numbers_.law(law_for(model_, spec, spec.cycle_law, view_.servers[server].part.product)).sample(draw);
  };
  std::uint32_t s = server_that(machine, Activity::blocked);
  if (s != kNone) {
    editor_.set_working(machine, s, worked(s), std::nullopt);
  } else {
    Part part;
    if (!take_back(machine, part, depth)) return false;
    s = server_that(machine, Activity::starved);
    if (s != kNone) {
      put(inputs(machine).front(), part, true);
      editor_.set_working(machine, s, worked(s), std::nullopt);
    } else {
      s = server_at_work(machine, false);
      if (s == kNone) {  // no server can have it
        ++view_.components[spec.component].removed;
        return false;
      }
      const double since = editor_.worked_s(machine, s);
      give_back(machine, part, depth);
      editor_.set_working(machine, s, since + worked(s), std::nullopt);
    }
  }
  --view_.machines[machine].completions;
  return true;
}

void MemberEditor::spoil(std::uint32_t machine) {
  Part part;
  ++view_.machines[machine].scrapped;
  if (!take_back(machine, part, 0)) ++view_.components[model_.machines[machine].component].parts;
}

void MemberEditor::unspoil(std::uint32_t machine) {
  --view_.machines[machine].scrapped;
  for (const Route& route : routes(machine)) {
    if (route.place >= model_.buffers.size()) {
      ++view_.sinks[route.place - model_.buffers.size()];
      return;
    }
    const BufferState& b = view_.buffers[route.place];
    if (b.level + b.reserved >= model_.buffers[route.place].capacity) continue;
    put(route.place, Part{state_.now.time_since_epoch().count(), 0, 0}, false);
    moved_ = true;
    return;
  }
  ++view_.components[model_.machines[machine].component].removed;
}

void MemberEditor::set_level(std::uint32_t buffer, std::uint32_t level) {
  const BufferState& b = view_.buffers[buffer];
  const auto free_of = [this](std::uint32_t m) { return counted_[m] == 0; };
  for (int step = 0; step < 16 && b.level != level; ++step) {
    const std::uint32_t before = b.level;
    const bool more = before < level;
    for (const std::uint32_t u : flow_.makers[buffer])
      if (free_of(u) && b.level == before) more ? complete(u) : hold_at(u, 0);
    for (const std::uint32_t v : consumers(buffer))
      if (free_of(v) && b.level == before) more ? hold_at(v, 0) : complete(v);
    if (b.level == before) break;
  }
  if (b.level != level) editor_.set_level(buffer, level);
  moved_ = true;
}

}  // namespace takt::detail
