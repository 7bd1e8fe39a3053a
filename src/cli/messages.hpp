// SPDX-License-Identifier: Apache-2.0
// What the program says, and where: data on standard output, everything else on standard error.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "takt/core/error.hpp"

namespace takt::cli {

/// A line on standard error.
void say(std::string_view text);

/// Each fault on a line of standard error, equal ones once, and their number.
void say_faults(const std::vector<Fault>& faults);

/// Data to standard output; throws Error if it cannot be written.
void print_data(std::string_view text);

/// Runs `work`; an exception becomes its message and its exit status.
int guarded(const std::function<int()>& work);

}  // namespace takt::cli
