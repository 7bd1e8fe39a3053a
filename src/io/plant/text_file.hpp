// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "takt/io/plant/plant_file.hpp"

namespace takt::io::detail {

/// The whole file. Throws FileError, or InvalidInput, before it is read, if it is larger than the limits allow.
std::string read_text_file(const std::filesystem::path& file, const Limits& limits);

}  // namespace takt::io::detail
