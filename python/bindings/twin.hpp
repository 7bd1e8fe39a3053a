// SPDX-License-Identifier: Apache-2.0
// A Twin as a Python object.
#pragma once

#include <utility>

#include "calls.hpp"
#include "takt/sync/twin.hpp"

namespace takt::python {

struct SharedTwin {
  explicit SharedTwin(Twin its_twin) : twin(std::move(its_twin)) {}
  Twin twin;
  Turns turns;
};

}  // namespace takt::python
