// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/detail/scratch.hpp"

namespace takt::detail {

Scratch& scratch() {
  thread_local Scratch memory;
  return memory;
}

}  // namespace takt::detail
