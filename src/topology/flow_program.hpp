// SPDX-License-Identifier: Apache-2.0
// The long-run flows of one component as a linear program: docs/topology.md.
#pragma once

#include <cstdint>
#include <vector>

#include "takt/topology/capacity.hpp"
#include "topology/linear_program.hpp"

namespace takt::detail {

/// A flow of good parts from a machine or source to a place, parts a second.
struct Flow {
  std::uint32_t from = 0;   ///< entity
  std::uint32_t place = 0;  ///< a buffer, or Model::buffers.size() + sink
  Expression rate;          ///< of all products together
};

/// The columns are what the plant leaves open: how much sources give, who takes from a buffer, how much a buffer that
/// is never full gathers. Every other flow follows from them by the routes; each row says what the flows cannot exceed
/// and is tagged with the entity it speaks of (kNone: conservation).
struct FlowProgram {
  LinearProgram program;
  std::vector<Flow> flows;
};

FlowProgram flow_program(const Model& model, const Parameters& parameters, std::uint32_t component,
                         const CapacityOptions& options);

}  // namespace takt::detail
