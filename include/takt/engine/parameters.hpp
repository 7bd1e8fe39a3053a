// SPDX-License-Identifier: Apache-2.0
// The numbers of a plant that are learnt or varied: laws and probabilities. A plain value beside the Model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "takt/core/distribution.hpp"

namespace takt {

struct Model;

class Parameters {
 public:
  /// A law by its number; its values are seconds.
  const Distribution& law(std::uint32_t number) const { return different_[which_[number]]; }
  std::uint32_t laws() const { return static_cast<std::uint32_t>(which_.size()); }
  void set_law(std::uint32_t number, Distribution law);
  std::uint32_t add_law(const Distribution& law);  ///< its number
  void append(const Parameters& more);             ///< its laws and probabilities behind those that are there
  void reserve(std::size_t laws, std::size_t probabilities_in_all);

  std::vector<double> probabilities;  ///< of routes, shares and scrap

  friend bool operator==(const Parameters& a, const Parameters& b);

 private:
  // Machines are often alike: laws that are equal when they are added share one place until one of them is changed.
  std::vector<Distribution> different_;
  std::vector<std::uint32_t> which_;  // by number
  std::vector<std::uint32_t> users_;  // of each of those that differ
};

/// Where a number is found: "/acme/filling/line_1/filler/cycle_time" is a law, ".../scrap" or ".../to/store" a
/// probability.
struct ParameterSlot {
  enum class Kind : std::uint8_t { law, probability, route };
  enum class Name : std::uint8_t { cycle_time, load_time, scrap, time_to_failure, time_to_repair, interval, share, to };
  std::uint32_t entity = 0;             ///< whose it is
  std::uint32_t product = 0xffffffffU;  ///< by product; share: which one
  std::uint32_t route = 0, output = 0;  ///< to: into Model::routes, and into the outputs as they are written
  std::uint32_t index = 0;              ///< a law's number, or into probabilities
  std::uint32_t first = 0, count = 0;   ///< route: its siblings, whose sum stays 1
  Name name = Name::cycle_time;
  Kind kind = Kind::law;
};

/// The numbers of an entity; of all entities, in their order.
std::vector<ParameterSlot> slots_of(const Model& model, std::uint32_t entity);
std::vector<ParameterSlot> slots_of(const Model& model);
/// The path of a slot.
std::string slot_path(const Model& model, const ParameterSlot& slot);
/// The slot at a path, or none.
std::optional<ParameterSlot> find_slot(const Model& model, std::string_view path);

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
