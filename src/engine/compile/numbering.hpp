// SPDX-License-Identifier: Apache-2.0
// The steps of `compile`, in their order. Each fills in its part of the model, from the index of a plant without
// faults.
#pragma once

#include <cstdint>
#include <vector>

#include "takt/core/thread_pool.hpp"
#include "takt/engine/model.hpp"
#include "takt/plant/index.hpp"

namespace takt::detail {

/// The number in the model of each thing of the plant; equipment is named by its place in the index.
struct Numbering {
  std::vector<std::uint32_t> component_of;                ///< by equipment
  std::vector<std::uint32_t> number;                      ///< by equipment: index among its kind
  std::vector<std::uint32_t> entry_of;                    ///< by equipment: the implicit buffer of a machine
  std::vector<std::uint32_t> machines, sources, buffers;  ///< equipment, by component, then by path
};

/// Finds the components and numbers the machines, sources, sinks and crews. This and the next need no more of the plant
/// than that its references lead somewhere.
Numbering number_things(Model& model, const PlantIndex& index);

/// The buffers, those that machines fed without one have for an entry, and who takes from them.
void connect_buffers(Model& model, const PlantIndex& index, Numbering& numbering);

/// What is at each path.
void list_entities(Model& model, const PlantIndex& index, const Numbering& numbering, ThreadPool& pool);

/// The machines, sources and places of buffers, and all numbers that are learnt or varied.
void fill_in(Model& model, const PlantIndex& index, const Numbering& numbering, ThreadPool& pool);

}  // namespace takt::detail
