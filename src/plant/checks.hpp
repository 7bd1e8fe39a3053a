// SPDX-License-Identifier: Apache-2.0
// The parts of `validate`. Each adds the faults it finds; none relies on another having passed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "takt/plant/index.hpp"
#include "takt/plant/plant.hpp"

namespace takt::detail {

inline constexpr std::uint32_t kMostServers = 100000;  ///< of a machine or a crew

/// What the checks share: the plant, where its things stand, and the faults found so far.
struct Checks {
  Checks(const Plant& p, const PlantIndex& i) : plant(p), index(i), products(p.products) {
    if (products.empty()) products.emplace_back("part");
  }

  const Plant& plant;
  const PlantIndex& index;
  std::vector<std::string> products;  ///< never empty
  std::vector<Fault> faults;
  bool has_instant_machine = false;  ///< whose cycle time may be 0 for some product: told by check_equipment

  void fault(std::string path, std::string value, std::string expected, std::string nearest = {}) {
    faults.push_back({std::move(path), std::move(value), std::move(expected), std::move(nearest), {}, 0});
  }

  /// A name that is not known; `known` gives the names to choose the nearest from.
  template <class Known>
  void unknown_name(std::string path, const std::string& name, std::string expected, Known known) {
    // Every suggestion looks at every name: a file that is wrong throughout must not take hours.
    constexpr int kMostSuggestions = 200;
    std::string nearest;
    if (suggestions_++ < kMostSuggestions) nearest = nearest_name(name, known());
    fault(std::move(path), '"' + name + '"', std::move(expected), std::move(nearest));
  }

  /// `pointer` gives where the product is named.
  template <class Pointer>
  void product_exists(const std::string& product, Pointer pointer) {
    if (std::find(products.begin(), products.end(), product) != products.end()) return;
    unknown_name(pointer(), product, "a product of the plant", [&] { return products; });
  }

 private:
  int suggestions_ = 0;
};

void check_structure(Checks& checks);  ///< names, products, clock, calendars, crews, controllers
void check_hashes(Checks& checks);     ///< paths whose random numbers would be the same
/// The numbers and references of each source, machine and buffer.
void check_equipment(Checks& checks, std::span<const PlantIndex::Place> equipment);
void check_cyber(Checks& checks);  ///< sensors, computers, links and control loops
void check_flow(Checks& checks);   ///< where parts go: outputs, probabilities, loops

}  // namespace takt::detail
