// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/live/line_reader.hpp"
#include "takt/io/live/table.hpp"

namespace takt::io::detail {

/// Rows of a table whose first line names its columns. Each instant is a message; its epoch is the first instant of the
/// file, so that a file read again gives the same messages.
LineReader table_rows(const TableMapping& mapping, const std::string& file, const std::string& source);

}  // namespace takt::io::detail
