// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "takt/engine/migrate.hpp"

namespace takt {
namespace {

/// Whether a choice has the same ways with the same numbers in both plants.
bool same_choice(const Model& from, const ParameterSlot& a, const Model& to, const ParameterSlot& b) {
  if (a.count != b.count || a.index - a.first != b.index - b.first) return false;
  return std::equal(from.defaults.probabilities.begin() + a.first,
                    from.defaults.probabilities.begin() + a.first + a.count,
                    to.defaults.probabilities.begin() + b.first);
}

}  // namespace

Parameters carry_over(const Model& from, const Parameters& parameters, const Model& to) {
  Parameters numbers = to.defaults;
  for (const ParameterSlot& slot : slots_of(to)) {
    const std::optional<ParameterSlot> it = find_slot(from, slot_path(to, slot));
    if (!it || it->kind != slot.kind) continue;
    if (slot.kind == ParameterSlot::Kind::law) {
      if (from.defaults.law(it->index) == to.defaults.law(slot.index))
        numbers.set_law(slot.index, parameters.law(it->index));
    } else if (slot.kind == ParameterSlot::Kind::route
                   ? same_choice(from, *it, to, slot)
                   : from.defaults.probabilities[it->index] == to.defaults.probabilities[slot.index]) {
      numbers.probabilities[slot.index] = parameters.probabilities[it->index];
    }
  }
  return numbers;
}

}  // namespace takt
