// SPDX-License-Identifier: Apache-2.0
// What the program says, and where: data on standard output, everything else on standard error.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "takt/core/error.hpp"

namespace takt::cli {

/// A line on standard error.
void say(std::string_view text);

/// Each fault on a line of standard error, equal ones once, and their number.
void say_faults(const std::vector<Fault>& faults);

/// The same error; faults of paths and figures that name no file name that of the plant that was asked.
InvalidInput of_plant(const InvalidInput& error, const std::filesystem::path& plant);
/// What `work` gives; what is wrong in it with the plant is told by of_plant.
template <class Work>
auto naming_plant(const std::filesystem::path& plant, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const InvalidInput& error) {
    throw of_plant(error, plant);
  }
}

/// Data to standard output; throws Error if it cannot be written.
void print_data(std::string_view text);

/// Runs `work`; an exception becomes its message and its exit status.
int guarded(const std::function<int()>& work);

}  // namespace takt::cli
