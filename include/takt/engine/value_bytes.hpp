// SPDX-License-Identifier: Apache-2.0
// Laws, Parameters and States among the fields of a value that is written as bytes (takt/core/byte_stream.hpp). What is
// read back is equal, and goes on bit for bit; whether it fits a model is for the reader to check.
#pragma once

#include "takt/core/byte_stream.hpp"
#include "takt/core/distribution.hpp"
#include "takt/engine/parameters.hpp"
#include "takt/engine/state.hpp"

namespace takt {

/// Reading throws InvalidInput for bytes that are no law.
void fields(ByteWriter& bytes, Distribution& law);
void fields(ByteReader& bytes, Distribution& law);
void fields(ByteLayout& layout, Distribution& law);

void fields(ByteWriter& bytes, Parameters& parameters);
void fields(ByteReader& bytes, Parameters& parameters);
void fields(ByteLayout& layout, Parameters& parameters);

template <class Bytes>
void fields(Bytes& bytes, Part& part) {
  bytes(part.entered, part.id, part.product);
}
template <class Bytes>
void fields(Bytes& bytes, State& state) {
  bytes(state.now, state.seed, state.replication, state.arena, state.parts);
}

}  // namespace takt
