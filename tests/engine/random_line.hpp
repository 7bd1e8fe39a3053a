// SPDX-License-Identifier: Apache-2.0
// Serial lines drawn at random: what an engine may run by quicker ways than its general event loop.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/choices.hpp"
#include "engine/plants.hpp"

namespace takt::test {

/// One or two lines, their machines named out of the order of flow, with times that often coincide.
class RandomLine {
 public:
  explicit RandomLine(std::uint64_t seed) : choices_(seed) {}
  explicit RandomLine(Choices choices) : choices_(std::move(choices)) {}

  const std::vector<std::uint32_t>& choices() const { return choices_.made(); }

  Plant make() {
    PlantBuilder plant("random");
    two_products_ = chance(0.3);
    whole_seconds_ = chance(0.4);
    if (two_products_) plant.product("a").product("b");
    const std::uint32_t lines = 1 + (chance(0.2) ? 1 : 0);
    for (std::uint32_t i = 0; i < lines; ++i) {
      auto line = plant.line("e", "w", "l" + std::to_string(i));
      fill(line);
    }
    return plant.build();
  }

 private:
  bool chance(double p) { return choices_.chance(p); }
  std::uint32_t number(std::uint32_t below) { return choices_.below(below); }

  template <class Line>
  void fill(Line& line) {
    const std::uint32_t stations = 1 + (chance(0.05) ? 25 + number(20) : number(12));
    std::vector<std::string> names(stations);
    for (std::uint32_t i = 0; i < stations; ++i) names[i] = numbered("m", i);
    for (std::uint32_t i = stations; i > 1; --i) std::swap(names[i - 1], names[number(i)]);
    const double mean = 1.0 + number(3);
    const auto entry = [&](std::uint32_t i) { return has_buffer_[i] ? "b_" + names[i] : names[i]; };
    has_buffer_.clear();
    for (std::uint32_t i = 0; i < stations; ++i) has_buffer_.push_back(chance(0.75));
    const Source from = source(mean);
    line.source("from", from, {{entry(0)}});
    for (std::uint32_t i = 0; i < stations; ++i) {
      if (has_buffer_[i]) {
        const bool infinite = chance(0.1) && (i > 0 || !std::holds_alternative<Source::Saturated>(from.supply));
        const std::uint32_t places = 1 + number(chance(0.3) ? 60 : 5);
        const std::uint32_t initial = chance(0.2) ? number(places + 1) : 0;
        line.buffer("b_" + names[i], {infinite ? std::nullopt : std::optional(places), initial}, {{names[i]}});
      }
      const Machine made = machine(mean);
      line.machine(names[i], made, {{i + 1 < stations ? entry(i + 1) : "to"}});
    }
    line.sink("to");
  }

  Source source(double mean) {
    std::vector<ProductShare> shares;
    if (two_products_) shares = {{"a", 1.0}, {"b", 2.0}};
    const WithoutPlace without_place = chance(0.5) ? WithoutPlace::held : WithoutPlace::lost;
    switch (number(3)) {
      case 0: return {Source::Saturated{}, shares, without_place};
      case 1: {
        Source::Renewal renewal{law(mean), std::nullopt};
        if (chance(0.3)) renewal.first = Time{std::chrono::seconds{number(10)}};
        return {renewal, shares, without_place};
      }
      default: {
        Source::Timetable timetable;
        std::int64_t at = 0;
        for (std::uint32_t i = 0; i < 60; ++i) {
          at += number(12);
          const std::uint32_t quantity = 1 + number(3);
          const std::string product = two_products_ && chance(0.5) ? "a" : "";
          timetable.arrivals.push_back({Time{std::chrono::seconds{at}}, product, quantity});
        }
        return {timetable, shares, without_place};
      }
    }
  }

  Distribution law(double mean) {
    if (whole_seconds_)
      return chance(0.5) ? Distribution::constant(mean) : Distribution::discrete({mean, mean + 1.0}, {1.0, 1.0});
    switch (number(5)) {
      case 0: return Distribution::constant(mean);
      case 1: return Distribution::exponential(mean);
      case 2: return Distribution::lognormal(mean, 0.3);
      case 3: return Distribution::uniform(0.0, 2.0 * mean);
      default: return Distribution::discrete({0.0, 2.0 * mean}, {1.0, 1.0});
    }
  }

  Machine machine(double mean) {
    Machine m = machine_with(law(mean));
    const Distribution up = law(20.0 * mean), down = law(5.0 * mean);
    const auto clock = static_cast<FailureClock>(number(2));
    if (chance(0.6)) m.failure = Failure{up, down, clock, "", OnFailure::resume};
    m.loads_while_down = chance(0.5);
    m.unloads_while_down = chance(0.5);
    return m;
  }

  Choices choices_;
  std::vector<bool> has_buffer_;
  bool two_products_ = false, whole_seconds_ = false;
};

}  // namespace takt::test
