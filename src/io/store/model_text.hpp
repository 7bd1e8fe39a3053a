// SPDX-License-Identifier: Apache-2.0
// A model in a file: the plant it was compiled from, and the hash that says it is the same.
#pragma once

#include <string>

#include "io/store/hdf5_file.hpp"
#include "takt/engine/model.hpp"

namespace takt::io::detail {

/// 16 hexadecimal digits.
std::string hash_text(std::uint64_t hash);

void write_model(StoreWriter& store, const Model& model);
/// Compiles it again. Throws InvalidInput if the plant is not valid, FileError if the model is not what it was.
Model read_model(const StoreReader& store);

}  // namespace takt::io::detail
