// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/verdict.hpp"

namespace takt {

std::string_view name_of(Trust trust) {
  switch (trust) {
    case Trust::valid: return "Valid";
    case Trust::warning: return "Warning";
    case Trust::invalid: break;
  }
  return "Invalid";
}

std::string_view name_of(TwinStage stage) {
  switch (stage) {
    case TwinStage::unbound: return "Unbound";
    case TwinStage::bound: return "Bound";
    case TwinStage::synchronised: return "Synchronised";
    case TwinStage::degraded: return "Degraded";
    case TwinStage::out_of_sync: break;
  }
  return "OutOfSync";
}

}  // namespace takt
