// SPDX-License-Identifier: Apache-2.0
// The present from which futures start: a plant that has not begun, or the state of a live twin with what it has learnt.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "takt/engine/state.hpp"
#include "takt/sync/learn.hpp"

namespace takt {

/// A value; cheap to copy but for the state.
struct Present {
  std::shared_ptr<const Model> model;  ///< shared: the futures on every thread read it
  Parameters parameters;
  std::optional<State> state;          ///< none: every replication begins at time zero
  Learnt learnt;                       ///< what each future draws its own parameters from; empty: all have `parameters`
  std::uint64_t seed = 1;

  /// A plant about to begin.
  static Present of(Model model, std::uint64_t seed = 1) {
    Present present{std::make_shared<const Model>(std::move(model)), {}, std::nullopt, {}, seed};
    present.parameters = present.model->defaults;
    return present;
  }

  /// The numbers of one future: those learnt drawn from their posterior, by replication.
  Parameters parameters_of(std::uint32_t replication) const { return learnt.draw(*model, parameters, seed, replication); }

  /// Puts the beginning of a future into `into`: a fork of the state, or a fresh start.
  void begin(State& into, const Parameters& numbers, std::uint32_t replication) const {
    if (state)
      fork_into(into, *model, numbers, *state, replication);
    else
      into = start(*model, numbers, seed, replication);
  }
};

}  // namespace takt
