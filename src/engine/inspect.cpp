// SPDX-License-Identifier: Apache-2.0
// Looking at a state: its parts, equality, hash, invariants.
#include <algorithm>
#include <cstring>

#include "takt/engine/detail/state_moves.hpp"
#include "takt/engine/state.hpp"

namespace takt {
namespace {

/// Without what is left of work that is over.
ServerState canonical(ServerState s, bool keeps_parts) {
  if (!detail::is_in_process(s)) s.due = s.total = s.operation = 0;
  if (!detail::has_part(s) || !keeps_parts) s.part = {};
  if (s.activity != Activity::blocked && s.reserved == 0) s.place = kNone;
  return s;
}
SourceState canonical(SourceState s) {
  if (s.holding != 0) {
    s.due = s.total = 0;  // its clock stands still
  } else {
    s.part = {};
    s.place = kNone;
  }
  return s;
}

/// The canonical content of a state as words: what its future depends on, and nothing else.
std::vector<std::uint64_t> canonical_words(const Model& model, const State& state) {
  std::vector<std::uint64_t> words{static_cast<std::uint64_t>(state.now.time_since_epoch().count()), state.seed,
                                   state.replication};
  const ConstStateView view(model, state);
  const auto append = [&words](const auto& section) {
    const std::size_t at = words.size();
    words.resize(at + section.size_bytes() / 8);
    if (!section.empty()) std::memcpy(words.data() + at, section.data(), section.size_bytes());
  };
  append(view.components);
  append(view.machines);
  std::vector<ServerState> servers(view.servers.begin(), view.servers.end());
  for (ServerState& server : servers) server = canonical(server, model.keeps_parts());
  append(std::span<const ServerState>(servers));
  std::vector<SourceState> sources(view.sources.begin(), view.sources.end());
  for (SourceState& source : sources) source = canonical(source);
  append(std::span<const SourceState>(sources));
  append(view.sinks);
  append(view.crews);
  for (std::uint32_t b = 0; b < view.buffers.size(); ++b) {
    const BufferState& buffer = view.buffers[b];
    words.insert(words.end(), {buffer.taken, buffer.level, buffer.reserved, buffer.first_waiting, buffer.last_waiting});
    for (const Part& part : parts_in_buffer(model, state, BufferId{b}))
      words.insert(words.end(),
                   {static_cast<std::uint64_t>(part.entered), std::uint64_t{part.id} << 32 | part.product});
  }
  return words;
}

}  // namespace

std::vector<Part> parts_in_buffer(const Model& model, const State& state, BufferId id) {
  const BufferState& b = ConstStateView(model, state).buffers[id.value];
  std::vector<Part> parts(b.level);
  if (b.ring != 0)
    for (std::uint32_t i = 0; i < b.level; ++i) parts[i] = state.parts[b.slot(i)];
  return parts;
}

std::uint64_t parts_in_plant(const Model& model, const State& state) {
  const ConstStateView view(model, state);
  std::uint64_t parts = 0;
  for (const BufferState& b : view.buffers) parts += b.level;
  for (const ServerState& s : view.servers) parts += detail::has_part(s) ? 1 : 0;
  return parts;
}

bool equal(const Model& model, const State& a, const State& b) {
  return canonical_words(model, a) == canonical_words(model, b);
}

std::uint64_t hash(const Model& model, const State& state) {
  std::uint64_t h = model.hash();
  for (const std::uint64_t word : canonical_words(model, state)) h = mix64(h ^ word);
  return h;
}

std::vector<Fault> check_invariants(const Model& model, const State& state) {
  std::vector<Fault> faults;
  const ConstStateView view(model, state);
  for (std::size_t b = 0; b < view.buffers.size(); ++b) {
    const std::uint64_t held = std::uint64_t{view.buffers[b].level} + view.buffers[b].reserved;
    if (held > model.buffers[b].capacity)
      faults.push_back({model.buffer_path(b), std::to_string(held),
                        "at most " + std::to_string(model.buffers[b].capacity) + " parts", "", "", 0});
  }
  for (std::size_t m = 0; m < view.machines.size(); ++m) {
    const MachineSpec& spec = model.machines[m];
    const auto servers = view.servers.subspan(spec.first_server, spec.servers);
    const auto count = [&servers](Activity a) {
      return static_cast<std::uint32_t>(std::ranges::count(servers, a, &ServerState::activity));
    };
    const MachineState& ms = view.machines[m];
    if (ms.working != count(Activity::working) || ms.busy != spec.servers - count(Activity::starved))
      faults.push_back({model.machine_path(m),
                        std::to_string(ms.working) + " working, " + std::to_string(ms.busy) + " busy",
                        "the sums of its servers", "", "", 0});
    for (const ServerState& s : servers)
      if ((s.activity == Activity::working || s.activity == Activity::setup) && ms.condition() == Condition::up &&
          s.due < view.components[spec.component].now.time_since_epoch().count())
        faults.push_back({model.machine_path(m), "work due in the past", "a time not before now", "", "", 0});
  }
  std::uint64_t entered = 0, left = 0;
  for (const ComponentState& c : view.components) entered += c.parts - c.removed;
  for (const std::uint64_t n : view.sinks) left += n;
  for (const MachineState& ms : view.machines) left += ms.scrapped + ms.spoiled;
  if (entered != left + parts_in_plant(model, state))
    faults.push_back({"/", std::to_string(parts_in_plant(model, state)) + " parts in the plant",
                      std::to_string(entered - left) + ": entered less left", "", "", 0});
  return faults;
}

}  // namespace takt
