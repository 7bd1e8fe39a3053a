// SPDX-License-Identifier: Apache-2.0
// A timeline and the model that it speaks of.
#pragma once

#include <memory>
#include <utility>

#include "takt/io/store/timeline.hpp"

namespace takt::python {

struct Timeline {
  Timeline(std::shared_ptr<const Model> its_model, const State& state)
      : model(std::move(its_model)), gathered(*model, state), end(state.now) {}

  std::shared_ptr<const Model> model;
  io::Timeline gathered;
  Time end;
};

}  // namespace takt::python
