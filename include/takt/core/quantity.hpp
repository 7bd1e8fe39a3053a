// SPDX-License-Identifier: Apache-2.0
// Quantities with units, from and to text: "12 s", "90 /h", "4.5 kW", "85 %". A bare number is never a quantity.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "takt/core/time.hpp"

namespace takt {

/// What a quantity measures. Inside takt each has one unit: s, 1/s, W, J, 1 (ratio), kg, m, m/s, degC, Pa, 1 (count),
/// B, B/s, op (operations of a processor), op/s.
enum class Dimension {
  time,
  rate,
  power,
  energy,
  ratio,
  mass,
  length,
  speed,
  temperature,
  pressure,
  count,
  data,
  bandwidth,
  computation,
  computing_speed
};

/// A value in its dimension's own unit.
struct Quantity {
  double value = 0.0;
  Dimension dimension = Dimension::ratio;
  friend bool operator==(const Quantity&, const Quantity&) = default;
};

/// Reads "<number> <unit>" (the space may be missing; a ratio is "85 %" or "0.85 1"). Times: ns us ms s min h d wk;
/// rates: /s /min /h /d; a whole number with unit "parts" is a count. nullopt if the text is not such a quantity.
std::optional<Quantity> parse_quantity(std::string_view text);

/// Reads a quantity of one dimension; throws InvalidInput (path "") that says what was expected and, for a unit that is
/// not known, the nearest one.
double parse_quantity(std::string_view text, Dimension dimension);
Duration parse_duration(std::string_view text);  ///< exact for decimal text down to the nanosecond

/// The shortest text that reads back as the same value, in the most readable unit.
std::string to_text(Quantity quantity);
std::string to_text(Duration duration);

/// The units known for a dimension, the own unit first; for messages and documentation.
std::string units_of(Dimension dimension);
std::string to_string(Dimension dimension);

}  // namespace takt
