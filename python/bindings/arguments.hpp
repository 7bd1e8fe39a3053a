// SPDX-License-Identifier: Apache-2.0
// Arguments that are more than their Python type: durations, counts, and numbers with units. Each throws InvalidInput
// with the argument's name.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "takt/core/time.hpp"
#include "takt/study/study.hpp"

namespace takt::python {

namespace py = pybind11;

/// "8 h" or a datetime.timedelta, exact to the nanosecond; a bare number is refused.
Duration to_duration(const py::handle& value, const std::string& name);

/// The same, not below zero.
Duration to_length(const py::handle& value, const std::string& name);

/// A whole number from `least` to `most`.
std::uint64_t to_count(const py::handle& value, const std::string& name, std::uint64_t least, std::uint64_t most);

/// Numbers by path as a scenario writes them; a timedelta stands for its text. Every fault at once.
using Numbers = std::vector<std::pair<std::string, py::object>>;
std::vector<Scenario> to_scenarios(const std::vector<std::pair<std::string, Numbers>>& scenarios);
Scenario to_scenario(const std::string& name, const Numbers& numbers);

/// A datetime.timedelta, which counts whole microseconds: what is below them is cut off.
py::object to_timedelta(Duration duration);

}  // namespace takt::python
