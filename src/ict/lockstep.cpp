// SPDX-License-Identifier: Apache-2.0
#include "takt/ict/lockstep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "ict/answers.hpp"
#include "ict/machine_at.hpp"
#include "ict/reports.hpp"
#include "ict/wire.hpp"
#include "ict/worker_process.hpp"

namespace takt {
namespace {

using ict::Ask;
using ict::Told;

constexpr std::int64_t kNone64 = std::numeric_limits<std::int64_t>::max();
/// Added to what waits for a command, until it comes: longer than any run, far within the range of time.
constexpr std::int64_t kHeld = 1'000'000'000'000'000'000;

constexpr double kHeldSeconds = 1e9;  // the same

/// With set-ups where operations wait for commands, and scrap where defects may become it: the model has room for both.
Plant with_room(Plant plant) {
  const std::vector<CyberLoop> loops = plant.cyber->loops;
  for (const CyberLoop& loop : loops) {
    if (!loop.effect) continue;
    Machine& machine = *ict::machine_at(plant, loop.equipment);
    if (loop.effect->kind == Effect::Kind::release && !machine.load_time)
      machine.load_time = LawByProduct{Distribution::constant(kHeldSeconds), {}};
    if (loop.effect->kind == Effect::Kind::stop)
      machine.scrap = 1.0 - (1.0 - machine.scrap) * (1.0 - loop.effect->defects);
  }
  return plant;
}

/// The next instant at which anything happens by itself.
std::int64_t next_event(const Model& model, const State& state) {
  const ConstStateView view(model, state);
  std::int64_t next = kNone64;
  for (std::size_t m = 0; m < view.machines.size(); ++m) {
    const MachineSpec& spec = model.machines[m];
    const MachineState& ms = view.machines[m];
    if (ms.clock_runs != 0 || ms.down == static_cast<std::uint8_t>(Condition::in_repair))
      next = std::min(next, ms.breakdown);
    if ((spec.flags & kHasCalendar) != 0) next = std::min(next, ms.next_shift);
    if (!ms.is_up()) continue;
    for (const ServerState& ss : view.servers.subspan(spec.first_server, spec.servers))
      if (ss.activity == Activity::working || ss.activity == Activity::setup) next = std::min(next, ss.due);
  }
  for (const SourceState& source : view.sources)
    if (source.holding == 0) next = std::min(next, source.due);
  return next;
}

/// Something of the factory that a loop has been told of and has not answered.
struct Pending {
  std::int64_t since = 0;
  std::uint32_t server = 0;  ///< stop, release
  std::uint32_t operation = 0;
  bool acted = false;  ///< stop: kept until the operation is over
  bool in_time = false;
};

/// A loop with an effect, and the machine it is on.
struct Coupling {
  std::uint32_t loop = 0, machine = 0;
  Effect effect;
  std::int64_t deadline_ns = 0;
  bool told = false;  ///< its first signal reads when it is told to
  std::uint32_t sensor = 0;
  double scrap = 0.0;    ///< of the machine, without its defects
  bool is_held = false;  ///< release: by a law of the model, as the plant has no set-up there
  std::uint32_t breakdowns = 0;
  bool in_repair = false;
  std::vector<std::pair<bool, std::uint32_t>> operations;  ///< by server, as seen last
  std::vector<Pending> pending;
};

}  // namespace

struct Lockstep::Run {
  Run(const Plant& given, const CyberOptions& given_options, CompileOptions compile_options)
      : plant(given),
        options(given_options),
        request(ict::request_of(plant, options, true)),
        model(compile(with_room(plant), compile_options)),
        parameters(model.defaults),
        worker(ict::worker_executable(options.worker), options.timeout, options.stop) {
    for (std::uint32_t l = 0; l < plant.cyber->loops.size(); ++l) add(l);
    worker.send_line(ict::Json(request).dump());
    ict::read_ready(worker.receive_line());
  }

  void add(std::uint32_t l) {
    const CyberLoop& loop = plant.cyber->loops[l];
    if (!loop.effect) return;
    Coupling coupling;
    coupling.loop = l;
    coupling.machine = model.machine(loop.equipment).value;
    coupling.effect = *loop.effect;
    coupling.deadline_ns = loop.deadline.count();
    coupling.sensor = request.loops[l].signals[0];
    coupling.told = request.sensors[coupling.sensor].told;
    coupling.scrap = ict::machine_at(plant, loop.equipment)->scrap;
    coupling.is_held = !ict::machine_at(plant, loop.equipment)->load_time;
    coupling.operations.resize(model.machines[coupling.machine].servers, {false, 0});
    couplings.push_back(coupling);
  }

  std::vector<ict::Outcome> ask(Ask::Kind kind, std::uint32_t sensor, std::int64_t until) {
    const Ask question{kind, sensor, until};
    worker.send(&question, sizeof question);
    Told told;
    worker.receive(&told, sizeof told);
    if (told.outcomes > (std::uint64_t{1} << 24)) throw Error("the ICT worker's answer makes no sense");
    std::vector<ict::Outcome> outcomes(told.outcomes);
    if (!outcomes.empty()) worker.receive(outcomes.data(), outcomes.size() * sizeof(ict::Outcome));
    network_now = told.now;
    return outcomes;
  }

  bool is_awaited() const {
    return std::ranges::any_of(
        couplings, [](const Coupling& c) { return c.effect.kind != Effect::Kind::stop && !c.pending.empty(); });
  }

  /// The cyber side comes as far as the factory is, or to an outcome that the factory waits for.
  void run_network(State& state, std::int64_t until) {
    while (network_now < until) {
      const bool awaited = is_awaited();
      const auto outcomes = ask(awaited ? Ask::advance_to_outcome : Ask::advance, 0, until);
      bool changed = false;
      for (const ict::Outcome& outcome : outcomes) changed |= take(state, outcome);
      if (changed) return;  // what the factory does next may come earlier now
    }
  }

  /// Whether the factory goes on otherwise because of it.
  bool take(State& state, const ict::Outcome& outcome) {
    bool changed = false;
    for (Coupling& coupling : couplings) {
      if (coupling.loop != outcome.loop) continue;
      for (std::size_t i = 0; i < coupling.pending.size();) {
        Pending& pending = coupling.pending[i];
        const bool knows = coupling.told ? outcome.sample == pending.since : outcome.sample >= pending.since;
        // A periodic loop reads again after a loss.
        if (pending.acted || !knows || (outcome.acted == 0 && !coupling.told)) {
          ++i;
          continue;
        }
        if (coupling.effect.kind == Effect::Kind::stop) {
          pending.acted = true;
          pending.in_time = outcome.acted != 0 && outcome.at - pending.since <= coupling.deadline_ns;
          ++i;
          continue;
        }
        const std::int64_t delay = outcome.acted != 0 ? outcome.at - pending.since : coupling.effect.otherwise.count();
        let_go(state, coupling, pending, delay);
        coupling.pending.erase(coupling.pending.begin() + static_cast<std::ptrdiff_t>(i));
        changed = true;
      }
    }
    return changed;
  }

  void let_go(State& state, const Coupling& coupling, const Pending& pending, std::int64_t delay) {
    const StateView view(model, state);
    if (coupling.effect.kind == Effect::Kind::alarm)
      view.machines[coupling.machine].breakdown += delay - kHeld;
    else
      view.servers[pending.server].due += delay - kHeld;
  }

  /// The probability of scrap at each machine for what is finished at an instant.
  void set_scrap(const State& state, std::int64_t at) {
    const ConstStateView view(model, state);
    std::map<std::uint32_t, double> good;  // by machine
    for (Coupling& coupling : couplings) {
      if (coupling.effect.kind != Effect::Kind::stop) continue;
      const MachineSpec& spec = model.machines[coupling.machine];
      for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
        const ServerState& ss = view.servers[s];
        if (ss.activity != Activity::working || ss.due != at || !view.machines[coupling.machine].is_up()) continue;
        const auto pending = std::ranges::find_if(
            coupling.pending, [&](const Pending& p) { return p.server == s && p.operation == ss.operation; });
        const bool late = pending == coupling.pending.end() || !pending->in_time;
        good.try_emplace(coupling.machine, 1.0 - coupling.scrap).first->second *=
            1.0 - (late ? coupling.effect.defects : 0.0);
        if (pending != coupling.pending.end()) coupling.pending.erase(pending);
        break;  // one completion at a time
      }
    }
    for (const auto& [machine, share] : good) parameters.probabilities[model.machines[machine].scrap] = 1.0 - share;
  }

  /// What began in the last step is told to the sensors.
  void look(State& state) {
    const StateView view(model, state);
    const std::int64_t now = state.now.time_since_epoch().count();
    for (Coupling& coupling : couplings) {
      const MachineState& ms = view.machines[coupling.machine];
      if (coupling.effect.kind == Effect::Kind::alarm) {
        const bool in_repair = ms.down == static_cast<std::uint8_t>(Condition::in_repair);
        if (in_repair && (!coupling.in_repair || ms.breakdowns != coupling.breakdowns)) {
          view.machines[coupling.machine].breakdown += kHeld;
          begin(coupling, {now});
        }
        coupling.in_repair = in_repair;
        coupling.breakdowns = ms.breakdowns;
        continue;
      }
      const Activity watched = coupling.effect.kind == Effect::Kind::stop ? Activity::working : Activity::setup;
      const MachineSpec& spec = model.machines[coupling.machine];
      for (std::uint32_t i = 0; i < spec.servers; ++i) {
        ServerState& ss = view.servers[spec.first_server + i];
        const std::pair seen{ss.activity == watched, ss.operation};
        if (seen.first && seen != coupling.operations[i]) {
          // an operation that a failure broke off has no end
          std::erase_if(coupling.pending, [&](const Pending& p) { return p.server == spec.first_server + i; });
          if (coupling.effect.kind == Effect::Kind::release && !coupling.is_held) ss.due += kHeld;
          begin(coupling, {now, spec.first_server + i, ss.operation});
        }
        coupling.operations[i] = seen;
      }
    }
  }

  void begin(Coupling& coupling, Pending pending) {
    coupling.pending.push_back(pending);
    if (!coupling.told) return;
    ask(Ask::read, coupling.sensor, pending.since);
  }

  Outcome advance(State& state, Time until, const Step& step) {
    Outcome last;
    std::uint64_t events = 0;
    const std::int64_t end = until.time_since_epoch().count();
    const auto go_to = [&](Time at) {
      last = step ? step(model, parameters, state, at) : takt::advance(model, parameters, state, at);
      events += last.events;
      look(state);
    };
    go_to(state.now);  // what happens without any time
    for (bool goes_on = true; goes_on;) {
      const std::int64_t next = std::min(next_event(model, state), end);
      run_network(state, next);
      if (std::min(next_event(model, state), end) < next || network_now < next) continue;
      set_scrap(state, next);
      go_to(Time{Duration{next}});
      goes_on = next < end && last.status == Outcome::Status::done;
    }
    last.events = events;
    return last;
  }

  Plant plant;
  CyberOptions options;
  ict::WireRequest request;
  Model model;
  Parameters parameters;
  ict::WorkerProcess worker;
  std::vector<Coupling> couplings;
  std::int64_t network_now = -1;
};

Lockstep::Lockstep(const Plant& plant, const CyberOptions& options, CompileOptions compile_options) {
  ict::check(plant, options);
  run_ = std::make_unique<Run>(plant, options, compile_options);
}
Lockstep::~Lockstep() = default;
Lockstep::Lockstep(Lockstep&&) noexcept = default;
Lockstep& Lockstep::operator=(Lockstep&&) noexcept = default;

const Model& Lockstep::model() const { return run_->model; }

Outcome Lockstep::advance(State& state, Time until, const Step& step) { return run_->advance(state, until, step); }

CyberResult Lockstep::finish() {
  const Ask question{Ask::finish, 0, 0};
  run_->worker.send(&question, sizeof question);
  return ict::result_of(run_->plant, run_->request, ict::read_report(run_->worker.receive_line()));
}

}  // namespace takt
