// SPDX-License-Identifier: Apache-2.0
// The numbers of a plant that are learnt or varied: laws and probabilities. A plain value beside the Model.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "takt/core/distribution.hpp"

namespace takt {

struct Model;

struct Parameters {
  std::vector<Distribution> laws;     ///< seconds
  std::vector<double> probabilities;  ///< of routes, shares and scrap
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

/// Where a number is found: "/acme/filling/line_1/filler/cycle_time" is a law, ".../scrap" or ".../to/store" a
/// probability.
struct ParameterSlot {
  enum class Kind : std::uint8_t { law, probability, route };
  std::string path;
  Kind kind = Kind::law;
  std::uint32_t index = 0;             ///< into laws or probabilities
  std::uint32_t first = 0, count = 0;  ///< route: its siblings, whose sum stays 1
};

/// The number at a path. A law's own path means its mean in seconds; below it are its named numbers ("/cv", "/low").
/// Throws InvalidInput naming the nearest path.
double get_number(const Model& model, const Parameters& parameters, std::string_view path);

/// Changes one number from text with a unit: "11 s", "85 %"; a plain number without dimension is written "2.5 1". The
/// mean of a law is changed by rescaling it; a route's probability by rescaling its siblings. Throws InvalidInput.
void set_number(const Model& model, Parameters& parameters, std::string_view path, std::string_view text);

/// The same for many at once, applied in order; every fault is told. Ways of one choice are set together: those given
/// are what was asked for, the others share what is left as they did before.
void set_numbers(const Model& model, Parameters& parameters,
                 std::span<const std::pair<std::string, std::string>> numbers);

/// Replaces a whole law.
void set_law(const Model& model, Parameters& parameters, std::string_view path, Distribution law);
const Distribution& get_law(const Model& model, const Parameters& parameters, std::string_view path);

}  // namespace takt
