// SPDX-License-Identifier: Apache-2.0
// The present from which futures start: a plant that has not begun, or the state of a live twin with what it has
// learnt.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "takt/engine/state.hpp"
#include "takt/engine/verdict.hpp"

namespace takt {

/// A value; cheap to copy but for the state.
struct Present {
  std::shared_ptr<const Model> model{};  ///< shared: the futures on every thread read it
  Parameters parameters{};
  std::optional<State> state{};  ///< none: every replication begins at time zero
  /// The numbers of one future, drawn by its replication from what was learnt; none: all futures have `parameters`.
  /// Called from several threads at once.
  std::function<Parameters(std::uint32_t replication)> draw{};
  std::uint64_t seed = 1;
  /// The state in which one future begins, by its replication, where the present is not known for certain; none: all
  /// begin in `state`, which is there too. Called from several threads at once.
  std::function<State(std::uint32_t replication)> beginning{};
  std::optional<Verdict> verdict{};  ///< of the twin that this is the present of

  /// A plant about to begin.
  static Present of(Model model, std::uint64_t seed = 1) {
    Present present;
    present.model = std::make_shared<const Model>(std::move(model));
    present.parameters = present.model->defaults;
    present.seed = seed;
    return present;
  }

  Parameters parameters_of(std::uint32_t replication) const { return draw ? draw(replication) : parameters; }

  /// Puts the beginning of a future into `into`: a fork of the state, or a fresh start.
  void begin(State& into, const Parameters& numbers, std::uint32_t replication) const {
    if (beginning)
      fork_into(into, *model, numbers, beginning(replication), replication);
    else if (state)
      fork_into(into, *model, numbers, *state, replication);
    else
      into = start(*model, numbers, seed, replication);
  }
};

}  // namespace takt
