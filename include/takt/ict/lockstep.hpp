// SPDX-License-Identifier: Apache-2.0
// The factory and its cyber side run together, event by event: what happens on a machine is read by the sensors that
// watch it, and what is decided changes what happens next. Slow; to check what `coupled` makes of tables.
//
//   takt::Lockstep run(plant, {.horizon = 8h});
//   takt::State state = takt::start(run.model(), run.model().defaults, 1);
//   run.advance(state, takt::Time{8h});
//   run.finish().loop("quality").p99_s;
#pragma once

#include <functional>
#include <memory>

#include "takt/engine/advance.hpp"
#include "takt/ict/simulate.hpp"

namespace takt {

/// One run of both. Sensors that read at events and name an equipment read when the event of their loop happens there:
/// a repair that begins (alarm), an operation that begins (stop), one that waits to begin (release). A defect counts as
/// stopped in time if the command came within the deadline and before the operation ended.
class Lockstep {
 public:
  /// How the factory goes on: `takt::advance`, perhaps with an observer.
  using Step = std::function<Outcome(const Model&, const Parameters&, State&, Time until)>;

  /// Starts the worker. The horizon bounds both. Throws as simulate_cyber does.
  explicit Lockstep(const Plant& plant, const CyberOptions& options = {}, CompileOptions compile_options = {});
  ~Lockstep();
  Lockstep(Lockstep&&) noexcept;
  Lockstep& operator=(Lockstep&&) noexcept;

  /// The model the states of this run are of: that of the plant, with room for what the loops do.
  const Model& model() const;
  /// Runs both to an instant within the horizon. Always with the same state, from time zero on. Throws Error where the
  /// worker fails; the state is then somewhere before `until`.
  Outcome advance(State& state, Time until, const Step& step = {});
  /// Lets the cyber side come to rest; what its loops did. Ends the worker.
  CyberResult finish();

 private:
  struct Run;
  std::unique_ptr<Run> run_;
};

}  // namespace takt
