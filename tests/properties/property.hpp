// SPDX-License-Identifier: Apache-2.0
// Properties of random plants. A plant that breaks one is made smaller as long as it still does, and then shown.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "engine/random_plant.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::test {

/// What is wrong with a plant; empty if nothing. An exception is wrong too.
using Property = std::function<std::string(const Plant&, std::uint64_t seed)>;

inline std::string broken(const Property& property, const Plant& plant, std::uint64_t seed) {
  try {
    return property(plant, seed);
  } catch (const std::exception& error) {
    return std::string("threw: ") + error.what();
  }
}

/// Makes choices fewer and smaller as long as what they make still breaks the property.
class Shrinking {
 public:
  Shrinking(const Property& property, std::uint64_t seed, std::vector<std::uint32_t> choices)
      : property_(property), seed_(seed), best_(std::move(choices)) {}

  std::vector<std::uint32_t> run() {
    while (pass() && tries_ < kMostTries) {
    }
    return best_;
  }

 private:
  static constexpr int kMostTries = 3000;

  bool still_broken(const std::vector<std::uint32_t>& choices) {
    ++tries_;
    try {
      const Plant plant = RandomPlant(Choices(choices)).make();
      return !broken(property_, plant, seed_).empty();
    } catch (const InvalidInput&) {
      return false;  // no plant at all
    }
  }

  bool take(std::vector<std::uint32_t> candidate) {
    if (candidate == best_ || !still_broken(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  /// One round of simplifications; whether any helped.
  bool pass() {
    bool helped = false;
    for (std::size_t length = best_.size(); length > 0; length /= 2)
      for (std::size_t at = 0; at + length <= best_.size() && tries_ < kMostTries;) {
        std::vector<std::uint32_t> shorter = best_;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at),
                      shorter.begin() + static_cast<std::ptrdiff_t>(at + length));
        if (take(std::move(shorter)))
          helped = true;
        else
          at += length;
      }
    for (std::size_t i = 0; i < best_.size() && tries_ < kMostTries; ++i)
      for (const std::uint32_t simpler : {0U, best_[i] / 2, best_[i] - 1}) {
        if (simpler >= best_[i]) continue;
        std::vector<std::uint32_t> smaller = best_;
        smaller[i] = simpler;
        if (take(std::move(smaller))) {
          helped = true;
          break;
        }
      }
    return helped;
  }

  const Property& property_;
  std::uint64_t seed_;
  std::vector<std::uint32_t> best_;
  int tries_ = 0;
};

/// The smallest plant found that breaks the property, with what is wrong, or nothing if none of `plants` does. Seeds
/// count from TAKT_PROPERTY_SEED, or from 1.
inline std::string counterexample(int plants, const Property& property) {
  const char* const asked = std::getenv("TAKT_PROPERTY_SEED");
  const std::uint64_t first = asked != nullptr ? std::strtoull(asked, nullptr, 10) : 1;
  for (std::uint64_t seed = first; seed < first + static_cast<std::uint64_t>(plants); ++seed) {
    RandomPlant random(seed);
    if (broken(property, random.make(), seed).empty()) continue;
    const Plant small = RandomPlant(Choices(Shrinking(property, seed, random.choices()).run())).make();
    return "seed " + std::to_string(seed) + ": " + broken(property, small, seed) + "\n" + io::to_json(small);
  }
  return {};
}

}  // namespace takt::test
