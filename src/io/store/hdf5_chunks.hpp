// SPDX-License-Identifier: Apache-2.0
// Large datasets whose chunks are compressed on all cores: HDF5 itself compresses one after the other.
#pragma once

#include <hdf5.h>

#include <string>

namespace takt::io::detail {

/// Whether it is worth it, and the dataset is chunked, shuffled and deflated.
bool is_for_cores(hid_t set, std::size_t bytes);

/// Writes all of a dataset, whose elements are in memory as they are in the file. Throws FileError.
void write_on_cores(hid_t set, const void* values, const std::string& path);

}  // namespace takt::io::detail
