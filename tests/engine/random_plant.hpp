// SPDX-License-Identifier: Apache-2.0
// Plants drawn at random that use what the engine knows: merging, splitting, rework, several servers, set-up, crews,
// shifts, products, scrap, both kinds of blocking.
#pragma once

#include <string>
#include <vector>

#include "engine/choices.hpp"
#include "engine/plants.hpp"

namespace takt::test {

/// A random plant in layers; parts may go back to an earlier layer.
class RandomPlant {
 public:
  explicit RandomPlant(std::uint64_t seed) : choices_(seed) {}
  explicit RandomPlant(Choices choices) : choices_(std::move(choices)) {}

  const std::vector<std::uint32_t>& choices() const { return choices_.made(); }

  Plant make() {
    PlantBuilder plant("random");
    const bool two_products = chance(0.4);
    if (two_products) plant.product("a").product("b");
    plant.crew("e", "w", {"crew", 1 + number(2)});
    Calendar calendar;
    for (auto& day : calendar.week)
      day = {{std::chrono::minutes{0}, std::chrono::minutes{400}},
             {std::chrono::minutes{410}, std::chrono::minutes{24 * 60}}};
    plant.calendar("shifts", calendar);
    auto line = plant.line("e", "w", "l");
    const std::uint32_t layers = 1 + number(4);
    std::vector<std::vector<std::string>> machines(layers);
    for (std::uint32_t k = 0; k < layers; ++k)
      for (std::uint32_t i = 0; i <= number(3); ++i) machines[k].push_back("m" + std::to_string(k) + std::to_string(i));
    const auto entry = [&](std::uint32_t k) {  // what leads into layer k
      return k == layers   ? std::string("out")
             : buffered(k) ? "b" + std::to_string(k)
                           : machines[k][number(static_cast<std::uint32_t>(machines[k].size()))];
    };
    std::vector<ProductShare> shares;
    if (two_products) shares = {{"a", 1.0}, {"b", 2.0}};
    for (std::uint32_t k = 0; k < layers; ++k) {
      buffered_.push_back(chance(0.7));
    }
    // One choice a statement: compilers differ in the order in which they evaluate arguments.
    const Source source{Source::Renewal{law(6.0), std::nullopt}, shares,
                        chance(0.5) ? WithoutPlace::held : WithoutPlace::lost};
    line.source("s0", source, {{entry(0)}});
    if (buffered(0) && chance(0.5) && !infinite(0))
      line.source("s1", {Source::Saturated{}, shares, WithoutPlace::lost}, {{"b0"}});
    for (std::uint32_t k = 0; k < layers; ++k) {
      if (buffered(k)) {
        std::vector<Output> outputs;
        for (const std::string& m : machines[k]) outputs.push_back({m});
        const Buffer buffer{infinite(k) ? std::nullopt : std::optional<std::uint32_t>(1 + number(5)), number(2)};
        line.buffer("b" + std::to_string(k), buffer, outputs);
      }
      for (const std::string& name : machines[k]) {
        std::vector<Output> outputs{{entry(k + 1), 1.0}};
        if (k > 0 && chance(0.3) && infinite(0) && buffered(0)) {
          outputs[0].probability = 0.8;
          outputs.push_back({"b0", 0.2});
        }
        const Machine made = machine(k + 1 < layers ? buffered(k + 1) : true);
        line.machine(name, made, outputs);
      }
    }
    line.sink("out");
    return plant.build();
  }

 private:
  bool chance(double p) { return choices_.chance(p); }
  std::uint32_t number(std::uint32_t below) { return choices_.below(below); }
  bool buffered(std::uint32_t k) const { return k < buffered_.size() && buffered_[k]; }
  bool infinite(std::uint32_t k) const { return k % 2 == 0; }

  Distribution law(double mean) {
    switch (number(4)) {
      case 0: return Distribution::constant(mean);
      case 1: return Distribution::exponential(mean);
      case 2: return Distribution::lognormal(mean, 0.6);
      default: return Distribution::discrete({0.5 * mean, 1.5 * mean}, {1.0, 1.0});
    }
  }

  Machine machine(bool place_downstream) {
    Machine m = machine_with(law(5.0));
    m.servers = 1 + (chance(0.3) ? number(3) : 0);
    if (chance(0.3)) m.load_time = LawByProduct{law(1.0), {}};
    if (chance(0.5)) {
      m.failure = Failure{law(60.0), law(15.0), static_cast<FailureClock>(number(2)), chance(0.5) ? "crew" : "",
                          static_cast<OnFailure>(number(3))};
    }
    if (chance(0.2)) m.calendar = "shifts";
    if (chance(0.2)) m.scrap = 0.05;
    if (place_downstream && chance(0.3)) m.blocking = Blocking::before_service;
    m.loads_while_down = chance(0.3);
    m.unloads_while_down = chance(0.7);
    return m;
  }

  Choices choices_;
  std::vector<bool> buffered_;
};

}  // namespace takt::test
