// SPDX-License-Identifier: Apache-2.0
// The tables of a checkpoint, for all that begins with them.
#pragma once

#include <string>
#include <string_view>

#include "io/store/hdf5_file.hpp"
#include "io/store/model_text.hpp"
#include "takt/io/store/checkpoint.hpp"

namespace takt::io::detail {

inline constexpr std::string_view kCheckpointKind = "checkpoint";

/// Model, parameters and state.
void write_checkpoint(StoreWriter& store, const Model& model, const Parameters& parameters, const State& state);
/// Errors call the file `name`.
Checkpoint read_checkpoint(const StoreReader& store, const std::string& name);

}  // namespace takt::io::detail
