// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/state.hpp"

namespace takt {
namespace {

/// Redraws the pending times of one state, whose streams are already those of its new replication.
class Redraw {
 public:
  Redraw(const Model& model, const Parameters& parameters, State& state)
      : model_(model), numbers_(parameters), state_(state), view_(model, state) {}

  void machine(std::size_t m) {
    const MachineSpec& spec = model_.machines[m];
    MachineState& ms = view_.machines[m];
    const bool up = ms.condition() == Condition::up;
    for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
      ServerState& server = view_.servers[s];
      if (server.activity != Activity::working && server.activity != Activity::setup) continue;
      const bool setup = server.activity == Activity::setup;
      std::uint32_t law = setup ? spec.load_law : spec.cycle_law;
      if ((spec.flags & kLawByProduct) != 0) law = model_.law_of[law + server.part.product];
      const std::int64_t now = component_now(spec.component);
      const std::int64_t left = up ? server.due - now : server.due;
      if (left <= 0) continue;  // it is done, and about to be let out
      const std::int64_t fresh = residual(law, spec.path_hash, setup ? Purpose::load : Purpose::cycle,
                                          ms.ordinal_of(server.operation), server.total - left);
      server.total += fresh - left;
      server.due += fresh - left;
    }
    if ((spec.flags & kHasFailure) != 0) breakdown(spec, ms);
  }

  void source(std::size_t i) {
    const SourceSpec& spec = model_.sources[i];
    SourceState& source = view_.sources[i];
    if (spec.kind != SourceSpec::Kind::renewal || source.holding != 0) return;
    if (source.arrivals == 0 && spec.first >= 0) return;  // the first arrival is given, not drawn
    const std::int64_t left = source.due - component_now(spec.component);
    const std::int64_t fresh =
        residual(spec.interval_law, spec.path_hash, Purpose::arrival, source.arrivals, source.total - left);
    source.total += fresh - left;
    source.due += fresh - left;
  }

 private:
  std::int64_t component_now(std::uint32_t component) const {
    return view_.components[component].now.time_since_epoch().count();
  }

  void breakdown(const MachineSpec& spec, MachineState& ms) {
    if (ms.down == static_cast<std::uint8_t>(Condition::waiting_for_crew)) return;  // its repair is not drawn yet
    const bool repairing = ms.down != 0;
    const bool runs = repairing || ms.clock_runs != 0;
    const std::int64_t left = runs ? ms.breakdown - component_now(spec.component) : ms.breakdown;
    const std::int64_t fresh =
        repairing
            ? residual(spec.repair_law, spec.path_hash, Purpose::repair, ms.breakdowns - 1, ms.breakdown_total - left)
            : residual(spec.failure_law, spec.path_hash, Purpose::failure, ms.breakdowns, ms.breakdown_total - left);
    ms.breakdown_total += fresh - left;
    ms.breakdown += fresh - left;
  }

  std::int64_t residual(std::uint32_t law, std::uint64_t path_hash, Purpose purpose, std::uint64_t ordinal,
                        std::int64_t elapsed) const {
    Draw draw(stream_key(state_.seed, state_.replication, path_hash, purpose), ordinal);
    return from_seconds(numbers_.law(law).sample_residual(to_seconds(Duration{elapsed}), draw)).count();
  }

  const Model& model_;
  const Parameters& numbers_;
  State& state_;
  StateView view_;
};

}  // namespace

void fork_into(State& into, const Model& model, const Parameters& parameters, const State& state,
               std::uint32_t replication) {
  into = state;
  into.replication = replication;
  Redraw redraw(model, parameters, into);
  for (std::size_t m = 0; m < model.machines.size(); ++m) redraw.machine(m);
  for (std::size_t i = 0; i < model.sources.size(); ++i) redraw.source(i);
}

State fork(const Model& model, const Parameters& parameters, const State& state, std::uint32_t replication) {
  State future;
  fork_into(future, model, parameters, state, replication);
  return future;
}

}  // namespace takt
